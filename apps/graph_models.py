"""The models that the flags of `apps.train_gnn` describe."""

import warnings

from absl import flags

from apps import network_flags as network
from apps import runner

with runner.heavy_imports("gnn", legacy_keras=True):
    import numpy as np

    from kerazoo.models.gnn.appnp_encoder import APPNPEncoder
    from kerazoo.models.gnn.convolution_encoder import CONVOLUTIONS
    from kerazoo.models.gnn.convolution_encoder import ConvolutionEncoder
    from kerazoo.models.gnn.gcnii_encoder import GCNIIEncoder
    from kerazoo.models.gnn.graph_predictor import GraphPredictor
    from kerazoo.models.gnn.link_predictor import LinkPredictor
    from kerazoo.models.gnn.node_classifier import NodeClassifier

# The graphs that the flags can name have edges of one type.
CONVOLUTION_NAMES = tuple(name for name in CONVOLUTIONS if name != "rgcn")
_ATTENTION = ("gat", "gatv2", "transformer")
_EDGE_FEATURES = ("gat", "gatv2", "gine", "transformer")

_ATTENTION_DROPOUT = flags.DEFINE_float(
    "attention_dropout", 0.0, "Share of attention dropped in training.", 0.0, 0.99
)
ARCHITECTURE = flags.DEFINE_enum(
    "architecture",
    "gcn",
    [*CONVOLUTION_NAMES, "appnp", "gcnii"],
    "Kind of graph convolution, or of the whole encoder.",
)
_OUTPUT_HEADS = flags.DEFINE_integer(
    "output_heads", 1, "Attention heads of the last layer, averaged.", lower_bound=1
)
_ACTIVATION = flags.DEFINE_enum(
    "activation", "relu", ["relu", "elu", "gelu", "tanh"], "Between convolutions."
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
_TELEPORT = flags.DEFINE_float(
    "teleport", 0.1, "Alpha of APPNP and GCNII: share of the start.", 0.0, 1.0
)
_PROPAGATION_STEPS = flags.DEFINE_integer(
    "propagation_steps", 10, "K of APPNP: steps of propagation.", lower_bound=1
)
_IDENTITY_DECAY = flags.DEFINE_float(
    "identity_decay",
    0.5,
    "Lambda of GCNII: how fast layers near the identity. At most 1.7, e - 1.",
    0.0,
    1.7,
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
READOUT = flags.DEFINE_enum(
    "readout",
    "jumping",
    ["jumping", "mlp"],
    "jumping: a linear function of every layer; mlp: a hidden layer after the last.",
)
_READOUT_DROPOUT = flags.DEFINE_float(
    "readout_dropout", 0.5, "Share of the readout dropped in training.", 0.0, 0.99
)

# What only some architectures make something of.
ARCHITECTURE_FLAGS = {
    "activation": tuple(c for c in CONVOLUTION_NAMES if c != "transformer"),
    "attention_dropout": _ATTENTION,
    "identity_decay": ("gcnii",),
    "normalization": CONVOLUTION_NAMES,
    "num_heads": _ATTENTION,
    "output_heads": ("gat", "gatv2"),
    "propagation_steps": ("appnp",),
    "residual": CONVOLUTION_NAMES,
    "self_connection": CONVOLUTION_NAMES,
    "teleport": ("appnp", "gcnii"),
}

flags.adopt_module_key_flags(network)


def num_hops():
    """Returns how many edges away the nodes are that an encoder's output depends on."""
    if ARCHITECTURE.value == "appnp":
        return _PROPAGATION_STEPS.value
    return network.NUM_LAYERS.value


def check_data(graph, name):
    """Refuses or points out what an architecture makes nothing of."""
    architecture = ARCHITECTURE.value
    takes_features = architecture in _EDGE_FEATURES
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


def node_classifier(dataset):
    """Makes a model of the classes of a graph's nodes."""
    encoder = make_encoder(dataset.num_classes)
    return NodeClassifier(encoder, **_sizes(dataset.graph))


def link_predictor(graph):
    """Makes a model of the links of a graph."""
    encoder = make_encoder(_EMBEDDING_SIZE.value)
    return LinkPredictor(encoder, decoder=_DECODER.value, **_sizes(graph))


def graph_predictor(dataset, train):
    """Makes a model of whole graphs, with the statistics of those to train on."""
    regression = dataset.num_classes is None
    model = GraphPredictor(
        make_encoder(None, return_all=True),
        output_units=dataset.num_classes or 1,
        pooling=_POOLING.value,
        readout=READOUT.value,
        dropout=_READOUT_DROPOUT.value,
        regression=regression,
        **_sizes(dataset.graphs[0]),
    )
    if regression:
        model.set_target_statistics(dataset.labels[train])
    if model.context_feature_size:
        context = [dataset.graphs[i].context_features for i in train]
        model.set_context_statistics(np.stack(context))
    return model


def make_encoder(output_units, return_all=False):
    """Makes the encoder of the flags."""
    common = {
        "hidden_units": network.HIDDEN_SIZE.value,
        "num_layers": network.NUM_LAYERS.value,
        "output_units": output_units,
        "dropout": network.DROPOUT.value,
    }
    match ARCHITECTURE.value:
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
                attention_dropout=_ATTENTION_DROPOUT.value,
                activation=_ACTIVATION.value,
                normalization=_NORMALIZATION.value,
                residual=_RESIDUAL.value,
                num_heads=network.NUM_HEADS.value,
                output_heads=_OUTPUT_HEADS.value,
                self_connection=_SELF_CONNECTION.value,
                return_all=return_all,
            )


def _sizes(graph):
    """Returns the sizes that a graph's features give a model."""
    edges, context = graph.edge_features, graph.context_features
    return {
        "node_feature_size": graph.node_features.shape[1],
        "edge_feature_size": 0 if edges is None else edges.shape[1],
        "context_feature_size": 0 if context is None else context.shape[0],
        "feature_normalization": _FEATURE_NORMALIZATION.value,
    }
