import keras
import numpy as np
import pytest
from keras import ops
from scipy import special

from kerazoo.layers import FeedForward
from kerazoo.layers import MixtureOfExperts
from tests.layers.gradients import gradients

X = np.random.default_rng(0).normal(size=(2, 9, 4)).astype("float32")


def built(*args, seed=1, **kwargs):
    layer = MixtureOfExperts(*args, **kwargs)
    layer.build((None, None, 4))
    random = np.random.default_rng(seed)
    layer.set_weights([random.normal(size=w.shape) for w in layer.get_weights()])
    return layer


def by_hand(layer, x):
    """Returns the outputs of tokens `(N, D)`, one after the other."""
    router = ops.convert_to_numpy(layer.router.kernel)
    outputs = []
    for token in x:
        logits = token @ router
        best = np.argsort(-logits)[: layer.experts_per_token]
        total = 0.0
        gates = special.softmax(logits[best] if len(best) > 1 else logits)
        for expert, gate in zip(best, sorted(gates, reverse=True)):
            own = FeedForward(
                layer.feed_forward_size, layer.activation, use_bias=layer.use_bias
            )
            own.build((None, 4))
            weights = [layer.hidden, layer.hidden_bias]
            weights += [layer.projection, layer.projection_bias]
            own.set_weights(
                [ops.convert_to_numpy(w[int(expert)]) for w in weights if w is not None]
            )
            total = total + gate * ops.convert_to_numpy(own(token[None]))[0]
        outputs.append(total)
    return np.array(outputs)


@pytest.mark.parametrize("experts_per_token", [1, 2, 5])
@pytest.mark.parametrize(
    ("activation", "use_bias"), [("gelu", True), ("swiglu", False)]
)
def test_each_token_takes_its_experts(experts_per_token, activation, use_bias):
    layer = built(5, 6, experts_per_token, activation, use_bias=use_bias)
    expected = by_hand(layer, X.reshape(-1, 4)).reshape(X.shape)
    np.testing.assert_allclose(ops.convert_to_numpy(layer(X)), expected, atol=1e-4)


def test_both_ways_to_compute_agree_with_their_gradients(monkeypatch):
    layer = built(4, 6)
    upstream, variables = np.ones_like(X), layer.trainable_variables
    values = ops.convert_to_numpy(layer(X))
    found = gradients(layer, X, upstream, variables)
    monkeypatch.setattr(layer, "_knows_shapes_late", lambda: False)
    np.testing.assert_allclose(ops.convert_to_numpy(layer(X)), values, atol=1e-4)
    expected = gradients(layer, X, upstream, variables)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)


def test_one_token_is_the_same_among_others_and_alone():
    layer = built(4, 6)
    whole = ops.convert_to_numpy(layer(X))
    alone = ops.convert_to_numpy(layer(X[:, 3:4]))
    np.testing.assert_allclose(alone, whole[:, 3:4], atol=1e-5)


def test_loss_is_one_where_experts_are_taken_alike_and_large_for_one_only():
    layer = MixtureOfExperts(4, 6, experts_per_token=1, balance=0.5)
    layer.build((None, None, 4))
    layer.router.set_weights([np.eye(4) * 100])
    layer(np.eye(4)[None].astype("float32"), training=True)
    (loss,) = layer.losses
    assert float(loss) == pytest.approx(0.5)
    layer(np.tile(np.eye(4)[:1], (1, 8, 1)).astype("float32"), training=True)
    (loss,) = layer.losses
    assert float(loss) == pytest.approx(0.5 * 4)
    layer(X)
    assert not layer.losses


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="is about TensorFlow's graphs"
)
@pytest.mark.parametrize("compiled", [False, True])
def test_graphs_of_any_number_of_tokens(compiled):
    import tensorflow as tf

    layer = built(4, 6)
    graph = tf.function(
        layer,
        input_signature=[tf.TensorSpec((None, None, 4))],
        jit_compile=compiled,
    )
    np.testing.assert_allclose(graph(X), layer(X), atol=1e-4)
    assert graph(X[:, :0]).shape == (2, 0, 4)


def test_config_and_mistakes():
    layer = MixtureOfExperts(4, 6, 1, "geglu", 0.1, False, 0.2)
    assert MixtureOfExperts.from_config(layer.get_config()).get_config() == (
        layer.get_config()
    )
    for arguments, message in (
        ({"experts_per_token": 5}, "from 1 to `num_experts`"),
        ({"feed_forward_size": 0}, "must be positive"),
        ({"activation": "tanh"}, "must be one of"),
        ({"balance": -1.0}, "0 or more"),
    ):
        with pytest.raises(ValueError, match=message):
            MixtureOfExperts(**{"num_experts": 4, "feed_forward_size": 6, **arguments})
