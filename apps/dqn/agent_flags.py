"""Flags of single agents, and of noisy layers."""

from absl import flags

from apps.cli.sections import MODEL
from apps.cli.sections import TRAINING
from apps.cli.sections import section

section(MODEL)
flags.DEFINE_boolean(
    "noisy",
    False,
    "Explores by noise in the weights of the dense layers, whose scale is learnt.",
)
section(TRAINING)
flags.DEFINE_float("v_min", -100.0, "Least return of c51 and rainbow.")
flags.DEFINE_float("v_max", 100.0, "Largest return of c51 and rainbow.")
flags.DEFINE_integer(
    "num_atoms", 51, "Returns told apart by c51 and rainbow.", lower_bound=2
)
flags.DEFINE_integer("num_quantiles", 32, "Quantiles of qr_dqn and iqn.", lower_bound=1)
flags.DEFINE_float(
    "kappa",
    1.0,
    "Threshold of the Huber loss of qr_dqn and iqn; 0: the absolute error.",
    lower_bound=0.0,
)
flags.DEFINE_float(
    "munchausen_alpha",
    0.9,
    "Share of the log-policy that munchausen adds to rewards.",
    0.0,
    1.0,
)
flags.DEFINE_float(
    "munchausen_temperature", 0.03, "Temperature of its policy.", lower_bound=1e-4
)
flags.DEFINE_float(
    "munchausen_clip", -1.0, "The least its scaled log-policy counts.", upper_bound=0.0
)
flags.DEFINE_float("adam_epsilon", 1e-7, "Epsilon of Adam.", lower_bound=0.0)
