"""What a person watches while training: a bar on a terminal, lines in a log."""

import math
import sys
import time

import tqdm

_SECONDS = 2.0  # Between two reports in a log, at least.
_BAR_COLUMNS = 20  # At least.
_SLACK = 8  # Columns, for times and rates that become longer.


class Progress:
    """Shows steps done, speed and time left on standard error.

    On a terminal as many metrics as leave the bar 20 columns stand behind it. In a log
    a report has a line, but none within two seconds of another.

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
        self._reported = -math.inf

    def update(self, step: int) -> None:
        """Moves the bar to this step."""
        self._bar.update(step - self._bar.n if self._is_terminal else 0)

    def report(
        self, step: int, metrics: dict[str, float], is_last: bool = False
    ) -> None:
        """Shows metrics: behind the bar, or as a line where there is no terminal.

        Args:
            step: int. Steps done.
            metrics: dict of name to number, the most important ones first.
            is_last: bool. Whether it is the last report, which is always shown.
        """
        if self._is_terminal:
            self._bar.set_postfix_str(self._fitting(metrics))
            return
        is_due = time.perf_counter() - self._reported >= _SECONDS
        if is_due or is_last or step >= self._total_steps:
            self._reported = time.perf_counter()
            self.say(f"{self._name} {step}/{self._total_steps}  {_text(metrics)}")

    def say(self, text: str) -> None:
        """Prints a line without breaking the bar."""
        tqdm.tqdm.write(text, file=sys.stderr)

    def close(self) -> None:
        self._bar.close()

    def _fitting(self, metrics):
        """Returns the first metrics, as many as there is room for."""
        about = self._bar.format_dict
        if about["ncols"] is None:  # Of no known width.
            return _text(metrics)
        bare = {"postfix": None, "ncols": None, "bar_format": "{l_bar}{r_bar}"}
        used = len(tqdm.tqdm.format_meter(**{**about, **bare}))
        room = about["ncols"] - used - _BAR_COLUMNS - _SLACK
        names = list(metrics)
        while names and len(_text({name: metrics[name] for name in names})) > room:
            names.pop()
        return _text({name: metrics[name] for name in names})


def _text(metrics):
    return "  ".join(f"{name} {value:.4g}" for name, value in metrics.items())
