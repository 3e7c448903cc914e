import gymnasium
import numpy as np
import pytest

from kerazoo.models.dqn import environments


def test_frames_are_skipped_grey_and_stacked():
    env = environments.make(
        "CarRacing-v3",
        frame_stack=2,
        continuous=False,
        frame_skip=3,
        grayscale_obs=True,
        max_episode_steps=6,
    )
    plain = gymnasium.make("CarRacing-v3", continuous=False)
    assert env.observation_space == gymnasium.spaces.Box(0, 255, (2, 96, 96), np.uint8)
    assert env.action_space == gymnasium.spaces.Discrete(5)
    stack, _ = env.reset(seed=3)
    colours, _ = plain.reset(seed=3)
    weights = np.array([0.2125, 0.7154, 0.0721])
    np.testing.assert_allclose(stack[-1], colours @ weights, atol=1)

    stack, reward, *_, truncated, _ = env.step(3)
    frames = [plain.step(3) for _ in range(3)]
    assert reward == pytest.approx(sum(frame[1] for frame in frames))
    newest = np.maximum(frames[1][0], frames[2][0])
    np.testing.assert_allclose(stack[-1], newest @ weights, atol=1)
    assert not truncated and env.step(0)[3]
    env.close(), plain.close()


def test_what_it_is_not():
    with pytest.raises(ValueError, match="must be positive.*frame_skip=0"):
        environments.make("CarRacing-v3", frame_skip=0)
