"""Random graphs with gains, against simulated cascades."""

import numpy as np
import pytest

from kerazoo.data.graphs.cascades import Cascades
from kerazoo.data.graphs.influence_examples import influence_examples
from kerazoo.data.graphs.random_cascades import random_cascades


@pytest.mark.parametrize("diffusion", ["independent_cascade", "linear_threshold"])
def test_gains_are_those_of_simulated_cascades(diffusion):
    examples = influence_examples(6, 24, diffusion)
    assert len(examples) == 24
    rows = [row for row in range(24) if 0 < examples.is_seed[row].sum() < 6]
    for row in rows[::5]:
        is_edge = examples.probabilities[row] > 0
        cascades = Cascades(
            *(examples.source[row][is_edge], examples.target[row][is_edge]),
            *(examples.probabilities[row][is_edge], 25, diffusion),
        )
        seeds = np.flatnonzero(examples.is_seed[row])
        node = int(np.argmax(examples.gains[row] * examples.weights[row]))
        before = cascades.sizes(seeds, 8_000, 0).mean()
        gain = cascades.sizes([*seeds, node], 8_000, 1).mean() - before
        assert examples.gains[row, node] == pytest.approx(gain, abs=0.6)
        assert (examples.gains[row, seeds] == 0).all()
        assert (examples.weights[row, seeds] == 0).all()


def test_what_fills_up_has_no_weight():
    examples = influence_examples(3, 12, "independent_cascade")
    assert examples.source.max() == examples.target.max() == 12
    assert examples.source[examples.probabilities > 0].max() < 12
    assert (examples.weights[:, 12] == 0).all()
    other = influence_examples(3, 12, "independent_cascade", seed=1)
    assert (
        other.gains.shape != examples.gains.shape
        or (other.gains != examples.gains).any()
    )


def test_random_graphs_have_both_directions_and_allowed_sizes():
    random = np.random.default_rng(0)
    for _ in range(30):
        cascades = random_cascades(40, "independent_cascade", random)
        assert 5 <= cascades.num_nodes <= 40
        edges = set(zip(cascades.source.tolist(), cascades.target.tolist()))
        assert edges and {(b, a) for a, b in edges} == edges
    with pytest.raises(ValueError, match="most=7"):
        random_cascades(7, "independent_cascade", random)
