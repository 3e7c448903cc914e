"""Exported classifiers of images: pixels, and files of all kinds and states."""

import io
import re

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.config import make_image_classifier
from kerazoo.models.transformer.serving_classifier import ServingImageClassifier
from kerazoo.serving.check import run_without_python
from kerazoo.serving.exporting import export
from kerazoo.serving.limits import Limits
from tests.serving.odd_requests import ask
from tests.serving.odd_requests import assert_memory_stays
from tests.serving.odd_requests import assert_odd_requests_end_well
from tests.serving.odd_requests import assert_rows_are_answered_alone

SHAPE = 8, 8, 3
SIGNATURES = pytest.mark.parametrize("signature", ["classify", "classify_files"])
RANDOM = np.random.default_rng(0)
PIXELS = RANDOM.integers(0, 256, (20, 30, 3), "uint8")


@pytest.fixture(scope="module")
def serving():
    network = NetworkConfig(hidden_size=8, num_layers=1, num_heads=2)
    model = make_image_classifier(SHAPE, 3, network)
    limits = Limits(max_examples=300, max_pixels=300 * 64)
    return ServingImageClassifier(model, SHAPE, list("abc"), limits)


def file(kind, pixels=PIXELS):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def files(*contents):
    return {"image_bytes": np.array([*contents, None], object)[:-1]}


def good_request(signature):
    if signature == "classify":
        return {"images": RANDOM.integers(0, 256, (2, *SHAPE), "uint8")}
    return files(file("png"), file("jpeg"))


@pytest.mark.parametrize("kind", ["png", "bmp"])
def test_files_without_loss_are_their_pixels(serving, kind):
    pixels = RANDOM.integers(0, 256, SHAPE, "uint8")
    found = ask(serving.endpoints["classify_files"], files(file(kind, pixels)))
    expected = ask(serving.endpoints["classify"], {"images": pixels[np.newaxis]})
    np.testing.assert_allclose(
        found["probabilities"], expected["probabilities"], rtol=1e-4
    )


def test_files_of_all_kinds_and_none(serving):
    kinds = [file(kind) for kind in ("png", "jpeg", "gif", "bmp")]
    classify = serving.endpoints["classify_files"]
    assert len(ask(classify, files(*kinds))["label"]) == 4
    assert ask(classify, files())["probabilities"].shape == (0, 3)


@SIGNATURES
def test_odd_requests_end_well(serving, signature):
    function = serving.endpoints[signature]
    assert_odd_requests_end_well(function, good_request(signature), 30)


@pytest.mark.slow
@SIGNATURES
def test_many_odd_requests_end_well(serving, signature):
    function = serving.endpoints[signature]
    assert_odd_requests_end_well(function, good_request(signature), 1_000, seed=1)
    assert_memory_stays(function, good_request(signature), 10_000)


@SIGNATURES
def test_rows_are_answered_alone(serving, signature):
    images = RANDOM.integers(0, 256, (257, *SHAPE), "uint8")
    request = {"images": images}
    if signature == "classify_files":
        request = files(*(file("png", image) for image in images))
    assert_rows_are_answered_alone(serving.endpoints[signature], request)


def refused(serving, *contents):
    with pytest.raises(tf.errors.InvalidArgumentError) as error:
        ask(serving.endpoints["classify_files"], files(*contents))
    return str(error.value)


@pytest.mark.parametrize("content", [b"", b"to be", b"\x89PNG", b"%PDF-1.7", b"II*\0"])
def test_files_that_are_no_images_are_errors(serving, content):
    words = "`image_bytes` must be a PNG, JPEG, GIF or BMP file, not other bytes."
    assert f"{words} Received: {len(content)}" in refused(serving, file("png"), content)


@pytest.mark.parametrize("kind", ["png", "jpeg", "bmp"])
def test_damaged_files_name_the_input(serving, kind):
    content = file(kind)
    said = refused(serving, file("png"), content[: len(content) // 2])
    assert re.search(r"node .*image_bytes(_\d+)?/", said)


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "bmp"])
def test_large_images_are_not_decoded(serving, kind):
    side = np.zeros((120, 160, 3), "uint8")  # As many pixels as are allowed.
    function = serving.endpoints["classify_files"]
    assert len(ask(function, files(file(kind, side)))["label"]) == 1
    content = file(kind, np.zeros((121, 160, 3), "uint8"))
    words = "`image_bytes` must have at most 19200 pixels in a file. Received: 19360"
    assert words in refused(serving, content)
    # What comes after the size is not looked at.
    assert words in refused(serving, content[:-10])


def test_bitmap_from_the_top(serving):
    """Its height is negative."""
    content = bytearray(file("bmp"))
    content[22:26] = np.int32(-20).tobytes()
    function = serving.endpoints["classify_files"]
    assert len(ask(function, files(bytes(content)))["label"]) == 1


def test_too_many_images_are_errors(serving):
    for signature, name in (("classify", "images"), ("classify_files", "image_bytes")):
        request = {name: np.repeat(good_request(signature)[name], 151, axis=0)}
        words = f"`{name}` must have at most 300 rows. Received: 302"
        with pytest.raises(tf.errors.InvalidArgumentError, match=words):
            ask(serving.endpoints[signature], request)


@pytest.mark.slow
def test_files_without_python(serving, tmp_path):
    path = export(serving.module, serving.endpoints, tmp_path)
    request = good_request("classify_files")
    found = run_without_python(path, request, "classify_files")
    expected = ask(serving.endpoints["classify_files"], request)
    np.testing.assert_allclose(
        found["probabilities"], expected["probabilities"], rtol=1e-4
    )
    with pytest.raises(RuntimeError, match="image_bytes"):
        run_without_python(path, files(file("jpeg")[:99]), "classify_files")
