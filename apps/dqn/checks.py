"""Whether the environment is one to learn in."""

from absl import flags

from apps.cli import errors
from apps.dqn.flags import ENV


def look_at_environment(env_kwargs):
    """Refuses an environment that cannot be made or learnt in, before TensorFlow.

    Args:
        env_kwargs: dict of its keyword arguments.

    Raises:
        UserError: If it is such.
    """
    import gymnasium

    from kerazoo.models.dqn.first_look import first_look

    with errors.user_errors(gymnasium.error.Error, ImportError, TypeError):
        first_look(ENV.value, env_kwargs, flags.FLAGS.action_mask)
