r"""Trains a diffusion model on images, measures what it makes, and exports the sampler.

    python -m apps.train_diffusion
    python -m apps.train_diffusion --flagfile=apps/presets/diffusion/mnist.flags \
        --data_dir=DIR
    python -m apps.train_diffusion --dataset=folder --data_dir=DIR --image_size=32

The bare command learns scikit-learn's handwritten digits in four minutes on two cores;
a classifier then finds 97 % of the pictures to be of the class that was asked for. The
same command goes on from its newest checkpoint after an interruption.
"""

from apps.cli import errors
from apps.cli import run_flags
from apps.cli.checks import arguments
from apps.cli.launch import launch
from apps.cli.parsers import adopt
from apps.cli.parsers import declare
from apps.cli.train import train
from apps.diffusion import flags as diffusion_flags
from apps.diffusion.checks import check_flags
from apps.shared_flags import data
from apps.shared_flags import generation
from apps.shared_flags import limits
from apps.shared_flags import network
from apps.shared_flags import training

adopt(run_flags, data, generation)
declare(network.HIDDEN_SIZE, network.NUM_LAYERS, network.NUM_HEADS)
declare(network.PATCH_SIZE, network.BLOCKS_PER_LEVEL, network.DROPOUT)
declare(training.HALF_LIFE, training.MAX_GRADIENT_NORM, training.WARM_UP_STEPS)
adopt(diffusion_flags)
declare(limits.MAX_EXAMPLES, limits.MAX_STEPS, limits.MAX_PIXELS)
run_flags.may_change(
    *("data_dir", "eval_samples", "feature_extractor"),
    *("guidance", "sampler", "steps", "towers"),
    *limits.NAMES,
)

DEFAULTS = {
    "batch_size": 64,
    "checkpoint_every": 500,
    "dropout": 0.0,
    "eval_every": 500,
    "learning_rate": 1e-3,
    "log_every": 100,
    "num_heads": 4,
    "num_layers": 4,
    "train_steps": 1_000,
}
TABLES = {
    "texts": {
        "average_half_life": "Half-life of the averaged weights, in images.",
        "blocks_per_level": "unet: blocks at each size of the image.",
        "dataset": f"{data.IMAGES} Default: digits.",
        "data_dir": data.IMAGES_DIR,
        "hidden_size": "dit: width of the hidden layers, of all heads.",
        "num_heads": "dit: attention heads.",
        "num_layers": "dit: blocks.",
        "patch_size": "dit: side of a patch, in pixels.",
    }
}


def main():
    with errors.user_errors(), errors.user_packages("diffusion"):
        check_flags()
    with errors.heavy_imports("diffusion"):
        import tensorflow as tf

        from kerazoo.models.diffusion import config
        from kerazoo.tasks.diffusion import ImageGeneration
        from kerazoo.training.threads import use_towers

    is_one_device = run_flags.STRATEGY.value in ("auto", "one_device")
    is_alone = is_one_device and (run_flags.NUM_DEVICES.value or 1) == 1
    towers = use_towers(generation.TOWERS.value, is_alone)
    if towers > 1:  # It takes longer than it saves.
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})

    def make_task():
        return arguments(
            ImageGeneration,
            dataset=data.DATASET.value or "digits",
            network=arguments(config.NetworkConfig),
            noise=arguments(config.NoiseConfig),
            training=arguments(config.TrainingConfig, towers=towers),
            sampling=arguments(config.SamplingConfig),
            limits=limits.request_limits(),
        )

    train(make_task, "diffusion", make_task().name, __name__)


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
