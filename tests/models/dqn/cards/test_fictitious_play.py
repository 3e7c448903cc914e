import copy

import numpy as np
import pytest

from kerazoo.models.dqn import config
from kerazoo.models.dqn.cards.exploitability import exploitability
from kerazoo.models.dqn.cards.fictitious_play import target_model
from kerazoo.tasks.dqn import FictitiousPlay
from kerazoo.training import strategy as strategies


def make(strategy=None, seed=3, jit_compile=False, **kwargs):
    """Returns a built task and its steps."""
    task = FictitiousPlay(
        "kuhn_poker",
        **{
            "num_envs": 16,
            "batch_size": 16,
            "network": config.NetworkConfig((8,)),
            "replay": config.ReplayConfig(replay_capacity=300, n_step=1),
            "collection": config.CollectionConfig(64, 64, 1 / 16),
            "fictitious_play": config.FictitiousPlayConfig(0.3, reservoir_capacity=100),
            **kwargs,
        },
    )
    task.build(strategy or strategies.create("one_device"), 100, seed)
    steps = task.steps(strategy or strategies.create("one_device"), jit_compile)
    steps.start(0)
    return task, steps


@pytest.fixture(scope="module")
def made():
    return make()


def take(steps, count):
    """Returns the losses of so many gradient steps and what they were of."""
    found = []
    end = steps.step + count
    while steps.step < end:
        history = steps.take(1_000, 1_000)
        if history:
            found.append(np.stack([history["loss"], history["policy_loss"]]))
    return np.concatenate(found, axis=1)


def test_interrupted_run_is_the_one_that_was_not(made, tmp_path):
    """Networks, optimizers, memories, random states: not a bit differs."""
    _, steps = made
    take(steps, 8)
    path = steps.checkpoint.save(str(tmp_path / "checkpoint"))
    arrays, state = copy.deepcopy(steps.state())
    step = steps.step
    whole = take(steps, 16)
    expected = copy.deepcopy(steps.state())
    weights = steps.policy.model.get_weights() + steps.values.model.get_weights()

    take(steps, 4)  # Something else, to be left behind.
    steps.checkpoint.restore(path).assert_existing_objects_matched()
    steps.restore(step, arrays, state)
    np.testing.assert_array_equal(take(steps, 16), whole)
    found = steps.state()
    for name, array in expected[0].items():
        np.testing.assert_array_equal(found[0][name], array, name)
    for name in ("num_env_steps", "num_hands", "playing", "sampling"):
        assert found[1][name] == expected[1][name]
    again = steps.policy.model.get_weights() + steps.values.model.get_weights()
    for ours, theirs in zip(again, weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_best_responses_act_by_the_target_network(made):
    task, steps = made
    target = target_model(task._agent)
    assert steps.values.model is target
    np.testing.assert_allclose(
        steps.values(task.tree.tensors), target(task.tree.tensors), atol=1e-6
    )
    learnt = task._agent.values_model(task.tree.tensors)
    assert np.abs(learnt - steps.values(task.tree.tensors)).max() > 1e-5


def test_learns_from_what_was_played(made):
    _, steps = made
    drawn = steps.replay.sample((2, 50), np.random.default_rng(0))
    transitions = steps._transitions(drawn)
    tensors, masks = steps.tree.tensors, steps.tree.masks
    before, after = transitions.time_step, transitions.next_time_step
    for step, states in (
        (before, drawn["information_state"]),
        (after, drawn["next_information_state"]),
    ):
        np.testing.assert_array_equal(step.observation["observation"], tensors[states])
        np.testing.assert_array_equal(step.observation["action_mask"], masks[states])
    np.testing.assert_array_equal(after.reward, drawn["reward"])
    np.testing.assert_array_equal(after.discount, drawn["discount"])
    np.testing.assert_array_equal(transitions.action_step.action, drawn["action"])
    # A hand's end is what it paid, 1 or 2 chips, and nothing follows.
    ends = drawn["discount"] == 0
    assert set(np.abs(drawn["reward"][ends])) == {1, 2}
    assert (drawn["reward"][~ends] == 0).all()


def test_counts_decisions_and_hands(made):
    _, steps = made
    before = steps.num_steps, steps.num_hands_played, steps.replay.num_added
    take(steps, 4)
    decisions = steps.num_steps - before[0]
    hands = steps.num_hands_played - before[1]
    assert decisions == steps.replay.num_added - before[2]
    assert hands % 16 == 0 and 2 * hands <= decisions <= 3 * hands
    assert steps.counters() == {
        "env_steps": steps.num_steps,
        "hands": steps.num_hands_played,
    }
    assert steps.step <= (steps.num_steps - 64) / 16


@pytest.mark.slow
def test_two_replicas_learn_what_one_does():
    found = []
    for name, count in (("one_device", None), ("mirrored", 2)):
        strategy = strategies.create(name, count)
        _, steps = make(strategy)
        take(steps, 8)
        found.append(
            steps.policy.model.get_weights() + steps.values.model.get_weights()
        )
    for one, two in zip(*found, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-5)


@pytest.mark.slow
def test_average_policy_nears_an_equilibrium():
    """Best responses win 0.46 chips a hand from players who do anything."""
    task, steps = make(
        jit_compile=True,
        num_envs=256,
        batch_size=128,
        network=config.NetworkConfig((64,)),
        replay=config.ReplayConfig(replay_capacity=200_000, n_step=1),
        collection=config.CollectionConfig(1_000, 1_024, 1 / 64),
        fictitious_play=config.FictitiousPlayConfig(),
    )
    take(steps, 12_000)
    assert exploitability(task.tree, task.probabilities()) < 0.1
