"""What the library uses of Keras and others in private is there, and is listed."""

import ast
import pathlib

import keras
import pytest
import tensorflow as tf
from keras.src.backend.tensorflow.trainer import TFEpochIterator

from kerazoo.layers.in_place import writes_in_place
from kerazoo.training.replica_noise import ReplicaSeedGenerator

ROOT = pathlib.Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "keras_internals.md").read_text()
KERAS = {
    keras.Model: ("_distribute_strategy", "_make_function", "_maybe_symbolic_build"),
    keras.layers.BatchNormalization: ("_moments",),
    keras.layers.Layer: ("_flatten_layers",),
    keras.optimizers.Optimizer: (
        "_get_variable_index",
        "_use_weight_decay",
        "_var_key",
    ),
}
ON_OBJECTS = {  # Looked for below, and in the tests of the files that the page names.
    "_SentencepieceModelResource",
    "_accumulators",
    "_as_transition",
    "_distributed_dataset",
    "_in_multi_worker_mode",
    "_momentums",
    "_saved_kwargs",
    "_seed_generators",
    "_target_q_network",
    "_td_errors_loss_fn",
    "_tf_uses_legacy_keras",
    "_value_specs",
    "_velocities",
}


@pytest.mark.parametrize(
    ("owner", "name"), [(kind, name) for kind, names in KERAS.items() for name in names]
)
def test_keras_has(owner, name):
    model = keras.Sequential([keras.layers.Dense(1)])
    assert hasattr(model if owner is keras.Model else owner, name)
    assert name in PAGE


def test_generators_of_a_layer_can_be_given_another_class():
    (generator,) = keras.layers.Dropout(0.5)._seed_generators
    state = generator.state
    generator.__class__ = ReplicaSeedGenerator
    assert generator.state is state
    assert tuple(generator.next().shape) == (2,)


def test_iterators_of_keras_know_the_types_of_the_replicas():
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    assert strategy.extended._in_multi_worker_mode() is False
    iterator = TFEpochIterator(
        x=tf.data.Dataset.from_tensors(tf.zeros((4, 2))), distribute_strategy=strategy
    )
    spec = iterator._distributed_dataset.element_spec
    assert [part.shape[-1] for part in spec._value_specs] == [2, 2]


def test_adam_keeps_its_moments_in_the_order_of_the_variables():
    variables = [keras.Variable([1.0, 2.0]), keras.Variable([3.0])]
    optimizer = keras.optimizers.Adam()
    optimizer.build(variables)
    for states in (optimizer._momentums, optimizer._velocities):
        assert [state.shape for state in states] == [(2,), (1,)]
    assert [optimizer._get_variable_index(v) for v in variables] == [0, 1]


@pytest.mark.parametrize("compiled", [False, True])
def test_tensorflow_knows_whether_xla_compiles_a_graph(compiled):
    found = []
    tf.function(lambda: found.append(writes_in_place()), jit_compile=compiled)()
    assert found == [not compiled]
    assert "GraphOrParentsInXlaContext" in PAGE


def test_tensorflow_says_which_keras_it_has():
    assert tf._tf_uses_legacy_keras in (False, True)


def test_networks_of_tf_agents_keep_their_arguments():
    networks = pytest.importorskip("tf_agents.networks.network")

    class Network(networks.Network):
        def __init__(self, units, name=None):
            super().__init__(name=name)

    assert Network(3)._saved_kwargs["units"] == 3


def test_all_private_members_are_listed():
    defined, used = set(), {}
    for path in (ROOT / "kerazoo").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                defined.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                defined.add(node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                defined.add(node.attr)
            elif isinstance(node, ast.Attribute) and is_private(node.attr):
                used.setdefault(node.attr, path)
            elif isinstance(node, ast.Call) and is_name(node.func, "getattr"):
                names = (a.value for a in node.args[1:] if isinstance(a, ast.Constant))
                used.update((name, path) for name in names if is_private(name))
    named_tuple = {"_asdict", "_replace"}  # Documented.
    others = used.keys() - defined - named_tuple
    assert others <= ON_OBJECTS | {name for names in KERAS.values() for name in names}
    assert all(name in PAGE for name in ON_OBJECTS)


def is_name(node, name):
    return isinstance(node, ast.Name) and node.id == name


def is_private(name):
    return (
        isinstance(name, str)
        and name.isidentifier()
        and name.startswith("_")
        and not name.startswith("__")
        and len(name) > 1
    )
