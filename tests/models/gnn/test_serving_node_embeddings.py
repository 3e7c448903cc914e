import kerazoo.models.gnn  # noqa: F401

# isort: split
import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics.pairwise import cosine_similarity

from kerazoo.models.gnn import ServingNodeEmbeddings
from kerazoo.models.gnn import serving_node_embeddings
from kerazoo.serving.exporting import export
from kerazoo.serving.limits import Limits
from kerazoo.serving.worker import Worker
from tests.serving.odd_requests import assert_odd_requests_end_well

NAMES = ["ann", "bob", "cy", "döra", "7"]
ROWS = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")


@pytest.fixture(scope="module")
def serving():
    return ServingNodeEmbeddings(NAMES, ROWS, Limits(max_examples=4))


def names(*ids):
    return np.array([name.encode() for name in ids], object)


def by_cosine(ids, k):
    cosines = cosine_similarity(ROWS)
    np.fill_diagonal(cosines, -9)
    rows = [NAMES.index(name) for name in ids]
    order = np.argsort(-cosines[rows], axis=1)[:, :k]
    return np.array(NAMES)[order], np.take_along_axis(cosines[rows], order, 1)


@pytest.mark.parametrize("block", [2**24, 10])
def test_similar_nodes_are_those_of_the_largest_cosine(serving, block, monkeypatch):
    monkeypatch.setattr(serving_node_embeddings, "_BLOCK", block)
    ids = ["bob", "7", "döra"]
    found = serving.similar_nodes(tf.constant(names(*ids)), tf.constant(2))
    similar, cosine = by_cosine(ids, 2)
    assert [[x.decode() for x in row] for row in found["similar"].numpy()] == (
        similar.tolist()
    )
    np.testing.assert_allclose(found["cosine"], cosine, rtol=1e-5)


def test_export_answers_without_python(serving, tmp_path):
    path = export(serving.module, serving.endpoints, tmp_path)
    with Worker(path) as worker:
        found = worker.run("embed", {"ids": names("döra", "ann")})
        similar = worker.run(
            "similar_nodes", {"ids": names("cy"), "k": np.array(4, "int32")}
        )
        with pytest.raises(RuntimeError, match="`ids` must be names .* Received: dan"):
            worker.run("embed", {"ids": names("ann", "dan")})
    np.testing.assert_array_equal(found["embeddings"], ROWS[[3, 0]])
    assert [x.decode() for x in similar["similar"][0]] == by_cosine(["cy"], 4)[0][
        0
    ].tolist()


@pytest.mark.parametrize(
    ("ids", "k", "message"),
    [
        (["ann"], 0, "`k` must be from 1 to 4. Received: 0"),
        (["ann"], 5, "`k` must be from 1 to 4. Received: 5"),
        (["x" * 1_000], 1, "Received: x{100}(?!x)"),
        (["ann"] * 5, 1, "`ids` must have at most 4 rows. Received: 5"),
    ],
)
def test_mistakes_name_the_input(serving, ids, k, message):
    function = serving.endpoints["similar_nodes"]
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        function(ids=tf.constant(names(*ids)), k=tf.constant(k))


def test_odd_requests_end_well(serving):
    for name, request in serving.example().items():
        assert_odd_requests_end_well(serving.endpoints[name], request, 20)


def test_one_node_has_no_like():
    serving = ServingNodeEmbeddings(["ann"], ROWS[:1])
    assert set(serving.endpoints) == {"embed", "serving_default"}
    with pytest.raises(ValueError, match="2 names, 1 rows"):
        ServingNodeEmbeddings(["ann", "bob"], ROWS[:1])
