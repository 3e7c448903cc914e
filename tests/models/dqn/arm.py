"""An arm of two joints, and an untrained policy of it with bins, exported."""

import gymnasium
import numpy as np

from kerazoo.models.dqn import GymnasiumEnvironment
from kerazoo.models.dqn import ServingPolicy
from kerazoo.models.dqn import q_network
from kerazoo.serving.exporting import export


class Arm(gymnasium.Env):
    """Rewards the sum of the torques, and shows what they were."""

    observation_space = gymnasium.spaces.Box(-10, 10, (2,), np.float32)
    action_space = gymnasium.spaces.Box(np.float32([-1, 0]), np.float32([1, 10]))
    metadata = {"render_modes": ["rgb_array"]}

    def __init__(self, render_mode=None):
        self.render_mode = render_mode

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.steps = 0
        return self.np_random.uniform(-1, 1, 2).astype(np.float32), {}

    def step(self, action):
        assert self.action_space.contains(action), action
        self.steps += 1
        return action.copy(), float(action.sum()), self.steps == 5, False, {}

    def render(self):
        return np.full((4, 4, 3), self.steps, np.uint8)


def exported_arm(folder, env="Arm-v0"):
    """Exports a policy of 3 bins a joint; returns its version, model and metadata."""
    environment = GymnasiumEnvironment(Arm, action_bins=3)
    model = q_network(environment.observation_spec(), environment.joints, (8,), seed=0)
    metadata = {"family": "dqn", "env": env, "env_kwargs": {}, "action_bins": 3}
    metadata |= {"first_action": [0, 0], "joints": [3, 3]}
    policy = ServingPolicy(model, environment)
    version = export(policy.module, policy.endpoints, folder, metadata)
    return version, model, metadata
