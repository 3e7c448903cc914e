"""What each family serves can be compressed, its loops and its text, too."""

import kerazoo.models.gnn  # noqa: F401

# isort: split
import keras
import pytest
import tensorflow as tf

from kerazoo.models import diffusion
from kerazoo.models import dqn
from kerazoo.models import gan
from kerazoo.models import gnn
from kerazoo.models import transformer
from kerazoo.serving import CompressedServing
from kerazoo.serving.compression import compare_compressed
from kerazoo.text import CharacterTokenizer


def policy():
    environment = dqn.GymnasiumEnvironment("CartPole-v1")
    model = dqn.q_network(environment.observation_spec(), 2, (8,), seed=0)
    return model, lambda: dqn.ServingPolicy(model, environment)


def generator():
    network = gan.NetworkConfig("compact", base_width=4, latent_size=4)
    model = gan.make_gan((8, 8, 1), num_classes=3, networks=network)
    return model, lambda: gan.ServingGAN(model)


def denoiser():
    network = diffusion.NetworkConfig("dit", hidden_size=8, num_layers=1, num_heads=2)
    model = diffusion.make_diffusion((4, 4, 1), num_classes=3, network=network)
    return model, lambda: diffusion.ServingDiffusion(model, steps=2)


def nodes():
    encoder = gnn.ConvolutionEncoder("gat", 6, 2, 3, num_heads=2)
    model = gnn.NodeClassifier(encoder, 4)
    return model, lambda: gnn.ServingGraphModel(model)


def translator():
    tokenizer = CharacterTokenizer.of("a good film 1")
    network = transformer.NetworkConfig(hidden_size=8, num_layers=1, num_heads=2)
    model = transformer.make_translator(tokenizer.vocabulary_size, 16, network)
    return model, lambda: transformer.ServingTranslator(model, tokenizer, 4)


@pytest.mark.parametrize(
    "make",
    [
        *(policy, generator),
        *(
            pytest.param(make, marks=pytest.mark.slow)
            for make in (denoiser, nodes, translator)
        ),
    ],
)
def test_answers_are_those_of_the_rounded_model(make):
    keras.utils.set_random_seed(0)
    model, make_serving = make()
    smaller = CompressedServing(make_serving(), model, "bfloat16")
    assert any(v.dtype == tf.bfloat16 for v in smaller.module.weights)
    assert list(smaller.endpoints) == list(make_serving().endpoints)
    for variable in model.variables:
        if variable.dtype == "float32" and len(variable.shape) > 1:
            rounded = tf.cast(tf.cast(variable.value, tf.bfloat16), tf.float32)
            variable.assign(rounded)
    found = compare_compressed(smaller, make_serving())["largest_difference"]
    assert found
    for signature, outputs in found.items():
        # Not one more: images are equal to the pixel, texts to the character.
        largest = max(outputs.values())
        assert largest == pytest.approx(0, abs=1e-5), (signature, outputs)
