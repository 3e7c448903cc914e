"""A game of cards as tables: all that can happen in it, listed once."""

import numpy as np
from tf_agents.specs import array_spec
from tf_agents.trajectories import time_step as ts

from kerazoo.models.dqn.cards.loading import load_card_game

_MOST_NODES = 1_000_000
_CHANCE, _TERMINAL = -1, -2


class GameTree:
    """Lists a two-player zero-sum game of OpenSpiel, so that arrays can play it.

    Node 0 is the start; every node has a larger number than the one before it. What a
    player knows at a node is an information state, which several nodes share.

    Args:
        game: OpenSpiel's name of it and its parameters, such as `"leduc_poker"`.

    Attributes:
        game: Game of OpenSpiel.
        num_actions: int. Number of actions A.
        names: list of the I information states, as OpenSpiel writes them.
        tensors: float32 `(I, F)`. What a player knows, as a network takes it.
        masks: bool `(I, A)`. Which actions are valid.
        player: int8 `(H,)`. Who moves at a node: 0 or 1, -1 for chance, -2 for nobody
            because the game is over.
        information_state: int32 `(H,)`. Where a player moves; -1 elsewhere.
        child: int32 `(H, M)`. The node after an action, or after an outcome of chance.
        chance: float64 `(H, M)`. Cumulative probabilities of the outcomes of chance.
        returns: float32 `(H, 2)`. What the players have won where the game is over.

    Raises:
        ValueError: If there is no such game, or it has more than a million nodes.
        ModuleNotFoundError: If OpenSpiel is not installed.

    Example:

    ```python
    tree = GameTree("kuhn_poker")
    len(tree.names), tree.num_actions  # (12, 2)
    ```
    """

    def __init__(self, game: str):
        self.game = load_card_game(game)
        self.num_actions = int(self.game.num_distinct_actions())
        self.joints = self.bins = None  # Of actions; an agent asks for them.
        self.names: list[str] = []
        self._tensors: list[list[float]] = []
        self._valid: list[list[int]] = []
        self._numbers: dict[str, int] = {}
        self._nodes: list[tuple[int, int, list, list, tuple[float, ...]]] = []
        self._list_nodes()
        self._to_arrays()

    def observation_spec(self) -> dict[str, array_spec.ArraySpec]:
        """Returns what an agent sees: `"observation"` and `"action_mask"`."""
        low, high = self.tensors.min(), self.tensors.max()
        shape = self.tensors.shape[1:]
        return {
            "observation": array_spec.BoundedArraySpec(
                shape, np.float32, low, high, "observation"
            ),
            "action_mask": array_spec.ArraySpec(
                (self.num_actions,), bool, "action_mask"
            ),
        }

    def action_spec(self) -> array_spec.BoundedArraySpec:
        """Returns the spec of one of the A actions."""
        return array_spec.BoundedArraySpec(
            (), np.int64, 0, self.num_actions - 1, "action"
        )

    def time_step_spec(self) -> ts.TimeStep:
        """Returns what an agent of TF-Agents is made with."""
        return ts.time_step_spec(self.observation_spec())

    def _list_nodes(self):
        """Lists all nodes in the order in which they are reached."""
        waiting = [(self.game.new_initial_state(), None)]
        while waiting:
            state, place = waiting.pop()
            number = len(self._nodes)
            if number >= _MOST_NODES:
                raise ValueError(
                    "`game` must have at most a million nodes, which are all listed. "
                    f"Received: game={self.game}"
                )
            if place is not None:
                before, column = place
                self._nodes[before][2][column] = number
            if state.is_terminal():
                over = (_TERMINAL, -1, [], [], tuple(state.returns()))
                self._nodes.append(over)
                continue
            if state.is_chance_node():
                actions, chances = zip(*state.chance_outcomes(), strict=True)
                columns = range(len(actions))
                node = (_CHANCE, -1, [0] * len(actions), list(chances), ())
            else:
                actions = columns = state.legal_actions()
                known = self._number(state, actions)
                children = [0] * self.num_actions
                node = (state.current_player(), known, children, [], ())
            self._nodes.append(node)
            waiting += [
                (state.child(action), (number, column))
                for action, column in zip(actions, columns, strict=True)
            ]

    def _number(self, state, actions):
        """Returns the number of what the player to move knows."""
        name = state.information_state_string()
        if name not in self._numbers:
            self._numbers[name] = len(self.names)
            self.names.append(name)
            self._tensors.append(state.information_state_tensor())
            self._valid.append(actions)
        return self._numbers[name]

    def _to_arrays(self):
        count, width = len(self._nodes), max(len(node[2]) for node in self._nodes)
        self.player = np.array([node[0] for node in self._nodes], np.int8)
        self.information_state = np.array([node[1] for node in self._nodes], np.int32)
        self.child = np.zeros((count, width), np.int32)
        self.chance = np.ones((count, width))
        self.returns = np.zeros((count, 2), np.float32)
        for number, (_, _, children, chances, returns) in enumerate(self._nodes):
            self.child[number, : len(children)] = children
            if chances:
                # The last outcome takes what rounding leaves.
                self.chance[number, : len(chances) - 1] = np.cumsum(chances[:-1])
            if returns:
                self.returns[number] = returns
        self.tensors = np.array(self._tensors, np.float32)
        self.masks = np.zeros((len(self.names), self.num_actions), bool)
        for number, actions in enumerate(self._valid):
            self.masks[number, actions] = True
        if len(np.unique(self.tensors, axis=0)) < len(self.names):
            raise ValueError(
                "The information states of `game` must have tensors of their own, so "
                f"that one network plays both sides. Received: game={self.game}"
            )
        del self._nodes, self._tensors, self._valid, self._numbers
