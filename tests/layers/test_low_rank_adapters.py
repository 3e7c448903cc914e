"""Adapters of linear maps, by Hu et al.'s equation, on any backend."""

import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.layers import Encoder
from kerazoo.layers import add_adapters

INPUTS = 3 * np.random.default_rng(0).normal(size=(2, 5, 16)).astype("float32")
MAPS = 4  # Of a block: attention's two, the feed-forward layer's two.


def encoder(**options):
    layer = Encoder(2, num_heads=2, feed_forward_size=8, **options)
    layer(INPUTS)
    return layer


def denses(layer):
    return [x for x in layer._flatten_layers() if isinstance(x, keras.layers.Dense)]


def test_nothing_changes_at_first():
    plain = encoder()
    expected = ops.convert_to_numpy(plain(INPUTS))
    add_adapters(plain, rank=3, alpha=6)
    np.testing.assert_array_equal(ops.convert_to_numpy(plain(INPUTS)), expected)


def test_maps_are_those_of_the_sum():
    layer = encoder(lora_rank=3, lora_alpha=6)
    assert len(denses(layer)) == 2 * MAPS
    for seed, dense in enumerate(denses(layer)):
        random = np.random.default_rng(seed)
        a, b = dense.lora_kernel_a, dense.lora_kernel_b
        assert a.shape[1] == b.shape[0] == 3
        b.assign(random.normal(size=b.shape))
        x = random.normal(size=(1, 1, a.shape[0])).astype("float32")
        w, a, b = (
            ops.convert_to_numpy(v).astype("float64") for v in (dense._kernel, a, b)
        )
        expected = x @ (w + 6 / 3 * a @ b)
        np.testing.assert_allclose(ops.convert_to_numpy(dense(x)), expected, atol=1e-4)


def test_kernels_learn_no_more():
    plain, adapted = encoder(), encoder(lora_rank=3)
    frozen = {v.path for v in adapted.variables if not v.trainable}
    assert len(frozen) == 2 * MAPS and all(p.endswith("/kernel") for p in frozen)
    count = len(plain.trainable_variables)
    assert len(adapted.trainable_variables) == count - 2 * MAPS + 2 * 2 * MAPS
    assert adapted.blocks[0].feed_forward.hidden.lora_alpha == 3


def test_config_round_trip():
    layer = encoder(lora_rank=3, lora_alpha=6)
    again = Encoder.from_config(layer.get_config())
    again.build((None, None, 16))
    again.set_weights(layer.get_weights())
    assert again.get_config() == layer.get_config()
    found = ops.convert_to_numpy(again(INPUTS))
    np.testing.assert_array_equal(found, ops.convert_to_numpy(layer(INPUTS)))


@pytest.mark.parametrize(
    ("options", "message"),
    [({"rank": 0}, "lora_rank=0"), ({"rank": 1, "alpha": 0}, "lora_alpha=0")],
)
def test_mistakes_raise(options, message):
    with pytest.raises(ValueError, match=f"positive. Received: {message}"):
        add_adapters(encoder(), **options)
