"""Which flags go with `--task=text_game`, and what suits it."""

from absl import flags

from apps.cli.checks import check_owners
from apps.cli.checks import is_given

OF_TASKS = dict.fromkeys(
    (
        *("embedding_size", "eval_text_game", "interaction", "max_command_tokens"),
        *("max_commands", "max_game_steps", "max_rooms", "max_state_tokens"),
        *("max_request_text_bytes", "min_rooms", "other_foods", "text_encoder"),
        *("text_game", "wanted_foods"),
    ),
    ("text_game",),
)
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
_NOT_OF_TEXT = ("dueling", "noisy", "torso")
_VALUE_AGENTS = ("dqn", "double_dqn", "munchausen")


def check_text_game():
    """Refuses flags that do not go with a game of text.

    Raises:
        ValueError: If there are such flags.
    """
    check_owners("text_game", dict.fromkeys(_OF_HOUSES, ("house",)))
    for name in _NOT_OF_TEXT:
        if is_given(name):
            raise ValueError(f"--{name} does not go with --task=text_game.")
    agent = flags.FLAGS.agent
    if agent not in _VALUE_AGENTS:
        raise ValueError(
            f"--agent must be {', '.join(_VALUE_AGENTS[:-1])} or {_VALUE_AGENTS[-1]} "
            f"with --task=text_game. Received: --agent={agent}"
        )
