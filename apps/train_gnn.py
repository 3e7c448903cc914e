r"""Trains a graph neural network on nodes, links or whole graphs, and exports it.

    python -m apps.train_gnn
    python -m apps.train_gnn --flagfile=apps/presets/gnn/cora_gcn.flags --data_dir=DIR
    python -m apps.train_gnn --task=graph --dataset=esol.csv --data_dir=DIR

The bare command learns the two factions of Zachary's karate club from one member of
each, in seconds. After an interruption, the same command goes on from its newest
checkpoint.
"""

import pathlib
import warnings

from absl import flags

from apps import cross_validation
from apps import data_flags as data
from apps import flags as shared
from apps import graph_data
from apps import network_flags as network
from apps import runner

with runner.heavy_imports("gnn", legacy_keras=True):
    import keras
    import numpy as np

    from kerazoo.data.graphs import splits
    from kerazoo.models.gnn.appnp_encoder import APPNPEncoder
    from kerazoo.models.gnn.convolution_encoder import CONVOLUTIONS
    from kerazoo.models.gnn.convolution_encoder import ConvolutionEncoder
    from kerazoo.models.gnn.gcnii_encoder import GCNIIEncoder
    from kerazoo.models.gnn.graph_predictor import GraphPredictor
    from kerazoo.models.gnn.graph_task import GraphTask
    from kerazoo.models.gnn.link_predictor import LinkPredictor
    from kerazoo.models.gnn.link_task import LinkTask
    from kerazoo.models.gnn.node_classifier import NodeClassifier
    from kerazoo.models.gnn.node_task import NodeTask
    from kerazoo.models.gnn.sampled_node_task import SampledNodeTask
    from kerazoo.models.gnn.serving_graph_model import ServingGraphModel
    from kerazoo.serving.plain_copy import plain_copy
    from kerazoo.training.replica_noise import separate_noise
    from kerazoo.training.trainer import Schedule
    from kerazoo.training.trainer import Trainer

# The graphs that the flags can name have edges of one type.
_CONVOLUTIONS = [name for name in CONVOLUTIONS if name != "rgcn"]

_TASK = flags.DEFINE_enum(
    "task",
    "node",
    ["node", "link", "graph"],
    "What to predict: classes of nodes, links between them, or classes or values of "
    "whole graphs. Sets defaults of its own: see flags.txt of a run.",
)
_ARCHITECTURE = flags.DEFINE_enum(
    "architecture",
    "gcn",
    [*_CONVOLUTIONS, "appnp", "gcnii"],
    "Kind of graph convolution, or of the whole encoder.",
)
_OUTPUT_HEADS = flags.DEFINE_integer(
    "output_heads", 1, "Attention heads of the last layer, averaged.", lower_bound=1
)
_NORMALIZATION = flags.DEFINE_enum(
    "normalization", "none", ["none", "batch", "layer"], "Between convolutions."
)
_RESIDUAL = flags.DEFINE_boolean(
    "residual", False, "Adds the input of a convolution to its output."
)
_SELF_CONNECTION = flags.DEFINE_boolean(
    "self_connection", False, "Adds a dense layer of a convolution's input."
)
_FEATURE_NORMALIZATION = flags.DEFINE_enum(
    "feature_normalization", "none", ["none", "row"], "row: each node's sum to 1."
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
_PATIENCE = flags.DEFINE_integer(
    "patience", None, "Ends training after so many evaluations without a better one.", 1
)
_TELEPORT = flags.DEFINE_float(
    "teleport", 0.1, "Alpha of APPNP and GCNII: share of the start.", 0.0, 1.0
)
_PROPAGATION_STEPS = flags.DEFINE_integer(
    "propagation_steps", 10, "K of APPNP: steps of propagation.", lower_bound=1
)
_IDENTITY_DECAY = flags.DEFINE_float(
    "identity_decay", 0.5, "Lambda of GCNII: how fast layers near the identity.", 0.0
)
_FANOUTS = flags.DEFINE_list(
    "fanouts",
    None,
    "Node task on sampled neighbourhoods: edges drawn per node in each hop, as 10,5. "
    "Default: full batch.",
)
_DECODER = flags.DEFINE_enum(
    "decoder", "dot", ["dot", "bilinear", "mlp"], "How a link is scored."
)
_EMBEDDING_SIZE = flags.DEFINE_integer(
    "embedding_size", 64, "Width of the embedding of a link's ends.", lower_bound=1
)
_POOLING = flags.DEFINE_enum(
    "pooling",
    "sum",
    ["sum", "mean", "max", "attention"],
    "How the nodes of a graph are put together.",
)
_READOUT = flags.DEFINE_enum(
    "readout",
    "jumping",
    ["jumping", "mlp"],
    "jumping: a linear function of every layer; mlp: a hidden layer after the last.",
)
_READOUT_DROPOUT = flags.DEFINE_float(
    "readout_dropout", 0.5, "Share of the readout dropped in training.", 0.0, 0.99
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
    ),
}

flags.adopt_module_key_flags(shared)
flags.adopt_module_key_flags(data)
flags.adopt_module_key_flags(graph_data)
flags.adopt_module_key_flags(network)
shared.may_change(_PATIENCE, data.DATA_DIR)


def main(_):
    for flag, value in _TASK_DEFAULTS[_TASK.value].items():
        if flags.FLAGS[flag].using_default_value:
            flags.FLAGS.set_default(flag, value)
    with runner.user_errors():
        check_flags()
    name = run_name()
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
                "task": _TASK.value,
                "dataset": name,
                "class_names": task.class_names,
                "schema": serving.schema,
            },
            warmup=serving.example(task.example_graph),
        )
        for title, png in task.pictures().items():
            run.workdir.write_picture(title, png, trainer.step)
        run.finish({**result, "export": export})


def run_name():
    """Returns the name of the dataset and, unless it is the usual one, of the task."""
    name = pathlib.Path(data.DATASET.value or "karate_club").stem
    if name == "tables" and data.DATA_DIR.value:
        name = pathlib.Path(data.DATA_DIR.value).absolute().name
    return f"{name}_link" if _TASK.value == "link" else name


def check_flags():
    """Refuses flags that do not go together."""
    task, architecture = _TASK.value, _ARCHITECTURE.value
    if shared.JIT_COMPILE.value:
        raise ValueError(
            "--jit_compile does not go with graph networks: XLA has no sparse products."
        )
    for owner, names in _TASK_FLAGS.items():
        for name in names:
            flag = flags.FLAGS[name]
            if flag.value != flag.default and task != owner:
                raise ValueError(f"--{name} goes with --task={owner}.")
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
    if task == "graph":
        if architecture in ("appnp", "gcnii"):
            raise ValueError(
                f"--architecture={architecture} is for nodes and links: use one of "
                f"{', '.join(_CONVOLUTIONS)}."
            )
        if not data.DATASET.value:
            raise ValueError(
                "--task=graph needs --dataset: a CSV file of molecules, such as "
                "esol.csv, or a collection of graphs, such as MUTAG, in --data_dir."
            )
        if flags.FLAGS["descriptors"].value and _READOUT.value != "mlp":
            raise ValueError("--descriptors goes with --readout=mlp.")


def check_data(graph, name):
    """Refuses or points out what an architecture makes nothing of."""
    architecture = _ARCHITECTURE.value
    takes_features = architecture in ("gat", "gatv2", "gine", "transformer")
    if architecture == "gine" and graph.edge_features is None:
        raise ValueError(
            f"--architecture=gine needs features of edges, which {name} does not "
            "have: use gin."
        )
    if graph.edge_features is not None and not takes_features:
        warnings.warn(
            f"--architecture={architecture} leaves the features of the edges out: "
            "gat, gatv2, gine and transformer take them.",
            stacklevel=2,
        )
    if graph.edge_weights is not None and takes_features:
        warnings.warn(
            f"--architecture={architecture} leaves the weights of the edges out: gcn, "
            "sage, gin, directed, appnp and gcnii take them.",
            stacklevel=2,
        )


def make_task(strategy):
    """Reads the dataset of the flags and makes a model for it."""
    replicas = strategy.num_replicas_in_sync
    batched = _TASK.value == "graph" or _FANOUTS.value
    if batched and shared.BATCH_SIZE.value % replicas:
        raise ValueError(
            f"--batch_size={shared.BATCH_SIZE.value} must be a multiple of the "
            f"{replicas} devices it is split over."
        )
    if _TASK.value == "graph":
        return make_graph_task(strategy)
    dataset = graph_data.load_node_dataset()
    check_data(dataset.graph, dataset.name)
    if _TASK.value == "link":
        split = splits.edge_split(dataset.graph, seed=shared.SEED.value)
        with strategy.scope():
            model = LinkPredictor(
                make_encoder(_EMBEDDING_SIZE.value),
                decoder=_DECODER.value,
                **feature_sizes(split.graph),
            )
        return LinkTask(
            split,
            model,
            dataset.labels,
            dataset.class_names,
            replicas=replicas,
            seed=shared.SEED.value,
        )
    if not dataset.num_classes:
        raise ValueError(
            f"--task=node needs a column label in {data.DATA_DIR.value}/nodes.csv, "
            "with a class for some nodes."
        )
    with strategy.scope():
        model = NodeClassifier(
            make_encoder(dataset.num_classes), **feature_sizes(dataset.graph)
        )
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
    train = split[0]
    regression = dataset.num_classes is None
    check_data(dataset.graphs[0], dataset.name)
    with strategy.scope():
        model = GraphPredictor(
            make_encoder(None, return_all=True),
            output_units=dataset.num_classes or 1,
            pooling=_POOLING.value,
            readout=_READOUT.value,
            dropout=_READOUT_DROPOUT.value,
            regression=regression,
            **feature_sizes(dataset.graphs[0]),
        )
        if regression:
            model.set_target_statistics(dataset.labels[train])
        if model.context_feature_size:
            context = [dataset.graphs[i].context_features for i in train]
            model.set_context_statistics(np.stack(context))
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


def make_encoder(output_units, return_all=False):
    """Makes the encoder of the flags."""
    common = {
        "hidden_units": network.HIDDEN_SIZE.value,
        "num_layers": network.NUM_LAYERS.value,
        "output_units": output_units,
        "dropout": network.DROPOUT.value,
    }
    match _ARCHITECTURE.value:
        case "appnp":
            return APPNPEncoder(
                **common,
                num_steps=_PROPAGATION_STEPS.value,
                teleport=_TELEPORT.value,
            )
        case "gcnii":
            return GCNIIEncoder(
                **common,
                teleport=_TELEPORT.value,
                identity_decay=_IDENTITY_DECAY.value,
            )
        case convolution:
            return ConvolutionEncoder(
                convolution,
                **common,
                attention_dropout=network.ATTENTION_DROPOUT.value,
                normalization=_NORMALIZATION.value,
                residual=_RESIDUAL.value,
                num_heads=network.NUM_HEADS.value,
                output_heads=_OUTPUT_HEADS.value,
                self_connection=_SELF_CONNECTION.value,
                return_all=return_all,
            )


def feature_sizes(graph):
    """Returns the sizes that a graph's features give a model."""
    edges, context = graph.edge_features, graph.context_features
    return {
        "node_feature_size": graph.node_features.shape[1],
        "edge_feature_size": 0 if edges is None else edges.shape[1],
        "context_feature_size": 0 if context is None else context.shape[0],
        "feature_normalization": _FEATURE_NORMALIZATION.value,
    }


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
        Schedule(
            train_steps=shared.TRAIN_STEPS.value,
            eval_every=shared.EVAL_EVERY.value,
            checkpoint_every=shared.CHECKPOINT_EVERY.value,
            log_every=shared.LOG_EVERY.value,
            patience=_PATIENCE.value,
        ),
        evaluate=task.evaluate,
        objective=task.objective,
        mode=task.mode,
        train_step=task.train_step,
        examples_per_step=task.examples_per_step,
        name=f"gnn {_TASK.value}",
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
    runner.launch(main, DEFAULTS)
