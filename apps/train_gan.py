r"""Trains a GAN on images or a toy, measures what it makes and misses, and exports it.

    python -m apps.train_gan
    python -m apps.train_gan --task=toy --dataset=grid
    python -m apps.train_gan --flagfile=apps/presets/gan/mnist.flags --data_dir=DIR
    python -m apps.train_gan --dataset=folder --data_dir=DIR --image_size=32

The bare command learns scikit-learn's handwritten digits. A line warns when examples
become alike or run away. The same command goes on from its newest checkpoint after an
interruption.
"""

from absl import flags

from apps.cli import errors
from apps.cli import run_flags
from apps.cli import tasks
from apps.cli.checks import arguments
from apps.cli.launch import launch
from apps.cli.parsers import adopt
from apps.cli.parsers import declare
from apps.cli.train import train
from apps.gan import flags as gan_flags
from apps.gan.checks import MIXTURES
from apps.gan.checks import OF_TASKS
from apps.gan.checks import check_flags
from apps.shared_flags import data
from apps.shared_flags import generation
from apps.shared_flags import limits
from apps.shared_flags import network
from apps.shared_flags import training

adopt(run_flags, tasks, data, gan_flags)
declare(generation.CONDITIONAL, generation.EVAL_SAMPLES)
declare(training.HALF_LIFE, training.MAX_GRADIENT_NORM, network.BLOCKS_PER_LEVEL)
declare(limits.MAX_EXAMPLES, limits.MAX_PIXELS)
run_flags.may_change(
    *("data_dir", "eval_samples", "feature_extractor"),
    *("operation_threads", "sample_every"),
    *limits.NAMES,
)

TASKS = {
    "generate": "images",
    "toy": "points of a mixture of Gaussians, ring or grid, whose modes are counted",
}
DEFAULTS = {
    "batch_size": 64,
    "blocks_per_level": 1,
    "checkpoint_every": 1_000,
    "eval_every": 1_000,
    "learning_rate": 1e-3,
    "log_every": 200,
    "max_gradient_norm": 0.0,
    "train_steps": 8_000,
}
# What suits a task and is not said by the flags.
TASK_DEFAULTS = {
    "generate": {"dataset": "digits"},
    "toy": {
        "average_half_life": 50_000,
        "batch_normalization": False,
        "batch_size": 256,
        "dataset": "ring",
        "discriminator_sizes": [256, 256, 256],
        "eval_every": 2_000,
        "hidden_sizes": [256, 256, 256],
        "latent_size": 2,
        "learning_rate": 2e-3,
        "networks": "mlp",
        "penalty_decay": 1e-3,
        "r1": 0.02,
        "r2": 0.02,
        "train_steps": 16_000,
    },
}
TABLES = {
    "task_defaults": TASK_DEFAULTS,
    "task_flags": OF_TASKS,
    "texts": {
        "average_half_life": "Half-life of the averaged weights, in examples.",
        "blocks_per_level": "residual: blocks at each size of the image.",
        "dataset": {"generate": data.IMAGES, "toy": f"{' or '.join(MIXTURES)}."},
        "data_dir": data.IMAGES_DIR,
    },
}


def main():
    task = tasks.TASK.value
    with errors.user_errors(), errors.user_packages("gan"):
        check_flags()
    with errors.heavy_imports("gan"):
        from kerazoo.models.gan import config
        from kerazoo.tasks import gan
        from kerazoo.training.threads import limit_operation_threads

    limit_operation_threads(flags.FLAGS.operation_threads)
    kind = {"generate": gan.ImageGeneration, "toy": gan.PointGeneration}[task]

    def make_task():
        return arguments(
            kind,
            networks=arguments(config.NetworkConfig),
            training=arguments(config.TrainingConfig),
            augmentation=arguments(config.AugmentationConfig),
            limits=limits.request_limits(),
        )

    train(
        make_task,
        *("gan", make_task().name, __name__),
        sample_every=flags.FLAGS.sample_every or run_flags.EVAL_EVERY.value,
    )


if __name__ == "__main__":
    launch(main, DEFAULTS, TASKS, **TABLES)
