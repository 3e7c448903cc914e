"""The flag of the apps that can end training early."""

from absl import flags

PATIENCE = flags.DEFINE_integer(
    "patience", None, "Ends training after so many evaluations without a better one.", 1
)
