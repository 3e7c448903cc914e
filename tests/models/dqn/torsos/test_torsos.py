import kerazoo.models.dqn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest

from kerazoo.models.dqn.host_network import HostNetwork
from kerazoo.models.dqn.torsos import torso_layers
from kerazoo.models.dqn.torsos.compiling import compiles_well
from kerazoo.models.dqn.torsos.patch_conv import PatchConv2D
from kerazoo.models.dqn.torsos.residual_stage import ResidualStage

# Weights of the published networks, without the dense layers.
PUBLISHED = {
    "nature_cnn": (
        (84, 84, 4),
        (8 * 8 * 4 + 1) * 32 + (4 * 4 * 32 + 1) * 64 + (3 * 3 * 64 + 1) * 64,
        7 * 7 * 64,
    ),
    "impala_cnn": (
        (84, 84, 4),
        (9 * 4 + 1) * 16
        + 4 * (9 * 16 + 1) * 16
        + (9 * 16 + 1) * 32
        + (4 + 1 + 4) * (9 * 32 + 1) * 32,
        11 * 11 * 32,
    ),
    "minatar_cnn": ((10, 10, 6), (9 * 6 + 1) * 16, 8 * 8 * 16),
    "mlp": ((4,), 0, 4),
    "board_resnet": ((6, 7, 2), (9 * 2 + 1) * 32 + 4 * (9 * 32 + 1) * 32, 6 * 7 * 32),
}


def model_of(name, shape):
    return keras.Sequential([keras.Input(shape), *torso_layers(name, shape)])


@pytest.mark.parametrize("name", PUBLISHED)
def test_torsos_are_those_of_the_papers(name):
    shape, weights, features = PUBLISHED[name]
    model = model_of(name, shape)
    assert model.count_params() == weights
    assert model.output_shape == (None, features)


@pytest.mark.parametrize(
    ("shape", "features"),
    [
        ((84, 84, 4), 3136),
        ((36, 40, 1), 64 * 1 * 1),
        ((84, 84), 84 * 84),
        ((35, 84, 4), 35 * 84 * 4),
    ],
)
def test_auto_takes_convolutions_for_large_images(shape, features):
    assert model_of("auto", shape).output_shape == (None, features)


@pytest.mark.parametrize(
    ("name", "shape"), [("nature_cnn", (35, 84, 4)), ("minatar_cnn", (4,))]
)
def test_what_is_no_image_of_the_size_raises(name, shape):
    with pytest.raises(ValueError, match=f"`torso` {name} needs images of at least"):
        torso_layers(name, shape)


def test_grey_images_need_no_channels():
    assert model_of("minatar_cnn", (10, 9)).output_shape == (None, 8 * 7 * 16)


def test_unknown_names_raise():
    with pytest.raises(ValueError, match=r"must be one of auto, mlp.*torso=cnn"):
        torso_layers("cnn", (84, 84, 4))


@pytest.mark.parametrize(
    ("size", "stride", "shape"),
    [(3, 1, (10, 10, 4)), (8, 4, (21, 19, 3)), (4, 2, (20, 20, 5)), (2, 2, (5, 7, 1))],
)
def test_patches_give_what_the_convolution_gives(size, stride, shape):
    ours, theirs = (
        keras.Sequential([keras.Input(shape), kind(6, size, stride, activation="relu")])
        for kind in (PatchConv2D, keras.layers.Conv2D)
    )
    random = np.random.default_rng(0)
    theirs.set_weights([random.normal(size=w.shape) for w in ours.get_weights()])
    ours.set_weights(theirs.get_weights())
    x = random.normal(size=(3, *shape)).astype(np.float32)
    np.testing.assert_allclose(ours(x), theirs(x), rtol=1e-4, atol=1e-4)
    again = keras.Sequential.from_config(ours.get_config())
    again.set_weights(ours.get_weights())
    np.testing.assert_array_equal(again(x), ours(x))
    host = HostNetwork(ours)
    assert host.in_numpy == (stride == 1)
    np.testing.assert_allclose(host(x), theirs(x), rtol=1e-4, atol=1e-4)


def test_a_residual_stage_adds_to_what_it_pools():
    stage = ResidualStage(2, blocks=1)
    x = np.random.default_rng(0).normal(size=(1, 5, 6, 2)).astype(np.float32)
    stage(x)
    first, *pair = stage.get_weights()[::2]
    identity = np.zeros_like(first)
    identity[1, 1] = np.eye(2)
    # The first block convolves to nothing but its bias of 0.5, the second keeps that.
    stage.set_weights(
        [identity, np.zeros(2), 0 * pair[0], np.full(2, 0.5), identity, np.ones(2)]
    )
    padded = np.pad(x, ((0, 0), (1, 1), (0, 1), (0, 0)), constant_values=-np.inf)
    pooled = np.stack(
        [
            [
                padded[0, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3].max(axis=(0, 1))
                for j in range(3)
            ]
            for i in range(3)
        ]
    )
    np.testing.assert_allclose(stage(x)[0], pooled + 1.5, rtol=1e-5)
    assert stage.compute_output_shape((None, 5, 6, 2)) == (None, 3, 3, 2)
    again = ResidualStage.from_config(stage.get_config())
    assert (again.filters, again.blocks, again.halves) == (2, 1, True)


def test_a_residual_stage_may_keep_the_size():
    stage = ResidualStage(2, blocks=1, halves=False)
    x = np.random.default_rng(0).normal(size=(1, 5, 6, 2)).astype(np.float32)
    stage(x)
    first, *_ = stage.get_weights()[::2]
    identity = np.zeros_like(first)
    identity[1, 1] = np.eye(2)
    stage.set_weights(
        [identity, np.zeros(2), 2 * identity, np.zeros(2), identity, np.ones(2)]
    )
    np.testing.assert_allclose(stage(x), x + 2 * np.maximum(x, 0) + 1, rtol=1e-5)
    assert stage.compute_output_shape((None, 5, 6, 2)) == (None, 5, 6, 2)
    assert not ResidualStage.from_config(stage.get_config()).halves


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mlp", True),
        ("minatar_cnn", True),
        ("nature_cnn", False),
        ("impala_cnn", False),
        ("board_resnet", False),
    ],
)
def test_xla_is_for_what_it_makes_faster(name, expected):
    shape = PUBLISHED[name][0]
    assert compiles_well(model_of(name, shape)) is expected


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"kernel_size": 3, "strides": 2}, "kernel_size"),
        ({"kernel_size": (3, 2)}, "kernel_size"),
        ({"kernel_size": 3, "padding": "same"}, "padding"),
    ],
)
def test_convolutions_that_are_no_product_of_patches_raise(arguments, name):
    with pytest.raises(ValueError, match=rf"`{name}` must .*Received: {name}="):
        PatchConv2D(4, **arguments).build((None, 6, 6, 1))
