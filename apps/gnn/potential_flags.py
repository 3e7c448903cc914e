"""Flags of atoms in space: how far they see, and what is learnt of them."""

from absl import flags

from apps.cli.parsers import keys_of
from apps.cli.sections import MODEL
from apps.cli.sections import TRAINING
from apps.cli.sections import section

POTENTIALS = keys_of("kerazoo.models.gnn.config.potential_config", "POTENTIALS")

section(MODEL)
flags.DEFINE_float(
    "cutoff",
    5.0,
    "Distance up to which atoms see each other, in the unit of their positions.",
    lower_bound=0.1,
)
flags.DEFINE_enum(
    "radial_basis",
    "bessel",
    ["gaussian", "bessel"],
    "Functions that distances are expanded in.",
)
flags.DEFINE_integer("num_radial", 20, "How many of them.", lower_bound=2)
flags.DEFINE_enum(
    "envelope",
    "cosine",
    keys_of("kerazoo.layers.graph.cutoffs", "CUTOFFS"),
    "How what atoms have to do with each other ends at the cutoff.",
)
section(TRAINING)
flags.DEFINE_float("force_weight", 0.95, "Share of the forces in the loss.", 0.0, 1.0)
