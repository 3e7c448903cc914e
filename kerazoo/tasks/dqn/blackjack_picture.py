"""A strategy of Blackjack as the table that players know."""

import numpy as np

from kerazoo.tasks.figures import make_figure
from kerazoo.tasks.figures import png_of

_DEALER = (*range(2, 11), 1)
_HARD, _SOFT = range(21, 3, -1), range(21, 11, -1)


def draw_strategy(policy: np.ndarray, best: np.ndarray | None = None) -> bytes:
    """Draws when a policy hits, H, and sticks, S, of hard and of soft hands.

    Args:
        policy: bool `(32, 11, 2)`, see `kerazoo.evaluation.games.Blackjack`.
        best: The best policy, to frame where another decision is better; or None.

    Returns:
        bytes of a PNG.

    Example:

    ```python
    import pathlib

    from kerazoo.evaluation.games import Blackjack
    from kerazoo.tasks.dqn.blackjack_picture import draw_strategy

    png = draw_strategy(Blackjack().best_policy())
    pathlib.Path("strategy.png").write_bytes(png)
    ```
    """
    figure = make_figure(10, 6)
    sides = zip(figure.subplots(1, 2), (_HARD, _SOFT), (0, 1), strict=True)
    for axes, sums, usable in sides:
        cells = np.ix_(sums, _DEALER, [usable])
        hits = policy[cells][..., 0]
        axes.imshow(hits, cmap="RdYlGn", vmin=-0.6, vmax=1.6, aspect="auto")
        for (row, column), hit in np.ndenumerate(hits):
            axes.text(column, row, "H" if hit else "S", ha="center", va="center")
        if best is not None:
            for row, column in np.argwhere(hits != best[cells][..., 0]):
                axes.add_patch(_frame(column, row))
        axes.set_xticks(range(len(_DEALER)), [*range(2, 11), "A"])
        axes.set_yticks(range(len(sums)), sums)
        axes.set(
            title="soft hands, with an ace that counts 11" if usable else "hard hands",
            xlabel="the dealer's card",
            ylabel="the player's sum",
        )
    framed = "; framed: the other is better" if best is not None else ""
    figure.suptitle(f"H hit, S stick{framed}")
    return png_of(figure)


def _frame(column, row):
    from matplotlib.patches import Rectangle

    return Rectangle((column - 0.45, row - 0.45), 0.9, 0.9, fill=False, linewidth=2)
