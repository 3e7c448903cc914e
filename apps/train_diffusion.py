r"""Trains a diffusion model on images, measures what it makes, and exports the sampler.

    python -m apps.train_diffusion
    python -m apps.train_diffusion --flagfile=apps/presets/diffusion/mnist.flags \
        --data_dir=DIR
    python -m apps.train_diffusion --dataset=folder --data_dir=DIR --image_size=32

The bare command learns scikit-learn's handwritten digits in four minutes on two cores;
a classifier then finds 97 % of the pictures to be of the class that was asked for. The
same command goes on from its newest checkpoint after an interruption.
"""

import os

from absl import flags

from apps import data_flags as data
from apps import flags as shared
from apps import generative_flags as generative
from apps import image_data
from apps import image_sources
from apps import network_flags as network
from apps import patch_flag
from apps import runner
from apps import stability_flags as stability
from apps import warm_up_flag
from apps.patch_flag import PATCH_SIZE
from apps.training_schedule import check_batch_size
from apps.training_schedule import training_schedule
from apps.warm_up_flag import WARM_UP_STEPS

with runner.heavy_imports("diffusion"):
    import keras
    import numpy as np
    import tensorflow as tf

    from kerazoo.data.array_batches import array_batches
    from kerazoo.data.images.grid_picture import grid_picture
    from kerazoo.models.diffusion.diffusion import Diffusion
    from kerazoo.models.diffusion.diffusion_task import DiffusionTask
    from kerazoo.models.diffusion.networks.dit import DiT
    from kerazoo.models.diffusion.networks.u_net import UNet
    from kerazoo.models.diffusion.parametrizations import PARAMETRIZATIONS
    from kerazoo.models.diffusion.samplers import SAMPLERS
    from kerazoo.models.diffusion.schedules import SCHEDULES
    from kerazoo.models.diffusion.schedules import DiscreteSchedule
    from kerazoo.models.diffusion.serving_diffusion import ServingDiffusion
    from kerazoo.models.diffusion.weightings import WEIGHTINGS
    from kerazoo.serving.plain_copy import plain_copy
    from kerazoo.training.replica_noise import separate_noise
    from kerazoo.training.trainer import Trainer
    from kerazoo.training.weight_average import HalfLifeDecay
    from kerazoo.training.weight_average import PowerFunctionDecay

_NETWORK = flags.DEFINE_enum(
    "network", "unet", ["unet", "dit"], "Convolutions or a transformer over patches."
)
_WIDTHS = flags.DEFINE_list(
    "widths", ["32", "64"], "U-Net: channels of each level, finest first."
)
_SCHEDULE = flags.DEFINE_enum(
    "schedule", "cosine", sorted(SCHEDULES), "Noise levels of training."
)
_ZERO_TERMINAL_SNR = flags.DEFINE_boolean(
    "zero_terminal_snr", False, "Rescales a discrete schedule to end in pure noise."
)
_PARAMETRIZATION = flags.DEFINE_enum(
    "parametrization", "v", sorted(PARAMETRIZATIONS), "What the network predicts."
)
_WEIGHTING = flags.DEFINE_enum(
    "weighting", "uniform", sorted(WEIGHTINGS), "Which noise levels count how much."
)
_LABEL_DROPOUT = flags.DEFINE_float(
    "label_dropout", 0.1, "Share of examples whose label is hidden.", 0.0, 1.0
)
_SELF_CONDITIONING = flags.DEFINE_boolean(
    "self_conditioning", False, "Shows the network its own last estimate."
)
_LEARNED_VARIANCE = flags.DEFINE_boolean(
    "learned_variance", False, "Learns the variance of the reverse process, too."
)
_AVERAGE_WIDTH = flags.DEFINE_float(
    "average_width",
    None,
    "Averages with a power function of this relative width, such as 0.05, instead.",
    lower_bound=0.001,
    upper_bound=0.288,
)
_TOWERS = flags.DEFINE_integer(
    "towers",
    None,
    "Parts of a batch that run side by side. Default: the cores of a CPU, with one "
    "thread each; 1 on other devices and for several replicas.",
    lower_bound=1,
)
_SAMPLER = flags.DEFINE_enum(
    "sampler", "dpm_solver_pp_2m", sorted(SAMPLERS), "How images are made."
)
_STEPS = flags.DEFINE_integer("steps", 20, "Steps of the sampler.", lower_bound=1)
_GUIDANCE = flags.DEFINE_float(
    "guidance", 1.0, "More than 1 makes images more typical of their label.", 0.0
)

_GRID_IMAGES = 100

flags.adopt_module_key_flags(shared)
flags.adopt_module_key_flags(data)
flags.adopt_module_key_flags(generative)
flags.adopt_module_key_flags(image_data)
flags.adopt_module_key_flags(network)
flags.adopt_module_key_flags(patch_flag)
flags.adopt_module_key_flags(stability)
flags.adopt_module_key_flags(warm_up_flag)
shared.may_change(
    data.DATA_DIR,
    image_data.EXTRACTOR,
    generative.EVAL_SAMPLES,
    _GUIDANCE,
    _SAMPLER,
    _STEPS,
    _TOWERS,
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


def main(_):
    towers = use_towers()
    if towers > 1:  # It takes longer than it saves.
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    name = image_data.dataset_name()
    with runner.Run("diffusion", name, objective="score") as run:
        if run.finished:
            return
        with runner.user_errors():
            dataset = image_data.load_images()
            check_batch_size(run.strategy)
            model = make_model(dataset, run.strategy, towers)
            evaluation = image_data.ImageEvaluation(dataset)
        sampling = {
            "steps": _STEPS.value,
            "sampler": _SAMPLER.value,
            "guidance": _GUIDANCE.value,
        }
        task = make_task(model, dataset, sampling)
        trainer = make_trainer(task, dataset, run)
        run.start()
        metadata = describe(model, name, dataset)
        data_dir = data.DATA_DIR.value and os.path.abspath(data.DATA_DIR.value)
        image_sources.write_model(
            run.workdir.path,
            model,
            "diffusion",
            {**metadata, "data_dir": data_dir},
        )
        trainer.fit(run.workdir, run.interruption, run.profiler)
        images, labels = make_images(task, dataset, generative.EVAL_SAMPLES.value)
        with runner.user_errors():
            measured = evaluation.measure(images, labels)
        errors = denoising_errors(task)
        result = {
            **measured,
            **errors,
            "score": -measured.get("fid", errors["denoising_error"]),
            "sampler": _SAMPLER.value,
            "steps": _STEPS.value,
            **trainer.summary(),
        }
        served = plain_copy(model)
        served.towers = 1  # A server has threads of its own.
        serving = ServingDiffusion(served, _SAMPLER.value)
        export = run.export(
            serving.module,
            serving.endpoints,
            metadata=metadata,
            warmup=serving.example(_STEPS.value),
        )
        run.finish({**result, "export": export})


def use_towers(most=None):
    """Returns the number of towers; gives each one thread of the CPU.

    Args:
        most: int or None. Examples of the smallest batch.
    """
    replicas = shared.NUM_DEVICES.value or 1
    on_cpu = not tf.config.list_physical_devices("GPU")
    alone = on_cpu and replicas == 1 and shared.STRATEGY.value in ("auto", "one_device")
    towers = _TOWERS.value or (len(os.sched_getaffinity(0)) if alone else 1)
    is_single = most == 1  # Whose operations are too small for two threads.
    towers = 1 if is_single else towers
    if on_cpu and (towers > 1 or (is_single and alone)):
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(towers)
    return towers


def make_network(dataset, num_classes):
    """Makes the network of the flags."""
    channels = dataset.image_shape[-1]
    common = {
        "num_classes": num_classes,
        "out_channels": 2 * channels if _LEARNED_VARIANCE.value else channels,
        "dropout": network.DROPOUT.value,
    }
    if _NETWORK.value == "dit":
        return DiT(
            hidden_size=network.HIDDEN_SIZE.value,
            depth=network.NUM_LAYERS.value,
            num_heads=network.NUM_HEADS.value,
            patch_size=PATCH_SIZE.value,
            **common,
        )
    widths = _WIDTHS.value
    if not all(width.isdigit() and int(width) for width in widths):
        raise ValueError(
            f"--widths={','.join(widths)} must be positive whole numbers, as 32,64."
        )
    return UNet(
        widths=[int(width) for width in widths],
        blocks_per_level=generative.BLOCKS_PER_LEVEL.value,
        **common,
    )


def make_model(dataset, strategy, towers):
    """Makes the model of the flags and compiles it."""
    has_classes = generative.CONDITIONAL.value is not False and dataset.num_classes
    num_classes = dataset.num_classes if has_classes else None
    schedule = make_schedule()
    most = getattr(schedule, "num_train_steps", _STEPS.value)
    if _STEPS.value > most:
        raise ValueError(
            f"--steps={_STEPS.value} must be at most {most}, the levels of "
            f"--schedule={_SCHEDULE.value}."
        )
    if _GUIDANCE.value != 1 and not has_classes:
        raise ValueError(
            f"--guidance={_GUIDANCE.value:g} needs labels, which this run does not "
            "train with: leave it at 1."
        )
    if _AVERAGE_WIDTH.value is not None:
        average = PowerFunctionDecay(_AVERAGE_WIDTH.value)
    else:
        average = HalfLifeDecay(stability.HALF_LIFE.value)
    with strategy.scope():
        model = Diffusion(
            make_network(dataset, num_classes),
            dataset.image_shape,
            schedule,
            PARAMETRIZATIONS[_PARAMETRIZATION.value](),
            weighting=_WEIGHTING.value,
            num_classes=num_classes,
            label_dropout=_LABEL_DROPOUT.value,
            self_conditioning=_SELF_CONDITIONING.value,
            learned_variance=_LEARNED_VARIANCE.value,
            average_decay=average,
            max_gradient_norm=stability.MAX_GRADIENT_NORM.value or None,
            towers=towers,
        )
        model.compile(keras.optimizers.Adam(make_learning_rate(), beta_2=0.99))
        model.optimizer.build(model.trainable_variables)
    separate_noise(model.network)
    return model


def make_schedule():
    """Makes the noise schedule of the flags."""
    schedule = SCHEDULES[_SCHEDULE.value]
    if not _ZERO_TERMINAL_SNR.value:
        return schedule()
    if not issubclass(schedule, DiscreteSchedule):
        raise ValueError(
            "--zero_terminal_snr is for discrete levels, not for "
            f"--schedule={_SCHEDULE.value}."
        )
    return schedule(zero_terminal_snr=True)


def make_learning_rate():
    """Makes the learning rate of the flags, which rises and then falls as a cosine."""
    rate, warm_up = shared.LEARNING_RATE.value, WARM_UP_STEPS.value
    return keras.optimizers.schedules.CosineDecay(
        rate / warm_up if warm_up else rate,
        max(shared.TRAIN_STEPS.value - warm_up, 1),
        warmup_target=rate if warm_up else None,
        warmup_steps=warm_up,
    )


def make_task(model, dataset, sampling):
    """Makes what the model is evaluated by."""
    images, labels = dataset.test_images, dataset.test_labels
    if not len(images):
        images, labels = dataset.train_images, dataset.train_labels
    images = dataset.normalize(images[:512])
    labels = None if model.num_classes is None else labels[:512]
    return DiffusionTask(model, images, labels, sampling)


def describe(model, name, dataset):
    """Returns what those who use the model must know, as a dict that JSON can hold."""
    return {
        "dataset": data.DATASET.value or name,
        "image_size": image_data.IMAGE_SIZE.value,
        "class_names": dataset.class_names,
        "image_shape": dataset.image_shape,
        "num_classes": model.num_classes,
        "sampler": _SAMPLER.value,
        "steps": _STEPS.value,
        "max_steps": getattr(model.schedule, "num_train_steps", None),
        "guidance": _GUIDANCE.value,
    }


def make_images(task, dataset, count):
    """Returns images and the classes that were asked for, each as often."""
    labels = None
    if task.model.num_classes is not None:
        labels = np.arange(count) % task.model.num_classes
    return task.generate(count, shared.SEED.value, labels), labels


def denoising_errors(task):
    """Returns the errors of the estimates at noise levels from low to high, and all."""
    return {f"denoising_{name}": value for name, value in task.evaluate().items()}


def make_trainer(task, dataset, run):
    """Makes the trainer of the model; evaluations leave a grid of images."""
    model = task.model
    arrays = (dataset.train_images,)
    if model.num_classes is not None:
        arrays += (dataset.train_labels,)

    def preprocess(images, *labels):
        return (dataset.normalize(tf.cast(images, tf.float32)), *labels)

    def batches(start_step, context):
        return array_batches(
            arrays,
            shared.BATCH_SIZE.value,
            shared.SEED.value,
            start_step,
            context,
            preprocess,
            image_data.FLIP.value,
        )

    def evaluate():
        images, _ = make_images(task, dataset, _GRID_IMAGES)
        png = grid_picture(images, columns=10)
        run.workdir.write_picture("samples", png, trainer.step)
        return task.evaluate()

    trainer = Trainer(
        model,
        run.strategy,
        batches,
        training_schedule(),
        evaluate=evaluate,
        examples_per_step=shared.BATCH_SIZE.value,
        jit_compile=bool(shared.JIT_COMPILE.value),
        name="diffusion",
    )
    return trainer


if __name__ == "__main__":
    runner.launch(main, DEFAULTS)
