"""An exported player of a game of text, in the terminal."""

import json
import sys

from absl import flags

from apps.cli import errors
from apps.cli import run_flags
from apps.shared_flags import playing
from kerazoo.runs.rounding import rounded


class _Quit(Exception):
    """The person at the terminal has enough."""


def play(path, trained):
    """Plays episodes, shows the first, and prints what came of them.

    With `--opponent=human` a person plays it, and sees what the model would do.

    Args:
        path: Of the exported version.
        trained: dict of what was noted about it.
    """
    opponent = flags.FLAGS["opponent"]
    if opponent.value != "human":
        raise errors.UserError(
            f"--opponent={opponent.value} does not go with games of text: leave it "
            "out to see the model play, or play yourself with human."
        )
    with errors.user_errors(ImportError), errors.user_packages("dqn"):
        from kerazoo.models.dqn import config
        from kerazoo.models.dqn.text_games.loading import make_text_game

        sizes = config.TextGameConfig(**trained["game"])
        house = config.HouseConfig(**trained["house"])
        game = make_text_game(sizes, house, "test")
    with errors.heavy_imports("dqn", legacy_keras=True):
        from kerazoo.models.dqn import text_games
        from kerazoo.models.dqn.text_games.playing import SUCCESS
        from kerazoo.serving.signatures import load_signatures

    with errors.user_errors():
        policy = load_signatures(path)["serving_default"]
    epsilon, seed = trained["eval_epsilon"], run_flags.SEED.value
    choose = text_games.exported_choice(policy, epsilon, seed)
    is_person = opponent.present
    count = playing.EPISODES.value
    if is_person and not flags.FLAGS["episodes"].present:
        count = 1
    if is_person:
        choose = _asked(text_games.exported_choice(policy))
    played = []
    try:
        for episode in range(count):
            show = _show if episode == 0 and not is_person else None
            seed = run_flags.SEED.value + episode
            with errors.user_errors():
                found = text_games.play_text_episode(choose, game, seed, show)
            played.append(found)
            print(
                f"episode {episode}: return {found.score:g}, {found.steps} steps",
                file=sys.stderr,
            )
    except _Quit:
        print("", file=sys.stderr)
    finally:
        game.close()
    scores = [found.score for found in played]
    finished = len(played)
    result = {
        "game": trained["game"]["text_game"],
        "player": "human" if is_person else "model",
        "mean_return": sum(scores) / finished if finished else None,
        "success_rate": (
            sum(score >= SUCCESS for score in scores) / finished if finished else None
        ),
        "mean_steps": (
            sum(found.steps for found in played) / finished if finished else None
        ),
        "returns": scores,
        "saved_model": str(path),
    }
    print(json.dumps(rounded(result)))


def _show(line):
    print(line, file=sys.stderr)


def _asked(advise):
    """Returns a player that asks at the terminal."""

    def choose(text, commands):
        _show(f"\n{text}")
        for number, command in enumerate(commands, 1):
            _show(f"  {number}. {command}")
        _show(f"The model would: {advise(text, commands)}")
        typeable = {command.lower(): command for command in commands}
        while True:
            print("> ", end="", file=sys.stderr, flush=True)
            line = sys.stdin.readline()
            typed = " ".join(line.split()).lower()
            if not line or typed in ("q", "quit"):
                raise _Quit
            if typed.isdecimal() and 1 <= int(typed) <= len(commands):
                return commands[int(typed) - 1]
            if typed in typeable:
                return typeable[typed]
            _show("It takes one of the commands, or its number. q quits.")

    return choose
