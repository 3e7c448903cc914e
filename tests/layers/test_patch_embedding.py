import itertools

import keras
import numpy as np
import pytest

from kerazoo.layers import PatchEmbedding
from kerazoo.layers import extract_patches
from kerazoo.layers import merge_patches

# Sizes with channels, sizes of a patch.
CASES = [((6, 2), (3,)), ((4, 6, 3), (2, 3)), ((2, 4, 2, 1), (1, 2, 2))]


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def patches_by_loop(x, patch_size):
    """Slices one patch after the other, in row-major order."""
    corners = itertools.product(
        *(range(0, size, patch) for size, patch in zip(x.shape[1:-1], patch_size))
    )
    for corner in corners:
        where = [slice(at, at + patch) for at, patch in zip(corner, patch_size)]
        yield x[(slice(None), *where)]


@pytest.mark.parametrize(("sizes", "patch_size"), CASES)
def test_tokens_are_those_of_a_loop_with_einsum(sizes, patch_size):
    x = random(2, *sizes)
    layer = PatchEmbedding(5, patch_size, rank=len(patch_size))
    layer.build(x.shape)
    features = np.prod(patch_size) * sizes[-1]
    kernel, bias = random(features, 5, seed=1), random(5, seed=2)
    layer.set_weights([kernel, bias])
    axes = "hwd"[: len(patch_size)]
    expected = [
        np.einsum(
            f"b{axes}c,{axes}cu->bu", patch, kernel.reshape(*patch_size, sizes[-1], 5)
        )
        + bias
        for patch in patches_by_loop(x, patch_size)
    ]
    tokens = keras.ops.convert_to_numpy(layer(x))
    np.testing.assert_allclose(tokens, np.stack(expected, axis=1), atol=1e-5)
    assert layer.compute_output_shape(x.shape) == tokens.shape


@pytest.mark.parametrize(("sizes", "patch_size"), CASES)
def test_merging_undoes_extracting(sizes, patch_size):
    x = random(2, *sizes)
    patches = extract_patches(x, patch_size)
    merged = merge_patches(patches, patch_size, sizes[:-1])
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(merged), x)


def test_saved_and_loaded_model_gives_equal_outputs(tmp_path):
    model = keras.Sequential([keras.Input((4, 6, 2)), PatchEmbedding(5, (2, 3))])
    assert model.output_shape == (None, 4, 5)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].get_config() == model.layers[-1].get_config()
    x = random(2, 4, 6, 2)
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(loaded(x)), keras.ops.convert_to_numpy(model(x))
    )


def test_mistakes_raise():
    with pytest.raises(ValueError, match=r"multiples of \(2, 2\). .*sizes=\(4, 5\)"):
        PatchEmbedding(5, 2)(random(1, 4, 5, 1))
    with pytest.raises(ValueError, match=r"must have 2 spatial .*\(1, 4, 1\), rank=2"):
        PatchEmbedding(5, 2)(random(1, 4, 1))
    for patch_size in [(2,), 0]:
        with pytest.raises(ValueError, match=r"Received: patch_size=.*, rank=2"):
            PatchEmbedding(5, patch_size)
