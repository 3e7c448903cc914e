r"""Plays an exported policy, prints its returns and makes a video of it.

    python -m apps.play --saved_model=saved_models/dqn_cartpole --video=pole.gif
    python -m apps.play --saved_model=saved_models/dqn_connect_four

One of a board game plays against you, in the terminal, or against --opponent. One of a
game of text plays on its own, or advises you with --opponent=human.
"""

import json
import sys

from absl import flags

from apps.cli import errors
from apps.cli import exports
from apps.cli import run_flags
from apps.cli.checks import is_given
from apps.cli.launch import launch
from apps.cli.parsers import adopt
from apps.cli.parsers import declare
from apps.cli.sections import EVALUATION
from apps.cli.sections import RUN
from apps.cli.sections import section
from apps.dqn import board_play
from apps.dqn import card_play
from apps.dqn import logged_play
from apps.dqn import text_play
from apps.shared_flags import playing
from kerazoo.runs.rounding import rounded
from kerazoo.runs.writable import check_file

section(RUN)
_VIDEO = flags.DEFINE_string(
    "video", None, "Writes the first episodes here; .gif or .mp4."
)
_VIDEO_EPISODES = flags.DEFINE_integer(
    "video_episodes", 1, "Episodes in the video.", lower_bound=1
)
declare(playing.EPISODES, run_flags.SEED)
adopt(board_play, exports, logged_play)

DEFAULTS = {"saved_model": "saved_models/dqn_cartpole"}
TABLES = {
    "texts": {"seed": "Seed of the first episode; the next has the next."},
    "headings": {"seed": EVALUATION},
}
# What plays the exports of a task; the others act in an environment of gymnasium.
_PLAYS = {
    "board": board_play.play,
    "fictitious_play": card_play.play,
    "text_game": text_play.play,
}

_OF_TASKS = {
    "mcts_simulations": ("board",),
    "opponent": tuple(_PLAYS),
    "search_depth": ("board",),
}


def main():
    if _VIDEO.value and not _VIDEO.value.endswith((".gif", ".mp4")):
        raise errors.UserError(f"--video={_VIDEO.value} must end in .gif or .mp4.")
    with errors.user_errors():
        if _VIDEO.value:
            check_file(_VIDEO.value, "video")
        logged_play.check_log()
        path, trained = exports.find_export("dqn")
    task = trained.get("task")
    for name, tasks in _OF_TASKS.items():
        if is_given(name) and task not in tasks:
            raise errors.UserError(
                f"--{name} goes with games of --task={' or '.join(tasks)}, which "
                f"--saved_model={path} does not play."
            )
    if play := _PLAYS.get(task):
        if _VIDEO.value:
            raise errors.UserError(
                f"--video={_VIDEO.value} goes with environments that draw themselves, "
                f"not with --task={trained['task']}."
            )
        if logged_play.LOG_TRANSITIONS.value:
            raise errors.UserError(
                "--log_transitions goes with environments of gymnasium, not with "
                f"--task={trained['task']}."
            )
        play(path, trained)
    elif logged_play.LOG_TRANSITIONS.value:
        logged_play.play(path, trained)
    else:
        _play_environment(path, trained)


def _play_environment(path, trained):
    with errors.heavy_imports("dqn", legacy_keras=True):
        import gymnasium
        import numpy as np

        from kerazoo.models.dqn import make_trained_environment
        from kerazoo.models.dqn import play_episode
        from kerazoo.models.dqn import write_video
        from kerazoo.serving.signatures import load_signatures

    with errors.user_errors(gymnasium.error.Error, KeyError):
        policy = load_signatures(path)["serving_default"]
        env = make_trained_environment(trained, bool(_VIDEO.value))
    returns, pictures = [], []
    for episode in range(playing.EPISODES.value):
        renders = bool(_VIDEO.value) and episode < _VIDEO_EPISODES.value
        seed = run_flags.SEED.value + episode
        with errors.user_errors():
            played, drawn = play_episode(policy, env, seed, renders)
        returns.append(played)
        pictures += drawn
        print(f"episode {episode}: return {played:g}", file=sys.stderr)
    result = {
        "mean_return": float(np.mean(returns)),
        "std_return": float(np.std(returns)),
        "returns": returns,
        "saved_model": str(path),
    }
    if _VIDEO.value:
        with errors.user_errors():
            write_video(_VIDEO.value, pictures, env.metadata.get("render_fps", 30))
        result["video"] = _VIDEO.value
    print(json.dumps(rounded(result)))


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
