"""Deep Q-networks: Keras 3 models, trained by TF-Agents on gymnasium environments."""

import warnings

from kerazoo import legacy_keras  # noqa: F401  Must come before TensorFlow.

with warnings.catch_warnings():
    # TF-Agents' own files have invalid escapes and import the unmaintained gym,
    # which prints an advertisement that gym_notices holds.
    warnings.simplefilter("ignore")
    try:
        import gym_notices.notices

        gym_notices.notices.notices.clear()
        import tf_agents.agents.dqn.dqn_agent
        import tf_agents.environments.py_environment  # noqa: F401
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"kerazoo.models.dqn needs {error.name}: pip install 'kerazoo[dqn]'",
            name=error.name,
        ) from error

from kerazoo.models.dqn.actor import Actor
from kerazoo.models.dqn.agents import create_agent
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.evaluation import evaluate
from kerazoo.models.dqn.keras_network import KerasNetwork
from kerazoo.models.dqn.learner import Learner
from kerazoo.models.dqn.q_networks import q_network
from kerazoo.models.dqn.serving_policy import ServingPolicy
from kerazoo.models.dqn.trainer import Schedule
from kerazoo.models.dqn.trainer import Trainer
from kerazoo.models.dqn.uniform_replay import UniformReplay

__all__ = [
    "Actor",
    "GymnasiumEnvironment",
    "KerasNetwork",
    "Learner",
    "Schedule",
    "ServingPolicy",
    "Trainer",
    "UniformReplay",
    "create_agent",
    "evaluate",
    "q_network",
]
