"""The flag that names a version of an exported model."""

from absl import flags

from apps.cli.sections import MODEL
from apps.cli.sections import section

section(MODEL)
VERSION = flags.DEFINE_integer(
    "version", None, "Version of the model. Default: the newest.", lower_bound=0
)
