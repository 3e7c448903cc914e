r"""Trains a graph neural network on nodes, links or whole graphs, and exports it.

    python -m apps.train_gnn
    python -m apps.train_gnn --flagfile=apps/presets/gnn/cora_gcn.flags --data_dir=DIR
    python -m apps.train_gnn --task=graph --dataset=esol.csv --data_dir=DIR

The bare command learns the two factions of Zachary's karate club from one member of
each, in 12 seconds: of the other members, 96.4 % on average over 20 seeds. After an
interruption, the same command goes on from its newest checkpoint.
"""

import pathlib
import warnings

from absl import flags

from apps import cross_validation
from apps import data_flags as data
from apps import flags as shared
from apps import graph_data
from apps import graph_models
from apps import patience_flag
from apps import runner
from apps import task_flag
from apps.patience_flag import PATIENCE
from apps.task_flag import TASK
from apps.training_schedule import training_schedule

with runner.heavy_imports("gnn", legacy_keras=True):
    import keras

    from kerazoo.data.graphs import splits
    from kerazoo.models.gnn.graph_task import GraphTask
    from kerazoo.models.gnn.link_task import LinkTask
    from kerazoo.models.gnn.node_task import NodeTask
    from kerazoo.models.gnn.sampled_node_task import SampledNodeTask
    from kerazoo.models.gnn.serving_graph_model import ServingGraphModel
    from kerazoo.serving.plain_copy import plain_copy
    from kerazoo.training.replica_noise import separate_noise
    from kerazoo.training.trainer import Trainer

_RUN_NAME = flags.DEFINE_string(
    "run_name",
    None,
    "Name of the run in its default folders, runs/gnn/<name> and "
    "saved_models/gnn_<name>. Default: the dataset.",
)
_WEIGHT_DECAY = flags.DEFINE_float(
    "weight_decay", 0.0, "L2 penalty of the layers that see the features.", 0.0
)
_HIDDEN_WEIGHT_DECAY = flags.DEFINE_float(
    "hidden_weight_decay", 0.0, "L2 penalty of all other layers.", 0.0
)
_RATE_HALVING_STEPS = flags.DEFINE_integer(
    "rate_halving_steps", None, "Halves the learning rate every so many steps.", 1
)
_OBJECTIVE = flags.DEFINE_enum(
    "objective",
    "accuracy",
    ["accuracy", "macro_f1", "loss"],
    "Metric of the validation nodes that the best model is chosen by.",
)
_FANOUTS = flags.DEFINE_list(
    "fanouts",
    None,
    "Node task on sampled neighbourhoods: edges drawn per node in each hop, as 10,5. "
    "Default: full batch.",
)
_CROSS_VALIDATE = flags.DEFINE_boolean(
    "cross_validate",
    False,
    "Trains on all ten folds and reports the evaluation whose mean over them is best, "
    "the protocol of the GIN paper.",
)

DEFAULTS = {
    "train_steps": 200,
    "learning_rate": 0.01,
    "eval_every": 10,
    "checkpoint_every": 1_000,
    "log_every": 100,
    "hidden_size": 16,
}
# What suits a task and is not said by the flags.
TASKS = {
    "node": "classes of nodes",
    "link": "which links there are between nodes",
    "graph": "classes or values of whole graphs",
}
_TASK_DEFAULTS = {
    "node": {},
    "link": {
        "architecture": "sage",
        "hidden_size": 128,
        "decoder": "mlp",
        "train_steps": 300,
    },
    "graph": {
        "architecture": "gin",
        "hidden_size": 64,
        "num_layers": 4,
        "normalization": "batch",
        "dropout": 0.0,
        "learning_rate": 1e-3,
        "train_steps": 3_000,
        "eval_every": 100,
    },
}
# What only one task makes something of.
_TASK_FLAGS = {
    "node": ("fanouts", "objective"),
    "link": ("decoder", "embedding_size"),
    "graph": (
        "cross_validate",
        "descriptors",
        "fold",
        "pooling",
        "readout",
        "readout_dropout",
        "split",
        *graph_data.MOLECULE_FLAGS,
    ),
}

flags.adopt_module_key_flags(shared)
flags.adopt_module_key_flags(patience_flag)
flags.adopt_module_key_flags(task_flag)
flags.adopt_module_key_flags(data)
flags.adopt_module_key_flags(graph_data)
flags.adopt_module_key_flags(graph_models)
shared.may_change(PATIENCE, _RUN_NAME, data.DATA_DIR)


def main(_):
    for flag, value in _TASK_DEFAULTS[TASK.value].items():
        if flags.FLAGS[flag].using_default_value:
            flags.FLAGS.set_default(flag, value)
    with runner.user_errors():
        check_flags()
    dataset = dataset_name()
    name = _RUN_NAME.value or dataset
    if _CROSS_VALIDATE.value:
        cross_validation.run("gnn", name, "accuracy")
        return
    with runner.Run("gnn", name, objective="score") as run:
        if run.finished:
            return
        with runner.user_errors(MemoryError):
            task = make_task(run.strategy)
        trainer = make_trainer(task, run.strategy)
        run.start()
        trainer.fit(run.workdir, run.interruption, run.profiler)
        trainer.load_best()
        result = {**task.test(), **selection(task, trainer), **trainer.summary()}
        serving = ServingGraphModel(plain_copy(task.model), task.has_edge_weights)
        export = run.export(
            serving.module,
            serving.endpoints,
            metadata={
                "task": TASK.value,
                "dataset": dataset,
                "class_names": task.class_names,
                "schema": serving.schema,
            },
            warmup=serving.example(task.example_graph),
        )
        for title, png in task.pictures().items():
            run.workdir.write_picture(title, png, trainer.step)
        run.finish({**result, "export": export})


def dataset_name():
    """Returns the name of the dataset and, unless it is the usual one, of the task."""
    name = pathlib.Path(data.DATASET.value or "karate_club").stem
    if name == "tables" and data.DATA_DIR.value:
        name = pathlib.Path(data.DATA_DIR.value).absolute().name
    return f"{name}_link" if TASK.value == "link" else name


def check_flags():
    """Refuses flags that do not go together."""
    task, architecture = TASK.value, graph_models.ARCHITECTURE.value
    if shared.JIT_COMPILE.value:
        raise ValueError(
            "--jit_compile does not go with graph networks: XLA has no sparse products."
        )
    for owner, names in _TASK_FLAGS.items():
        for name in names:
            if _is_set(name) and task != owner:
                raise ValueError(f"--{name} goes with --task={owner}.")
    for name, owners in graph_models.ARCHITECTURE_FLAGS.items():
        if _is_set(name) and architecture not in owners:
            raise ValueError(
                f"--{name} goes with --architecture={' or '.join(owners)}."
            )
    if flags.FLAGS["directed"].value and (
        data.DATASET.value != "tables" or task == "link"
    ):
        raise ValueError(
            "--directed goes with --dataset=tables and --task=node; links are "
            "predicted without a direction."
        )
    fanouts = _FANOUTS.value or []
    if not all(fanout.isdigit() and int(fanout) for fanout in fanouts):
        raise ValueError(
            f"--fanouts={','.join(fanouts)} must be positive whole numbers, as 10,5."
        )
    if fanouts and len(fanouts) < graph_models.num_hops():
        warnings.warn(
            f"--fanouts={','.join(fanouts)} samples fewer hops than the model's "
            f"{graph_models.num_hops()}: it is trained without what lies beyond.",
            stacklevel=2,
        )
    if task == "graph":
        if architecture in ("appnp", "gcnii"):
            raise ValueError(
                f"--architecture={architecture} is for nodes and links: use one of "
                f"{', '.join(graph_models.CONVOLUTION_NAMES)}."
            )
        if not data.DATASET.value:
            raise ValueError(
                "--task=graph needs --dataset: a CSV file of molecules, such as "
                "esol.csv, or a collection of graphs, such as MUTAG, in --data_dir."
            )
        for name in graph_data.MOLECULE_FLAGS:
            if _is_set(name) and not graph_data.are_molecules():
                raise ValueError(f"--{name} goes with a CSV file of molecules.")
        if _is_set("descriptors") and graph_models.READOUT.value != "mlp":
            raise ValueError("--descriptors goes with --readout=mlp.")
        if _CROSS_VALIDATE.value and _is_set("fold"):
            raise ValueError("--cross_validate trains on all folds, without --fold.")


def _is_set(name):
    """Returns whether a flag has another value than where it is left out."""
    flag = flags.FLAGS[name]
    return flag.value != flag.default


def make_task(strategy):
    """Reads the dataset of the flags and makes a model for it."""
    replicas = strategy.num_replicas_in_sync
    batched = TASK.value == "graph" or _FANOUTS.value
    if batched and shared.BATCH_SIZE.value % replicas:
        raise ValueError(
            f"--batch_size={shared.BATCH_SIZE.value} must be a multiple of the "
            f"{replicas} devices it is split over."
        )
    if TASK.value == "graph":
        return make_graph_task(strategy)
    dataset = graph_data.load_node_dataset()
    graph_models.check_data(dataset.graph, dataset.name)
    if TASK.value == "link":
        split = splits.edge_split(dataset.graph, seed=shared.SEED.value)
        with strategy.scope():
            model = graph_models.link_predictor(split.graph)
        return LinkTask(
            split,
            model,
            dataset.labels,
            dataset.class_names,
            replicas=replicas,
            seed=shared.SEED.value,
        )
    if dataset.num_classes < 2:
        raise ValueError(
            f"--task=node needs a column label in {data.DATA_DIR.value}/nodes.csv, "
            f"with at least two classes, not {dataset.num_classes}."
        )
    with strategy.scope():
        model = graph_models.node_classifier(dataset)
    if not _FANOUTS.value:
        return NodeTask(dataset, model, replicas, _OBJECTIVE.value)
    return SampledNodeTask(
        dataset,
        model,
        [int(fanout) for fanout in _FANOUTS.value],
        shared.BATCH_SIZE.value,
        shared.TRAIN_STEPS.value,
        replicas=replicas,
        seed=shared.SEED.value,
        objective=_OBJECTIVE.value,
    )


def make_graph_task(strategy):
    """Reads the graphs of the flags and makes a model for them."""
    dataset = graph_data.load_graph_dataset()
    split = graph_data.split_graphs(dataset)
    graph_models.check_data(dataset.graphs[0], dataset.name)
    with strategy.scope():
        model = graph_models.graph_predictor(dataset, split[0])
    return GraphTask(
        dataset,
        split,
        model,
        shared.BATCH_SIZE.value,
        shared.TRAIN_STEPS.value,
        replicas=strategy.num_replicas_in_sync,
        seed=shared.SEED.value,
        watch_test=graph_data.FOLD.value is not None,
    )


def make_trainer(task, strategy):
    """Compiles the task's model and makes its trainer."""
    model = task.model
    rate = shared.LEARNING_RATE.value
    if _RATE_HALVING_STEPS.value:
        rate = keras.optimizers.schedules.ExponentialDecay(
            rate, _RATE_HALVING_STEPS.value, 0.5, staircase=True
        )
    with strategy.scope():
        model.compile(keras.optimizers.Adam(rate), task.loss)
        model.optimizer.build(model.trainable_variables)
    model.input_weight_decay = _WEIGHT_DECAY.value
    model.hidden_weight_decay = _HIDDEN_WEIGHT_DECAY.value
    separate_noise(model)
    return Trainer(
        model,
        strategy,
        task.batches,
        training_schedule(patience=PATIENCE.value),
        evaluate=task.evaluate,
        objective=task.objective,
        mode=task.mode,
        train_step=task.train_step,
        examples_per_step=task.examples_per_step,
        name=f"gnn {TASK.value}",
    )


def selection(task, trainer):
    """Returns what the model was chosen by, and `score`, more of which is better.

    Without anything to choose by, the score is of the data that was watched.
    """
    metrics = trainer.best_metrics if task.objective else task.evaluate()
    result = {"score": metrics[task.metric] * (1 if task.mode == "max" else -1)}
    if task.objective:
        result.update({f"validation_{k}": value for k, value in metrics.items()})
        result["best_step"] = trainer.best_step
    return result


if __name__ == "__main__":
    runner.launch(main, DEFAULTS, TASKS)
