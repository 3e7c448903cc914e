"""The trained models of the clone still answer as on the day of their export."""

import json
import subprocess

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_text  # noqa: F401  Has the operations of texts.

import kerazoo
from kerazoo.serving.exported import CARD_FILE
from kerazoo.serving.recorded_requests import EXPECTED_FILE
from kerazoo.serving.recorded_requests import read_recorded
from tests.documents import ROOT

SHELF = ROOT / "saved_models"
MODELS = (
    "diffusion_digits",
    "dqn_cartpole",
    "gan_digits",
    "gnn_karate_club",
    "transformer_dates",
)
SLOW = ("diffusion_digits", "transformer_dates")  # To be loaded and to answer.


def first(model):
    """Returns the version that the clone has: users may have added others."""
    return SHELF / model / "1"


@pytest.fixture(scope="module", params=MODELS)
def version(request):
    return first(request.param)


@pytest.mark.parametrize(
    "version",
    [
        pytest.param(model, marks=pytest.mark.slow if model in SLOW else ())
        for model in MODELS
    ],
    indirect=True,
)
def test_answers_are_those_that_were_stored(version):
    loaded = tf.saved_model.load(str(version))
    recorded = read_recorded(version / "assets.extra" / EXPECTED_FILE)
    assert {name for name, *_ in recorded} <= set(loaded.signatures)
    assert recorded
    for signature, inputs, expected in recorded:
        tensors = {name: tf.constant(value) for name, value in inputs.items()}
        found = loaded.signatures[signature](**tensors)
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            if name == "png_bytes":  # The images, which are compared.
                continue
            if value.dtype == object:
                assert found[name].numpy().tolist() == value.tolist()
            elif value.dtype == np.uint8:  # Others' arithmetic may round otherwise.
                difference = found[name].numpy().astype(int) - value
                assert np.abs(difference).max() <= 1, signature
            else:
                np.testing.assert_allclose(
                    found[name], value, rtol=1e-4, atol=1e-4, err_msg=name
                )


def test_size_and_card(version):
    files = [path for path in version.rglob("*") if path.is_file()]
    sizes = {path.name: path.stat().st_size for path in files}
    assert sum(sizes.values()) < 6_500_000
    assert sum(sizes.values()) - sizes["model.keras"] < 3_600_000
    card = (version / "assets.extra" / CARD_FILE).read_text()
    metadata = json.loads((version / "assets.extra" / "kerazoo.json").read_text())
    assert f"python -m apps.train_{metadata['family']}" in card
    assert metadata["run"]["seed"] == 0
    assert "licence of the data | not known" not in card
    assert "score" in metadata["result"]


def test_clone_is_small():
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip("This is no clone.")
    files = [ROOT / name for name in done.stdout.split("\0") if name]
    total = sum(path.stat().st_size for path in files if path.exists())
    assert total < 25_000_000


def test_policy_is_the_keras_model():
    version = first("dqn_cartpole")
    observation = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    served = tf.saved_model.load(str(version)).signatures["serving_default"]
    found = served(observation=tf.constant(observation))["q_values"]
    expected = kerazoo.load(version)(observation)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_generator_is_the_keras_model():
    version = first("gan_digits")
    model = kerazoo.load(version)
    latents = np.random.default_rng(0).normal(size=(3, model.latent_size))
    latents, label = tf.constant(latents, tf.float32), tf.constant([3, 1, 4])
    served = tf.saved_model.load(str(version)).signatures["generate"]
    found = served(latents=latents, label=label)["images"].numpy()
    network = model.average_generator or model.generator
    expected = (np.clip(network([latents, label]), -1, 1) + 1) * 127.5
    assert np.abs(found - expected).max() < 0.51
