"""What all tasks of deep Q-networks are made of, from their flags."""

from apps.cli import run_flags
from apps.cli.checks import arguments
from apps.shared_flags import limits


def parts():
    """Returns the arguments that all tasks take, as a dict of name to config.

    Raises:
        ValueError: If one is wrong.
    """
    from kerazoo.models.dqn import config

    if run_flags.DTYPE_POLICY.value == "mixed_float16":
        raise ValueError(
            "--dtype_policy=mixed_float16 needs loss scaling, which TF-Agents does "
            "not have: use mixed_bfloat16 or float32."
        )
    return {
        "network": arguments(config.NetworkConfig),
        "agent": arguments(config.AgentConfig),
        "replay": arguments(config.ReplayConfig),
        "exploration": arguments(config.ExplorationConfig),
        "collection": arguments(config.CollectionConfig),
        "limits": limits.request_limits(),
    }
