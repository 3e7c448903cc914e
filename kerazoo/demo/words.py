"""Short texts of the page as HTML."""

import html


def latency(seconds: float, requests: int = 1) -> str:
    """Returns how long a model took, in words.

    Args:
        seconds: Of all requests.
        requests: How many there were.

    Example:

    ```python
    latency(0.0123)  # Answered in 12 ms.
    ```
    """
    unit = f"{1000 * seconds:.2g} ms" if seconds < 0.01 else f"{1000 * seconds:.0f} ms"
    if seconds >= 1:
        unit = f"{seconds:.2f} s"
    of = f", {requests} requests" if requests > 1 else ""
    return f'<p class="latency">Answered in <b>{unit}</b>{of}.</p>'


def large(text: str) -> str:
    """Returns the answer that matters most.

    Example:

    ```python
    large("1968-05-03")
    ```
    """
    return f'<p class="large">{html.escape(text)}</p>'


def note(text: str) -> str:
    """Returns what is said beside an answer; of no text nothing.

    Example:

    ```python
    note("Only the beginning was read.")
    ```
    """
    return f'<p class="note">{html.escape(text)}</p>' if text else ""
