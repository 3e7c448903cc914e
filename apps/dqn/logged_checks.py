"""What suits learning from logged transitions, and which flags mean nothing there."""

from absl import flags

from apps.cli.checks import is_given
from apps.cli.launch import set_defaults
from kerazoo.runs.writable import check_folder

OF_TASKS = dict.fromkeys(
    (
        "compress_transitions",
        "cql_alpha",
        "env_workers",
        "log_transitions",
        "offline_data",
    ),
    ("control",),
)
# Nothing is played, and the replay is as large as the logs.
_OF_PLAYING = (
    "asynchronous",
    "clip_rewards",
    "compress_transitions",
    "env_workers",
    "epsilon_decay_steps",
    "epsilon_end",
    "epsilon_start",
    "learning_starts",
    "life_loss",
    "log_transitions",
    "num_envs",
    "replay_capacity",
)


def take_offline_defaults():
    """Gives flags the defaults that suit logged transitions."""
    if flags.FLAGS.offline_data:
        # Returns of several steps are those of whoever was logged.
        set_defaults({"cql_alpha": 1.0, "n_step": 1})


def check_logged():
    """Refuses flags that do not go with logged transitions, or without.

    Raises:
        ValueError: If there are such flags.
    """
    values = flags.FLAGS
    if values.offline_data:
        for name in _OF_PLAYING:
            if is_given(name):
                raise ValueError(
                    f"--{name} does not go with --offline_data: nothing is played."
                )
        if not values.env and values.video_every:
            raise ValueError(
                "--video_every does not go with --env=: nothing is played."
            )
        return
    if is_given("cql_alpha"):
        raise ValueError(f"--cql_alpha={values.cql_alpha:g} goes with --offline_data.")
    if values.log_transitions:
        check_folder(values.log_transitions, "log_transitions")
    elif is_given("compress_transitions"):
        raise ValueError("--compress_transitions goes with --log_transitions.")
