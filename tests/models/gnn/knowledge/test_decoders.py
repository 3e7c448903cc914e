import keras
import numpy as np
import pytest

from kerazoo.models.gnn.knowledge.decoders import DECODERS
from kerazoo.models.gnn.knowledge.rotate import RotatE

SIZE, MARGIN = 6, 4.0


def complex_of(values):
    return values[..., : SIZE // 2] + 1j * values[..., SIZE // 2 :]


def closed_form(name, decoder, head, relation, tail):
    """The score of one triple, as its paper writes it."""
    match name:
        case "transe":
            return MARGIN - np.linalg.norm(head + relation - tail)
        case "distmult":
            return head @ np.diag(relation) @ tail
        case "complex":
            h, r, t = map(complex_of, (head, relation, tail))
            return (h @ np.diag(r) @ t.conj()).real
        case "rotate":
            turned = complex_of(head) * np.exp(1j * relation * np.pi / decoder.bound)
            return MARGIN - np.abs(turned - complex_of(tail)).sum()


class Case:
    """A decoder, and random embeddings of four queries and five entities."""

    def __init__(self, name):
        random = np.random.default_rng(0)
        self.name = name
        self.decoder = DECODERS[name](SIZE, MARGIN)

        def normal(*shape):
            return random.normal(size=shape).astype("float32")

        self.heads, self.entities = normal(4, SIZE), normal(5, SIZE)
        self.relations = normal(4, self.decoder.relation_size)

    def expected(self, head, relation, tail):
        return closed_form(self.name, self.decoder, head, relation, tail)

    def scores(self, heads, relations, entities):
        query = self.decoder.query(*map(keras.ops.array, (heads, relations)))
        return keras.ops.convert_to_numpy(
            self.decoder.scores(query, keras.ops.array(entities))
        )


@pytest.fixture(params=DECODERS)
def case(request):
    return Case(request.param)


def test_scores_are_the_closed_forms(case):
    expected = [
        [case.expected(head, relation, tail) for tail in case.entities]
        for head, relation in zip(case.heads, case.relations)
    ]
    found = case.scores(case.heads, case.relations, case.entities)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_pair_scores_are_those_of_all_entities(case):
    numbers = np.array([[0, 1, 1], [4, 2, 0], [3, 3, 3], [1, 0, 4]])
    query = case.decoder.query(*map(keras.ops.array, (case.heads, case.relations)))
    found = case.decoder.pair_scores(query, keras.ops.array(case.entities[numbers]))
    scores = case.scores(case.heads, case.relations, case.entities)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(found),
        np.take_along_axis(scores, numbers, axis=1),
        rtol=1e-4,
        atol=1e-4,
    )


def test_inverse_relation_scores_a_triple_the_other_way_round(case):
    inverses = case.decoder.inverse(keras.ops.array(case.relations))
    found = case.scores(case.entities[:4], inverses, case.heads)
    expected = [
        [case.expected(head, relation, tail) for head in case.heads]
        for relation, tail in zip(case.relations, case.entities[:4])
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_penalty_is_the_sum_of_cubed_moduli(case):
    is_complex = case.name in ("complex", "rotate")
    numbers = complex_of(case.heads) if is_complex else case.heads
    expected = (np.abs(numbers) ** 3).sum(axis=1)
    found = case.decoder.cubes(keras.ops.array(case.heads))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(found), expected, rtol=1e-4)


def test_rotations_have_no_penalty():
    cubes = RotatE(SIZE, MARGIN).cubes(keras.ops.ones((4, SIZE // 2)))
    assert not keras.ops.convert_to_numpy(cubes).any()


def test_rotation_by_whole_turns_changes_nothing():
    decoder = RotatE(SIZE, MARGIN)
    heads = np.random.default_rng(1).normal(size=(2, SIZE)).astype("float32")
    turns = np.array([[0, 2, -4], [2, 2, 2]], "float32") * decoder.bound
    found = decoder.query(keras.ops.array(heads), keras.ops.array(turns))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(found), heads, atol=1e-5)


def test_first_entities_and_angles_are_as_wide_as_published(case):
    values = keras.ops.convert_to_numpy(case.decoder.initializer()((500, SIZE)))
    if case.name in ("transe", "rotate"):
        bound = (MARGIN + 2) / SIZE
        assert bound * 0.99 < np.abs(values).max() <= bound
    else:
        np.testing.assert_allclose(values.std(), 1e-3, rtol=0.1)


@pytest.mark.parametrize(
    ("name", "size"), [("complex", 3), ("rotate", 5), ("transe", 0)]
)
def test_widths_that_do_not_go(name, size):
    with pytest.raises(ValueError, match=f"Received: embedding_size={size}"):
        DECODERS[name](size)
