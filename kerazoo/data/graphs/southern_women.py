"""Davis' southern women, interactions that need no download."""

import numpy as np

from kerazoo.data.graphs.interaction_dataset import InteractionDataset
from kerazoo.data.graphs.interaction_splits import hold_out
from kerazoo.data.graphs.interactions import Interactions


def southern_women(
    test_share: float = 0.2, validation_share: float = 0.0, seed: int = 0
) -> InteractionDataset:
    """Returns which of 18 women attended which of 14 events, in 89 attendances.

    From Davis, Gardner and Gardner, Deep South, 1941.

    Args:
        test_share: Share of each woman's events to test.
        validation_share: Share of the others to choose by.
        seed: Of the split.

    Returns:
        `InteractionDataset`.

    Example:

    ```python
    southern_women().user_names[0]  # "Evelyn Jefferson"
    ```
    """
    import networkx

    graph = networkx.davis_southern_women_graph()
    women, events = graph.graph["top"], graph.graph["bottom"]
    number = {name: i for names in (women, events) for i, name in enumerate(names)}
    pairs = [(number[w], number[e]) for w in women for e in graph[w]]
    users, items = np.array(pairs).T
    taken = Interactions.from_pairs(users, items, len(women))
    train, test = hold_out(taken, test_share, seed)
    train, validation = hold_out(train, validation_share, seed + 1)
    return InteractionDataset("southern_women", women, events, train, validation, test)
