"""Flags of processes that play, and of transitions in files."""

from absl import flags

from apps.cli.sections import DATA
from apps.cli.sections import TRAINING
from apps.cli.sections import section

section(DATA)
flags.DEFINE_integer(
    "env_workers",
    0,
    "Processes that step the copies of the environment, each an equal share; 0: one "
    "for each copy with --asynchronous, else none.",
    lower_bound=0,
)
LOG_TRANSITIONS = flags.DEFINE_string(
    "log_transitions",
    None,
    "Folder that what is played is written into, as TFRecord files that "
    "apps.train_dqn --offline_data learns from.",
)
flags.DEFINE_boolean("compress_transitions", False, "Compresses these files.")
OFFLINE_DATA = flags.DEFINE_string(
    "offline_data",
    None,
    "Learns from the transitions in this folder and plays in evaluations only; with "
    "--env= (nothing) not even there.",
)
section(TRAINING)
flags.DEFINE_float(
    "cql_alpha",
    0.0,
    "Weight of conservative Q-learning, which keeps values of actions low that are not "
    "in --offline_data. Its default there: 1.",
    lower_bound=0.0,
)
