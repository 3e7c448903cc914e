import numpy as np
import pytest

from kerazoo.models.transformer import CausalLanguageModel
from kerazoo.models.transformer import EncoderDecoder
from kerazoo.models.transformer import NetworkConfig
from kerazoo.models.transformer import TextClassifier
from kerazoo.models.transformer import VisionTransformer

SIZES = {"hidden_size": 8, "num_layers": 1, "num_heads": 2}
MAKERS = {
    EncoderDecoder: lambda config: config.translator(11, 9),
    CausalLanguageModel: lambda config: config.language_model(11, 9),
    TextClassifier: lambda config: config.text_classifier(11, 9, 3),
    VisionTransformer: lambda config: config.image_classifier((4, 6, 1), 3),
}
every_kind = pytest.mark.parametrize("kind", MAKERS, ids=lambda kind: kind.__name__)


@every_kind
def test_what_is_left_out_is_what_the_network_has_by_itself(kind):
    network = MAKERS[kind](NetworkConfig(**SIZES))
    assert type(network) is kind
    config = network.get_config()
    assert {name: config[name] for name in SIZES} == SIZES
    by_itself = {
        EncoderDecoder: {"positions": "sinusoidal", "max_length": 9},
        CausalLanguageModel: {"positions": "learned", "activation": "gelu"},
        TextClassifier: {"positions": "sinusoidal", "pooling": "mean"},
        VisionTransformer: {"norm_first": True, "patch_size": 2},
    }
    assert by_itself[kind].items() <= config.items()
    block = (network.decoder if kind is CausalLanguageModel else network.encoder).blocks
    is_new = kind in (CausalLanguageModel, VisionTransformer)
    assert block[0].activation == ("gelu" if is_new else "relu")
    assert block[0].norm_first is is_new
    assert block[0].feed_forward_size == 32 and block[0].dropout == 0.1


@every_kind
def test_everything_reaches_the_blocks(kind):
    given = {
        "feed_forward_size": 12,
        "hidden_dropout": 0.3,
        "norm": "rms",
        "norm_first": True,
        "use_bias": False,
    }
    config = NetworkConfig(
        **SIZES,
        **given,
        feed_forward="swiglu",
        dropout=0.2,
        positions="rotary",
        key_value_heads=1,
        window=4,
        decoder_layers=3,
        token_pooling="max",
    )
    network = MAKERS[kind](config)
    stacks = [s for s in ("encoder", "decoder") if hasattr(network, s)]
    for block in (b for name in stacks for b in getattr(network, name).blocks):
        assert {name: getattr(block, name) for name in given} == given
        assert block.activation == "swiglu" and block.dropout == 0.2
        assert block.num_key_value_heads == 1
        if kind is not VisionTransformer:
            assert block.positions == "rotary" and block.window == 4
    if kind is EncoderDecoder:
        assert len(network.decoder.blocks) == 3 and len(network.encoder.blocks) == 1
    if kind is TextClassifier:
        assert network.pooling == "max"


def test_width_must_be_for_the_heads():
    for make in MAKERS.values():
        with pytest.raises(ValueError, match="hidden_size=12, num_heads=4"):
            make(NetworkConfig(hidden_size=12, num_heads=4))


def test_patches_must_fit_into_the_images():
    config = NetworkConfig(**SIZES, patch_size=4)
    with pytest.raises(ValueError, match="the images' 4x6 pixels. .*patch_size=4"):
        config.image_classifier((4, 6, 1), 3)
    network = config.image_classifier((4, 8, 1), 3)
    assert network(np.zeros((1, 4, 8, 1))).shape == (1, 3)
