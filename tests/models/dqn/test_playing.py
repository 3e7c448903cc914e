import kerazoo.models.dqn  # noqa: F401

# isort: split
import gymnasium
import imageio.v3 as imageio
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.dqn import evaluation
from kerazoo.models.dqn import playing
from kerazoo.models.dqn import write_video
from kerazoo.models.dqn.foreign_errors import EnvironmentFailure


class Corridor(gymnasium.Env):
    """Ends on the right, after as many steps as the seed; draws where one is."""

    observation_space = gymnasium.spaces.Discrete(10)
    action_space = gymnasium.spaces.Discrete(2, start=3)
    render_mode = "rgb_array"

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.length, self.place = seed, 0
        return self.place, self._info()

    def step(self, action):
        assert action == 4 - self.place % 2  # The one that the mask allows.
        self.place += 1
        return self.place, 2.0, self.place == self.length, False, self._info()

    def render(self):
        return np.full((2, 2, 3), self.place, np.uint8)

    def _info(self):
        return {"action_mask": np.eye(2, dtype=np.int8)[1 - self.place % 2]}


def make_policy(masks=True):
    """Returns a policy as an export has it, for observations one by one."""

    def act(**inputs):
        mask = inputs.get("action_mask", tf.constant([[False, True]]))
        tf.debugging.assert_shapes([(inputs["observation"], (1,)), (mask, (1, 2))])
        return {"action": 3 + tf.argmax(tf.cast(mask, tf.int32), axis=-1)}

    signature = {"observation": tf.TensorSpec((None,), tf.int64, "observation")}
    if masks:
        signature["action_mask"] = tf.TensorSpec((None, 2), tf.bool, "action_mask")
    return tf.function(act).get_concrete_function(**signature)


@pytest.mark.parametrize("renders", [False, True])
def test_an_episode_is_played_to_its_end(renders):
    total, pictures = playing.play_episode(make_policy(), Corridor(), 5, renders)
    assert total == 10.0
    assert [picture.max() for picture in pictures] == (
        list(range(5)) if renders else []
    )


def test_episode_without_end_is_cut_off(monkeypatch):
    monkeypatch.setattr(playing, "MAX_EPISODE_STEPS", 7)
    assert playing.play_episode(make_policy(), Corridor(), 100)[0] == 14.0
    assert evaluation.MAX_EPISODE_STEPS > 1000


def test_policy_without_a_mask_is_given_none():
    with pytest.raises(EnvironmentFailure, match=r"Corridor failed at step 2: Ass.*"):
        # Plays what is not allowed at the second step.
        playing.play_episode(make_policy(masks=False), Corridor(), 2)


class Blind(gymnasium.Env):
    """Has no `render`, and does not know the argument `render_mode`."""

    observation_space = gymnasium.spaces.Discrete(10)
    action_space = gymnasium.spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        return 0, {}


@pytest.fixture
def blind():
    gymnasium.register("Blind-v0", Blind)
    yield {"env": "Blind-v0", "env_kwargs": {}}
    gymnasium.registry.pop("Blind-v0")


def test_environments_that_draw_nothing(blind):
    env = playing.make_trained_environment(blind, renders=True)
    env.reset()
    assert playing.picture_of(env) is None
    with pytest.raises(ValueError, match="Blind-v0 draws no pictures"):
        playing.play_episode(make_policy(), env, 0, renders=True)


def test_other_wrong_arguments_raise(blind):
    blind["env_kwargs"] = {"size": 3}
    with pytest.raises(TypeError, match="size"):
        playing.make_trained_environment(blind, renders=True)


def test_environment_that_gymnasium_no_longer_has_is_said():
    with pytest.raises(ValueError, match="take it with `env`=Taxi-v4"):
        playing.make_trained_environment({"env": "Taxi-v3", "env_kwargs": {}})


@pytest.mark.parametrize(
    "space",
    [
        gymnasium.spaces.Discrete(3),
        gymnasium.spaces.MultiDiscrete([2, 3]),
        gymnasium.spaces.Box(-0.5, 0.5, (2,)),
    ],
    ids=str,
)
def test_one_action_is_as_its_space_has_it(space):
    action = playing.action_of(np.array([space.sample()]))
    assert space.contains(action)


def test_a_number_between_integers_stays_what_it_is():
    assert playing.action_of(np.array([0.25], np.float32)) == 0.25


@pytest.mark.parametrize("ending", ["gif", "mp4"])
def test_video_has_the_pictures_in_their_order(tmp_path, ending):
    path = tmp_path / "new" / f"video.{ending}"
    shades = [0, 80, 160, 240]
    pictures = [np.full((32, 32, 3), shade, np.uint8) for shade in shades]
    write_video(path, pictures, pictures_per_second=10)
    found = [float(np.mean(frame[..., :3])) for frame in imageio.imiter(path)]
    np.testing.assert_allclose(found, shades, atol=4)


def test_other_endings_raise(tmp_path):
    with pytest.raises(ValueError, match=r"path=.*pole\.avi"):
        write_video(tmp_path / "pole.avi", [])
