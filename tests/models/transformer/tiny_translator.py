"""A Transformer of a few hundred weights, the same each time."""

import keras

from kerazoo.models.transformer.networks import EncoderDecoder
from kerazoo.models.transformer.transformer import Transformer
from kerazoo.training.weight_average import HalfLifeDecay

VOCABULARY = 9
SMALL = {
    "hidden_size": 8,
    "num_layers": 1,
    "num_heads": 2,
    "feed_forward_size": 12,
    "dropout": 0.0,
}


def tiny_translator():
    """Returns a compiled model without dropout, which replicas draw each their own."""
    keras.utils.set_random_seed(0)
    model = Transformer(
        EncoderDecoder(VOCABULARY, **SMALL),
        label_smoothing=0.1,
        average_decay=HalfLifeDecay(30, ramp_up=None),
        max_gradient_norm=0.5,
    )
    model.compile(keras.optimizers.SGD(0.5))
    return model
