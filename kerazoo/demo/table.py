"""Rows as a table of HTML."""

import html
from collections.abc import Sequence


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Returns a table; numbers are written with four digits.

    Args:
        columns: Names of the columns.
        rows: A value for each column.

    Example:

    ```python
    table(["text", "score"], [["a good film", 0.75]])
    ```
    """
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row)}</tr>"
        for row in rows
    )
    return (
        '<div class="table"><table><thead><tr>'
        f"{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(value):
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return html.escape(text)
