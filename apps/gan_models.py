"""The GAN that flags describe."""

from absl import flags

from apps import flags as shared
from apps import generative_flags as generative
from apps import runner
from apps import stability_flags as stability

with runner.heavy_imports("gan"):
    import keras

    from kerazoo.models.gan.augmentation import AUGMENTATIONS
    from kerazoo.models.gan.augmentation import AdaptiveProbability
    from kerazoo.models.gan.gan import GAN
    from kerazoo.models.gan.losses import LOSSES
    from kerazoo.models.gan.networks import CompactDiscriminator
    from kerazoo.models.gan.networks import CompactGenerator
    from kerazoo.models.gan.networks import DCGANDiscriminator
    from kerazoo.models.gan.networks import DCGANGenerator
    from kerazoo.models.gan.networks import MLPDiscriminator
    from kerazoo.models.gan.networks import MLPGenerator
    from kerazoo.models.gan.networks import ResidualDiscriminator
    from kerazoo.models.gan.networks import ResidualGenerator
    from kerazoo.training.weight_average import HalfLifeDecay

NETWORKS = flags.DEFINE_enum(
    "networks",
    "dcgan",
    ["compact", "dcgan", "mlp", "residual"],
    "Of both players. dcgan: convolutions with normalisation; mlp: dense layers; "
    "residual: those of R3GAN, without normalisation; compact: few filters, as mode "
    "collapse is tried with.",
)
_LATENT_SIZE = flags.DEFINE_integer(
    "latent_size", 64, "Numbers of a latent.", lower_bound=1
)
_BASE_WIDTH = flags.DEFINE_integer(
    "base_width",
    32,
    "compact, dcgan, residual: channels at the finest size; twice as many at each "
    "coarser one.",
    lower_bound=1,
)
_DISCRIMINATOR_WIDTH = flags.DEFINE_integer(
    "discriminator_width",
    None,
    "The same of the discriminator. Default: --base_width.",
    lower_bound=1,
)
_HIDDEN_SIZES = flags.DEFINE_list(
    "hidden_sizes", ["256", "512"], "mlp: units of the generator's hidden layers."
)
_DISCRIMINATOR_SIZES = flags.DEFINE_list(
    "discriminator_sizes", ["512", "256"], "mlp: those of the discriminator."
)
_MAXOUT_PIECES = flags.DEFINE_integer(
    "maxout_pieces",
    0,
    "mlp: linear maps whose largest is a unit of the discriminator; 0 for leaky ReLU.",
    lower_bound=0,
)
_BATCH_NORMALIZATION = flags.DEFINE_boolean(
    "batch_normalization", True, "dcgan, mlp: normalises within the generator."
)
_NORMALIZATION = flags.DEFINE_enum(
    "discriminator_normalization",
    "none",
    ["none", "batch", "spectral"],
    "compact, dcgan: normalises within the discriminator; spectral for dcgan only.",
)
_CONDITION = flags.DEFINE_enum(
    "condition",
    "projection",
    ["projection", "concatenation"],
    "dcgan: how a label enters the discriminator.",
)
_LOSS = flags.DEFINE_enum(
    "adversarial_loss", "relativistic", sorted(LOSSES), "What the players play for."
)
_R1 = flags.DEFINE_float(
    "r1", 0.1, "Weight of the penalty on the slope at real examples.", lower_bound=0.0
)
_R2 = flags.DEFINE_float(
    "r2", 0.1, "Weight of the same at generated examples.", lower_bound=0.0
)
_PENALTY_DECAY = flags.DEFINE_float(
    "penalty_decay",
    1.0,
    "Share of --r1 and --r2 at --train_steps, to which both fall exponentially: less "
    "lets the discriminator be sharp when all modes are there.",
    1e-9,
    1.0,
)
_GRADIENT_PENALTY = flags.DEFINE_float(
    "gradient_penalty",
    0.0,
    "Weight of the Wasserstein GAN's penalty on slopes other than 1.",
    lower_bound=0.0,
)
DISCRIMINATOR_STEPS = flags.DEFINE_integer(
    "discriminator_steps",
    1,
    "Steps of the discriminator, with a batch each, to one of the generator.",
    lower_bound=1,
)
_DISCRIMINATOR_RATE = flags.DEFINE_float(
    "discriminator_learning_rate",
    None,
    "Step size of the discriminator. Default: --learning_rate.",
    lower_bound=0.0,
)
_DECAY_RATE = flags.DEFINE_boolean(
    "decay_learning_rate",
    True,
    "Lets both learning rates fall to 0 at --train_steps, as a cosine does.",
)
_BETA_1 = flags.DEFINE_float("beta_1", 0.0, "Adam's memory of gradients.", 0.0, 0.999)
_BETA_2 = flags.DEFINE_float("beta_2", 0.99, "Adam's memory of squares.", 0.0, 0.9999)
_AVERAGE = flags.DEFINE_boolean(
    "average", True, "Makes examples with an average of the generator's weights."
)
_AUGMENTATION = flags.DEFINE_enum(
    "augmentation",
    "none",
    ["none", *sorted(AUGMENTATIONS)],
    "Augments all that the discriminator sees. affine_color: that of StyleGAN2-ADA.",
)
_AUGMENT_PROBABILITY = flags.DEFINE_float(
    "augment_probability", 1.0, "How often.", 0.0, 1.0
)
_ADAPTIVE = flags.DEFINE_boolean(
    "adaptive_augmentation",
    False,
    "Augments the more, the more the discriminator overfits, beginning with never.",
)
_AUGMENT_EXCLUDE = flags.DEFINE_list(
    "augment_exclude",
    [],
    "affine_color: transformations to leave out, such as x_flip,rotate_90 for digits.",
)

# What only some networks make something of.
_NETWORK_FLAGS = {
    "base_width": ("compact", "dcgan", "residual"),
    "batch_normalization": ("dcgan", "mlp"),
    "blocks_per_level": ("residual",),
    "condition": ("dcgan",),
    "discriminator_normalization": ("compact", "dcgan"),
    "discriminator_sizes": ("mlp",),
    "discriminator_width": ("compact", "dcgan", "residual"),
    "hidden_sizes": ("mlp",),
    "maxout_pieces": ("mlp",),
}


def check_flags():
    """Refuses flags that the chosen networks make nothing of."""
    for name, networks in _NETWORK_FLAGS.items():
        if runner.is_given(name) and NETWORKS.value not in networks:
            raise ValueError(f"--{name} goes with --networks={' or '.join(networks)}.")
    needs = (
        ("adaptive_augmentation", "augment_probability"),
        ("augment_probability", None),
        ("augment_exclude", None),
    )
    for name, other in needs:
        if not runner.is_given(name):
            continue
        if _AUGMENTATION.value == "none":
            raise ValueError(f"--{name} needs an --augmentation.")
        if other and runner.is_given(other) and _ADAPTIVE.value:
            raise ValueError(f"--{other} has no meaning with --{name}.")
    if _AUGMENT_EXCLUDE.value and _AUGMENTATION.value != "affine_color":
        raise ValueError("--augment_exclude goes with --augmentation=affine_color.")
    if NETWORKS.value == "compact" and _NORMALIZATION.value == "spectral":
        raise ValueError(
            "--discriminator_normalization=spectral goes with --networks=dcgan."
        )
    penalties = max(_R1.value, _R2.value, _GRADIENT_PENALTY.value)
    if penalties and _NORMALIZATION.value == "batch":
        raise ValueError(
            "--discriminator_normalization=batch mixes the examples, whose slopes "
            f"--r1={_R1.value:g} --r2={_R2.value:g} "
            f"--gradient_penalty={_GRADIENT_PENALTY.value:g} penalise one by one: use "
            "none or spectral, or 0 for all of them."
        )


def make_model(subject, strategy):
    """Makes the model of the flags for an `Images` or `Points`, and compiles it."""
    networks = _make_networks(subject)
    average = HalfLifeDecay(stability.HALF_LIFE.value) if _AVERAGE.value else None
    with strategy.scope():
        model = GAN(
            *networks(),
            latent_size=_LATENT_SIZE.value,
            loss=_LOSS.value,
            r1=_make_weight(_R1.value),
            r2=_make_weight(_R2.value),
            gradient_penalty=_GRADIENT_PENALTY.value,
            discriminator_steps=DISCRIMINATOR_STEPS.value,
            num_classes=subject.num_classes,
            augmentation=_make_augmentation(subject),
            augment_probability=(
                AdaptiveProbability() if _ADAPTIVE.value else _AUGMENT_PROBABILITY.value
            ),
            average_decay=average,
            max_gradient_norm=stability.MAX_GRADIENT_NORM.value or None,
        )
        rate = shared.LEARNING_RATE.value
        own = _DISCRIMINATOR_RATE.value
        model.compile(
            _make_optimizer(rate),
            discriminator_optimizer=_make_optimizer(rate if own is None else own),
        )
    return model


def _make_networks(subject):
    """Returns a function that makes both networks, of checked flags."""
    kind, latent_size = NETWORKS.value, _LATENT_SIZE.value
    width = _BASE_WIDTH.value
    own_width = _DISCRIMINATOR_WIDTH.value or width
    classes = {"num_classes": subject.num_classes}
    shape = subject.sample_shape
    if kind == "mlp":
        sizes = [_sizes(holder) for holder in (_HIDDEN_SIZES, _DISCRIMINATOR_SIZES)]
        return lambda: (
            MLPGenerator(
                shape,
                latent_size,
                sizes[0],
                batch_normalization=_BATCH_NORMALIZATION.value,
                activation="tanh" if len(shape) == 3 else None,
                **classes,
            ),
            MLPDiscriminator(sizes[1], _MAXOUT_PIECES.value or None, **classes),
        )
    if len(shape) != 3:
        raise ValueError(f"--networks={kind} are for images: use mlp for points.")
    if kind == "compact":
        is_normalized = _NORMALIZATION.value == "batch"
        return lambda: (
            CompactGenerator(shape, latent_size, width, **classes),
            CompactDiscriminator(own_width, is_normalized, **classes),
        )
    if kind == "dcgan":
        return lambda: (
            DCGANGenerator(
                shape,
                latent_size,
                width,
                batch_normalization=_BATCH_NORMALIZATION.value,
                **classes,
            ),
            DCGANDiscriminator(
                own_width, _NORMALIZATION.value, condition=_CONDITION.value, **classes
            ),
        )
    blocks = {"blocks_per_level": generative.BLOCKS_PER_LEVEL.value, **classes}
    return lambda: (
        ResidualGenerator(shape, latent_size, width, **blocks),
        ResidualDiscriminator(own_width, **blocks),
    )


def _make_augmentation(subject):
    name = _AUGMENTATION.value
    if name == "none":
        return None
    if len(subject.sample_shape) != 3:
        raise ValueError(f"--augmentation={name} is for images.")
    options = {}
    if name == "affine_color":
        options["exclude"] = tuple(_AUGMENT_EXCLUDE.value)
    return AUGMENTATIONS[name](**options)


def _make_weight(weight):
    """Returns the weight of a penalty, which may fall."""
    if not weight or _PENALTY_DECAY.value == 1:
        return weight
    steps = shared.TRAIN_STEPS.value * DISCRIMINATOR_STEPS.value
    return keras.optimizers.schedules.ExponentialDecay(
        weight, steps, _PENALTY_DECAY.value
    )


def _make_optimizer(rate):
    if _DECAY_RATE.value:
        rate = keras.optimizers.schedules.CosineDecay(rate, shared.TRAIN_STEPS.value)
    return keras.optimizers.Adam(rate, beta_1=_BETA_1.value, beta_2=_BETA_2.value)


def _sizes(holder):
    if not all(size.isdigit() and int(size) for size in holder.value):
        raise ValueError(
            f"--{holder.name}={','.join(holder.value)} must be positive whole numbers, "
            "as 256,512."
        )
    return [int(size) for size in holder.value]
