"""The flag of the apps whose networks see images in patches."""

from absl import flags

PATCH_SIZE = flags.DEFINE_integer(
    "patch_size", 2, "Transformers of images: side of a patch in pixels.", lower_bound=1
)
