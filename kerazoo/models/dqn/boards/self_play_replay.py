"""Replays of games that a network plays against itself."""

import typing

import numpy as np
from tf_agents.trajectories import time_step as ts
from tf_agents.trajectories import trajectory

from kerazoo.models.dqn.boards.symmetries import Symmetries
from kerazoo.models.dqn.prioritized_replay import PrioritizedReplay
from kerazoo.models.dqn.replay import Replay
from kerazoo.models.dqn.uniform_replay import UniformReplay


class BaseSelfPlayReplay(Replay):
    """Ends returns before moves that are not the best, and turns the boards it draws.

    An n-step return is that of the best play as long as only the best moves follow. So
    it ends, and bootstraps, where a random move or one of another player follows, as in
    Watkins's Q(lambda)
    ([Sutton & Barto, 2018](http://incompleteideas.net/book/the-book-2nd.html),
    Section 12.10).

    Args:
        *args, **kwargs: Of `UniformReplay` or `PrioritizedReplay`.
        symmetries: `Symmetries`. Each transition that is drawn is turned by one of
            them, by chance. Default: none is.
    """

    def __init__(
        self,
        *args: typing.Any,
        symmetries: Symmetries | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(*args, **kwargs)
        self.symmetries = symmetries
        self._is_other = np.zeros(len(self._action), bool)

    def add(
        self,
        time_step: ts.TimeStep,
        action: np.ndarray | int,
        next_time_step: ts.TimeStep,
        is_other: np.ndarray | bool = False,
    ) -> None:
        """Adds one move on every board.

        Args:
            time_step, action, next_time_step: See `UniformReplay`.
            is_other: bool `(N,)`. Whether the action is another than the best.
        """
        first = self.num_added % self.length * self.num_envs
        self._is_other[first : first + self.num_envs] = is_other
        super().add(time_step, action, next_time_step)

    def sample(self, shape: tuple[int, ...], random: np.random.Generator) -> typing.Any:
        drawn = super().sample(shape, random)  # type: ignore[safe-super]
        if self.symmetries is None or len(self.symmetries) == 1:
            return drawn
        chosen = random.integers(0, len(self.symmetries), int(np.prod(shape)))
        if isinstance(drawn, trajectory.Transition):
            return self._turned(drawn, chosen)
        return drawn._replace(transitions=self._turned(drawn.transitions, chosen))

    def _turned(self, transition, chosen):
        actions = transition.action_step.action
        turned = self.symmetries.turned_actions(actions.ravel(), chosen)
        return transition._replace(
            time_step=self._turned_step(transition.time_step, chosen),
            action_step=transition.action_step._replace(
                action=turned.reshape(actions.shape)
            ),
            next_time_step=self._turned_step(transition.next_time_step, chosen),
        )

    def _turned_step(self, time_step, chosen):
        boards = time_step.observation["observation"]
        masks = time_step.observation["action_mask"]
        flat_boards = boards.reshape(len(chosen), *boards.shape[-3:])
        flat_masks = masks.reshape(len(chosen), masks.shape[-1])
        return time_step._replace(
            observation={
                "observation": self.symmetries.turned_boards(
                    flat_boards, chosen
                ).reshape(boards.shape),
                "action_mask": self.symmetries.turned_masks(flat_masks, chosen).reshape(
                    masks.shape
                ),
            }
        )

    def _stops(self, entries):
        return super()._stops(entries) | self._is_other.take(entries)

    def _arrays(self):
        return [*super()._arrays(), self._is_other]


class SelfPlayReplay(BaseSelfPlayReplay, UniformReplay):
    __doc__ = BaseSelfPlayReplay.__doc__


class PrioritizedSelfPlayReplay(BaseSelfPlayReplay, PrioritizedReplay):
    __doc__ = BaseSelfPlayReplay.__doc__


# By the names of `kerazoo.models.dqn.replays.REPLAYS`.
SELF_PLAY_REPLAYS: dict[str, type[BaseSelfPlayReplay]] = {
    "uniform": SelfPlayReplay,
    "prioritized": PrioritizedSelfPlayReplay,
}
