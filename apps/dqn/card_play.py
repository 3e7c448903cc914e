"""An exported player of cards: against a person, at random, or itself."""

import json
import sys

from absl import flags

from apps.cli import errors
from apps.cli import run_flags
from apps.shared_flags import playing
from kerazoo.runs.rounding import rounded

_SEATS = ("first", "second")


class _Quit(Exception):
    """The person at the terminal has enough."""


def play(path, trained):
    """Plays hands against a person, or computes what comes of all hands.

    Args:
        path: Of the exported version.
        trained: dict of what was noted about it.
    """
    opponent = flags.FLAGS.opponent
    if opponent == "mcts":
        raise errors.UserError(
            "--opponent=mcts goes with board games, where nothing is hidden: play "
            "against human, random or self."
        )
    with errors.user_errors(), errors.user_packages("boards"):
        from kerazoo.models.dqn.cards.loading import load_card_game

        load_card_game(trained["game"])
    with errors.heavy_imports("dqn", legacy_keras=True):
        import numpy as np

        from kerazoo.models.dqn.cards import GameTree
        from kerazoo.models.dqn.cards.exploitability import expected_return
        from kerazoo.models.dqn.cards.exported_policy import exported_probabilities
        from kerazoo.serving.signatures import load_signatures

    with errors.user_errors():
        policy = load_signatures(path)["serving_default"]
    tree = GameTree(trained["game"])
    most = trained["limits"]["max_examples"]
    probabilities = exported_probabilities(policy, tree, most)
    if opponent == "human":
        count = playing.EPISODES.value if flags.FLAGS["episodes"].present else 1
        random = np.random.default_rng(run_flags.SEED.value)
        returns = _play_person(tree, probabilities, count, random)
        mean = float(np.mean(returns)) if returns else None
        result = {"hands": len(returns), "mean_return": mean}
    else:
        uniform = tree.masks / tree.masks.sum(axis=1, keepdims=True)
        other = uniform if opponent == "random" else probabilities
        as_first = expected_return(tree, probabilities, other)
        as_second = -expected_return(tree, other, probabilities)
        result = {
            "as_first": as_first,
            "as_second": as_second,
            "mean_return": (as_first + as_second) / 2,
        }
    named = {"game": trained["game"], "opponent": opponent}
    print(json.dumps(rounded({**named, **result, "saved_model": str(path)})))


def _play_person(tree, probabilities, count, random):
    """Plays hands in the terminal; returns what the model won in each."""
    numbers = {name: number for number, name in enumerate(tree.names)}
    returns = []
    try:
        for hand in range(count):
            person = hand % 2
            print(
                f"{tree.game}: you are the {_SEATS[person]} player. q quits.",
                file=sys.stderr,
            )
            state = tree.game.new_initial_state()
            while not state.is_terminal():
                player = state.current_player()
                if state.is_chance_node():
                    actions, chances = zip(*state.chance_outcomes(), strict=True)
                    state.apply_action(int(random.choice(actions, p=chances)))
                    continue
                if player == person:
                    action = _ask(state)
                else:
                    row = probabilities[numbers[state.information_state_string()]]
                    shares = row.astype(float) / row.sum(dtype=float)
                    action = int(random.choice(len(row), p=shares))
                    said = state.action_to_string(player, action)
                    print(f"the model: {said}", file=sys.stderr)
                state.apply_action(action)
            won = state.player_return(person)
            print(f"\n{state}\nYou won {won:+g}.\n", file=sys.stderr)
            returns.append(-won)
    except _Quit:
        print("", file=sys.stderr)
    return returns


def _ask(state):
    """Returns the action that the person at the terminal names."""
    names = {state.action_to_string(a).lower(): a for a in state.legal_actions()}
    choice = " or ".join(state.action_to_string(a) for a in state.legal_actions())
    print(state.information_state_string(), file=sys.stderr)
    while True:
        print(f"{choice}: ", end="", file=sys.stderr, flush=True)
        text = sys.stdin.readline()
        word = text.strip().lower()
        if not text or word in ("q", "quit"):
            raise _Quit
        found = [action for name, action in names.items() if name.startswith(word)]
        if word in names:
            return names[word]
        if word and len(found) == 1:
            return found[0]
        print(f"`{word}` must be {choice}. q quits.", file=sys.stderr)
