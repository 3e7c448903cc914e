"""A small speech recogniser and what it hears, for tests."""

import keras
import numpy as np

from kerazoo.models.transformer.networks import SpeechRecognizer

RATE = 4_000
VOCABULARY = 7
SMALL = {
    "hidden_size": 8,
    "num_layers": 1,
    "num_heads": 2,
    "feed_forward_size": 12,
    "sample_rate": RATE,
    "num_mels": 12,
    "kernel_size": 3,
    "dropout": 0.0,
}
# Four rows, of 0.5, 0.2, 0 and 0.3 seconds: of 13, 5, 0 and 8 outputs.
LENGTHS = np.array([2_000, 800, 0, 1_200], "int32")
SAMPLES = np.random.default_rng(0).normal(0, 0.1, (4, 2_000)).astype("float32")
TARGETS = np.array([[4, 5, 5, 2], [6, 2, 0, 0], [0] * 4, [4, 6, 2, 0]], "int32")


def speech_network(
    encoder="conformer", num_decoder_layers=1, vocabulary_size=VOCABULARY, **kwargs
):
    """Returns a built network none of whose weights are 0, the same each time."""
    keras.utils.set_random_seed(0)
    network = SpeechRecognizer(
        vocabulary_size,
        encoder=encoder,
        num_decoder_layers=num_decoder_layers,
        **{**SMALL, **kwargs},
    )
    network.build(None)
    for seed, weight in enumerate(network.weights):
        random = np.random.default_rng(seed).normal(size=weight.shape)
        weight.assign(weight + 0.3 * random.astype("float32"))
    return network
