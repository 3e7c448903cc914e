import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models import dqn
from kerazoo.models.dqn.cards import GameTree
from kerazoo.models.dqn.cards import ServingAveragePolicy
from kerazoo.models.dqn.cards.average_policy import both_networks
from kerazoo.models.dqn.cards.average_policy import probabilities_of
from kerazoo.models.dqn.cards.exported_policy import exported_probabilities
from kerazoo.serving import check
from kerazoo.serving import exporting
from kerazoo.serving.limits import Limits


@pytest.fixture(scope="module")
def served():
    tree = GameTree("leduc_poker")
    spec = tree.observation_spec()["observation"]
    policy, values = (dqn.q_network(spec, 3, (8,), seed=seed) for seed in (0, 1))
    model = both_networks(policy, values)
    return tree, model, ServingAveragePolicy(model, tree, Limits(64))


def inputs(tree, state=5, count=64):
    return {
        "observation": tree.tensors[[state] * count],
        "action_mask": tree.masks[[state] * count],
        "draw": ((np.arange(count) + 0.5) / count).astype(np.float32),
    }


def ask(serving, given):
    policy = serving.endpoints["serving_default"]
    return policy(**{name: tf.constant(value) for name, value in given.items()})


def test_actions_are_drawn_by_their_probabilities(served):
    tree, model, serving = served
    logits = model(tree.tensors)["logits"].numpy()
    expected = probabilities_of(logits, tree.masks)
    for state in (0, 5, 77, 500):
        answer = ask(serving, inputs(tree, state))
        np.testing.assert_allclose(
            answer["probabilities"][0], expected[state], atol=1e-6
        )
        counts = np.bincount(answer["action"], minlength=3)
        np.testing.assert_allclose(counts / 64, expected[state], atol=1 / 64)
        assert (counts[~tree.masks[state]] == 0).all()


def test_ends_of_the_draws_are_valid_actions(served):
    tree, _, serving = served
    for draw in (0.0, np.nextafter(np.float32(1), np.float32(0))):
        for state in range(0, 936, 64):
            rows = slice(state, state + 64)
            masks = tree.masks[rows]
            draws = np.full(len(masks), draw, np.float32)
            given = {
                "observation": tree.tensors[rows],
                "action_mask": masks,
                "draw": draws,
            }
            action = ask(serving, given)["action"].numpy()
            assert masks[range(len(masks)), action].all()


def test_all_probabilities_are_asked_in_parts(served):
    tree, model, serving = served
    policy = serving.endpoints["serving_default"]
    found = exported_probabilities(policy, tree, most=64)
    logits = model(tree.tensors)["logits"].numpy()
    np.testing.assert_allclose(found, probabilities_of(logits, tree.masks), atol=1e-6)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"draw": np.ones(64, np.float32)}, "`draw` must be from 0 to below 1"),
        ({"draw": np.full(64, np.nan, np.float32)}, "`draw` must be from 0"),
        ({"draw": np.zeros(63, np.float32)}, "`draw` must have as many rows"),
        ({"action_mask": np.zeros((64, 3), bool)}, "`action_mask` must allow"),
        ({"action_mask": np.ones((1, 3), bool)}, "`action_mask` must have as many"),
        (
            {"observation": np.full((64, 30), np.inf, np.float32)},
            "`observation` must be finite",
        ),
        (
            {"observation": np.full((64, 30), 3e38, np.float32)},
            "`observation` must be small enough",
        ),
        ({"observation": np.zeros((65, 30), np.float32)}, "at most 64 rows"),
    ],
)
def test_requests_are_checked(served, change, words):
    tree, _, serving = served
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        ask(serving, {**inputs(tree), **change})


def test_no_rows_get_no_answer(served):
    tree, _, serving = served
    answer = ask(serving, inputs(tree, count=0))
    assert answer["action"].shape == (0,)
    assert answer["probabilities"].shape == (0, 3)


def test_server_without_python_draws_the_same(served, tmp_path):
    tree, _, serving = served
    path = exporting.export(serving.module, serving.endpoints, tmp_path)
    given = inputs(tree)
    outputs = check.run_without_python(str(path), given)
    expected = ask(serving, given)
    np.testing.assert_array_equal(outputs["action"], expected["action"])
    for name in ("probabilities", "q_values"):
        np.testing.assert_allclose(outputs[name], expected[name], atol=1e-6)
