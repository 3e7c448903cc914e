"""How good ranked items are, by what users took beside."""

import numpy as np

from kerazoo.data.graphs.interactions import Interactions

USUAL_CUTOFF = 20


def ranking_metrics(
    ranked: np.ndarray, held_out: Interactions, num_items: int
) -> dict[str, float]:
    r"""Returns recall, NDCG and coverage of each user's K first items.

    They are those of [LightGCN](https://arxiv.org/abs/2002.02126): recall is the share
    of a user's held-out items that are among the K; NDCG gives the item at rank r
    \(1 / \log_2(r + 1)\), as a share of what min(K, held-out items) first ranks would
    give. Both are means over the users that have held-out items. Coverage is the share
    of all items that some user has among the K.

    Args:
        ranked: int `(U, K)`. Items of each user, the best first; -1 for none.
        held_out: `Interactions` of the U users.
        num_items: Number of all items.

    Returns:
        dict of `recall_at_K`, `ndcg_at_K` and `coverage_at_K`.

    Raises:
        ValueError: If no user has held-out items.

    Example:

    ```python
    from kerazoo.data.graphs import Interactions

    held_out = Interactions.from_pairs([0, 0], [3, 7], num_users=1)
    ranking_metrics(np.array([[7, 1]]), held_out, num_items=8)
    # recall_at_2 0.5, ndcg_at_2 1 / (1 + 1 / log2(3)) = 0.613, coverage_at_2 0.25
    ```
    """
    sizes = held_out.sizes
    measured = sizes > 0
    if not measured.any():
        raise ValueError("`held_out` must have at least one interaction.")
    num_users, most = ranked.shape
    keys = np.arange(num_users)[:, None] * num_items + ranked
    hits = np.isin(keys, held_out.keys(num_items)) & (ranked >= 0)
    gains = 1 / np.log2(np.arange(most) + 2)
    ideal = np.cumsum(gains)[np.minimum(sizes[measured], most) - 1]
    found = ranked[ranked >= 0]
    return {
        f"recall_at_{most}": float((hits.sum(1)[measured] / sizes[measured]).mean()),
        f"ndcg_at_{most}": float(((hits @ gains)[measured] / ideal).mean()),
        f"coverage_at_{most}": len(np.unique(found)) / num_items,
    }


def checked_cutoff(cutoff: int | None, num_items: int) -> int:
    """Returns K, how many items of each user are measured.

    Args:
        cutoff: What is asked for; None for 20, or a quarter of the items where that is
            less.
        num_items: Number of all items.

    Raises:
        ValueError: If there are fewer items.

    Example:

    ```python
    checked_cutoff(None, num_items=14)  # 3
    ```
    """
    if cutoff is None:
        return max(1, min(USUAL_CUTOFF, num_items // 4))
    if not 1 <= cutoff <= num_items:
        raise ValueError(
            f"`ranking_cutoff` must be from 1 to {num_items}, the number of items. "
            f"Received: ranking_cutoff={cutoff}"
        )
    return cutoff
