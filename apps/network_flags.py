"""The flags that size a network, for the apps that build one of layers."""

from absl import flags

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
