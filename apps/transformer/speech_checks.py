"""Which flags of Transformers that hear go together."""

from absl import flags

from apps.cli.checks import check_owners
from apps.cli.checks import is_given

# What goes with one kind of encoder.
_OF_ENCODERS = {"kernel_size": ("conformer",)}
# What the blocks of a Conformer have not.
_OF_BLOCKS = ("feed_forward", "hidden_dropout", "norm", "norm_first", "use_bias")
_OF_DECODERS = ("ctc_weight", "label_smoothing")
_OF_LANGUAGE_MODELS = ("language_model_order", "word_bonus")


def check_encoder():
    """Refuses flags that the blocks of the encoder have not.

    Raises:
        ValueError: If there are such.
    """
    given = flags.FLAGS
    check_owners("encoder", _OF_ENCODERS)
    if given.encoder == "transformer" or given.decoder_layers:
        return
    more = " or --decoder_layers" if given.task == "speech" else ""
    for name in _OF_BLOCKS:
        if is_given(name):
            raise ValueError(f"--{name} goes with --encoder=transformer{more}.")


def check_speech():
    """Refuses flags that have no meaning with others.

    Raises:
        ValueError: If there are such.
    """
    given = flags.FLAGS
    check_encoder()
    for name in () if given.decoder_layers else _OF_DECODERS:
        if is_given(name):
            raise ValueError(f"--{name} goes with --decoder_layers, a decoder.")
    for name in () if given.language_model_weight else _OF_LANGUAGE_MODELS:
        if is_given(name):
            raise ValueError(f"--{name} goes with a --language_model_weight above 0.")
