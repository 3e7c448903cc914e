"""Flags that size a network."""

from absl import flags

from apps.cli.sections import MODEL
from apps.cli.sections import section

section(MODEL)
HIDDEN_SIZE = flags.DEFINE_integer(
    "hidden_size", 64, "Width of the hidden layers, of all heads.", lower_bound=1
)
NUM_LAYERS = flags.DEFINE_integer(
    "num_layers", 2, "Number of layers or blocks.", lower_bound=1
)
NUM_HEADS = flags.DEFINE_integer("num_heads", 8, "Attention heads.", lower_bound=1)
DROPOUT = flags.DEFINE_float(
    "dropout", 0.5, "Share of features dropped in training.", 0.0, 0.99
)
EMBEDDING_SIZE = flags.DEFINE_integer(
    "embedding_size",
    64,
    "Width of the embeddings of nodes, entities, users and items.",
    lower_bound=1,
)
PATCH_SIZE = flags.DEFINE_integer(
    "patch_size", 2, "Transformers of images: side of a patch in pixels.", lower_bound=1
)
BLOCKS_PER_LEVEL = flags.DEFINE_integer(
    "blocks_per_level",
    2,
    "U-Net, residual GAN: blocks at each size of the image.",
    lower_bound=1,
)
