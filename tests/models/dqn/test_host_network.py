import keras
import numpy as np
import pytest

from kerazoo.layers import BranchingHead
from kerazoo.layers import DuelingHead
from kerazoo.layers import ImplicitQuantileHead
from kerazoo.layers import NoisyDense
from kerazoo.models.dqn.expected_values import CategoricalMean
from kerazoo.models.dqn.expected_values import QuantileMean
from kerazoo.models.dqn.host_network import HostNetwork
from kerazoo.training import strategy as strategies


class Doubled(keras.layers.Dense):
    def call(self, inputs):
        return 2 * super().call(inputs)


class Shifted(keras.Sequential):
    def call(self, inputs, training=None, mask=None):
        return super().call(inputs, training=training, mask=mask) + 1


class Subclass(keras.Model):
    def __init__(self):
        super().__init__()
        self.head = keras.layers.Dense(3)

    def call(self, inputs):
        return self.head(inputs) ** 2


def sequential(*layers, shape=(4,)):
    return keras.Sequential([keras.Input(shape), *layers])


def dense(units=5, **kwargs):
    return keras.layers.Dense(units, **kwargs)


def functional():
    inputs = keras.Input((4,))
    return keras.Model(inputs, dense(3)(inputs) + dense(3)(inputs))


IN_NUMPY = {
    "linear": lambda: sequential(dense(3)),
    "relu": lambda: sequential(dense(activation="relu"), dense(6, activation="relu")),
    "negative outputs": lambda: sequential(dense(activation="relu"), dense(3)),
    "dueling": lambda: sequential(dense(activation="relu"), DuelingHead(3)),
    "dueling alone": lambda: sequential(DuelingHead(3)),
    "branching": lambda: sequential(dense(activation="relu"), BranchingHead((3, 2))),
    "dueling branching": lambda: sequential(BranchingHead((3, 2, 3), dueling=True)),
    "rescaling": lambda: sequential(keras.layers.Rescaling(0.1, offset=-2.0), dense()),
    "flatten": lambda: sequential(keras.layers.Flatten(), dense(), shape=(2, 3)),
    "dense before flatten": lambda: sequential(
        dense(), keras.layers.Flatten(), dense(), shape=(2, 3)
    ),
}


def implicit(**kwargs):
    head = ImplicitQuantileHead(3, num_quantiles=5, num_cosines=6, **kwargs)
    return sequential(dense(activation="relu"), head, QuantileMean())


NOISY = {
    "noisy": lambda: sequential(NoisyDense(5, "relu"), NoisyDense(3)),
    "noisy dueling": lambda: sequential(dense(), DuelingHead(3, noisy=True)),
    "noisy categorical": lambda: sequential(
        NoisyDense(5), DuelingHead(3, num_atoms=7, noisy=True), CategoricalMean(-1, 2)
    ),
    "noisy implicit quantiles": lambda: implicit(
        hidden_units=4, dueling=True, noisy=True
    ),
}
IN_NUMPY |= NOISY | {
    "categorical": lambda: sequential(
        dense(21), keras.layers.Reshape((3, 7)), CategoricalMean(-1.0, 2.0)
    ),
    "categorical dueling": lambda: sequential(
        DuelingHead(3, num_atoms=7), CategoricalMean(-1.0, 2.0)
    ),
    "quantiles": lambda: sequential(
        dense(21), keras.layers.Reshape((3, 7)), QuantileMean()
    ),
    "implicit quantiles": implicit,
    "hidden implicit quantiles": lambda: implicit(hidden_units=4),
    "dueling implicit quantiles": lambda: implicit(dueling=True),
}
IN_TENSORFLOW = {
    "convolution": lambda: sequential(
        keras.layers.Conv2D(2, 2), keras.layers.Flatten(), dense(), shape=(4, 4, 1)
    ),
    "batch normalization": lambda: sequential(
        keras.layers.BatchNormalization(), dense()
    ),
    "dropout": lambda: sequential(keras.layers.Dropout(0.5), dense()),
    "tanh": lambda: sequential(dense(activation="tanh")),
    "other relu": lambda: sequential(dense(activation=lambda x: keras.ops.relu(x))),
    "activation layer": lambda: sequential(dense(), keras.layers.ReLU()),
    "no bias": lambda: sequential(dense(use_bias=False)),
    "wide": lambda: sequential(dense(513)),
    "dueling with hidden units": lambda: sequential(DuelingHead(3, hidden_units=5)),
    "other float type": lambda: sequential(dense(dtype="float64")),
    "nested": lambda: sequential(sequential(dense(activation="relu")), dense()),
    "functional": functional,
    "subclassed model": Subclass,
    "subclassed sequential": lambda: Shifted([keras.Input((4,)), dense()]),
    "subclassed dense": lambda: sequential(Doubled(5)),
}


def observations(model, batch=6, seed=0):
    shape = (4,) if isinstance(model, Subclass) else model.input_shape[1:]
    random = np.random.default_rng(seed)
    return random.normal(size=(batch, *shape)).astype(np.float32)


def randomise(model, seed=1):
    random = np.random.default_rng(seed)
    for variable in model.weights:
        variable.assign(random.normal(size=variable.shape) ** 2 - 0.5)


def create(kind):
    model = kind()
    model(observations(model))
    randomise(model)
    return model


@pytest.mark.parametrize("name", IN_NUMPY)
def test_simple_models_are_computed_in_numpy(name):
    model = create(IN_NUMPY[name])
    network = HostNetwork(model)
    assert network.in_numpy
    x = observations(model)
    q_values = network(x)
    assert isinstance(q_values, np.ndarray)
    assert q_values.dtype == np.float32
    np.testing.assert_allclose(q_values, model(x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", IN_TENSORFLOW)
def test_other_models_are_computed_in_tensorflow(name):
    model = create(IN_TENSORFLOW[name])
    network = HostNetwork(model)
    assert not network.in_numpy
    x = observations(model)
    q_values = network(x)
    assert isinstance(q_values, np.ndarray)
    np.testing.assert_allclose(q_values, model(x, training=False), rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(network(x), q_values)


def test_flatten_that_moves_channels_is_flattened_like_the_model():
    model = create(
        lambda: sequential(
            keras.layers.Flatten(data_format="channels_first"), dense(), shape=(2, 3)
        )
    )
    x = observations(model)
    np.testing.assert_allclose(HostNetwork(model)(x), model(x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("rescaling", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float64])
def test_observations_of_other_dtypes(dtype, rescaling):
    layers = [keras.layers.Rescaling(0.01)] * rescaling + [dense()]
    model = create(
        lambda: keras.Sequential(
            [keras.Input((4,), dtype=np.dtype(dtype).name), *layers]
        )
    )
    x = np.random.default_rng(0).integers(0, 200, (6, 4)).astype(dtype)
    network = HostNetwork(model)
    assert network.in_numpy
    assert network(x).dtype == np.float32
    np.testing.assert_allclose(network(x), model(x), rtol=1e-4, atol=1e-4)


def test_nested_observations():
    left, right = keras.Input((2,), name="left"), keras.Input((3,), name="right")
    outputs = dense(3)(keras.layers.Concatenate()([left, right]))
    network = HostNetwork(keras.Model({"left": left, "right": right}, outputs))
    x = {"left": np.ones((6, 2), np.float32), "right": np.zeros((6, 3), np.float32)}
    kernel, bias = network.model.get_weights()
    np.testing.assert_allclose(
        network(x), np.tile(kernel[:2].sum(0) + bias, (6, 1)), rtol=1e-5
    )


def test_the_width_limit_can_be_set():
    model = create(IN_NUMPY["relu"])  # Widths 5 and 6.
    assert HostNetwork(model, max_units=6).in_numpy
    assert not HostNetwork(model, max_units=5).in_numpy


def test_new_weights_count_after_a_refresh():
    model = create(IN_NUMPY["dueling"])
    network = HostNetwork(model)
    x = observations(model)
    before = np.array(model(x))
    randomise(model, seed=2)
    np.testing.assert_allclose(network(x), before, rtol=1e-5, atol=1e-5)
    network.refresh()
    assert (np.abs(np.array(model(x)) - before) > 1e-3).any()
    np.testing.assert_allclose(network(x), model(x), rtol=1e-5, atol=1e-5)


def test_new_weights_count_in_tensorflow():
    model = create(IN_TENSORFLOW["tanh"])
    network = HostNetwork(model)
    x = observations(model)
    before = network(x)
    randomise(model, seed=2)
    network.refresh()
    assert (np.abs(network(x) - before) > 1e-3).any()
    np.testing.assert_allclose(network(x), model(x), rtol=1e-5, atol=1e-5)


IN_BOTH = [*NOISY.values(), lambda: sequential(NoisyDense(600), NoisyDense(3))]


@pytest.mark.parametrize("kind", IN_BOTH, ids=[*NOISY, "in tensorflow"])
def test_noise_is_of_exploration_alone_and_follows_from_its_seed(kind):
    model = create(kind)
    network = HostNetwork(model)
    x = observations(model)

    def explored(seed):
        network.refresh(noise_seed=seed)
        return network.explore(x)

    first = explored([0, 1])
    assert first.dtype == np.float32
    np.testing.assert_array_equal(network.explore(x), first)
    assert (np.abs(explored([0, 2]) - first) > 1e-6).any(axis=1).all()
    np.testing.assert_array_equal(explored([0, 1]), first)
    np.testing.assert_allclose(network(x), model(x), rtol=1e-5, atol=1e-5)


def test_noise_in_numpy_is_that_of_the_layer():
    model = create(lambda: sequential(NoisyDense(3, "relu"), NoisyDense(2)))
    network, x = HostNetwork(model), observations(model)
    network.refresh(noise_seed=[5])
    random = np.random.default_rng([5])
    for layer in model.layers:
        layer.draw_noise = lambda size: random.standard_normal(size, np.float32)
    np.testing.assert_allclose(
        network.explore(x), model(x, training=True), rtol=1e-4, atol=1e-5
    )


def test_models_without_noise_explore_as_they_are():
    network = HostNetwork(create(IN_NUMPY["relu"]))
    x = observations(network.model)
    np.testing.assert_array_equal(network.explore(x), network(x))


@pytest.mark.parametrize("kind", [IN_NUMPY["relu"], IN_TENSORFLOW["tanh"]])
def test_models_on_several_replicas(kind):
    with strategies.create("mirrored", num_devices=2).scope():
        mirrored = create(kind)
    plain = kind()
    plain.set_weights([np.array(v.value.numpy()) for v in mirrored.weights])
    x = observations(plain)
    np.testing.assert_allclose(HostNetwork(mirrored)(x), plain(x), rtol=1e-5, atol=1e-5)
