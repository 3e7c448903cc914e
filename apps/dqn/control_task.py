"""`--task=control`: acting in a gymnasium environment."""

from apps.cli.checks import arguments
from apps.dqn import flags as dqn_flags
from apps.dqn import pixel_flags
from apps.dqn.checks import look_at_environment
from apps.dqn.evaluation_flags import VIDEO_EVERY
from apps.dqn.logged_flags import OFFLINE_DATA
from apps.dqn.parts import parts


def read():
    """Returns the arguments of the task that are no flags, as a dict.

    Raises:
        ValueError: If one is wrong.
    """
    from kerazoo.models.dqn.env_ids import check_env
    from kerazoo.models.dqn.env_kwargs import parse_env_kwargs

    given = {"env_kwargs": parse_env_kwargs(dqn_flags.ENV_KWARGS.value), **parts()}
    if dqn_flags.ENV.value:
        check_env(dqn_flags.ENV.value)
    elif not OFFLINE_DATA.value:
        raise ValueError("--env= (nothing) goes with --offline_data.")
    return given


def look(given):
    """Refuses what can be known to fail, before TensorFlow is imported.

    Args:
        given: What `read` returned.
    """
    from kerazoo.models.dqn import environments

    if not dqn_flags.ENV.value:  # It is known by its logs alone.
        return
    env = dqn_flags.ENV.value
    frames = pixel_flags.FRAME_STACK.value or environments.frames_of(env)
    look_at_environment(
        {
            **given["env_kwargs"],
            "frame_stack": frames,
            "clip_rewards": pixel_flags.CLIP_REWARDS.value,
            "life_loss": pixel_flags.LIFE_LOSS.value,
        }
    )


def name():
    """Returns what the run's folders are called after."""
    from kerazoo.runs.names import short_name

    env = dqn_flags.ENV.value
    return f"{short_name(env) or 'logged'}_offline" if OFFLINE_DATA.value else env


def load():
    """Imports the task.

    Returns:
        Its class.
    """
    from kerazoo.tasks.dqn import DiscreteControl
    from kerazoo.tasks.dqn import OfflineControl

    return OfflineControl if OFFLINE_DATA.value else DiscreteControl


def make(kind, given):
    """Makes the task.

    Args:
        kind: What `load` returned.
        given: What `read` returned.
    """
    return arguments(kind, videos=VIDEO_EVERY.value > 0, **given)
