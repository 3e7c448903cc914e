"""Flags of encoders of graphs: filters, and what keeps many layers apart."""

from absl import flags

from apps.cli.sections import MODEL
from apps.cli.sections import TRAINING
from apps.cli.sections import section

section(MODEL)
flags.DEFINE_integer(
    "filter_steps",
    2,
    "K of SGC, SSGC, TAG, Chebyshev and ARMA: steps of one convolution.",
    lower_bound=1,
)
flags.DEFINE_enum(
    "jumping",
    "none",
    ["none", "concatenate", "max"],
    "How the outputs of all convolutions make that of the encoder.",
)
section(TRAINING)
flags.DEFINE_float(
    "drop_edge", 0.0, "Share of edges taken out in each step of training.", 0.0, 0.99
)
