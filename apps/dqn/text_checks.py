"""Which flags go with `--task=text_game`, and what suits it."""

from absl import flags

from apps.cli.checks import check_owners
from apps.cli.checks import is_given

OF_TASKS = {
    **dict.fromkeys(
        (
            *("embedding_size", "eval_text_game", "interaction", "max_command_tokens"),
            *("max_commands", "max_game_steps", "max_rooms", "max_state_tokens"),
            *("max_request_text_bytes", "min_rooms", "other_foods", "text_encoder"),
            *("text_game", "wanted_foods"),
        ),
        ("text_game",),
    ),
    **dict.fromkeys(("dueling", "torso"), ("control", "board", "fictitious_play")),
    "noisy": ("control", "board"),
}
# Most commands can be undone, so that all are worth nearly the same: a small discount
# and Munchausen DQN tell them apart.
TEXT_DEFAULTS = {
    "agent": "munchausen",
    "checkpoint_every": 2_500,
    "discount": 0.9,
    "epsilon_end": 0.05,
    "eval_epsilon": 0.05,
    "eval_every": 2_500,
    "hidden_units": [64],
    "n_step": 1,
    "num_envs": 16,
    "train_steps": 15_000,
}
_OF_HOUSES = ("max_rooms", "min_rooms", "other_foods", "wanted_foods")
_VALUE_AGENTS = ("dqn", "double_dqn", "munchausen")


def check_text_game():
    """Refuses flags that do not go with a game of text.

    Raises:
        ValueError: If there are such flags.
    """
    check_owners("text_game", dict.fromkeys(_OF_HOUSES, ("house",)))
    game = flags.FLAGS.text_game
    is_textworld = game.endswith((".z8", ".ulx"))
    if is_given("eval_text_game") and not is_textworld:
        raise ValueError(
            "--eval_text_game goes with --text_game of TextWorld. "
            f"Received: --text_game={game}"
        )
    if is_given("max_game_steps") and ":" in game and not is_textworld:
        raise ValueError(
            "--max_game_steps does not go with a game of your own, which says itself "
            f"when it ends. Received: --text_game={game}"
        )
    agent = flags.FLAGS.agent
    if agent not in _VALUE_AGENTS:
        raise ValueError(
            f"--agent must be {', '.join(_VALUE_AGENTS[:-1])} or {_VALUE_AGENTS[-1]} "
            f"with --task=text_game. Received: --agent={agent}"
        )
