"""An exported player at a board: against a person, at random, or a tree search."""

import json
import sys

from absl import flags

from apps.cli import errors
from apps.cli import run_flags
from apps.cli.parsers import declare
from apps.cli.sections import EVALUATION
from apps.cli.sections import section
from apps.shared_flags import matches
from apps.shared_flags import playing
from kerazoo.runs.rounding import rounded

section(EVALUATION)
_OPPONENT = flags.DEFINE_enum(
    "opponent",
    "human",
    ["human", "random", "mcts", "self"],
    "Board and card games: who plays against the model; human: you, in this terminal; "
    "mcts: a tree search, on boards.",
)
declare(matches.SEARCH_DEPTH, matches.MCTS_SIMULATIONS)
_SEATS = ("first", "second")


class _Quit(Exception):
    """The person at the terminal has enough."""


def play(path, trained):
    """Plays games, shows them where a person plays, and prints what came of them.

    Args:
        path: Of the exported version.
        trained: dict of what was noted about it.
    """
    with errors.user_errors(), errors.user_packages("boards"):
        from kerazoo.models.dqn.boards.board_game import BoardGame

        game = BoardGame(trained["game"])
    with errors.heavy_imports("dqn", legacy_keras=True):
        from kerazoo.models.dqn import boards
        from kerazoo.serving.signatures import load_signatures

    with errors.user_errors():
        policy = load_signatures(path)["serving_default"]
    most = trained["limits"]["max_examples"]
    values = boards.ExportedValues(policy, game.num_actions, most)
    player = boards.GreedyPlayer(
        boards.Search(
            game, values, matches.SEARCH_DEPTH.value, trained.get("discount", 1.0)
        )
    )
    name, seed = _OPPONENT.value, run_flags.SEED.value
    count = playing.EPISODES.value
    if name in ("human", "self"):
        if not flags.FLAGS["episodes"].present:
            count = 1
        opponent = player if name == "self" else _person(game)
        games = _show_games(game, player, opponent, count, name == "human")
    else:
        if name == "random":
            opponent = boards.RandomPlayer(seed)
        else:
            opponent = boards.TreeSearchPlayer(
                game, matches.MCTS_SIMULATIONS.value, seed
            )
        tally = boards.play_match(game, player, opponent, count)
        games = {"first": tally.first, "second": tally.second}
    wins, draws, losses = (sum(counts) for counts in zip(*games.values(), strict=True))
    finished = wins + draws + losses
    result = {
        "game": game.name,
        "opponent": name,
        "search_depth": matches.SEARCH_DEPTH.value,
        "win_rate": (wins + draws / 2) / finished if finished else None,
        **{f"as_{seat}": list(games[seat]) for seat in _SEATS},
        "saved_model": str(path),
    }
    print(json.dumps(rounded(result)))


def _person(game):
    """Returns a player that asks at the terminal."""

    def choose(states):
        return [_ask(game, state) for state in states]

    return choose


def _ask(game, state):
    while True:
        print("Your move: ", end="", file=sys.stderr, flush=True)
        text = sys.stdin.readline()
        if not text or text.strip().lower() in ("q", "quit"):
            raise _Quit
        try:
            return game.move_of(state, text)
        except ValueError as error:
            print(f"{error}. q quits.", file=sys.stderr)


def _show_games(game, player, opponent, count, is_person):
    """Plays one game after another, each shown; returns wins, draws and losses."""
    games = {seat: [0, 0, 0] for seat in _SEATS}
    try:
        for number in range(count):
            seat = (number + is_person) % 2  # A person begins the first game.
            if is_person:
                order = "second" if seat == 0 else "first"
                print(f"{game.name}: you move {order}. q quits.", file=sys.stderr)
            outcome = _show_game(game, player, opponent, seat)
            games[_SEATS[seat]][1 - outcome] += 1
            words = ("The model won.", "A draw.", "The model lost.")[1 - outcome]
            if not is_person:
                words = ("The second won.", "A draw.", "The first won.")[
                    1 + (outcome if seat == 0 else -outcome)
                ]
            print(f"{words}\n", file=sys.stderr)
    except _Quit:
        print("", file=sys.stderr)
    return games


def _show_game(game, player, opponent, seat):
    """Returns 1, 0 or -1 for a game that the player won, drew or lost."""
    state = game.new_state()
    print(f"\n{state}", file=sys.stderr)
    while not state.is_terminal():
        mover = state.current_player()
        who = player if mover == seat else opponent
        (action,) = who([state])
        move = state.action_to_string(mover, action)
        state.apply_action(action)
        print(f"{_SEATS[mover]}: {move}\n\n{state}", file=sys.stderr)
    won = state.player_return(seat)
    return (won > 0) - (won < 0)
