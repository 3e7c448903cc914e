"""Flags of `apps.generate` about pictures: what to make, edit and write."""

from absl import flags

from apps.cli.sections import PICTURES
from apps.cli.sections import RUN
from apps.cli.sections import section

section(PICTURES)
LABEL = flags.DEFINE_list(
    "label",
    [],
    "Classes of the images, in turn: names, numbers from 0, or none for no class in "
    "particular. Default: all classes; for --image none.",
)
section(RUN)
PICTURE = flags.DEFINE_string(
    "picture",
    "grid.png",
    "Writes the images as one here; .png. With --folder only where this is given.",
)
FOLDER = flags.DEFINE_string(
    "folder",
    None,
    "Writes each image in a file of its own, in a folder of its class, into this new "
    "folder, as apps.evaluate --images takes it.",
)
COLUMNS = flags.DEFINE_integer(
    "columns", None, "Images in a row. Default: as many as rows.", lower_bound=1
)
PROGRESS_IMAGES = flags.DEFINE_string(
    "progress_images",
    None,
    "Writes how each image comes out of the noise, one per row, here; .png.",
)
RECORD_EVERY = flags.DEFINE_integer(
    "record_every",
    None,
    "Steps between two states of --progress_images and --animation. Default: as many "
    "as make about ten states.",
    lower_bound=1,
)
ANIMATION = flags.DEFINE_string(
    "animation", None, "Writes the same, or what --interpolate makes, here; .gif."
)
section(PICTURES)
IMAGE = flags.DEFINE_list("image", [], "Files of images to edit.")
STRENGTH = flags.DEFINE_float(
    "strength", 0.5, "How much to change --image, from 0 to 1.", 0.0, 1.0
)
MASK = flags.DEFINE_string(
    "mask", None, "File of an image that is white where to keep --image as it is."
)
INTERPOLATE = flags.DEFINE_boolean(
    "interpolate",
    False,
    "Makes what lies between the two files of --image, by DDIM; of a GAN between two "
    "latents.",
)
FRAMES = flags.DEFINE_integer(
    "frames", 8, "Images of --interpolate, with both ends.", lower_bound=2
)
