"""How well the edges that are said to matter explain an answer."""

from collections.abc import Callable

import numpy as np


def fidelity(
    answer: Callable[[np.ndarray], float],
    importances: np.ndarray,
    edges: np.ndarray,
    count: int,
    draws: int = 20,
    seed: int = 0,
) -> dict[str, float]:
    r"""Compares an answer with that without, and with only, the edges that matter most.

    \(\mathrm{fidelity}_+ = p(G) - p(G \setminus S)\), high where the edges S are
    needed, and \(\mathrm{fidelity}_- = p(G) - p(S)\), near 0 where they are enough
    ([Amara et al., 2022](https://arxiv.org/abs/2206.09677), Section 4), beside the
    means of both for as many edges drawn at random.

    Args:
        answer: Function of which edges are kept, bool `(E,)`, to the probability.
        importances: float `(E,)`.
        edges: int `(E,)`. Number of what each edge is a direction of, taken out
            together; -1 for edges that stay and are not drawn, such as those too far
            away to matter.
        count: How many of these S has.
        draws: Number of random choices.
        seed: Of the random choices.

    Returns:
        dict of `fidelity_plus`, `fidelity_minus`, `random_fidelity_plus`,
        `random_fidelity_minus` and the number of `edges` in S.

    Example:

    ```python
    found = fidelity(
        lambda kept: float(kept[2]),
        *(np.array([0.1, 0.2, 0.9]), np.array([0, 1, 2])),
        count=1,
    )
    found["fidelity_plus"], found["fidelity_minus"]  # (1.0, 0.0)
    ```
    """
    stays = edges < 0
    names, places = np.unique(edges[~stays], return_inverse=True)
    by_name = np.zeros(len(names))
    np.maximum.at(by_name, places, np.abs(importances[~stays]))
    count = min(count, len(names))
    whole = answer(np.ones(len(edges), bool))

    def compare(chosen):
        inside = np.isin(edges, chosen)
        without = answer(stays | ~inside)
        return whole - without, whole - answer(stays | inside)

    order = np.argsort(-by_name, kind="stable")
    plus, minus = compare(names[order[:count]])
    random = np.random.default_rng(seed)
    drawn = np.mean(
        [compare(random.choice(names, count, replace=False)) for _ in range(draws)],
        axis=0,
    )
    return {
        "fidelity_plus": float(plus),
        "fidelity_minus": float(minus),
        "random_fidelity_plus": float(drawn[0]),
        "random_fidelity_minus": float(drawn[1]),
        "edges": int(count),
    }
