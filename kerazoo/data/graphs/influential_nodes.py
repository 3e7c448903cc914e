"""Seeds of large cascades, by the methods with a guarantee."""

import heapq
import math

import numpy as np
from scipy import sparse
from scipy import special

from kerazoo.data.graphs.cascades import Cascades
from kerazoo.data.graphs.cascades import all_edges

_GREEDY = 1 - 1 / math.e


def most_covering(sets: sparse.csr_array, count: int) -> tuple[np.ndarray, int]:
    """Chooses nodes one by one, each of which meets most of the sets left.

    Args:
        sets: bool `(M, N)`, a row for each set.
        count: Number of nodes.

    Returns:
        The nodes, int64 `(count,)`, and how many sets they meet.
    """
    by_node = sparse.csc_array(sets)
    gains = np.diff(by_node.indptr).astype(np.int64)
    is_met = np.zeros(sets.shape[0], bool)
    chosen = np.empty(count, np.int64)
    for i in range(count):
        node = chosen[i] = int(np.argmax(gains))
        own = by_node.indices[by_node.indptr[node] : by_node.indptr[node + 1]]
        fresh = own[~is_met[own]]
        is_met[fresh] = True
        met = sets[fresh].indices
        gains -= np.bincount(met, minlength=len(gains))
        gains[node] = -1  # Not chosen twice, where nothing is left to gain.
    return chosen, int(is_met.sum())


def imm(
    cascades: Cascades, count: int, epsilon: float = 0.3, seed: int = 0
) -> np.ndarray:
    r"""Chooses seeds by reverse-reachable sets, with the IMM algorithm.

    With probability \(1 - 1/N\), their spread is at least \(1 - 1/e - \epsilon\) times
    the largest possible ([Tang et al., 2015](https://doi.org/10.1145/2723372.2723734)).
    The sets that choose the seeds are drawn anew, without which the proof does not hold
    ([Chen, 2018](https://arxiv.org/abs/1808.09363)).

    Args:
        cascades: The graph.
        count: Number of seeds, at most N.
        epsilon: How near, above 0 and below 1: sets, and time, grow with its inverse
            squared.
        seed: Of the random numbers.

    Returns:
        int64 `(count,)`, in the order in which they are chosen.

    Example:

    ```python
    cascades = Cascades(np.array([0, 0]), np.array([1, 2]), 0.5, num_nodes=3)
    imm(cascades, 1)  # [0]
    ```
    """
    nodes = cascades.num_nodes
    random = np.random.default_rng(seed)
    if nodes < 2 or count >= nodes:
        return np.arange(min(count, nodes))
    choices = -math.log(nodes + 1) - special.betaln(nodes - count + 1, count + 1)
    certainty = 1 + math.log(2) / math.log(nodes)  # As both phases may fail.
    log_nodes = certainty * math.log(nodes)
    rough = math.sqrt(2) * epsilon
    needed = (
        (2 + 2 * rough / 3)
        * (choices + log_nodes + math.log(max(math.log2(nodes), 1)))
        * nodes
        / rough**2
    )
    lower, found = 1.0, sparse.csr_array((0, nodes), dtype=bool)
    for i in range(1, max(math.ceil(math.log2(nodes)), 2)):
        guess = nodes / 2**i
        missing = math.ceil(needed / guess) - found.shape[0]
        if missing > 0:
            more = cascades.reverse_reachable(missing, random)
            found = sparse.csr_array(sparse.vstack([found, more]))
        _, met = most_covering(found, count)
        spread = nodes * met / found.shape[0]
        if spread >= (1 + rough) * guess:
            lower = spread / (1 + rough)
            break
    alpha = math.sqrt(log_nodes + math.log(2))
    beta = math.sqrt(_GREEDY * (choices + log_nodes + math.log(2)))
    total = 2 * nodes * (_GREEDY * alpha + beta) ** 2 / (epsilon**2 * max(lower, count))
    sets = cascades.reverse_reachable(math.ceil(total), random)
    return most_covering(sets, count)[0]


def celf(
    cascades: Cascades, count: int, runs: int = 1_000, seed: int = 0
) -> np.ndarray:
    """Chooses seeds greedily by simulated cascades, with the CELF algorithm.

    A node is measured anew only where what it gained beside fewer seeds could still
    be the largest gain, as gains never grow
    ([Leskovec et al., 2007](https://doi.org/10.1145/1281192.1281239)). All are measured
    on the same drawn graphs, so that this is exact.

    Args:
        cascades: The graph.
        count: Number of seeds, at most N.
        runs: Cascades that each measurement is the mean of. Memory grows with `runs`
            times N.
        seed: Of the random numbers.

    Returns:
        int64 `(count,)`, in the order in which they are chosen.
    """
    nodes = cascades.num_nodes
    starts, ends = cascades.live_edges(runs, np.random.default_rng(seed))
    is_active = np.zeros(runs * nodes, bool)
    begins = np.arange(runs) * nodes

    def reached(node):
        """Returns what a node activates in all graphs, and leaves it active."""
        fresh = begins + node
        fresh = fresh[~is_active[fresh]]
        found = [fresh]
        while len(fresh):
            is_active[fresh] = True
            places = ends[all_edges(starts, fresh)[0]]
            fresh = np.unique(places[~is_active[places]])
            found.append(fresh)
        return np.concatenate(found)

    def gain(node):
        found = reached(node)
        is_active[found] = False
        return len(found)

    chosen: list[int] = []
    gains = [(-gain(node), node, 0) for node in range(nodes)]
    heapq.heapify(gains)
    while gains and len(chosen) < count:
        _, node, beside = heapq.heappop(gains)
        if beside == len(chosen):
            chosen.append(node)
            reached(node)
        else:
            heapq.heappush(gains, (-gain(node), node, len(chosen)))
    return np.array(chosen, np.int64)
