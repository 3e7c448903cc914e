"""Flags of graph networks: their encoder, their ends, how they learn, the graphs."""

from absl import flags

from apps.cli.parsers import DEFINE_integers
from apps.cli.parsers import declare
from apps.cli.parsers import keys_of
from apps.cli.sections import DATA
from apps.cli.sections import EVALUATION
from apps.cli.sections import MODEL
from apps.cli.sections import RUN
from apps.cli.sections import TRAINING
from apps.cli.sections import section
from apps.shared_flags import network

# Datasets have edges of one type, and rgcn is for several.
CONVOLUTIONS = [
    name
    for name in keys_of("kerazoo.models.gnn.convolutions", "CONVOLUTIONS")
    if name != "rgcn"
]
LINK_DECODERS = ["dot", "bilinear", "mlp"]

section(MODEL)
flags.DEFINE_enum(
    "architecture",
    "gcn",
    [
        *CONVOLUTIONS,
        *keys_of("kerazoo.models.gnn.config.encoder_config", "ENCODERS"),
        *keys_of("kerazoo.models.gnn.config.potential_config", "POTENTIALS"),
        *keys_of("kerazoo.models.gnn.config.recommender_config", "RECOMMENDERS"),
    ],
    "Kind of graph convolution, or of the whole encoder.",
)
flags.DEFINE_float(
    "attention_dropout", 0.0, "Share of attention dropped in training.", 0.0, 0.99
)
flags.DEFINE_integer(
    "output_heads", 1, "Attention heads of the last layer, averaged.", lower_bound=1
)
flags.DEFINE_enum(
    "activation", "relu", ["relu", "elu", "gelu", "tanh"], "Between convolutions."
)
flags.DEFINE_enum(
    "normalization",
    "none",
    ["none", "batch", "layer", "pair"],
    "Between convolutions.",
)
flags.DEFINE_boolean(
    "residual", False, "Adds the input of a convolution to its output."
)
flags.DEFINE_boolean(
    "self_connection", False, "Adds a dense layer of a convolution's input."
)
section(DATA)
flags.DEFINE_enum(
    "feature_normalization", "none", ["none", "row"], "row: each node's sum to 1."
)
section(MODEL)
flags.DEFINE_float(
    "teleport", 0.1, "Alpha of APPNP, GCNII and SSGC: share of the start.", 0.0, 1.0
)
flags.DEFINE_integer(
    "propagation_steps", 10, "K of APPNP: steps of propagation.", lower_bound=1
)
flags.DEFINE_float(
    "identity_decay",
    0.5,
    "Lambda of GCNII: how fast layers near the identity. At most 1.7, e - 1.",
    0.0,
    1.7,
)
flags.DEFINE_enum(
    "decoder",
    "dot",
    [*LINK_DECODERS, *keys_of("kerazoo.models.gnn.knowledge.decoders", "DECODERS")],
    "How a link or a triple is scored.",
)
declare(network.EMBEDDING_SIZE)
flags.DEFINE_enum(
    "pooling",
    "sum",
    ["sum", "mean", "max", "attention", "attentive"],
    "How the nodes of a graph are put together.",
)
flags.DEFINE_enum(
    "readout",
    "jumping",
    ["jumping", "mlp"],
    "jumping: a linear function of every layer; mlp: a hidden layer after the last.",
)
flags.DEFINE_float(
    "readout_dropout", 0.5, "Share of the readout dropped in training.", 0.0, 0.99
)
section(TRAINING)
flags.DEFINE_float(
    "weight_decay", 0.0, "L2 penalty of the layers that see the features.", 0.0
)
flags.DEFINE_float("hidden_weight_decay", 0.0, "L2 penalty of all other layers.", 0.0)
flags.DEFINE_integer(
    "rate_halving_steps", None, "Halves the learning rate every so many steps.", 1
)
section(EVALUATION)
OBJECTIVE = flags.DEFINE_enum(
    "objective",
    "accuracy",
    ["accuracy", "macro_f1", "loss"],
    "Metric of the validation nodes that the best model is chosen by.",
)
section(TRAINING)
FANOUTS = DEFINE_integers(
    "fanouts",
    None,
    "Node task on sampled neighbourhoods: edges drawn per node in each hop, as 10,5. "
    "Default: full batch.",
)
section(DATA)
flags.DEFINE_boolean(
    "directed", False, "edges.csv has directed edges; otherwise both ways count."
)
flags.DEFINE_enum(
    "split", "random", ["random", "scaffold"], "How molecules or graphs are split."
)
FOLD = flags.DEFINE_integer(
    "fold", None, "Trains and tests on one fold of ten, from 0.", 0, 9
)
CROSS_VALIDATE = flags.DEFINE_boolean(
    "cross_validate",
    False,
    "Trains on all ten folds and reports the evaluation whose mean over them is best, "
    "the protocol of the GIN paper.",
)
flags.DEFINE_string(
    "smiles_column",
    "smiles",
    "Column of the molecules or reactions, by name or number. Where none is called "
    "smiles, it is found by its name or by what it holds. Several, as a,b: a row is of "
    "so many molecules.",
)
flags.DEFINE_string(
    "target_column",
    None,
    "Column to predict, by name or number; of molecules also several, as a,b, whose "
    "cells may be blank. Default: of molecules, the only other one or one of a name "
    "such as target; of tables, label or one of a name such as class.",
)
flags.DEFINE_enum(
    "target",
    "auto",
    ["auto", "classification", "regression"],
    "What the column to predict holds. auto: classes if no cell is a number, or if "
    "there are at most 10 different ones without a fraction.",
)
flags.DEFINE_boolean(
    "skip_invalid",
    False,
    "Leaves rows out whose molecule RDKit cannot read or that have no target.",
)
flags.DEFINE_boolean(
    "descriptors",
    False,
    "Gives the model descriptors of a whole graph, too: RDKit's of a molecule, sizes "
    "and counts of other graphs.",
)
section(RUN)
RUN_NAME = flags.DEFINE_string(
    "run_name",
    None,
    "Name of the run in its default folders, runs/gnn/<name> and "
    "saved_models/gnn_<name>. Default: the dataset.",
)
