"""Flags of graphs of several sets of nodes and edges."""

from absl import flags

from apps.cli.sections import DATA
from apps.cli.sections import section

section(DATA)
NODE_SET = flags.DEFINE_string(
    "node_set",
    None,
    "Of graphs of several sets of nodes: the set whose nodes are classified. Default: "
    "the only one with labels.",
)
