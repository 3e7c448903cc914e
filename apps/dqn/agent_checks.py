"""What suits an agent, and which flags go with which."""

from absl import flags

from apps.cli.checks import check_owners
from apps.cli.launch import set_defaults

_CATEGORICAL = ("c51", "rainbow")
_QUANTILE = ("qr_dqn", "iqn")
# What only some agents take.
OF_AGENTS = {
    "kappa": _QUANTILE,
    "loss": ("dqn", "double_dqn", "munchausen"),
    "munchausen_alpha": ("munchausen",),
    "munchausen_clip": ("munchausen",),
    "munchausen_temperature": ("munchausen",),
    "num_atoms": _CATEGORICAL,
    "num_quantiles": _QUANTILE,
    "v_max": _CATEGORICAL,
    "v_min": _CATEGORICAL,
}
AGENT_DEFAULTS = {
    "iqn": {"num_quantiles": 8},  # Samples of each transition, not the model.
    "munchausen": {"n_step": 1},  # As published: every action is paid for.
    "rainbow": {"dueling": True, "noisy": True, "replay": "prioritized"},
}


def take_agent_defaults():
    """Gives flags the defaults that suit the agent and its exploration."""
    values = flags.FLAGS
    set_defaults(AGENT_DEFAULTS.get(values.agent, {}))
    if values.noisy:
        # Random until there is something to learn from, then by noise alone.
        set_defaults({"epsilon_decay_steps": values.learning_starts, "epsilon_end": 0})


def check_agent():
    """Refuses flags that do not go with the agent.

    Raises:
        ValueError: If there are such flags.
    """
    check_owners("agent", OF_AGENTS)
