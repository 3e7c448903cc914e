"""The Transformer that flags describe, and how it learns."""

from absl import flags

from apps import flags as shared
from apps import network_flags as network
from apps import runner
from apps import stability_flags as stability
from apps.patch_flag import PATCH_SIZE
from apps.warm_up_flag import WARM_UP_STEPS

with runner.heavy_imports("text"):
    import keras

    from kerazoo.models.transformer.schedules import InverseSquareRoot
    from kerazoo.models.transformer.schedules import WarmupStableDecay
    from kerazoo.training.replica_noise import separate_noise
    from kerazoo.training.weight_average import HalfLifeDecay

_FEED_FORWARD_SIZE = flags.DEFINE_integer(
    "feed_forward_size",
    None,
    "Width inside the feed-forward layers. Default: four times --hidden_size.",
    lower_bound=1,
)
_FEED_FORWARD = flags.DEFINE_enum(
    "feed_forward",
    None,
    ["relu", "gelu", "silu", "swiglu", "geglu"],
    "Activation of the feed-forward layers. Default: relu for translate and classify, "
    "gelu for generate and image.",
)
_HIDDEN_DROPOUT = flags.DEFINE_float(
    "hidden_dropout",
    None,
    "Share of features dropped inside feed-forward layers. Default: --dropout.",
    0.0,
    0.99,
)
_POSITIONS = flags.DEFINE_enum(
    "positions",
    None,
    ["sinusoidal", "learned", "rotary", "alibi"],
    "How tokens know their places. Default: learned for generate, else sinusoidal.",
)
_NORM = flags.DEFINE_enum("norm", "layer", ["layer", "rms"], "Normalisation.")
_NORM_FIRST = flags.DEFINE_boolean(
    "norm_first",
    None,
    "Normalises before sublayers, not after. Default: for generate and image.",
)
_USE_BIAS = flags.DEFINE_boolean("use_bias", True, "Adds biases to the linear maps.")
_KEY_VALUE_HEADS = flags.DEFINE_integer(
    "key_value_heads", None, "Heads of keys and values, a divisor of --num_heads.", 1
)
_WINDOW = flags.DEFINE_integer(
    "window",
    None,
    "Each token attends to itself and to those fewer than so many places away.",
    1,
)
_DECODER_LAYERS = flags.DEFINE_integer(
    "decoder_layers", None, "translate: blocks of the decoder, if not --num_layers.", 1
)
_TOKEN_POOLING = flags.DEFINE_enum(
    "token_pooling",
    "mean",
    ["mean", "max"],
    "classify: what is taken of each feature over the tokens.",
)
_LABEL_SMOOTHING = flags.DEFINE_float(
    "label_smoothing", 0.0, "Share of all tokens or classes alike.", 0.0, 0.99
)
_RATE_SCHEDULE = flags.DEFINE_enum(
    "rate_schedule",
    "cosine",
    ["constant", "cosine", "inverse_square_root", "warm_up_stable_decay"],
    "How the learning rate goes on after --warm_up_steps. warm_up_stable_decay: falls "
    "in the last fifth.",
)
_DECAY = flags.DEFINE_float(
    "decoupled_weight_decay", 0.0, "AdamW's, of matrices only.", 0.0
)
_ADAM_BETA_2 = flags.DEFINE_float(
    "adam_beta_2", 0.98, "Adam's memory of squares.", 0.0, 0.9999
)
AVERAGING = flags.DEFINE_enum(
    "averaging",
    "none",
    ["none", "exponential", "snapshots"],
    "Averages the weights that are evaluated and exported. exponential: with "
    "--average_half_life; snapshots: those of the last evaluations.",
)
NUM_SNAPSHOTS = flags.DEFINE_integer(
    "num_snapshots", 10, "Evaluations that --averaging=snapshots averages.", 1
)

_DECAY_SHARE = 5  # One part in so many of all steps is the decay.


def network_arguments(task):
    """Returns the arguments of a network of the flags, as a dict."""
    is_new = task in ("generate", "image")
    width, heads = network.HIDDEN_SIZE.value, network.NUM_HEADS.value
    if width % (2 * heads):  # Rotary positions turn halves of a head.
        raise ValueError(
            f"--hidden_size={width} must be an even multiple of --num_heads={heads}."
        )
    arguments = {
        "units": width,
        "num_layers": network.NUM_LAYERS.value,
        "num_heads": heads,
        "hidden_size": _FEED_FORWARD_SIZE.value or 4 * width,
        "dropout": network.DROPOUT.value,
        "hidden_dropout": _HIDDEN_DROPOUT.value,
        "activation": _FEED_FORWARD.value or ("gelu" if is_new else "relu"),
        "norm": _NORM.value,
        "norm_first": is_new if _NORM_FIRST.value is None else _NORM_FIRST.value,
        "num_key_value_heads": _KEY_VALUE_HEADS.value,
        "use_bias": _USE_BIAS.value,
    }
    if task == "translate":
        arguments["num_decoder_layers"] = _DECODER_LAYERS.value
    if task == "classify":
        arguments["pooling"] = _TOKEN_POOLING.value
    if task == "image":
        return {**arguments, "patch_size": PATCH_SIZE.value}
    default = "learned" if task == "generate" else "sinusoidal"
    arguments["window"] = _WINDOW.value
    return {**arguments, "positions": _POSITIONS.value or default}


def make_model(kind, make_network, strategy, inputs_shape=(None, None)):
    """Makes a model of the flags and compiles it.

    Args:
        kind: `Transformer` or `Classifier`.
        make_network: Function without arguments to a network.
        strategy: `tf.distribute.Strategy`.
        inputs_shape: Shape to build the network for.
    """
    average = None
    if AVERAGING.value == "exponential":
        average = HalfLifeDecay(stability.HALF_LIFE.value)
    with strategy.scope():
        model = kind(
            make_network(),
            label_smoothing=_LABEL_SMOOTHING.value,
            average_decay=average,
            external_average=AVERAGING.value == "snapshots",
            max_gradient_norm=stability.MAX_GRADIENT_NORM.value or None,
        )
        model.build(inputs_shape)
        model.compile(_make_optimizer())
        variables = model.network.trainable_variables
        vectors = [v for v in variables if len(v.shape) < 2]
        optimizer = model.optimizer  # With a wrapper around it in float16.
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        optimizer.exclude_from_weight_decay(var_list=vectors)
        model.optimizer.build(variables)
    separate_noise(model.network)
    return model


def _make_optimizer():
    return keras.optimizers.AdamW(
        _make_rate(), weight_decay=_DECAY.value, beta_2=_ADAM_BETA_2.value
    )


def _make_rate():
    peak, steps = shared.LEARNING_RATE.value, shared.TRAIN_STEPS.value
    warm_up = min(WARM_UP_STEPS.value, steps)
    kind = _RATE_SCHEDULE.value
    if kind == "inverse_square_root":
        return InverseSquareRoot(peak, max(warm_up, 1))
    if kind == "warm_up_stable_decay":
        decay = min(steps // _DECAY_SHARE, steps - warm_up)
        return WarmupStableDecay(peak, warm_up, steps, decay)
    if kind == "constant":
        return WarmupStableDecay(peak, warm_up, steps, 0)
    return keras.optimizers.schedules.CosineDecay(
        peak / warm_up if warm_up else peak,
        max(steps - warm_up, 1),
        warmup_target=peak if warm_up else None,
        warmup_steps=warm_up,
    )
