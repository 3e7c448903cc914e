import importlib.util

import gymnasium
import numpy as np
import pytest

from kerazoo.models.dqn import environments
from kerazoo.models.dqn.env_ids import check_env
from kerazoo.models.dqn.first_look import first_look


def installed(*packages):
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")


ATARI, MINATAR = installed("ale_py", "cv2"), installed("minatar")
GAMES = ["Asterix", "Breakout", "Freeway", "Seaquest", "SpaceInvaders"]


@pytest.fixture
def blocked(monkeypatch):
    """Makes imports of packages fail as if they were not installed."""

    def block(*packages):
        before = importlib.import_module

        def fail(name, *args):
            package = name.partition(".")[0]
            if package in packages:
                raise ModuleNotFoundError(f"No module named {package}", name=package)
            return before(name, *args)

        monkeypatch.setattr(importlib, "import_module", fail)

    return block


def play(env, num_steps, seed=0):
    random = np.random.default_rng(seed)
    observations, rewards = [env.reset(seed=seed)[0]], []
    for _ in range(num_steps):
        step = env.step(int(random.integers(env.action_space.n)))
        observations.append(step[0])
        rewards.append(step[1])
        if step[2] or step[3]:
            observations.append(env.reset()[0])
    return np.array(observations), np.array(rewards)


@pytest.mark.parametrize("frame_stack", [1, 3])
def test_frames_are_stacked_as_gymnasium_does(frame_stack):
    made = environments.make("CartPole-v1", frame_stack, max_episode_steps=7)
    theirs = gymnasium.make("CartPole-v1", max_episode_steps=7)
    if frame_stack > 1:
        theirs = gymnasium.wrappers.FrameStackObservation(theirs, frame_stack)
    for ours, expected in zip(play(made, 20), play(theirs, 20)):
        np.testing.assert_array_equal(ours, expected)


def test_rewards_are_cut_off():
    class Payer(gymnasium.Env):
        observation_space = gymnasium.spaces.Box(0, 1, (1,), np.float32)
        action_space = gymnasium.spaces.Discrete(7)

        def reset(self, *, seed=None, options=None):
            super().reset(seed=seed)
            return np.zeros(1, np.float32), {}

        def step(self, action):
            return np.zeros(1, np.float32), action - 3.5, False, False, {}

    made = environments.make(Payer, clip_rewards=True)
    made.reset()
    rewards = [made.step(action)[1] for action in range(7)]
    assert rewards == [-1, -1, -1, -0.5, 0.5, 1, 1]


def test_life_loss_goes_with_atari():
    with pytest.raises(ValueError, match=r"`life_loss` goes with Atari games only."):
        environments.make("CartPole-v1", life_loss=True)


def test_stacks_need_one_box():
    with pytest.raises(
        ValueError, match=r"`frame_stack` needs observations of one Box"
    ):
        environments.make("FrozenLake-v1", frame_stack=2)


@pytest.mark.parametrize(
    ("env", "package", "extra"),
    [("ALE/Pong-v5", "ale_py", "atari"), ("MinAtar/Breakout-v1", "minatar", "minatar")],
)
def test_a_missing_package_is_said_in_one_line(blocked, env, package, extra):
    blocked(package)
    for act in (check_env, environments.make, environments.register):
        with pytest.raises(
            ValueError,
            match=(
                f"The environment {env} needs {package}, which is not installed: "
                rf"pip install 'kerazoo\[{extra}\]'"
            ),
        ):
            act(env)


@ATARI
def test_a_missing_resizer_is_said_in_one_line(blocked):
    blocked("cv2")
    with pytest.raises(ValueError, match=r"needs cv2, .* 'kerazoo\[atari\]'"):
        environments.make("ALE/Pong-v5")


@ATARI
def test_a_game_that_does_not_exist_is_said_in_one_line():
    with pytest.raises(ValueError, match=r"There is no environment ALE/Pomg-v5. Did"):
        check_env("ALE/Pomg-v5")


@ATARI
def test_a_missing_rom_is_said_in_one_line(monkeypatch):
    import ale_py

    monkeypatch.setattr(ale_py.roms, "get_rom_path", lambda game: None)
    with pytest.raises((ValueError, gymnasium.error.Error)) as error:
        first_look("ALE/Pong-v5")
    assert "\n" not in str(error.value)
    assert "pong" in str(error.value).lower()


@ATARI
def test_atari_is_preprocessed_as_published():
    made = environments.make(
        "ALE/Breakout-v5", environments.frames_of("ALE/Breakout-v5")
    )
    assert made.observation_space == gymnasium.spaces.Box(0, 255, (4, 84, 84), np.uint8)
    assert made.action_space.n == 4
    ale = made.unwrapped.ale
    assert ale.getFloat("repeat_action_probability") == 0.25  # Machado et al., 2018.
    made.reset(seed=0)
    before = ale.getEpisodeFrameNumber()
    made.step(0)
    assert ale.getEpisodeFrameNumber() - before == 4
    lives = _lives_at_the_end(made)
    assert lives == 0


@ATARI
def test_atari_takes_arguments_of_game_and_preprocessing():
    made = environments.make(
        "ALE/Breakout-v5",
        life_loss=True,
        full_action_space=True,
        repeat_action_probability=0.0,
        screen_size=42,
        grayscale_obs=False,
    )
    assert made.observation_space.shape == (42, 42, 3)
    assert made.action_space.n == 18
    assert made.unwrapped.ale.getFloat("repeat_action_probability") == 0
    assert _lives_at_the_end(made) == 4


@ATARI
def test_frames_are_skipped_by_the_preprocessing():
    with pytest.raises(ValueError, match=r"`frameskip` of a game is 1 here"):
        environments.make("ALE/Pong-v5", frameskip=4)


def _lives_at_the_end(env):
    env.reset(seed=0)
    for i in range(3_000):
        _, _, terminated, _, info = env.step(1 if i % 10 == 0 else 0)
        if terminated:
            return info["lives"]
    raise AssertionError("The game does not end.")


@MINATAR
@pytest.mark.parametrize("game", GAMES)
def test_minatar_is_made_of_its_name(game):
    look = first_look(f"MinAtar/{game}-v1")
    assert look.observation_space.shape[:2] == (10, 10)
    assert look.observation_space.dtype == bool
    assert look.action_space.n < 6 or game == "Seaquest"
    assert first_look(f"MinAtar/{game}-v0").action_space.n == 6


@MINATAR
def test_minatar_repeats_itself_and_draws_pictures():
    made = environments.make("MinAtar/Breakout-v1", render_mode="rgb_array")
    first, second = play(made, 50, seed=3), play(made, 50, seed=3)
    np.testing.assert_array_equal(first[0], second[0])
    picture = made.render()
    assert picture.shape == (240, 240, 3)
    assert picture.dtype == np.uint8
    assert len(np.unique(picture[::24, ::24].reshape(-1, 3), axis=0)) >= 3
    np.testing.assert_array_equal(picture[::24, ::24], picture[23::24, 23::24])
