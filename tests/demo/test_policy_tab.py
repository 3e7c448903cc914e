import gymnasium
import numpy as np
import pytest

from kerazoo.demo.export import Export
from kerazoo.demo.game import Game
from kerazoo.demo.policy_tab import PolicyTab
from kerazoo.models.dqn.foreign_errors import EnvironmentFailure
from tests.demo.exports import exports
from tests.demo.html_parts import bars_of
from tests.demo.html_parts import pictures_of
from tests.demo.html_parts import words_of
from tests.models.dqn.arm import Arm
from tests.models.dqn.arm import exported_arm


@pytest.fixture(scope="module")
def tab():
    return PolicyTab(exports()["policy"])


def played(seed, steps=None):
    """Returns the observations and the return of the policy, without the page."""
    env = gymnasium.make("CartPole-v1")
    observation, _ = env.reset(seed=seed)
    seen, total, is_over = [observation], 0.0, False
    while not is_over and (steps is None or len(seen) <= steps):
        action = int(observation[2:].sum() > 0)
        observation, reward, terminated, truncated, _ = env.step(action)
        seen.append(observation)
        total, is_over = total + reward, terminated or truncated
    return seen, total


def test_steps_are_those_of_the_policy(tab):
    game, picture, values, answered = tab.reset(None, 3)
    first = pictures_of(picture)[0]
    assert first.shape == (400, 600, 3)
    seen, _ = played(3, steps=4)
    for step in range(1, 5):
        game, picture, values, answered = tab.step(game, 3)
        push = seen[step][2:].sum()
        assert f"step {step}, return {step}" in words_of(values)
        shares, chosen = bars_of(values)
        assert float(shares["action 1"]) == pytest.approx(push, rel=1e-3)
        assert chosen == [f"action {int(push > 0)}"]
    assert (pictures_of(picture)[0] != first).any()
    assert "Answered" in answered
    game.close()


def test_episode_is_played_to_its_end_and_begun_again(tab):
    shown = list(tab.play(None, 5))
    game, _, values, _ = shown[-1]
    _, total = played(5)
    assert game.is_over and game.total == total
    assert f"return {total:g}, the episode is over" in words_of(values)
    again, *_ = tab.step(game, 5)
    assert again.steps == 0 and again.env is game.env and not again.is_over
    again.close()


class Odd(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(-1, 1, (2,), np.float32)
    action_space = gymnasium.spaces.Discrete(3, start=5)

    def reset(self, seed=None, options=None):
        return np.zeros(2, np.float32), {"action_mask": np.array([1, 0, 1], np.int8)}

    def step(self, action):
        raise KeyError(f"action {action}")

    def render(self):
        return None


def test_mask_goes_to_policies_that_take_one():
    game = Game(Odd(), seed=0)
    assert game.item(["observation"]).keys() == {"observation"}
    item = game.item(["observation", "action_mask"])
    assert item["action_mask"].tolist() == [True, False, True]
    assert game.picture() is None


def test_failing_environment_is_one_line():
    with pytest.raises(EnvironmentFailure, match="Odd failed at step 1: KeyError"):
        Game(Odd(), seed=0).step(5)


def test_environment_that_cannot_be_made_is_a_mistake(tab):
    def make(**kwargs):
        raise gymnasium.error.DependencyNotInstalled("cars is not installed")

    gymnasium.register("DemoCars-v0", make)
    metadata = {**tab.metadata, "env": "DemoCars-v0"}
    cars = PolicyTab(Export("cars", tab.export.version, metadata))
    with pytest.raises(ValueError, match="cars is not installed"):
        cars.reset(None, 0)
    del gymnasium.registry["DemoCars-v0"]


def test_joints_have_bars_of_their_own(tmp_path):
    gymnasium.register("DemoArm-v0", Arm)
    version, model, metadata = exported_arm(tmp_path / "arm", "DemoArm-v0")
    tab = PolicyTab(Export("arm", version, metadata))
    game, picture, values, _ = tab.step(tab.reset(None, 3)[0], 3)
    observation, _ = Arm().reset(seed=3)
    first = model(observation[None]).numpy()[0].argmax(axis=-1) * [1, 5] - [1, 0]
    assert game.total == first.sum()
    assert (pictures_of(picture)[0] == 1).all()
    q_values = model(first[None].astype("float32")).numpy()[0]
    _, chosen = bars_of(values)
    assert chosen == [f"action {i}" for i in q_values.argmax(axis=-1)]
    assert "Joint 0, " in words_of(values) and "Joint 1, " in words_of(values)
    assert list(tab.play(game, 3))[-1][0].is_over
    game.close()
    del gymnasium.registry["DemoArm-v0"]
