"""Flags of GANs: their networks, what they play for, how examples are augmented."""

from absl import flags

from apps.cli.parsers import DEFINE_integers
from apps.cli.parsers import keys_of
from apps.cli.sections import DATA
from apps.cli.sections import DEVICES
from apps.cli.sections import EVALUATION
from apps.cli.sections import MODEL
from apps.cli.sections import TRAINING
from apps.cli.sections import section

section(MODEL)
flags.DEFINE_enum(
    "networks",
    "dcgan",
    keys_of("kerazoo.models.gan.config.network_config", "NETWORKS"),
    "Of both players. dcgan: convolutions with normalisation; mlp: dense layers; "
    "residual: those of R3GAN, without normalisation; compact: few filters, as mode "
    "collapse is tried with.",
)
flags.DEFINE_integer("latent_size", 64, "Numbers of a latent.", lower_bound=1)
flags.DEFINE_integer(
    "base_width",
    32,
    "compact, dcgan, residual: channels at the finest size; twice as many at each "
    "coarser one.",
    lower_bound=1,
)
flags.DEFINE_integer(
    "discriminator_width",
    None,
    "The same of the discriminator. Default: --base_width.",
    lower_bound=1,
)
DEFINE_integers(
    "hidden_sizes", [256, 512], "mlp: units of the generator's hidden layers."
)
DEFINE_integers("discriminator_sizes", [512, 256], "mlp: those of the discriminator.")
flags.DEFINE_integer(
    "maxout_pieces",
    0,
    "mlp: linear maps whose largest is a unit of the discriminator; 0 for leaky ReLU.",
    lower_bound=0,
)
flags.DEFINE_boolean(
    "batch_normalization", True, "dcgan, mlp: normalises within the generator."
)
flags.DEFINE_enum(
    "discriminator_normalization",
    "none",
    ["none", "batch", "spectral"],
    "compact, dcgan: normalises within the discriminator; spectral for dcgan only.",
)
flags.DEFINE_enum(
    "condition",
    "projection",
    ["projection", "concatenation"],
    "dcgan: how a label enters the discriminator.",
)
section(TRAINING)
flags.DEFINE_enum(
    "adversarial_loss",
    "relativistic",
    sorted(keys_of("kerazoo.models.gan.losses", "LOSSES")),
    "What the players play for.",
)
flags.DEFINE_float(
    "r1", 0.1, "Weight of the penalty on the slope at real examples.", lower_bound=0.0
)
flags.DEFINE_float(
    "r2", 0.1, "Weight of the same at generated examples.", lower_bound=0.0
)
flags.DEFINE_float(
    "penalty_decay",
    1.0,
    "Share of --r1 and --r2 at --train_steps, to which both fall exponentially: less "
    "lets the discriminator be sharp when all modes are there.",
    1e-9,
    1.0,
)
flags.DEFINE_float(
    "gradient_penalty",
    0.0,
    "Weight of the Wasserstein GAN's penalty on slopes other than 1.",
    lower_bound=0.0,
)
flags.DEFINE_integer(
    "discriminator_steps",
    1,
    "Steps of the discriminator, with a batch each, to one of the generator.",
    lower_bound=1,
)
flags.DEFINE_float(
    "discriminator_learning_rate",
    None,
    "Step size of the discriminator. Default: --learning_rate.",
    lower_bound=0.0,
)
flags.DEFINE_boolean(
    "decay_learning_rate",
    True,
    "Lets both learning rates fall to 0 at --train_steps, as a cosine does.",
)
flags.DEFINE_float("beta_1", 0.0, "Adam's memory of gradients.", 0.0, 0.999)
flags.DEFINE_float("beta_2", 0.99, "Adam's memory of squares.", 0.0, 0.9999)
flags.DEFINE_boolean(
    "average", True, "Makes examples with an average of the generator's weights."
)
flags.DEFINE_enum(
    "augmentation",
    "none",
    ["none", *sorted(keys_of("kerazoo.models.gan.augmentation", "AUGMENTATIONS"))],
    "Augments all that the discriminator sees. affine_color: that of StyleGAN2-ADA.",
)
flags.DEFINE_float("augment_probability", 1.0, "How often.", 0.0, 1.0)
flags.DEFINE_boolean(
    "adaptive_augmentation",
    False,
    "Augments the more, the more the discriminator overfits, beginning with never.",
)
flags.DEFINE_list(
    "augment_exclude",
    [],
    "affine_color: transformations to leave out, such as x_flip,rotate_90 for digits.",
)
section(DATA)
flags.DEFINE_integer("num_points", 100_000, "Toy: points to learn from.", lower_bound=2)
section(EVALUATION)
flags.DEFINE_integer(
    "sample_every",
    None,
    "Optimizer steps between pictures of samples, always of the same latents. "
    "Default: --eval_every.",
    lower_bound=1,
)
section(DEVICES)
flags.DEFINE_integer(
    "operation_threads",
    1,
    "Threads of each operation on a CPU. With one, the passes over real and generated "
    "examples run side by side, which is faster. 0 for TensorFlow's own choice.",
    lower_bound=0,
)
