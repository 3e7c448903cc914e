"""What a person watches while training: a bar on a terminal, lines in a log."""

import sys

import tqdm


class Progress:
    """Shows steps done, speed and time left on standard error.

    Args:
        total_steps: int. Steps of the whole run.
        initial_step: int. Steps done before, by an interrupted run.
        name: str. What is being trained.
    """

    def __init__(self, total_steps: int, initial_step: int = 0, name: str = "training"):
        self._is_terminal = sys.stderr.isatty()
        self._bar = tqdm.tqdm(
            total=total_steps,
            initial=initial_step,
            desc=name,
            unit=" steps",
            file=sys.stderr,
            disable=not self._is_terminal,
            dynamic_ncols=True,
        )
        self._name = name
        self._total_steps = total_steps

    def update(self, step: int) -> None:
        """Moves the bar to this step."""
        self._bar.update(step - self._bar.n if self._is_terminal else 0)

    def report(self, step: int, metrics: dict[str, float]) -> None:
        """Shows metrics: behind the bar, or as a line where there is no terminal.

        Args:
            step: int. Steps done.
            metrics: dict of name to number.
        """
        text = "  ".join(f"{name} {value:.4g}" for name, value in metrics.items())
        if self._is_terminal:
            self._bar.set_postfix_str(text)
        else:
            self.say(f"{self._name} {step}/{self._total_steps}  {text}")

    def say(self, text: str) -> None:
        """Prints a line without breaking the bar."""
        tqdm.tqdm.write(text, file=sys.stderr)

    def close(self) -> None:
        self._bar.close()
