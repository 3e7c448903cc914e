r"""Trains a deep Q-network on a gymnasium environment and exports its policy.

    python -m apps.train_dqn
    python -m apps.train_dqn --flagfile=apps/presets/dqn/lunarlander.flags

The bare command solves CartPole-v1. After an interruption, the same command goes on
from its newest checkpoint.
"""

from apps.cli import errors
from apps.cli import run_flags
from apps.cli import tasks
from apps.cli.launch import launch
from apps.cli.parsers import adopt
from apps.cli.parsers import declare
from apps.cli.train import train
from apps.dqn import agent_flags
from apps.dqn import board_flags
from apps.dqn import board_task
from apps.dqn import card_flags
from apps.dqn import card_task
from apps.dqn import control_task
from apps.dqn import evaluation_flags
from apps.dqn import flags as dqn_flags
from apps.dqn import logged_flags
from apps.dqn import pixel_flags
from apps.dqn import replay_flags
from apps.dqn import text_flags
from apps.dqn import text_task
from apps.dqn.agent_checks import take_agent_defaults
from apps.dqn.board_checks import BOARD_DEFAULTS
from apps.dqn.card_checks import CARD_DEFAULTS
from apps.dqn.checks import OF_TASKS
from apps.dqn.checks import check_flags
from apps.dqn.checks import take_env_module
from apps.dqn.logged_checks import take_offline_defaults
from apps.dqn.text_checks import TEXT_DEFAULTS
from apps.shared_flags import limits
from apps.shared_flags import matches

adopt(
    run_flags,
    tasks,
    dqn_flags,
    agent_flags,
    evaluation_flags,
    logged_flags,
    pixel_flags,
    replay_flags,
)
adopt(board_flags, card_flags, text_flags)
declare(
    limits.MAX_EXAMPLES,
    limits.MAX_TEXT_BYTES,
    matches.MCTS_SIMULATIONS,
    matches.SEARCH_DEPTH,
)
run_flags.may_change(
    *("asynchronous", "eval_episodes", "target_return"),
    *("eval_epsilon", "video_every"),
    *("compress_transitions", "env_workers", "log_transitions"),
    *("gtp_engine", "mcts_simulations", "search_depth"),
    *limits.NAMES,
)

TASKS = {
    "control": "acting in a gymnasium environment",
    "board": "a board game, by playing against itself",
    "fictitious_play": "a card game, by playing against itself",
    "text_game": "a game whose states and commands are text",
}
DEFAULTS = {
    "train_steps": 50_000,
    "learning_rate": 2e-3,
    "eval_every": 1_024,
    "checkpoint_every": 2_048,
    "log_every": 512,
}
# What suits a task and is not said by the flags.
TASK_DEFAULTS = {
    "control": {},
    "board": BOARD_DEFAULTS,
    "fictitious_play": CARD_DEFAULTS,
    "text_game": TEXT_DEFAULTS,
}
TABLES = {
    "task_defaults": TASK_DEFAULTS,
    "task_flags": OF_TASKS,
    "texts": {
        "batch_size": "Transitions of a gradient step, over all devices.",
        "embedding_size": "Width of what reads texts.",
        "seed": "Seed of weights, environment and exploration.",
    },
}
# Of each task the module that makes it: `read` its arguments, `look` whether they will
# do before TensorFlow is there, `load` its class, `make` it; its `name`.
_MAKERS = {
    "control": control_task,
    "board": board_task,
    "fictitious_play": card_task,
    "text_game": text_task,
}


def main():
    maker = _MAKERS[tasks.TASK.value]
    with errors.user_errors(), errors.user_packages("dqn"):
        take_agent_defaults()
        take_offline_defaults()
        check_flags()
        take_env_module()
        given = maker.read()
    maker.look(given)
    with errors.heavy_imports("dqn", legacy_keras=True):
        kind = maker.load()

    train(
        lambda: maker.make(kind, given),
        *("dqn", maker.name(), __name__),
        target=dqn_flags.TARGET_RETURN.value,
        sample_every=evaluation_flags.VIDEO_EVERY.value or None,
    )


if __name__ == "__main__":
    launch(main, DEFAULTS, TASKS, **TABLES)
