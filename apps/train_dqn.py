r"""Trains a deep Q-network on a gymnasium environment and exports its policy.

    python -m apps.train_dqn
    python -m apps.train_dqn --flagfile=apps/presets/dqn/lunarlander.flags

The bare command solves CartPole-v1. After an interruption, the same command goes on
from its newest checkpoint.
"""

from absl import flags

from apps.cli import errors
from apps.cli import run_flags
from apps.cli.checks import arguments
from apps.cli.launch import launch
from apps.cli.train import train
from apps.dqn import checks
from apps.dqn import flags as dqn_flags

flags.adopt_module_key_flags(run_flags)
flags.adopt_module_key_flags(dqn_flags)
run_flags.may_change("asynchronous", "eval_episodes", "target_return")

DEFAULTS = {
    "train_steps": 50_000,
    "learning_rate": 2e-3,
    "eval_every": 1_024,
    "checkpoint_every": 2_048,
    "log_every": 512,
}


def main():
    with errors.user_errors():
        configurations = checks.configurations()
        env_kwargs = checks.env_kwargs()
        checks.check_dtype_policy()
        checks.check_env()
    with errors.heavy_imports("dqn", legacy_keras=True):
        from kerazoo.tasks.dqn import DiscreteControl

    train(
        lambda: arguments(DiscreteControl, env_kwargs=env_kwargs, **configurations),
        *("dqn", dqn_flags.ENV.value, __name__),
        target=dqn_flags.TARGET_RETURN.value,
    )


if __name__ == "__main__":
    launch(main, DEFAULTS)
