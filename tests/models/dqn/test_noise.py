import kerazoo.models.dqn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from kerazoo.layers import DuelingHead
from kerazoo.layers import ImplicitQuantileHead
from kerazoo.layers import NoisyDense
from kerazoo.models.dqn.noise import noise_from
from kerazoo.models.dqn.noise import noisy_layers
from kerazoo.models.dqn.noise import step_seed


def built(units=500, count=2):
    layers = [NoisyDense(units) for _ in range(count)]
    for layer in layers:
        layer.build((None, units))
    return layers


def draw(layers, seed=(0,), step=0, times=1):
    """Noise of all layers, as often as they are called."""
    with noise_from(layers, seed, tf.constant(step, tf.int64)):
        return [
            np.array(layer.draw_noise(layer.units))
            for _ in range(times)
            for layer in layers
        ]


def test_noise_is_standard_normal_and_never_the_same():
    layers = built()
    numbers = draw(layers, times=5)
    numbers += draw(layers, step=1) + draw(layers, seed=(1,))
    assert stats.kstest(np.ravel(numbers), "norm").pvalue > 1e-3
    correlations = np.corrcoef(numbers)
    np.fill_diagonal(correlations, 0)
    assert np.abs(correlations).max() < 0.25  # 5.6 standard errors of 500 numbers.


@pytest.mark.parametrize("step", [0, 7])
def test_noise_follows_from_seed_and_step(step):
    for one, again in zip(draw(built(), step=step), draw(built(), step=step)):
        np.testing.assert_array_equal(one, again)


def test_layers_have_their_own_noise_again_afterwards():
    layers = built()
    with pytest.raises(RuntimeError), noise_from(layers, [0], tf.constant(0)):
        raise RuntimeError
    assert [layer.draw_noise for layer in layers] == [None, None]


def test_steps_of_a_graph_have_noise_of_their_own():
    layers = built()

    @tf.function(autograph=False)
    def function(step):
        with noise_from(layers, [0], step):
            return layers[0].draw_noise(500)

    steps = [function(tf.constant(step, tf.int64)) for step in (3, 4)]
    np.testing.assert_array_equal(steps[0], draw(layers, step=3)[0])
    assert (np.array(steps[0]) != np.array(steps[1])).all()


def test_seeds_of_steps_differ():
    pairs = [
        tuple(step_seed(seed, tf.constant(step)).numpy())
        for seed in ([0], [0, 1], [1, 1], [2])
        for step in (0, 1)
    ]
    assert len(set(pairs)) == 8


def test_finds_noisy_layers_within_others():
    model = keras.Sequential(
        [
            keras.Input((4,)),
            NoisyDense(5),
            keras.Sequential([NoisyDense(6), keras.layers.Dense(3)]),
            ImplicitQuantileHead(2, 3, dueling=True, noisy=True),
        ]
    )
    assert {layer.units for layer in noisy_layers(model)} == {5, 6, 1, 2}
    assert noisy_layers(keras.Sequential([DuelingHead(3)])) == []
