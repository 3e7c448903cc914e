import keras
import numpy as np
import pytest

from kerazoo.layers.dueling_head import DuelingHead


def features(batch=5, size=7, seed=0):
    return np.random.default_rng(seed).normal(size=(batch, size)).astype("float32")


def call(layer, inputs):
    return keras.ops.convert_to_numpy(layer(inputs))


def randomise(layer, seed=1):
    """Gives every weight, biases too, a random value."""
    random = np.random.default_rng(seed)
    layer.set_weights([random.normal(size=w.shape) for w in layer.get_weights()])


def weights_by_name(layer):
    return {
        "/".join(variable.path.split("/")[-2:]): keras.ops.convert_to_numpy(variable)
        for variable in layer.weights
    }


def test_hand_worked_values():
    head = DuelingHead(3)
    head.build((None, 2))
    # V = x1 + 2 x2 + 1; A = (x1, x2, 0) + (0, 0, 3).
    head.value[0].set_weights([np.array([[1.0], [2.0]]), np.array([1.0])])
    head.advantage[0].set_weights(
        [np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), np.array([0.0, 0.0, 3.0])]
    )
    # At (2, 1): V = 5, A = (2, 1, 3) of mean 2. At (0, 0): V = 1, A = (0, 0, 3).
    q_values = call(head, np.array([[2.0, 1.0], [0.0, 0.0]], "float32"))
    np.testing.assert_allclose(q_values, [[5, 4, 6], [0, 0, 3]], atol=1e-6)


@pytest.mark.parametrize("hidden_units", [None, 6])
def test_mean_over_actions_is_the_value_whatever_the_advantages(hidden_units):
    head = DuelingHead(4, hidden_units=hidden_units)
    x = features()
    head(x)
    randomise(head)
    value = x
    for layer in head.value:
        value = keras.ops.convert_to_numpy(layer(value))
    means = call(head, x).mean(axis=-1)
    assert means.std() > 0.1
    np.testing.assert_allclose(means, value[:, 0], rtol=1e-4, atol=1e-5)


def test_hidden_units_put_a_relu_layer_into_each_stream():
    head = DuelingHead(3, hidden_units=6)
    x = features()
    head(x)
    randomise(head)
    weights = weights_by_name(head)

    def dense(inputs, name):
        return inputs @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]

    value = dense(np.maximum(dense(x, "value_hidden"), 0), "value")
    advantage = dense(np.maximum(dense(x, "advantage_hidden"), 0), "advantage")
    expected = value + advantage - advantage.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(call(head, x), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("hidden_units", "count"), [(None, 7 + 21 + 4), (6, 124)])
def test_number_of_weights(hidden_units, count):
    # With 6 hidden units: two times 7 * 6 + 6, then 6 + 1 and 6 * 3 + 3.
    head = DuelingHead(3, hidden_units=hidden_units)
    head.build((None, 7))
    assert head.count_params() == count
    assert len(head.trainable_variables) == (4 if hidden_units is None else 8)


def test_output_shape_is_known_before_the_batch_is():
    outputs = DuelingHead(3)(keras.Input((7,)))
    assert tuple(outputs.shape) == (None, 3)


@pytest.mark.parametrize("hidden_units", [None, 6])
def test_config_round_trip(hidden_units):
    head = DuelingHead(3, hidden_units=hidden_units, name="head", dtype="bfloat16")
    config = head.get_config()
    assert config["num_actions"] == 3
    assert config["hidden_units"] == hidden_units
    again = DuelingHead.from_config(config)
    assert again.get_config() == config
    assert again.compute_dtype == "bfloat16"


@pytest.mark.parametrize("hidden_units", [None, 6])
def test_saved_and_loaded_model_gives_equal_outputs(tmp_path, hidden_units):
    model = keras.Sequential(
        [keras.Input((7,)), keras.layers.Dense(5), DuelingHead(3, hidden_units)]
    )
    randomise(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(call(loaded, features()), call(model, features()))


def test_dtype_policy_reaches_the_streams():
    head = DuelingHead(3, hidden_units=6, dtype="mixed_bfloat16")
    outputs = head(features())
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    assert {variable.dtype for variable in head.weights} == {"float32"}


@pytest.mark.parametrize("num_actions", [0, -1])
def test_no_actions_raise(num_actions):
    with pytest.raises(
        ValueError, match=rf"must be positive.*Received: num_actions={num_actions}"
    ):
        DuelingHead(num_actions)


def test_inputs_of_wrong_rank_raise():
    with pytest.raises(
        ValueError, match=r"\(batch, features\).*Received: inputs.shape=\(4,\)"
    ):
        DuelingHead(3)(np.zeros(4, "float32"))


def test_no_atoms_raise():
    with pytest.raises(ValueError, match="must be positive. Received: num_atoms=0"):
        DuelingHead(3, num_atoms=0)


def test_each_atom_is_combined_on_its_own():
    head = DuelingHead(3, num_atoms=4)
    x = features()
    head(x)
    randomise(head)
    weights = weights_by_name(head)
    value = x @ weights["value/kernel"] + weights["value/bias"]
    advantage = x @ weights["advantage/kernel"] + weights["advantage/bias"]
    advantage = advantage.reshape(5, 3, 4)
    outputs = call(head, x)
    assert outputs.shape == (5, 3, 4)
    assert head.compute_output_shape((None, 7)) == (None, 3, 4)
    for atom in range(4):
        part = advantage[..., atom]
        expected = value[:, [atom]] + part - part.mean(axis=1, keepdims=True)
        np.testing.assert_allclose(outputs[..., atom], expected, rtol=1e-4, atol=1e-5)


def test_noisy_streams_have_noise_in_training_alone():
    head = DuelingHead(3, hidden_units=6, noisy=True, seed=0)
    x = features()
    np.testing.assert_array_equal(call(head, x), call(head, x))
    noisy = keras.ops.convert_to_numpy(head(x, training=True))
    assert (noisy != call(head, x)).all()
    streams = [layer.get_weights()[0] for layer in (*head.value, *head.advantage)]
    assert (streams[0] != streams[2]).any()  # Of the same shape, of other seeds.
