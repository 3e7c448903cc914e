"""Settings of deep Q-networks that ours and Stable-Baselines3's runs share.

Nothing is imported: the peers' Python reads this file, too.
"""

# Those of Young & Tian, 2019 (arXiv 1903.03176), with Adam; 16 filters, 128 units.
MINATAR = {
    "learning_rate": 2.5e-4,
    "batch_size": 32,
    "replay_capacity": 100_000,
    "learning_starts": 5_000,
    "target_update_period": 1_000,  # In gradient steps.
    "env_steps_per_gradient_step": 1,
    "epsilon_end": 0.1,
    "epsilon_decay_steps": 100_000,
}
# Those of RL Baselines3 Zoo for Atari; the Nature CNN, 512 units.
ATARI = {
    "learning_rate": 1e-4,
    "batch_size": 32,
    "replay_capacity": 100_000,
    "learning_starts": 100_000,
    "target_update_period": 250,
    "env_steps_per_gradient_step": 4,
    "epsilon_end": 0.01,
    "epsilon_decay_steps": 1_000_000,
}
EVAL_EPISODES = 30
EVAL_EPSILON = 0.05


def settings_of(env: str) -> dict[str, float]:
    """Returns the settings of a game of MinAtar or Atari, by its name."""
    return MINATAR if env.startswith("MinAtar/") else ATARI
