"""Layers of atoms in space: closed forms, dense sums, and turning the atoms."""

import keras
import numpy as np
import pytest
from scipy import stats

from kerazoo import layers

CUTOFF = 3.0
ATOMS = 6


def numpy(value):
    return keras.ops.convert_to_numpy(value)


class Atoms:
    """Atoms, all pairs of them in both directions, and a pair of one with itself."""

    def __init__(self, seed=0):
        random = np.random.default_rng(seed)
        self.positions = random.normal(size=(ATOMS, 3)).astype("float32") * 1.2
        self.features = random.normal(size=(ATOMS, 8)).astype("float32")
        self.vectors = random.normal(size=(ATOMS, 3, 8)).astype("float32")
        pairs = [(i, j) for i in range(ATOMS) for j in range(ATOMS) if i != j]
        self.target, self.source = np.array([*pairs, (2, 2)], "int32").T


@pytest.fixture
def atoms():
    return Atoms()


def geometry(atoms, positions):
    """Returns what blocks take of the pairs."""
    distances, directions = layers.edge_vectors(positions, atoms.source, atoms.target)
    radial = layers.RadialBasis(5, CUTOFF, "bessel")(distances)
    return directions, radial, layers.cosine_cutoff(distances, CUTOFF)


def schnet(layer, atoms, positions, features, vectors):
    _, radial, envelope = geometry(atoms, positions)
    return (layer(features, atoms.source, atoms.target, radial, envelope),)


def painn(layer, atoms, positions, features, vectors):
    pairs = geometry(atoms, positions)
    return layer(features, vectors, atoms.source, atoms.target, *pairs)


def egnn(layer, atoms, positions, features, vectors):
    _, radial, envelope = geometry(atoms, positions)
    ends = atoms.source, atoms.target
    return layer(features, positions, *ends, radial, envelope)


# Name: (layer, what it is called with, what its second output is).
BLOCKS = {
    "schnet": (lambda: layers.SchNetBlock(8), schnet, None),
    "painn": (lambda: layers.PaiNNBlock(8), painn, "vectors"),
    "egnn": (lambda: layers.EGNNConv(8), egnn, "positions"),
}
all_blocks = pytest.mark.parametrize("name", BLOCKS)


def made(name, atoms, randomise):
    make, call, _ = BLOCKS[name]
    layer = make()
    call(layer, atoms, atoms.positions, atoms.features, atoms.vectors)  # Builds it.
    return randomise(layer), call


@pytest.mark.parametrize("function", ["cosine_cutoff", "polynomial_cutoff"])
def test_cutoffs_fall_smoothly_from_one_to_zero(function):
    cutoff = getattr(layers, function)

    def value(distance):
        return float(numpy(cutoff(keras.ops.array([distance]), CUTOFF))[0])

    assert value(0.0) == 1
    assert value(CUTOFF) == pytest.approx(0, abs=1e-6) and value(1e6) == value(CUTOFF)
    assert value(1.0) > value(2.0) > value(2.9) > 0
    assert abs(value(CUTOFF - 1e-2)) < 1e-4  # Its slope has ended, too.


def test_cutoffs_are_the_papers():
    x = np.array([0.5, 1.0, 2.0], "float32")
    found = numpy(layers.cosine_cutoff(x, CUTOFF))
    np.testing.assert_allclose(found, (np.cos(np.pi * x / 3) + 1) / 2, rtol=1e-5)
    share = x / 3
    expected = 1 - 28 * share**6 + 48 * share**7 - 21 * share**8
    found = numpy(layers.polynomial_cutoff(x, CUTOFF))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_radial_bases_are_the_papers():
    distances = np.array([0.7, 1.9], "float32")
    found = numpy(layers.RadialBasis(7, CUTOFF)(distances))
    centers = np.linspace(0, CUTOFF, 7)
    bells = stats.norm.pdf(distances[:, None], centers, 0.5) * 0.5 * np.sqrt(2 * np.pi)
    np.testing.assert_allclose(found, bells, rtol=1e-4, atol=1e-6)
    found = numpy(layers.RadialBasis(4, CUTOFF, "bessel")(distances))
    waves = np.sin(np.arange(1, 5) * np.pi * distances[:, None] / CUTOFF)
    expected = np.sqrt(2 / CUTOFF) * waves / distances[:, None]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"basis": "wavelet"}, "basis=wavelet"),
        ({"num_basis": 1}, "num_basis=1"),
        ({"cutoff": 0.0}, "cutoff=0"),
    ],
)
def test_wrong_radial_bases_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        layers.RadialBasis(**arguments)


@pytest.mark.parametrize(
    "kind", [layers.SchNetBlock, layers.PaiNNBlock, layers.EGNNConv]
)
def test_blocks_without_units_are_refused(kind):
    with pytest.raises(ValueError, match="units=0"):
        kind(0)


def test_edge_vectors_and_their_gradients(atoms, gradients):
    lengths, directions = layers.edge_vectors(
        atoms.positions, atoms.source, atoms.target
    )
    apart = atoms.positions[atoms.source] - atoms.positions[atoms.target]
    norms = np.linalg.norm(apart, axis=1)
    np.testing.assert_allclose(numpy(lengths)[:-1], norms[:-1], rtol=1e-5)
    expected = apart[:-1] / norms[:-1, None]
    np.testing.assert_allclose(numpy(directions)[:-1], expected, atol=1e-6)
    assert numpy(lengths)[-1] == 1e6 and not numpy(directions)[-1].any()
    # The layer is only there for the fixture, which asks for its weights.
    (slope,) = gradients(
        layers.RadialBasis(),
        lambda x: layers.edge_vectors(x, atoms.source, atoms.target)[1],
        atoms.positions,
    )
    assert np.isfinite(slope).all()


@all_blocks
def test_masked_messages_are_as_good_as_no_edges(name, atoms, randomise):
    layer, call = made(name, atoms, randomise)
    inputs = atoms.positions, atoms.features, atoms.vectors
    some = np.random.default_rng(3).integers(0, 2, len(atoms.source))
    edges = atoms.source, atoms.target
    for mask in (some, np.zeros_like(some)):
        atoms.source, atoms.target = edges
        with layers.edge_mask(mask.astype("float32")):
            found = call(layer, atoms, *inputs)
        atoms.source, atoms.target = (ends[mask > 0] for ends in edges)
        expected = call(layer, atoms, *inputs)
        # The neighbours that EGNN divides moves by stay those of all edges.
        compared = 1 if name == "egnn" and mask.any() else len(found)
        for own, other in zip(found[:compared], expected):
            np.testing.assert_allclose(numpy(own), numpy(other), atol=1e-4)


def mlp(x, weights, activation):
    first, first_bias, second, second_bias = weights
    return activation(x @ first + first_bias) @ second + second_bias


def softplus(x):
    return np.log1p(np.exp(x)) - np.log(2)


def silu(x):
    return x / (1 + np.exp(-x))


def weights_of(layer, *names):
    found = {v.path.split("/", 1)[-1]: numpy(v) for v in layer.weights}
    kinds = ("kernel", "bias")
    return [
        value
        for name in names
        for kind in kinds
        for path, value in found.items()
        if path.endswith(f"{name}/{kind}") and path.split("/")[-2] == name
    ]


def test_schnet_block_is_the_papers_sum(atoms, randomise):
    layer, call = made("schnet", atoms, randomise)
    (found,) = call(layer, atoms, atoms.positions, atoms.features, None)
    _, radial, envelope = map(numpy, geometry(atoms, atoms.positions))
    filters = mlp(radial, weights_of(layer, "filter_hidden", "filter"), softplus)
    (inner,) = weights_of(layer, "inner")
    total = np.zeros((ATOMS, 8))
    for e, (i, j) in enumerate(zip(atoms.target[:-1], atoms.source[:-1])):
        total[i] += (atoms.features[j] @ inner) * filters[e] * envelope[e]
    added = mlp(total, weights_of(layer, "hidden", "outer"), softplus)
    np.testing.assert_allclose(
        numpy(found), atoms.features + added, rtol=1e-4, atol=1e-4
    )


def test_painn_block_is_the_papers_sum(atoms, randomise):
    layer, call = made("painn", atoms, randomise)
    found = call(layer, atoms, atoms.positions, atoms.features, atoms.vectors)
    directions, radial, envelope = map(numpy, geometry(atoms, atoms.positions))
    kernel, bias = weights_of(layer, "filter")
    gates = mlp(atoms.features, weights_of(layer, "message_hidden", "message"), silu)
    s, v = atoms.features.astype(float), atoms.vectors.astype(float)
    for e, (i, j) in enumerate(zip(atoms.target[:-1], atoms.source[:-1])):
        phi = gates[j] * (radial[e] @ kernel + bias) * envelope[e]
        ds, dv, along = np.split(phi, 3)
        s[i] += ds
        v[i] += atoms.vectors[j] * dv + np.outer(directions[e], along)
    (mix,) = weights_of(layer, "mix")
    left, right = np.split(v @ mix, 2, axis=-1)
    both = np.concatenate([s, np.linalg.norm(left, axis=1)], axis=-1)
    gates = mlp(both, weights_of(layer, "update_hidden", "update"), silu)
    ss, sv, vv = np.split(gates, 3, axis=-1)
    expected = s + ss + sv * (left * right).sum(axis=1), v + vv[:, None] * right
    for ours, theirs in zip(found, expected):
        np.testing.assert_allclose(numpy(ours), theirs, rtol=1e-3, atol=1e-3)


def test_egnn_conv_is_the_papers_sum_without_a_cutoff(atoms, randomise):
    layer = layers.EGNNConv(8)
    pairs = atoms.source[:-1], atoms.target[:-1]
    layer(atoms.features, atoms.positions, *pairs)
    randomise(layer)
    found = layer(atoms.features, atoms.positions, *pairs)
    total, moves = np.zeros((ATOMS, 8)), np.zeros((ATOMS, 3))
    of_messages = weights_of(layer, "message_hidden", "message")
    move_hidden, move_bias, move = weights_of(layer, "move_hidden", "move")
    for j, i in zip(*pairs):
        apart = atoms.positions[i] - atoms.positions[j]
        parts = [atoms.features[i], atoms.features[j], [apart @ apart]]
        message = silu(mlp(np.concatenate(parts), of_messages, silu))
        total[i] += message
        moves[i] += apart * (silu(message @ move_hidden + move_bias) @ move)
    both = np.concatenate([atoms.features, total], axis=-1)
    added = mlp(both, weights_of(layer, "node_hidden", "node"), silu)
    expected = atoms.features + added, atoms.positions + moves / (ATOMS - 1)
    for ours, theirs in zip(found, expected):
        np.testing.assert_allclose(numpy(ours), theirs, rtol=1e-3, atol=1e-3)


def orthogonal(mirrored):
    turn = stats.ortho_group.rvs(3, random_state=5)
    return turn if (np.linalg.det(turn) < 0) == mirrored else -turn


@all_blocks
@pytest.mark.parametrize("mirrored", [False, True])
def test_features_stay_and_vectors_turn_with_the_atoms(
    name, mirrored, atoms, randomise
):
    layer, call = made(name, atoms, randomise)
    turn = orthogonal(mirrored).astype("float32")
    moved = (atoms.positions @ turn.T + [3.0, -2.0, 1.0]).astype("float32")
    turned = np.einsum("ij,njf->nif", turn, atoms.vectors).astype("float32")
    before = call(layer, atoms, atoms.positions, atoms.features, atoms.vectors)
    after = call(layer, atoms, moved, atoms.features, turned)
    scale = np.abs(numpy(before[0])).max()
    np.testing.assert_allclose(
        numpy(after[0]) / scale, numpy(before[0]) / scale, atol=1e-4
    )
    if name == "painn":
        expected = np.einsum("ij,njf->nif", turn, numpy(before[1]))
    elif name == "egnn":
        expected = numpy(before[1]) @ turn.T + [3.0, -2.0, 1.0]
    else:
        return
    scale = np.abs(expected).max()
    np.testing.assert_allclose(numpy(after[1]) / scale, expected / scale, atol=1e-4)


@all_blocks
def test_order_of_atoms_and_pairs_does_not_matter(name, atoms, randomise):
    layer, call = made(name, atoms, randomise)
    before = call(layer, atoms, atoms.positions, atoms.features, atoms.vectors)
    random = np.random.default_rng(3)
    order, pairs = random.permutation(ATOMS), random.permutation(len(atoms.source))
    other, places = Atoms(), np.argsort(order).astype("int32")
    other.source, other.target = (
        places[ends[pairs]] for ends in (atoms.source, atoms.target)
    )
    after = call(
        layer,
        other,
        *(x[order] for x in (atoms.positions, atoms.features, atoms.vectors)),
    )
    for ours, theirs in zip(after, before):
        theirs = numpy(theirs)[order]
        scale = np.abs(theirs).max()
        np.testing.assert_allclose(numpy(ours) / scale, theirs / scale, atol=1e-5)


@all_blocks
def test_gradients_by_positions_are_those_of_differences(
    name, atoms, randomise, gradients
):
    layer, call = made(name, atoms, randomise)

    def outputs(positions):
        found = call(layer, atoms, positions, atoms.features, atoms.vectors)
        return keras.ops.concatenate([keras.ops.reshape(x, (-1,)) for x in found])

    *_, slope = gradients(layer, outputs, atoms.positions)
    direction = np.random.default_rng(1).normal(size=(ATOMS, 3)).astype("float32")
    step = 1e-2

    def squares(size):
        moved = (atoms.positions + size * direction).astype("float32")
        return np.square(numpy(outputs(moved)).astype(float)).sum()

    expected = (squares(step) - squares(-step)) / (2 * step)
    found = (slope * direction).sum()
    scale = np.abs(slope).max()
    assert found / scale == pytest.approx(expected / scale, rel=2e-2, abs=2e-2)


@all_blocks
def test_layers_can_be_made_again_from_their_configuration(name, atoms, randomise):
    layer, call = made(name, atoms, randomise)
    other = type(layer).from_config(layer.get_config())
    call(other, atoms, atoms.positions, atoms.features, atoms.vectors)
    other.set_weights(layer.get_weights())
    for ours, theirs in zip(
        call(other, atoms, atoms.positions, atoms.features, atoms.vectors),
        call(layer, atoms, atoms.positions, atoms.features, atoms.vectors),
    ):
        np.testing.assert_array_equal(numpy(ours), numpy(theirs))
