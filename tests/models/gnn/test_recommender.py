"""Recommenders against dense matrices, and their losses against sums by hand."""

import kerazoo.models.gnn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special

from kerazoo.data.graphs.interactions import Interactions
from kerazoo.models.gnn.config import PreferenceConfig
from kerazoo.models.gnn.config import RecommenderConfig
from kerazoo.models.gnn.item_ranking import rank_items
from kerazoo.models.gnn.recommendation_losses import bayesian_personalized_ranking
from kerazoo.models.gnn.recommendation_losses import multinomial
from kerazoo.models.gnn.recommendation_losses import sampled_softmax
from kerazoo.models.gnn.recommender import Recommender
from kerazoo.models.gnn.user_item_matrix import bipartite_matrix
from kerazoo.models.gnn.user_item_matrix import prepared_bipartite_matrix

USERS, ITEMS = 5, 7


@pytest.fixture(scope="module")
def taken():
    dense = np.random.default_rng(0).random((USERS, ITEMS)) < 0.4
    dense[2] = False  # Took nothing.
    dense[:, 6] = False  # Taken by none.
    dense[0, :2] = True
    return Interactions.from_pairs(*np.nonzero(dense), USERS)


def dense_of(taken):
    matrix = np.zeros((USERS, ITEMS))
    matrix[taken.users, taken.items] = 1
    return matrix


def propagated(embeddings, taken, num_layers):
    """Returns Equation 8 of LightGCN by dense matrices."""
    bipartite = np.zeros((USERS + ITEMS, USERS + ITEMS))
    bipartite[:USERS, USERS:] = dense_of(taken)
    bipartite += bipartite.T
    degree = np.maximum(bipartite.sum(axis=0), 1)
    bipartite /= np.sqrt(degree[:, None] * degree)
    powers = [np.linalg.matrix_power(bipartite, k) for k in range(num_layers + 1)]
    return np.mean(powers, axis=0) @ embeddings


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
@pytest.mark.parametrize("num_layers", [0, 3])
def test_vectors_are_those_of_dense_matrices(similarity, num_layers, taken):
    architecture = "lightgcn" if num_layers else "mf"
    config = RecommenderConfig(architecture, 4, 3, similarity)
    model = config.make(USERS, ITEMS)
    assert model.num_layers == num_layers
    expected = propagated(model.embeddings.numpy(), taken, num_layers)
    if similarity == "cosine":
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    edges = bipartite_matrix(taken.users, taken.items, USERS, ITEMS)
    for adjacency in (edges, prepared_bipartite_matrix(taken, ITEMS)):
        users, items = model.represent(adjacency)
        np.testing.assert_allclose(users, expected[:USERS], atol=1e-6)
        np.testing.assert_allclose(items, expected[USERS:], atol=1e-6)
    scores = model(
        {
            "users": np.array([0, 4, 2]),
            "items": np.array([6, 1, 1]),
            "source": taken.users,
            "target": taken.items,
        }
    )
    of_items = expected[USERS + np.array([6, 1, 1])]
    np.testing.assert_allclose(
        scores, (expected[[0, 4, 2]] * of_items).sum(axis=1), atol=1e-6
    )


def test_model_can_be_saved(taken, tmp_path):
    model = Recommender(USERS, ITEMS, 4, num_layers=1, similarity="dot")
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    inputs = {"users": taken.users, "items": taken.items}
    inputs |= {"source": taken.users, "target": taken.items}
    np.testing.assert_array_equal(model(inputs), loaded(inputs))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Recommender(0, 3), "num_users=0"),
        (lambda: Recommender(3, 3, num_layers=-1), "num_layers=-1"),
        (lambda: Recommender(3, 3, similarity="l2"), "similarity=l2"),
        (lambda: RecommenderConfig("gcn").make(3, 3), "architecture=gcn"),
        (lambda: PreferenceConfig("hinge").make(None, 3, 0), "ranking_loss=hinge"),
        (
            lambda: PreferenceConfig(ranking_temperature=0.0).make(None, 3, 0),
            "ranking_temperature=0.0",
        ),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_sampled_softmax_needs_negatives(taken):
    config = PreferenceConfig("sampled_softmax", 0.1, 0, in_batch_negatives=False)
    with pytest.raises(ValueError, match="ranking_negatives=0"):
        config.make(taken, ITEMS, 0)


def test_losses_in_closed_form():
    random = np.random.default_rng(1)
    positive, negative = random.normal(size=(2, 6)).astype("float32")
    scores = random.normal(size=(6, 9)).astype("float32")
    found = bayesian_personalized_ranking(positive, negative)
    expected = -np.log(special.expit(positive - negative))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    own = random.random((6, 9)) < 0.3
    found = sampled_softmax(positive, scores, own)
    for row in range(6):
        rest = [positive[row], *scores[row][~own[row]]]
        expected = -np.log(special.softmax(rest)[0])
        np.testing.assert_allclose(found[row], expected, rtol=1e-5)
    shares = special.log_softmax(scores, axis=1)
    mean = scores[:, [0, 2]].mean(axis=1)
    found = multinomial(mean, scores)
    np.testing.assert_allclose(found, -shares[:, [0, 2]].mean(axis=1), rtol=1e-5)


@pytest.fixture(scope="module")
def vectors():
    random = np.random.default_rng(2)
    users = random.normal(size=(USERS, 3)).astype("float32")
    return users, random.normal(size=(ITEMS, 3)).astype("float32")


@pytest.mark.parametrize("power", [0.0, 0.7])
def test_softmax_is_that_of_all_interactions(power, vectors, taken):
    config = PreferenceConfig("softmax", 0.5, popularity_power=power)
    objective = config.make(taken, ITEMS, 0)
    (batch,) = objective.examples
    assert batch.tolist() == [0, 1, 3, 4]
    users, items = vectors
    found = objective(*map(tf.constant, vectors), (tf.constant(batch),), 0)
    popularity = np.maximum(dense_of(taken).sum(axis=0), 1) ** power
    shares = popularity * np.exp(users @ items.T / 0.5)
    log_shares = np.log(shares / shares.sum(axis=1, keepdims=True))
    expected = -log_shares[taken.users, taken.items]
    mean = tf.reduce_sum(found.losses * found.weights) / len(taken)
    np.testing.assert_allclose(mean, expected.mean(), rtol=1e-5)
    np.testing.assert_array_equal(found.weights, taken.sizes[batch])
    ((penalized, _),) = found.penalized_items
    np.testing.assert_array_equal(penalized, taken.items)


@pytest.mark.parametrize(
    ("loss", "in_batch", "power", "expected"),
    [
        ("softmax", True, None, 1),
        ("sampled_softmax", True, None, 1),
        ("sampled_softmax", False, None, 0),
        ("bpr", True, None, 0),
        ("bpr", True, 0.5, 0.5),
        ("softmax", True, 0.0, 0),
    ],
)
def test_popularity_in_the_ranking(loss, in_batch, power, expected, taken):
    config = PreferenceConfig(loss, 0.5, 4, in_batch, power)
    counts = np.maximum(dense_of(taken).sum(axis=0), 1)
    found = config.item_bias(taken, ITEMS)
    if expected:
        np.testing.assert_allclose(found, 0.5 * expected * np.log(counts), rtol=1e-5)
    else:
        assert found is None


def test_products_of_items_are_ranked_after_cosines_were_learnt(taken):
    model = Recommender(USERS, ITEMS, 4, 0, "cosine_training")
    lengths = np.linalg.norm(model.embeddings.numpy(), axis=1)
    for training in (True, False):
        found = np.concatenate(model.represent(training=training))
        expected = np.ones(USERS + ITEMS) if training else lengths
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), expected, rtol=1e-5)


@pytest.mark.parametrize("drawn", [0, 4])
def test_sampled_softmax_is_of_the_batch_and_what_is_drawn(drawn, vectors, taken):
    config = PreferenceConfig("sampled_softmax", 0.5, drawn, in_batch_negatives=True)
    objective = config.make(taken, ITEMS, seed=3)
    user, item = (array[:6] for array in objective.examples)
    batch = tf.constant(user), tf.constant(item)
    found = objective(*map(tf.constant, vectors), batch, tf.constant(7))
    seeds = tf.constant([3, 7])
    more = tf.random.stateless_uniform((drawn,), seeds, 0, ITEMS, tf.int32).numpy()
    candidates = np.concatenate([item, more])
    scores = vectors[0] @ vectors[1].T / 0.5
    for loss, u, i in zip(found.losses, user, item):
        rest = [scores[u, i], *scores[u, candidates[candidates != i]]]
        np.testing.assert_allclose(loss, -np.log(special.softmax(rest)[0]), rtol=1e-5)


def test_what_was_taken_is_no_negative(vectors, taken):
    objective = PreferenceConfig("bpr", 1.0).make(taken, ITEMS, seed=3)
    batch = tuple(map(tf.constant, objective.examples))
    step = tf.constant(2)
    found = objective(*map(tf.constant, vectors), batch, step)
    drawn = found.penalized_items[1][0].numpy()
    scores = vectors[0] @ vectors[1].T
    user, item = objective.examples
    expected = -np.log(special.expit(scores[user, item] - scores[user, drawn]))
    np.testing.assert_allclose(found.losses, expected, rtol=1e-4)
    was_taken = dense_of(taken)[user, drawn].astype(bool)
    assert 0 < was_taken.sum() < len(drawn)
    np.testing.assert_array_equal(found.weights, ~was_taken)
    again = objective(*map(tf.constant, vectors), batch, step)
    np.testing.assert_array_equal(again.penalized_items[1][0], drawn)
    others = objective(*map(tf.constant, vectors), batch, tf.constant(3))
    assert (others.penalized_items[1][0].numpy() != drawn).any()


def test_penalty_is_half_the_squared_length_of_each_example(taken):
    goal = PreferenceConfig("bpr", 1.0).make(taken, ITEMS, seed=0)
    batch = tuple(map(tf.constant, goal.examples))
    model = Recommender(USERS, ITEMS, 4, num_layers=0, similarity="dot")
    start = model.embeddings.numpy()
    after = []
    for decay in (0.0, 0.6):
        model.embeddings.assign(start)
        model.compile(keras.optimizers.SGD(1.0))
        model.train_step(batch, goal, weight_decay=decay)
        after.append(model.embeddings.numpy())
    drawn = goal(*model.represent(), batch, tf.constant(0)).penalized_items[1][0]
    places = [taken.users, USERS + taken.items, USERS + drawn.numpy()]
    counts = np.bincount(np.concatenate(places), minlength=USERS + ITEMS)
    weights = goal(*model.represent(), batch, tf.constant(0)).weights.numpy()
    users = np.bincount(taken.users, weights, USERS) / weights.sum()
    counts = counts / len(taken)
    counts[:USERS] = users
    expected = -0.6 * counts[:, None] * start
    np.testing.assert_allclose(after[1] - after[0], expected, atol=1e-5)


@pytest.mark.parametrize("scores", [1, 8, 2**24])
def test_items_are_ranked_in_blocks_as_at_once(scores, monkeypatch):
    monkeypatch.setattr("kerazoo.models.gnn.item_ranking._SCORES", scores)
    random = np.random.default_rng(4)
    queries = random.normal(size=(5, 3)).astype("float32")
    items = random.normal(size=(6, 3)).astype("float32")
    left_out = tf.ragged.constant([[1], [], [0, 1, 2, 3], [5], [2]], tf.int32)
    bias = random.normal(size=6).astype("float32")
    scales = random.uniform(0.5, 2, 6).astype("float32")
    rank = tf.function(rank_items, autograph=False)
    arguments = tf.constant(queries), tf.constant(items), tf.constant(4), left_out
    found, products = rank(*arguments, tf.constant(bias), tf.constant(scales))
    dense = queries @ items.T * scales + bias
    for row, own in enumerate(left_out.numpy()):
        order = [i for i in np.argsort(-dense[row]) if i not in own][:4]
        assert found[row].numpy().tolist() == order + [-1] * (4 - len(order))
        expected = [*dense[row, order], *[0] * (4 - len(order))]
        np.testing.assert_allclose(products[row], expected, rtol=1e-5)
