import gymnasium
import numpy as np
import pytest
import tensorflow as tf
from gymnasium import spaces as gym_spaces

from kerazoo.models import dqn
from kerazoo.models.dqn import spaces
from kerazoo.models.dqn.config import make_agent
from kerazoo.models.dqn.config import make_q_network
from kerazoo.serving import check
from kerazoo.serving import exporting
from kerazoo.serving.limits import Limits
from tests.serving.odd_requests import ask
from tests.serving.odd_requests import assert_memory_stays
from tests.serving.odd_requests import assert_odd_requests_end_well
from tests.serving.odd_requests import assert_rows_are_answered_alone

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


@pytest.mark.parametrize(
    ("kind", "space"),
    [
        ("rainbow", "box"),
        pytest.param("iqn", "image", marks=pytest.mark.slow),
        pytest.param("qr_dqn", "dict", marks=pytest.mark.slow),
        pytest.param("munchausen", "discrete", marks=pytest.mark.slow),
    ],
)
def test_server_without_python_gives_distributions(tmp_path, kind, space):
    environment = dqn.GymnasiumEnvironment(Any, num_envs=3, seed=5, space=SPACES[space])
    agent = dqn.AgentConfig(agent=kind, num_atoms=5, num_quantiles=5)
    network = dqn.NetworkConfig(hidden_units=(8,), dueling=True, noisy=True)
    model = make_q_network(environment, network, seed=0, agent=agent)
    model = make_agent(environment, model, agent).values_model
    policy = dqn.ServingPolicy(model, environment)
    path = exporting.export(policy.module, policy.endpoints, tmp_path)

    x = environment.reset().observation
    raw = []
    for seed in (5, 6, 7):
        SPACES[space].seed(seed)
        raw.append(spaces.raw_inputs(SPACES[space], SPACES[space].sample()))
    inputs = {key: np.concatenate([r[key] for r in raw]) for key in raw[0]}
    outputs = check.run_without_python(str(path), inputs)
    expected = dqn.HostNetwork(model)(x)
    np.testing.assert_allclose(outputs["q_values"], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(outputs["action"], expected.argmax(axis=1) - 1)
    if kind == "rainbow":
        means = outputs["probabilities"] @ np.linspace(-100, 100, 5)
        np.testing.assert_allclose(outputs["probabilities"].sum(-1), 1, rtol=1e-5)
    elif kind == "munchausen":
        assert outputs.keys() == {"action", "q_values"}
        return
    else:
        means = outputs["quantiles"].mean(-1)
    np.testing.assert_allclose(means, expected, rtol=1e-3, atol=1e-3)


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


# With pixels that go through convolutions, too.
ASKED = {**SPACES, "pixels": gym_spaces.Box(0, 255, (36, 36, 1), np.uint8)}


@pytest.fixture(scope="module")
def policies():
    """Returns a function of the name of a space to a policy, made once."""
    made = {}

    def get(name):
        if name not in made:
            environment = dqn.GymnasiumEnvironment(
                Any, action_mask=True, space=ASKED[name], masks=True
            )
            spec = environment.observation_spec()["observation"]
            model = dqn.q_network(spec, 4, (8,), seed=0)
            made[name] = dqn.ServingPolicy(model, environment, Limits(max_examples=300))
        return made[name]

    return get


def good_request(name, rows=2):
    space = ASKED[name]
    space.seed(7)
    parts = [spaces.raw_inputs(space, space.sample()) for _ in range(rows)]
    request = {key: np.concatenate([x[key] for x in parts]) for key in parts[0]}
    return {**request, "action_mask": np.tile([True, False, True, True], (rows, 1))}


@pytest.mark.parametrize(
    ("name", "odd", "words"),
    [
        (
            "box",
            {"observation": np.full((2, 3), np.nan)},
            "`observation` must be finite",
        ),
        ("box", {"observation": np.full((2, 3), -np.inf)}, "Received: -inf"),
        (
            "box",
            {"observation": np.full((2, 3), 3e38)},
            "`observation` .* finite answer",
        ),
        ("box", {"observation": np.ones((3, 3))}, "`action_mask` .* as `observation`"),
        ("box", {"action_mask": np.eye(2, 4) < 1}, None),
        ("box", {"action_mask": np.eye(2, 4) > 2}, "`action_mask` .* as in row"),
        ("discrete", {"observation": [2, 7]}, "must be from 2 to 6. Received: 7"),
        ("discrete", {"observation": [1, 2]}, "must be from 2 to 6. Received: 1"),
        (
            "dict",
            {"observation_gear": [0, 3]},
            "`observation_gear` must be from 0 to 2",
        ),
        (
            "dict",
            {"observation_lamps_1": [[1, 2], [2, 0]]},
            r"`observation_lamps_1` must be from \[0, 0\] to \[1, 2\]. Received: 2",
        ),
        ("dict", {"observation_lamps_0": [[0, 1], [1, 2]]}, "must be from 0 to 1"),
        ("dict", {"observation_gear": [0]}, "as many rows as `observation_gear`"),
    ],
)
def test_wrong_requests_are_errors(policies, name, odd, words):
    serve = policies(name).endpoints["serving_default"]
    request = {**good_request(name), **odd}
    if words is None:
        assert len(ask(serve, request)["action"]) == 2
    else:
        with pytest.raises(tf.errors.InvalidArgumentError, match=words):
            ask(serve, request)


def test_limits_are_those_that_were_set(policies):
    serve = policies("box").endpoints["serving_default"]
    with pytest.raises(tf.errors.InvalidArgumentError, match="have at most 300 rows"):
        ask(serve, good_request("box", rows=301))


@pytest.mark.parametrize("name", ASKED)
def test_odd_requests_end_well(policies, name):
    serve = policies(name).endpoints["serving_default"]
    assert_odd_requests_end_well(serve, good_request(name), 30)


@pytest.mark.slow
@pytest.mark.parametrize("name", ASKED)
def test_many_odd_requests_end_well(policies, name):
    serve = policies(name).endpoints["serving_default"]
    assert_odd_requests_end_well(serve, good_request(name), 1_000, seed=1)
    assert_memory_stays(serve, good_request(name), 10_000)


@pytest.mark.parametrize("name", ASKED)
def test_rows_are_answered_alone(policies, name):
    serve = policies(name).endpoints["serving_default"]
    assert_rows_are_answered_alone(serve, good_request(name, rows=257))
