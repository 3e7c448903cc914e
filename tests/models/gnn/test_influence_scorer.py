"""Scores of nodes as seeds, and the seeds chosen by them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.gnn import InfluenceConfig
from kerazoo.models.gnn import InfluenceScorer
from kerazoo.models.gnn import choose_seeds

SOURCE, TARGET = np.array([0, 0, 1, 2, 4]), np.array([1, 2, 3, 3, 2])
CHANCES = np.array([0.5, 0.2, 0.4, 0.3, 0.6], "float32")


def inputs(seeds=(), num_nodes=5):
    is_seed = np.zeros(num_nodes, "float32")
    is_seed[list(seeds)] = 1
    return {
        "source": SOURCE.astype("int32"),
        "target": TARGET.astype("int32"),
        "probabilities": CHANCES,
        "is_seed": is_seed,
    }


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    model = InfluenceScorer(hidden_size=6, rounds=3)
    random = np.random.default_rng(0)
    model.set_weights([random.normal(0, 0.5, w.shape) for w in model.get_weights()])
    return model


def numbers(x):
    return keras.ops.convert_to_numpy(x)


def test_untrained_model_is_the_estimate_worked_by_hand():
    model = InfluenceScorer(hidden_size=4, rounds=2)
    found = np.exp(numbers(model(inputs(seeds=[0]))))
    # 1 is active with 0.5, 2 with 0.2, 3 with what these make of it.
    three = 1 - (1 - 0.5 * 0.4) * (1 - 0.2 * 0.3)
    inactive = np.array([0, 0.5, 0.8, 1 - three, 1])
    chances = np.zeros((5, 5))
    chances[SOURCE, TARGET] = CHANCES
    reach, rounds = inactive, []
    for _ in range(2):
        reach = inactive * (1 + chances @ reach)
        reach = inactive.sum() * (1 - np.exp(-reach / inactive.sum()))
        rounds.append(reach)
    expected = (rounds[0] * rounds[1]) ** 0.5
    np.testing.assert_allclose(found[1:], expected[1:], rtol=1e-4)


def test_probability_to_be_active_is_exact_on_a_tree():
    source, target = np.array([0, 1, 1]), np.array([1, 2, 3])
    chances, is_seed = np.array([0.5, 0.4, 1.0], "float32"), np.eye(4)[0]
    model = InfluenceScorer(hidden_size=4, rounds=2)
    found = model._active(source, target, chances, is_seed.astype("float32"))
    np.testing.assert_allclose(numbers(found[-1]), [1, 0.5, 0.2, 0.5], atol=1e-5)
    of_weights = InfluenceScorer(4, rounds=2, diffusion="linear_threshold")
    inward = np.array([1, 2, 3]), np.array([0, 0, 0])
    is_seed = np.array([0, 1, 1, 0], "float32")
    weights = np.array([0.2, 0.3, 0.5], "float32")
    found = numbers(of_weights._active(*inward, weights, is_seed)[-1])
    np.testing.assert_allclose(found, [0.5, 1, 1, 0], atol=1e-6)


def test_several_graphs_are_scored_as_each_alone(model):
    one, other = inputs(seeds=[1]), inputs(seeds=[], num_nodes=6)
    both = {name: np.concatenate([one[name], other[name]]) for name in one}
    for name in ("source", "target"):
        both[name] = np.concatenate([one[name], other[name] + 5])
    both["graph_ids"] = np.repeat([0, 1], [5, 6]).astype("int32")
    expected = np.concatenate([numbers(model(one)), numbers(model(other))])
    np.testing.assert_allclose(
        numbers(model(both, num_graphs=2)), expected, rtol=1e-5, atol=1e-5
    )


def test_edges_of_probability_0_change_nothing(model):
    more = inputs()
    for name in ("source", "target"):
        more[name] = np.append(more[name], np.int32(4 if name == "source" else 3))
    more["probabilities"] = np.append(more["probabilities"], np.float32(0))
    np.testing.assert_allclose(
        numbers(model(more)), numbers(model(inputs())), rtol=1e-5, atol=1e-6
    )


def test_seeds_are_chosen_one_after_the_other(model):
    graph = {k: tf.constant(v) for k, v in inputs().items() if k != "is_seed"}
    nodes, gains = choose_seeds(model, graph, tf.constant(5), tf.constant(5))
    chosen = []
    for _ in range(5):
        scores = numbers(model(inputs(chosen)))
        scores[chosen] = -np.inf
        chosen.append(int(scores.argmax()))
    assert nodes.numpy().tolist() == chosen
    first = np.exp(numbers(model(inputs())))[chosen[0]]
    assert float(gains[0]) == pytest.approx(first, rel=1e-5)


def test_model_is_made_again_from_its_configuration(model):
    again = InfluenceScorer.from_config(model.get_config())
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(numbers(again(inputs())), numbers(model(inputs())))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: InfluenceScorer(0), "hidden_size=0"),
        (lambda: InfluenceScorer(rounds=0), "rounds=0"),
        (lambda: InfluenceScorer(diffusion="sir"), "diffusion=sir"),
        (lambda: InfluenceConfig(cascade_probability=0), "cascade_probability=0"),
    ],
)
def test_mistakes(make, message):
    with pytest.raises(ValueError, match=f"Received: {message}"):
        make()
