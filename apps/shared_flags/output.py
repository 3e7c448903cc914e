"""The flag of what writes one file."""

from absl import flags

from apps.cli.sections import RUN
from apps.cli.sections import section

section(RUN)
OUTPUT = flags.DEFINE_string("output", None, "Writes the file here.")
