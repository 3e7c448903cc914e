import gymnasium
import numpy as np
import pytest

from kerazoo.models.dqn.foreign_errors import EnvironmentFailure
from kerazoo.models.dqn.text_games import TextEnvironment
from kerazoo.models.dqn.text_games import TextHouse
from kerazoo.models.dqn.text_games import make_text_environment
from kerazoo.models.dqn.text_games import words_of
from kerazoo.text import WordTokenizer


class Count(gymnasium.Env):
    """Counts down from the seed; `stop` ends at once, and pays what is left."""

    observation_space = gymnasium.spaces.Text(100)
    action_space = gymnasium.spaces.Text(100)

    def __init__(self, most=9, reward=1.0, commands=("down", "stop now please")):
        self.most, self.reward, self.commands = most, reward, list(commands)
        self.left = most

    def reset(self, *, seed=None, options=None):
        self.left = self.most if seed is None else seed
        return f"{self.left} left", {"commands": self.commands[: self.left + 1]}

    def step(self, command):
        assert command in self.commands
        stops = command.startswith("stop")
        reward = self.reward * self.left if stops else 0.0
        self.left -= 1
        commands = [] if stops else self.commands[: self.left + 1]
        return (
            f"{self.left} left",
            reward,
            stops,
            self.left <= 0,
            {"commands": commands},
        )


TOKENIZER = WordTokenizer(["0", "1", "2", "3", "9", "down", "left", "now", "stop"])


def make(num_envs=3, seed=1, max_commands=3, **options):
    return TextEnvironment(
        lambda: Count(**options), TOKENIZER, num_envs, 4, max_commands, 2, seed
    )


def token(word):
    return TOKENIZER.words.index(word) + 4


def test_steps_by_hand():
    environment = make()
    step = environment.reset()
    assert step.step_type.tolist() == [0, 0, 0] and step.reward.tolist() == [0, 0, 0]
    seen = step.observation["observation"]
    assert seen["state"].dtype == seen["commands"].dtype == np.uint8
    assert seen["state"].tolist() == [
        [token(str(i)), token("left"), 0, 0] for i in (1, 2, 3)
    ]
    both = [[token("down"), 0], [token("stop"), token("now")], [0, 0]]
    assert seen["commands"].tolist() == [both, both, both]
    assert step.observation["action_mask"].tolist() == 3 * [[True, True, False]]

    step = environment.step(np.array([0, 1, 0]))
    # The first is cut off, the second ends and the third goes on.
    assert step.step_type.tolist() == [2, 2, 1]
    assert step.reward.tolist() == [0, 2, 0] and step.discount.tolist() == [1, 0, 1]
    assert step.observation["action_mask"].any(axis=1).all()
    assert step.observation["observation"]["state"][0, 0] == token("0")
    held = step.observation["observation"]["state"].copy()

    after = environment.step(np.array([2, 2, 1]))  # The first two are of no meaning.
    assert after.step_type.tolist() == [0, 0, 2]
    assert after.reward.tolist() == [0, 0, 2] and after.discount.tolist() == [1, 1, 0]
    assert after.observation["observation"]["state"][0, 0] == token("9")
    np.testing.assert_array_equal(step.observation["observation"]["state"], held)


def test_seeds_of_each_copy():
    environment = make(seed=None)
    environment.seed([3, 1, 2])
    first = environment.reset().observation["observation"]["state"][:, 0]
    assert first.tolist() == [token(word) for word in "312"]
    environment.seed(1)
    first = environment.reset().observation["observation"]["state"][:, 0]
    assert first.tolist() == [token(word) for word in "123"]
    again = environment.reset().observation["observation"]["state"][:, 0]
    assert again.tolist() == 3 * [token("9")]  # Seeds are for one reset.


def test_house_is_a_valid_environment():
    environment = make_text_environment(
        TextHouse, WordTokenizer(TextHouse.words), num_envs=2, seed=0
    )
    assert environment.num_actions == TextHouse().max_commands
    random = np.random.default_rng(0)
    step = environment.reset()
    for _ in range(120):
        mask = step.observation["action_mask"]
        step = environment.step(np.where(mask, random.random(mask.shape), -1).argmax(1))
    assert environment.observation_spec()["observation"]["state"].shape == (96,)


def test_many_words_take_wider_tokens():
    words = [f"w{i}" for i in range(300)]
    environment = TextEnvironment(Count, WordTokenizer(words))
    spec = environment.observation_spec()["observation"]["state"]
    assert spec.dtype == np.int32 and spec.maximum == 303


@pytest.mark.parametrize(
    "options, words",
    [
        ({"max_commands": 1}, "offered 2 commands.*the most are `max_commands`=1"),
        ({"commands": ()}, "offered 0 commands"),
    ],
)
def test_wrong_commands_end_in_one_line(options, words):
    environment = make(**options)
    with pytest.raises(EnvironmentFailure, match=words):
        environment.reset()


def test_game_that_fails_is_named():
    class Fails(Count):
        def step(self, command):
            raise RuntimeError("no such room")

    environment = TextEnvironment(Fails, TOKENIZER, seed=3)
    environment.reset()
    message = "Fails failed at the command 'down': RuntimeError: no such room"
    with pytest.raises(EnvironmentFailure, match=message):
        environment.step(np.array([0]))


def test_reward_that_is_not_finite_is_refused():
    environment = make(reward=np.nan)
    environment.reset()
    with pytest.raises(FloatingPointError, match="Count gave a reward of nan"):
        environment.step(np.array([1, 1, 1]))


def test_words_are_those_of_walks_where_a_game_names_none():
    words = words_of(Count())
    assert {"down", "stop", "now", "please", "left", "9"} <= set(words)
    assert words == words_of(Count())
