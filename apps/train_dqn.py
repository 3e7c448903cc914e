r"""Trains a deep Q-network on a gymnasium environment and exports its policy.

    python -m apps.train_dqn
    python -m apps.train_dqn --flagfile=apps/presets/dqn/lunarlander.flags

The bare command solves CartPole-v1. After an interruption, the same command goes on
from its newest checkpoint.
"""

from apps.cli import errors
from apps.cli import run_flags
from apps.cli.checks import arguments
from apps.cli.launch import launch
from apps.cli.parsers import adopt
from apps.cli.parsers import declare
from apps.cli.train import train
from apps.dqn import flags as dqn_flags
from apps.dqn.checks import look_at_environment
from apps.shared_flags import limits

adopt(run_flags, dqn_flags)
declare(limits.MAX_EXAMPLES)
run_flags.may_change(
    *("asynchronous", "eval_episodes", "target_return"),
    *limits.NAMES,
)

DEFAULTS = {
    "train_steps": 50_000,
    "learning_rate": 2e-3,
    "eval_every": 1_024,
    "checkpoint_every": 2_048,
    "log_every": 512,
}
TABLES = {
    "texts": {
        "batch_size": "Transitions of a gradient step, over all devices.",
        "seed": "Seed of weights, environment and exploration.",
    }
}


def main():
    with errors.user_errors(), errors.user_packages("dqn"):
        from kerazoo.models.dqn import config
        from kerazoo.models.dqn.env_ids import check_env
        from kerazoo.models.dqn.env_kwargs import parse_env_kwargs

        if run_flags.DTYPE_POLICY.value == "mixed_float16":
            raise ValueError(
                "--dtype_policy=mixed_float16 needs loss scaling, which TF-Agents does "
                "not have: use mixed_bfloat16 or float32."
            )
        given = {
            "env_kwargs": parse_env_kwargs(dqn_flags.ENV_KWARGS.value),
            "network": arguments(config.NetworkConfig),
            "agent": arguments(config.AgentConfig),
            "replay": arguments(config.ReplayConfig),
            "exploration": arguments(config.ExplorationConfig),
            "collection": arguments(config.CollectionConfig),
            "limits": limits.request_limits(),
        }
        check_env(dqn_flags.ENV.value)
    look_at_environment(given["env_kwargs"])
    with errors.heavy_imports("dqn", legacy_keras=True):
        from kerazoo.tasks.dqn import DiscreteControl

    train(
        lambda: arguments(DiscreteControl, **given),
        *("dqn", dqn_flags.ENV.value, __name__),
        target=dqn_flags.TARGET_RETURN.value,
    )


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
