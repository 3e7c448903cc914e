"""What a network takes of another, what of it learns, and how it becomes one."""

import dataclasses

import numpy as np
import pytest

from kerazoo.models.transformer import FineTuning
from kerazoo.models.transformer import FineTuningConfig
from kerazoo.models.transformer import NetworkConfig
from kerazoo.models.transformer import TrainingConfig
from kerazoo.models.transformer import make_language_model
from kerazoo.models.transformer import make_masked_language_model
from kerazoo.models.transformer import make_text_classifier
from kerazoo.models.transformer import make_translator
from kerazoo.models.transformer import without_adapters
from kerazoo.models.transformer.config.network_sizes import sizes_of
from kerazoo.models.transformer.weight_places import depths
from kerazoo.models.transformer.weight_places import place_of
from kerazoo.models.transformer.weight_places import take_weights
from kerazoo.models.transformer.weight_places import values_by_place

V = 11
LEARNED = NetworkConfig(
    hidden_size=8,
    num_layers=2,
    num_heads=2,
    feed_forward_size=6,
    feed_forward="gelu",
    positions="learned",
    norm_first=True,
)
TOKENS = np.array([[4, 5, 6, 2], [7, 2, 0, 0]])


def randomized(model):
    """Returns a network none of whose weights are 0 or 1."""
    for seed, weight in enumerate(model.network.weights):
        random = np.random.default_rng(seed).normal(size=weight.shape)
        weight.assign(weight + 0.3 * random.astype("float32"))
    return model.network


@pytest.fixture(scope="module")
def source():
    return randomized(make_masked_language_model(V, 9, LEARNED))


def assert_same(network, other, first):
    ours, theirs = values_by_place(network), values_by_place(other)
    places = [place for place in ours if place.startswith(first)]
    assert places
    for place in places:
        np.testing.assert_array_equal(ours[place], theirs[place], err_msg=place)


def test_an_encoder_becomes_a_classifier(source):
    network = make_text_classifier(V, 9, 3, LEARNED).network
    taken = take_weights(network, source)
    assert taken.new == ["head/kernel", "head/bias"]
    assert len(taken.taken) + 2 == len(network.weights)
    assert_same(network, source, "encoder/")
    assert_same(network, source, "embedding/")
    # The states that the head gets are those of the source.
    states, mask = source.encode(TOKENS)
    again = network.encoder(network.embedding(TOKENS), key_mask=mask)
    np.testing.assert_allclose(again, states, atol=1e-6)


def test_of_positions_the_first_are_taken(source):
    for length in (5, 12):
        network = make_text_classifier(V, length, 3, LEARNED).network
        place = "embedding/positions/embeddings"
        own = values_by_place(network)[place]
        assert place in take_weights(network, source).taken
        found = values_by_place(network)[place]
        known = min(length, 9)
        expected = values_by_place(source)[place]
        np.testing.assert_array_equal(found[:known], expected[:known])
        np.testing.assert_array_equal(found[known:], own[known:])


def test_blocks_of_one_kind_go_into_the_other(source):
    network = make_language_model(V, 9, LEARNED).network
    taken = take_weights(network, source)
    assert taken.new == []
    ours, theirs = values_by_place(network), values_by_place(source)
    for place, value in ours.items():
        if place.startswith("decoder/"):
            place = place.replace("decoder/", "encoder/")
            np.testing.assert_array_equal(value, theirs[place])
    # A language model does not scale its embeddings: the blocks get the same.
    np.testing.assert_allclose(
        network.embedding(TOKENS), source.embedding(TOKENS), atol=1e-5
    )
    translator = make_translator(V, 9, LEARNED).network
    taken = take_weights(translator, source)
    assert taken.new and all("/cross_attention" in place for place in taken.new)
    assert_same(translator, source, "encoder/")
    back = make_text_classifier(V, 9, 3, LEARNED).network
    assert take_weights(back, translator).new == ["head/kernel", "head/bias"]
    assert_same(back, translator, "encoder/")


def test_sizes_make_the_same_network(source):
    config = dataclasses.replace(
        LEARNED, positions="rotary", norm="rms", feed_forward="swiglu", use_bias=False
    )
    config = dataclasses.replace(config, key_value_heads=1, norm_first=False)
    networks = {
        "masked_language_model": config.masked_language_model(V, 9),
        "language_model": config.language_model(V, 9),
        "translator": dataclasses.replace(config, decoder_layers=3).translator(V, 9),
    }
    for name, network in networks.items():
        again = getattr(NetworkConfig(**sizes_of(network)), name)(V, 9)
        expected = {**network.get_config(), "dropout": 0.1}
        assert {**again.get_config(), "name": expected["name"]} == expected
    pictures = NetworkConfig(hidden_size=8, num_heads=2, patch_size=4)
    network = pictures.image_classifier((8, 8, 1), 3)
    assert sizes_of(network)["patch_size"] == 4


def test_depths_are_those_of_the_blocks():
    network = make_translator(V, 9, dataclasses.replace(LEARNED, decoder_layers=1))
    found = depths(network.network)
    assert found["embedding/embeddings"] == found["embedding/positions/embeddings"] == 0
    assert found["encoder/block_1/feed_forward/hidden/bias"] == 2
    assert found["encoder/norm/gamma"] == 2
    assert found["decoder/block_0/self_attention/projection/kernel"] == 3
    classifier = make_text_classifier(V, 9, 3, LEARNED).network
    assert depths(classifier)["head/bias"] == 3


def start(source, **config):
    return FineTuning(source, FineTuningConfig(**config))


def learning(model):
    network = model.network
    return {place_of(network, v).split("/")[0] for v in network.trainable_variables}


def test_what_is_frozen_does_not_learn(source):
    for freeze, expected in (
        ("none", {"embedding", "encoder", "head"}),
        ("embeddings", {"encoder", "head"}),
        ("encoder", {"head"}),
    ):
        own = start(source, freeze=freeze)
        training = TrainingConfig(averaging="exponential", max_gradient_norm=1)
        model = make_text_classifier(V, 9, 3, LEARNED, training, start=own)
        assert learning(model) == expected
    before = values_by_place(model.network)
    model.train_step((TOKENS, np.array([0, 2])))
    after = values_by_place(model.network)
    changed = {p.split("/")[0] for p in before if (before[p] != after[p]).any()}
    assert changed == expected


def test_the_average_begins_with_what_is_taken(source):
    training = TrainingConfig(averaging="snapshots")
    model = make_text_classifier(V, 9, 3, LEARNED, training, start=start(source))
    assert_same(model.average_network, source, "encoder/")
    assert not model.average_network.trainable_variables


def test_rates_fall_from_the_head_to_the_embeddings(source):
    own = start(source, layer_decay=0.5, unfreeze_every=10)
    model = make_text_classifier(V, 9, 3, LEARNED, start=own)
    network = model.network
    rates = {place_of(network, v): rest for v, *rest in own.rates(network)}
    assert rates["head/kernel"] == [1, 0]
    assert rates["encoder/block_1/feed_forward/hidden/kernel"] == [0.5, 10]
    assert rates["encoder/block_0/feed_forward/hidden/kernel"] == [0.25, 20]
    assert rates["embedding/embeddings"] == [0.125, 30]
    # Of a model without a head the last block learns at once.
    own = start(source, unfreeze_every=10)
    model = make_language_model(V, 9, LEARNED, start=own)
    rates = {place_of(model.network, v): rest for v, *rest in own.rates(model.network)}
    assert rates["decoder/block_1/feed_forward/hidden/kernel"] == [1, 0]
    assert rates["decoder/norm/gamma"] == [1, 0]
    assert rates["embedding/embeddings"] == [1, 20]


def test_adapters_are_merged(source):
    adapted = dataclasses.replace(LEARNED, lora_rank=2, lora_alpha=4.0)
    training = TrainingConfig(
        averaging="exponential", average_half_life=4, learning_rate=0.1
    )
    model = make_text_classifier(V, 9, 3, adapted, training, start=start(source))
    plain = make_text_classifier(V, 9, 3, LEARNED, start=start(source))
    plain.network.head.set_weights(model.network.head.get_weights())
    expected = plain.network(TOKENS)
    np.testing.assert_array_equal(model.network(TOKENS), expected)  # At the start.
    names = {v.path.rpartition("/")[2] for v in model.network.trainable_variables}
    assert names == {"lora_kernel_a", "lora_kernel_b", "kernel", "bias"}
    assert learning(model) == {"encoder", "head"}
    for _ in range(3):
        model.train_step((TOKENS, np.array([0, 2])))
    outputs = np.array(model(TOKENS))
    assert np.abs(np.array(model.network(TOKENS)) - expected).max() > 1e-2
    merged = without_adapters(model)
    assert merged.network.lora_rank is None and merged is not model
    paths = [weight.path for weight in merged.weights]
    assert not any("lora" in path for path in paths)
    np.testing.assert_allclose(merged(TOKENS), outputs, atol=1e-6)
    np.testing.assert_allclose(merged.network(TOKENS), model.network(TOKENS), atol=1e-6)
    # Taken from again, they are merged, too.
    network = make_text_classifier(V, 9, 3, LEARNED).network
    assert take_weights(network, model.network).new == []
    np.testing.assert_allclose(network(TOKENS), model.network(TOKENS), atol=1e-6)
    assert without_adapters(plain) is plain


def test_maps_that_are_new_learn_beside_their_adapters(source):
    adapted = dataclasses.replace(LEARNED, lora_rank=2)
    model = make_translator(V, 9, adapted, start=start(source))
    network = model.network
    learning = {place_of(network, v) for v in network.trainable_variables}
    kernels = {place for place in learning if place.endswith("/kernel")}
    assert kernels and all("/cross_attention/" in place for place in kernels)
    assert "decoder/block_0/self_attention/query_key_value/lora_kernel_a" in learning
    assert "embedding/embeddings" not in learning


def test_mistakes_raise(source):
    other = dataclasses.replace(LEARNED, hidden_size=12, feed_forward_size=7)
    with pytest.raises(ValueError, match="No weight of the model of `init_from`"):
        make_text_classifier(V + 1, 9, 3, other, start=start(source))
    with pytest.raises(ValueError, match="nothing that learns.* freeze=encoder"):
        make_language_model(V, 9, LEARNED, start=start(source, freeze="encoder"))
    for config, message in (
        ({"layer_decay": 0}, "layer_decay=0"),
        ({"layer_decay": 1.1}, "layer_decay=1.1"),
        ({"freeze": "all"}, "one of none, embeddings, encoder. Received: freeze=all"),
        ({"unfreeze_every": 0}, "unfreeze_every=0"),
        ({"unfreeze_every": 3, "freeze": "encoder"}, "unfreeze_every=3"),
    ):
        with pytest.raises(ValueError, match=message):
            FineTuningConfig(**config)
