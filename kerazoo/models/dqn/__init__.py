"""Deep Q-networks: Keras 3 models, trained by TF-Agents on gymnasium environments."""

import warnings

from kerazoo import legacy_keras  # noqa: F401  Must come before TensorFlow.

with warnings.catch_warnings():
    # TF-Agents' own files have invalid escapes and import the unmaintained gym,
    # which prints an advertisement that gym_notices holds.
    warnings.simplefilter("ignore")
    import gym_notices.notices

    gym_notices.notices.notices.clear()
    import tf_agents.agents.dqn.dqn_agent
    import tf_agents.environments.py_environment  # noqa: F401
