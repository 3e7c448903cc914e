"""What a served player of cards takes, told to people."""

from kerazoo.models.dqn.cards.game_tree import GameTree


def describe_card_game(tree: GameTree) -> str:
    """Returns a text about what a player knows and may do, with the first decisions.

    Args:
        tree: `GameTree`.

    Example:

    ```python
    from kerazoo.models.dqn.cards.card_game_card import describe_card_game

    describe_card_game(GameTree("kuhn_poker"))  # kuhn_poker()\\n\\nobservation ...
    ```
    """
    state = tree.game.new_initial_state()
    actions = [f"{a} {state.action_to_string(0, a)}" for a in range(tree.num_actions)]
    first, *_ = tree.names
    known = "".join(f"{value:g} " for value in tree.tensors[0]).rstrip()
    lines = [
        str(tree.game),
        "",
        f"observation ({tree.tensors.shape[1]},): what the player to move knows, "
        "OpenSpiel's information_state_tensor.",
        f"action_mask ({tree.num_actions},): which actions are valid.",
        "draw: a random number from 0 to below 1, by which the action is drawn.",
        "",
        "Actions by number:",
        f"  {', '.join(actions)}",
        "",
        f"Information states: {len(tree.names):,}. The first:",
        f"  {first}",
        f"  {known}",
        "",
    ]
    return "\n".join(lines)
