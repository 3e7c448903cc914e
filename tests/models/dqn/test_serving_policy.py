import gymnasium
import numpy as np
import pytest
from gymnasium import spaces as gym_spaces

from kerazoo.models import dqn
from kerazoo.models.dqn import spaces
from kerazoo.serving import check
from kerazoo.serving import exporting

SPACES = {
    "box": gym_spaces.Box(-1, 1, (3,), np.float32),
    "image": gym_spaces.Box(0, 255, (4, 4, 3), np.uint8),
    "discrete": gym_spaces.Discrete(5, start=2),
    "dict": gym_spaces.Dict(
        {
            "speed": gym_spaces.Box(-1, 1, (2,), np.float64),
            "gear": gym_spaces.Discrete(3),
            "lamps": gym_spaces.Tuple(
                [gym_spaces.MultiBinary(2), gym_spaces.MultiDiscrete([2, 3])]
            ),
        }
    ),
}


class Any(gymnasium.Env):
    action_space = gym_spaces.Discrete(4, start=-1)

    def __init__(self, space, masks=False):
        self.observation_space = space
        self.masks = masks

    def reset(self, *, seed=None, options=None):
        self.observation_space.seed(seed)
        return self.observation_space.sample(), self._info()

    def step(self, action):
        return self.observation_space.sample(), 0.0, False, False, self._info()

    def _info(self):
        mask = np.array([False, True, False, True])
        return {"action_mask": mask} if self.masks else {}


@pytest.mark.parametrize("name", SPACES)
def test_server_without_python_takes_raw_observations(tmp_path, name):
    space = SPACES[name]
    environment = dqn.GymnasiumEnvironment(Any, num_envs=3, seed=5, space=space)
    model = dqn.q_network(environment.observation_spec(), 4, (8,), seed=0)
    policy = dqn.ServingPolicy(model, environment)
    path = exporting.export(policy.module, policy.endpoints, tmp_path)

    flat = environment.reset().observation
    expected = np.asarray(model(flat))
    raw = []
    for seed in (5, 6, 7):
        space.seed(seed)
        raw.append(spaces.raw_inputs(space, space.sample()))
    inputs = {key: np.concatenate([x[key] for x in raw]) for key in raw[0]}
    outputs = check.run_without_python(str(path), inputs)
    np.testing.assert_allclose(outputs["q_values"], expected, atol=1e-5)
    np.testing.assert_array_equal(outputs["action"], expected.argmax(axis=1) - 1)
    assert outputs["action"].dtype == np.int64


def test_mask_forbids_actions():
    environment = dqn.GymnasiumEnvironment(
        Any, action_mask=True, space=SPACES["box"], masks=True
    )
    spec = environment.observation_spec()["observation"]
    model = dqn.q_network(spec, 4, (8,), seed=0)
    model.layers[-1].bias.assign([9.0, 1.0, 8.0, 0.0])
    policy = dqn.ServingPolicy(model, environment)
    observation = np.zeros((2, 3), np.float32)
    mask = np.array([[False, True, False, True], [True, True, True, True]])
    serve = policy.endpoints["serving_default"]
    outputs = serve(observation=observation, action_mask=mask)
    np.testing.assert_array_equal(outputs["action"], [0, -1])


def test_example_fits_the_signature():
    environment = dqn.GymnasiumEnvironment(Any, space=SPACES["dict"])
    model = dqn.q_network(environment.observation_spec(), 4, (8,))
    policy = dqn.ServingPolicy(model, environment)
    for name, inputs in policy.example().items():
        assert policy.endpoints[name](**inputs)["q_values"].shape == (1, 4)
