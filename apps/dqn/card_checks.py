"""Which flags go with `--task=fictitious_play`, and what suits it."""

from absl import flags

from apps.dqn.card_flags import NAMES

_OTHERS = ("control", "board", "text_game")
OF_TASKS = {
    **dict.fromkeys(NAMES, ("fictitious_play",)),
    "game": ("board", "fictitious_play"),
    # A hand is learnt from as it is played, by single decisions.
    **dict.fromkeys(
        (
            *("eval_episodes", "importance_exponent", "n_step"),
            *("priority_exponent", "replay"),
        ),
        _OTHERS,
    ),
}
CARD_DEFAULTS = {
    "agent": "dqn",
    "batch_size": 128,
    "block_length": 1_024,
    "checkpoint_every": 5_000,
    "discount": 1.0,
    "epsilon_decay_steps": 1_000_000,
    "epsilon_end": 0.0,
    "epsilon_start": 0.06,
    "eval_every": 1_000,
    "game": "kuhn_poker",
    "gradient_steps_per_env_step": 0.015625,
    "hidden_units": [64],
    "log_every": 1_000,
    "loss": "mse",
    "num_envs": 256,
    "replay_capacity": 200_000,
    "train_steps": 20_000,
}
_AGENTS = ("dqn", "double_dqn", "munchausen")


def check_cards():
    """Refuses an agent that learns distributions: a hand is played by values.

    Raises:
        ValueError: If it is such.
    """
    values = flags.FLAGS
    if values.task == "fictitious_play" and values.agent not in _AGENTS:
        raise ValueError(
            f"--task=fictitious_play takes --agent={', '.join(_AGENTS)}, which learn "
            f"values. Received: --agent={values.agent}"
        )
