import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.training import strategy
from kerazoo.training.global_batch import GlobalBatch


def draw(size, generator):
    batch = GlobalBatch(size, generator)
    return batch.normal((2, 3)), batch.uniform(), batch.shared_uniform(), batch.total


@pytest.mark.parametrize("sizes", [(3, 3), (4, 1), (3, 0)])
def test_two_replicas_draw_what_one_draws(sizes):
    expected = draw(sum(sizes), keras.random.SeedGenerator(7))
    mirrored = strategy.create("mirrored", num_devices=2)
    with mirrored.scope():
        generator = keras.random.SeedGenerator(7)

    @tf.function
    def run():
        def replica():
            index = tf.distribute.get_replica_context().replica_id_in_sync_group
            return draw(tf.gather(tf.constant(sizes), index), generator)

        return mirrored.run(replica)

    found = [mirrored.experimental_local_results(value) for value in run()]
    for parts, whole in zip(found[:2], expected[:2]):
        np.testing.assert_array_equal(np.concatenate(parts), whole)
    for parts, whole in zip(found[2:], expected[2:]):
        assert [part.numpy() for part in parts] == [whole.numpy()] * 2


def test_draws_differ_and_go_on_from_the_state():
    generator = keras.random.SeedGenerator(7)
    first, second = (GlobalBatch(4, generator).normal() for _ in range(2))
    assert (first.numpy() != second.numpy()).all()
    generator.state.assign(keras.random.SeedGenerator(7).state)
    again = GlobalBatch(4, generator).normal()
    np.testing.assert_array_equal(again, first)


def test_moments():
    batch = GlobalBatch(100_000, keras.random.SeedGenerator(0))
    normal, uniform = batch.normal().numpy(), batch.uniform().numpy()
    assert abs(normal.mean()) < 0.02 and abs(normal.std() - 1) < 0.02
    assert uniform.min() >= 0 and uniform.max() < 1 and abs(uniform.mean() - 0.5) < 0.01
