"""Flags of influence: cascades, seeds, and what is learnt from."""

from absl import flags

from apps.cli.parsers import keys_of
from apps.cli.sections import DATA
from apps.cli.sections import EVALUATION
from apps.cli.sections import MODEL
from apps.cli.sections import TRAINING
from apps.cli.sections import section

NAMES = (
    *("cascade_probability", "cascade_rounds", "celf_nodes", "diffusion"),
    *("imm_epsilon", "seed_nodes", "spread_cascades", "training_graphs"),
    "training_nodes",
)

section(DATA)
flags.DEFINE_enum(
    "diffusion",
    "independent_cascade",
    keys_of("kerazoo.data.graphs.cascades", "DIFFUSIONS"),
    "How a node becomes active. independent_cascade: each active neighbour has one "
    "try; linear_threshold: the weights of its active neighbours reach its threshold.",
)
flags.DEFINE_float(
    "cascade_probability",
    None,
    "Probability that a node activates a neighbour; of linear_threshold a weight. "
    "Default: the weights of the edges where they have some, or 1 through the number "
    "of edges to the neighbour.",
    1e-9,
    1.0,
)
flags.DEFINE_integer("seed_nodes", 5, "How many seeds to choose.", lower_bound=1)
section(MODEL)
flags.DEFINE_integer(
    "cascade_rounds", 5, "Rounds of the estimates that the model corrects.", 1
)
section(TRAINING)
flags.DEFINE_integer("training_graphs", 64, "Random graphs to learn from.", 1)
flags.DEFINE_integer("training_nodes", 100, "Most nodes of a random graph.", 8)
section(EVALUATION)
flags.DEFINE_integer(
    "spread_cascades", 10_000, "Cascades by which the spread of seeds is measured.", 2
)
flags.DEFINE_float(
    "imm_epsilon",
    0.1,
    "Of IMM, beside ours in the result: how near it must come. Its time grows with the "
    "inverse squared.",
    0.01,
    0.99,
)
flags.DEFINE_integer(
    "celf_nodes",
    100,
    "Most nodes of a graph on which CELF runs, beside ours in the result.",
    0,
)
