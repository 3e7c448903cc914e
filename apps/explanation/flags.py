"""Flags of `apps.explain` about graphs: what to explain, how, and what to write."""

from absl import flags

from apps.cli.sections import DATA
from apps.cli.sections import EVALUATION
from apps.cli.sections import RUN
from apps.cli.sections import section

section(DATA)
NODE = flags.DEFINE_string(
    "node", None, "Node whose class is explained, by its name or its number from 0."
)
PAIR = flags.DEFINE_list(
    "pair", None, "Two nodes, as 3,17: whether they are linked is explained."
)
GRAPH = flags.DEFINE_integer(
    "graph", None, "Number of a graph of the collection in --data_dir, from 0.", 0
)
ANSWER = flags.DEFINE_string(
    "answer",
    None,
    "Class or target to explain, by name. Default: the likeliest class, the first "
    "target.",
)
section(EVALUATION)
METHOD = flags.DEFINE_enum(
    "method",
    "integrated_gradients",
    ["integrated_gradients", "gradient", "gnn_explainer"],
    "How: the gradient along the way from nothing, the gradient times the input, or "
    "masks that are learnt.",
)
TOP_EDGES = flags.DEFINE_integer(
    "top_edges",
    10,
    "Edges that are coloured, and that fidelity takes out of the graph.",
    1,
)
section(RUN)
IMPORTANCES = flags.DEFINE_string(
    "importances",
    None,
    "Writes how much each edge, node and feature matters; .csv or .json.",
)
NAMES = ("node", "pair", "graph", "answer", "method", "top_edges", "importances")
