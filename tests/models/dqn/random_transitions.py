"""Random transitions, in NumPy and as TF-Agents takes them."""

import gymnasium
import numpy as np
import tensorflow as tf
from tf_agents.trajectories import policy_step
from tf_agents.trajectories import time_step as ts
from tf_agents.trajectories import trajectory

NUM_ACTIONS = 3
GAMMA = 0.9


class Masked(gymnasium.Env):
    """Only its spaces and its mask matter here."""

    observation_space = gymnasium.spaces.Box(-1, 1, (4,), np.float32)
    action_space = gymnasium.spaces.Discrete(NUM_ACTIONS)

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(4, np.float32), {"action_mask": np.ones(NUM_ACTIONS, np.int8)}


class Batch:
    """Random n-step transitions, among them ends of episodes, in NumPy."""

    def __init__(self, seed, size=16, masks=False, opponents=False):
        random = np.random.default_rng(seed)
        self.size = size
        self.observation, self.next_observation = random.normal(size=(2, size, 4))
        self.action = random.integers(0, NUM_ACTIONS, size)
        self.reward = random.normal(size=size)
        # D of 1 to 3 steps, or of a terminated episode.
        self.discount = random.choice([1.0, GAMMA, GAMMA**2, 0.0], size)
        if opponents:  # Who moves next loses what this one wins.
            self.discount *= random.choice([1.0, -1.0], size)
        self.mask = self.next_mask = None
        if masks:
            self.mask, self.next_mask = random.random((2, size, NUM_ACTIONS)) < 0.5
            for mask in (self.mask, self.next_mask):
                mask[np.arange(size), random.integers(0, NUM_ACTIONS, size)] = True

    def to_tf_agents(self):
        def step(observation, mask, reward, discount):
            observation = tf.constant(observation, tf.float32)
            if mask is not None:
                observation = {
                    "observation": observation,
                    "action_mask": tf.constant(mask),
                }
            return ts.TimeStep(
                step_type=tf.fill([self.size], tf.constant(ts.StepType.MID, tf.int32)),
                reward=tf.constant(reward, tf.float32),
                discount=tf.constant(discount, tf.float32),
                observation=observation,
            )

        return trajectory.Transition(
            step(self.observation, self.mask, np.zeros(self.size), np.ones(self.size)),
            policy_step.PolicyStep(tf.constant(self.action), (), ()),
            step(self.next_observation, self.next_mask, self.reward, self.discount),
        )


def set_weights(network, seed):
    """Sets random weights; returns them in float64."""
    random = np.random.default_rng(seed)
    weights = [random.normal(size=v.shape) for v in network.variables]
    for variable, value in zip(network.variables, weights):
        variable.assign(value)
    return [np.array(variable, np.float64) for variable in network.variables]
