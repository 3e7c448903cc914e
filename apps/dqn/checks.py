"""Which flags go with which task, and whether the environment is one to learn in."""

from absl import flags

from apps.cli import errors
from apps.cli.checks import check_owners
from apps.dqn import board_checks
from apps.dqn import card_checks
from apps.dqn import logged_checks
from apps.dqn import text_checks
from apps.dqn.agent_checks import check_agent
from apps.dqn.card_checks import check_cards
from apps.dqn.evaluation_flags import VIDEO_EVERY
from apps.dqn.flags import ENV
from apps.dqn.flags import ENV_MODULE
from apps.dqn.replay_checks import check_replay

# What only some tasks take.
OF_TASKS = {
    "eval_epsilon": ("control", "text_game"),
    "video_every": ("control",),
    **dict.fromkeys(
        (
            "action_bins",
            "action_mask",
            "asynchronous",
            "clip_rewards",
            "env",
            "env_kwargs",
            "env_module",
            "frame_stack",
            "life_loss",
        ),
        ("control",),
    ),
    "target_return": ("control", "text_game"),
    **board_checks.OF_TASKS,
    **card_checks.OF_TASKS,
    **logged_checks.OF_TASKS,
    **text_checks.OF_TASKS,
}


def check_flags():
    """Refuses flags that do not go together.

    Raises:
        ValueError: If there are such flags.
    """
    check_owners("task", OF_TASKS)
    check_replay()
    check_agent()
    check_cards()
    logged_checks.check_logged()


def take_env_module():
    """Puts the module of `--env_module` before the environment's id.

    Raises:
        ValueError: If the id has another one.
    """
    module, (named, _, name) = ENV_MODULE.value, ENV.value.rpartition(":")
    if not module:
        return
    if named not in ("", module):
        raise ValueError(
            f"--env={ENV.value} has a module already: leave out --env_module={module}."
        )
    flags.FLAGS.env = f"{module}:{name}"


def look_at_environment(env_kwargs):
    """Refuses an environment that cannot be made or learnt in, before TensorFlow.

    Args:
        env_kwargs: dict of its keyword arguments.

    Raises:
        UserError: If it is such.
    """
    import gymnasium

    from kerazoo.models.dqn.drawing import check_drawing
    from kerazoo.models.dqn.first_look import first_look

    with errors.user_errors(gymnasium.error.Error, ImportError, TypeError):
        first_look(
            ENV.value,
            env_kwargs,
            flags.FLAGS.action_mask,
            action_bins=flags.FLAGS.action_bins,
        )
        if VIDEO_EVERY.value:
            check_drawing(ENV.value, env_kwargs)
