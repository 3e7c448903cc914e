import keras
import numpy as np
import pytest

from kerazoo.layers.branching_head import BranchingHead


def features(batch=5, size=7, seed=0):
    return np.random.default_rng(seed).normal(size=(batch, size)).astype("float32")


def call(layer, inputs):
    return keras.ops.convert_to_numpy(layer(inputs))


def randomise(layer, seed=1):
    random = np.random.default_rng(seed)
    layer.set_weights([random.normal(size=w.shape) for w in layer.get_weights()])


def test_hand_worked_values_of_joints_of_different_sizes():
    head = BranchingHead((2, 3), dueling=True)
    head.build((None, 1))
    # V = 2 x + 1; A of the first joint (x, 3), of the second (0, x, 2 x).
    head.value.set_weights([np.array([[2.0]]), np.array([1.0])])
    head.advantage.set_weights(
        [
            np.array([[1.0, 0.0, 9.0, 0.0, 1.0, 2.0]]),
            np.array([0.0, 3.0, 9.0, 0.0, 0.0, 0.0]),
        ]
    )
    # At 1: V = 3, A = (1, 3) of mean 2 and (0, 1, 2) of mean 1; the 9s are no action.
    q_values = call(head, np.array([[1.0]], "float32"))
    np.testing.assert_allclose(q_values, [[[2, 4, -1e9], [2, 3, 4]]], atol=1e-6)


def test_values_are_linear_in_the_features():
    head = BranchingHead((4, 4, 4))
    x = features()
    head(x)
    randomise(head)
    kernel, bias = head.get_weights()
    expected = (x @ kernel + bias).reshape(5, 3, 4)
    np.testing.assert_allclose(call(head, x), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("sizes", [(3, 3), (2, 5, 1)])
def test_mean_of_each_joint_is_the_value_of_the_state(sizes):
    head = BranchingHead(sizes, dueling=True)
    x = features()
    head(x)
    randomise(head)
    q_values, value = call(head, x), call(head.value, x)[:, 0]
    assert value.std() > 0.1
    for joint, size in enumerate(sizes):
        mean = q_values[:, joint, :size].mean(axis=-1)
        np.testing.assert_allclose(mean, value, rtol=1e-4, atol=1e-5)
        assert (q_values[:, joint, size:] == -1e9).all()


@pytest.mark.parametrize("dueling", [False, True])
def test_saved_and_loaded_model_gives_equal_outputs(tmp_path, dueling):
    model = keras.Sequential([keras.Input((7,)), BranchingHead((2, 3), dueling)])
    assert tuple(model.output_shape) == (None, 2, 3)
    randomise(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(call(loaded, features()), call(model, features()))


@pytest.mark.parametrize("sizes", [(), (3, 0)])
def test_joints_without_actions_raise(sizes):
    with pytest.raises(ValueError, match="a positive number for each joint"):
        BranchingHead(sizes)


def test_inputs_of_wrong_rank_raise():
    with pytest.raises(ValueError, match=r"\(batch, features\)"):
        BranchingHead((2, 2))(np.zeros((2, 3, 4), "float32"))
