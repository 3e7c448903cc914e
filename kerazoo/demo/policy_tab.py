"""An environment that a policy plays."""

import time
from collections.abc import Iterator

import gradio
import gymnasium
import numpy as np

from kerazoo.demo.answering import answering
from kerazoo.demo.bars import bars
from kerazoo.demo.game import Game
from kerazoo.demo.pictures import png_of
from kerazoo.demo.pictures import strip
from kerazoo.demo.tab import Tab
from kerazoo.demo.words import large
from kerazoo.demo.words import latency
from kerazoo.demo.words import note

_MOST_STEPS = 10_000
_SECONDS_BETWEEN = 0.05  # Of the pictures of an episode that is played to its end.
_UNUSED = 3600  # Seconds after which an environment is closed.
Shown = tuple[Game, str, str, str]


class PolicyTab(Tab):
    """Plays an environment step by step, with the values of all actions.

    Args:
        export, data_dir: See `Tab`.

    Example:

    ```python
    tab = PolicyTab(exports["policy"])
    game, picture, values, answered = tab.reset(None, seed=0)
    game, picture, values, answered = tab.step(game, seed=0)
    game.steps  # 1
    ```
    """

    about = (
        "The policy sees what the environment shows and values each action; it takes "
        "the best one, which is marked."
    )

    def warm_up(self) -> None:
        _ = self.predictor

    def draw(self, page: gradio.Blocks) -> None:
        game = gradio.State(
            None, time_to_live=_UNUSED, delete_callback=lambda game: _close(game)
        )
        with gradio.Row():
            with gradio.Column(scale=3, elem_classes="answers"):
                picture = gradio.HTML()
            with gradio.Column(scale=2):
                with gradio.Row():
                    step = gradio.Button("Step", variant="primary", min_width=80)
                    play = gradio.Button("To the end", min_width=80)
                    stop = gradio.Button("Stop", min_width=80)
                with gradio.Row():
                    seed = gradio.Number(0, label="Seed", precision=0)
                    reset = gradio.Button("Reset")
                values, answered = gradio.HTML(), gradio.HTML()
        asked, outputs = [game, seed], [game, picture, values, answered]
        page.load(answering(self.reset), asked, outputs, show_progress="hidden")
        playing = play.click(
            answering(self.play), asked, outputs, show_progress="hidden"
        )
        step.click(
            answering(self.step),
            *(asked, outputs),
            cancels=[playing],
            show_progress="hidden",
        )
        gradio.on(
            [reset.click, seed.submit],
            answering(self.reset),
            *(asked, outputs),
            cancels=[playing],
            show_progress="hidden",
        )
        stop.click(None, cancels=[playing])

    def reset(self, game: Game | None, seed: int) -> Shown:
        """Begins an episode.

        Args:
            game: The one before, or None.
            seed: Of the episode.

        Returns:
            The episode, its picture, the values of the actions, and how long it took.

        Raises:
            EnvironmentFailure: If the environment raises an error.
            ValueError: If there is no such environment, or it cannot be made.
        """
        return self._shown(Game(self._make() if game is None else game.env, seed))

    def step(self, game: Game | None, seed: int) -> Shown:
        """Takes the best action; begins anew where the episode has ended.

        Args:
            game: The episode, or None.
            seed: Of a new one.
        """
        if game is None or game.is_over:
            return self.reset(game, seed)
        game.step(self._values(game)[0][0])
        return self._shown(game)

    def play(self, game: Game | None, seed: int) -> Iterator[Shown]:
        """Plays to the end of the episode, and shows twenty pictures a second.

        Args:
            game: The episode, or None.
            seed: Of a new one.
        """
        if game is None or game.is_over:
            game = self.reset(game, seed)[0]
        shown = time.monotonic()
        while not game.is_over and game.steps < _MOST_STEPS:
            game.step(self._values(game)[0][0])
            if time.monotonic() - shown > _SECONDS_BETWEEN:
                yield self._shown(game)
                shown = time.monotonic()
        yield self._shown(game)

    def _make(self):
        from kerazoo.models.dqn.playing import make_trained_environment

        try:
            return make_trained_environment(self.metadata, renders=True)
        except gymnasium.error.Error as error:
            raise ValueError(str(error)) from error

    def _values(self, game):
        """Returns the pair of the best action and all values, and the seconds."""
        answer, _, seconds = self.ask(game.item(self.predictor.inputs))
        return answer, seconds

    def _shown(self, game):
        (action, values), seconds = self._values(game)
        pixels = game.picture()
        picture = (
            note("The environment draws no pictures.")
            if pixels is None
            else strip([png_of(pixels)], size="34rem")
        )
        ending = ", the episode is over" if game.is_over else ""
        said = f"step {game.steps}, return {game.total:g}{ending}"
        answer = large(said) + note("Value of each action:")
        return (
            game,
            picture,
            answer + self._bars(action, values),
            latency(seconds),
        )

    def _bars(self, action, values):
        """Returns the values of the actions, of each joint where there are several."""
        first = self.metadata.get("first_action", 0)
        if isinstance(action, int):
            names = [f"action {first + i}" for i in range(len(values))]
            return bars(names, values, action - first)
        return "".join(
            note(f"Joint {joint}, {number:.4g}:")
            + bars([f"action {i}" for i in range(len(row))], row)
            for joint, (number, row) in enumerate(zip(np.ravel(action), values))
        )


def _close(game):
    if game is not None:
        game.close()
