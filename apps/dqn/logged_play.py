"""`apps.play --log_transitions`: what an exported policy does, in files."""

import json

from absl import flags

from apps.cli import errors
from apps.cli import run_flags
from apps.cli.checks import is_given
from apps.cli.parsers import declare
from apps.cli.sections import EVALUATION
from apps.cli.sections import section
from apps.dqn.logged_flags import LOG_TRANSITIONS
from apps.shared_flags import playing
from kerazoo.runs.rounding import rounded
from kerazoo.runs.writable import check_folder

_COPIES = 8  # Of the environment.

declare(LOG_TRANSITIONS)
section(EVALUATION)
EPSILON = flags.DEFINE_float(
    "epsilon",
    0.0,
    "Probability of a random action, with --log_transitions.",
    lower_bound=0.0,
    upper_bound=1.0,
)


def check_log():
    """Refuses flags that do not go together, and a folder that cannot be written.

    Raises:
        ValueError: If there are such.
    """
    if LOG_TRANSITIONS.value:
        check_folder(LOG_TRANSITIONS.value, LOG_TRANSITIONS.name)
    elif is_given(EPSILON.name):
        raise ValueError("--epsilon goes with --log_transitions.")


def play(path, trained):
    """Plays an export into a log, and prints the result.

    Args:
        path: Of the export.
        trained: Its metadata.
    """
    with errors.heavy_imports("dqn", legacy_keras=True):
        import gymnasium

        from kerazoo.models.dqn import GymnasiumEnvironment
        from kerazoo.models.dqn.env_ids import check_env
        from kerazoo.models.dqn.logged_data import TransitionLog
        from kerazoo.models.dqn.logged_data import TransitionSpecs
        from kerazoo.models.dqn.logged_data import log_served_play
        from kerazoo.serving.signatures import load_signatures

    episodes = playing.EPISODES.value
    with errors.user_errors(gymnasium.error.Error, KeyError):
        policy = load_signatures(path)["serving_default"]
        check_env(trained["env"])
        environment = GymnasiumEnvironment(
            trained["env"],
            min(episodes, _COPIES),
            action_mask="action_mask" in policy.structured_input_signature[1],
            action_bins=trained.get("action_bins"),
            **trained["env_kwargs"],
        )
        specs = TransitionSpecs.of(environment, trained["env"])
        log = TransitionLog(LOG_TRANSITIONS.value, specs)
        returns = log_served_play(
            *(policy, environment, log, episodes),
            epsilon=EPSILON.value,
            seed=run_flags.SEED.value,
        )
    result = {
        "mean_return": float(returns.mean()),
        "std_return": float(returns.std()),
        "episodes": len(returns),
        "transitions": log.num_transitions,
        "log_transitions": LOG_TRANSITIONS.value,
        "saved_model": str(path),
    }
    print(json.dumps(rounded(result)))
