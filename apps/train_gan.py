r"""Trains a GAN on images or a toy, measures what it makes and misses, and exports it.

    python -m apps.train_gan
    python -m apps.train_gan --task=toy --dataset=grid
    python -m apps.train_gan --flagfile=apps/presets/gan/mnist.flags --data_dir=DIR
    python -m apps.train_gan --dataset=folder --data_dir=DIR --image_size=32

The bare command learns scikit-learn's handwritten digits. A line warns when examples
become alike or run away. The same command goes on from its newest checkpoint after an
interruption.
"""

import os
import warnings

from absl import flags

from apps import data_flags as data
from apps import flags as shared
from apps import gan_data
from apps import gan_models
from apps import generative_flags as generative
from apps import image_data
from apps import image_sources
from apps import runner
from apps import stability_flags
from apps import task_flag
from apps.task_flag import TASK
from apps.training_schedule import check_batch_size
from apps.training_schedule import training_schedule

with runner.heavy_imports("gan"):
    import numpy as np
    import tensorflow as tf

    from kerazoo.data.array_batches import array_batches
    from kerazoo.models.gan.collapse_monitor import CollapseMonitor
    from kerazoo.models.gan.gan_task import GANTask
    from kerazoo.models.gan.serving_gan import ServingGAN
    from kerazoo.serving.plain_copy import plain_copy
    from kerazoo.training.replica_noise import separate_noise
    from kerazoo.training.trainer import Trainer

_SAMPLE_EVERY = flags.DEFINE_integer(
    "sample_every",
    None,
    "Optimizer steps between pictures of samples, always of the same latents. "
    "Default: --eval_every.",
    lower_bound=1,
)

_OPERATION_THREADS = flags.DEFINE_integer(
    "operation_threads",
    1,
    "Threads of each operation on a CPU. With one, the passes over real and generated "
    "examples run side by side, which is faster. 0 for TensorFlow's own choice.",
    lower_bound=0,
)

flags.adopt_module_key_flags(shared)
flags.adopt_module_key_flags(task_flag)
flags.adopt_module_key_flags(data)
flags.adopt_module_key_flags(generative)
flags.adopt_module_key_flags(stability_flags)
flags.adopt_module_key_flags(image_data)
flags.adopt_module_key_flags(gan_data)
flags.adopt_module_key_flags(gan_models)
shared.may_change(
    data.DATA_DIR,
    image_data.EXTRACTOR,
    generative.EVAL_SAMPLES,
    _OPERATION_THREADS,
    _SAMPLE_EVERY,
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
_TASK_DEFAULTS = {
    "generate": {},
    "toy": {
        "average_half_life": 50_000,
        "batch_normalization": False,
        "batch_size": 256,
        "discriminator_sizes": ["256", "256", "256"],
        "eval_every": 2_000,
        "hidden_sizes": ["256", "256", "256"],
        "latent_size": 2,
        "learning_rate": 2e-3,
        "networks": "mlp",
        "penalty_decay": 1e-3,
        "r1": 0.02,
        "r2": 0.02,
        "train_steps": 16_000,
    },
}
# What only one task makes something of.
_TASK_FLAGS = {
    "generate": (
        *("conditional", "eval_samples", "feature_extractor", "flip", "image_size"),
        "data_dir",
    ),
    "toy": ("num_points",),
}
# Seeds of samples, apart from those that the trained model is measured by.
_SAMPLE_SEED = 2**30
_EVAL_SEED = 2**30 + 2**29
_GRACE = 2  # Evaluations in which an untrained generator may make all alike.


def main(_):
    runner.set_defaults(_TASK_DEFAULTS[TASK.value])
    limit_threads()
    name = "ring" if TASK.value == "toy" else image_data.dataset_name()
    with runner.Run("gan", data.DATASET.value or name, objective="score") as run:
        if run.finished:
            return
        with runner.user_errors():
            check_flags(run.strategy)
            subject = gan_data.Points() if TASK.value == "toy" else gan_data.Images()
            model = gan_models.make_model(subject, run.strategy)
        separate_noise(model.generator)
        separate_noise(model.discriminator)
        trainer, task = make_trainer(model, subject, run)
        run.start()
        metadata = {**subject.metadata(), "latent_size": model.latent_size}
        image_sources.write_model(run.workdir.path, model, "gan", metadata)
        trainer.fit(run.workdir, run.interruption, run.profiler)
        trainer.load_best()
        labels = None
        if subject.num_classes is not None:
            labels = np.arange(subject.eval_samples) % subject.num_classes
        examples = task.generate(subject.eval_samples, shared.SEED.value, labels)
        picture = task.generate(subject.picture_samples, _SAMPLE_SEED)
        run.workdir.write_picture(
            "best", subject.picture(picture, trainer.best_step), trainer.step
        )
        with runner.user_errors():
            measured = subject.measure(examples, labels)
        diversity, _ = CollapseMonitor(subject.real).check(examples)
        result = {
            **measured,
            "diversity": diversity,
            "score": score(subject, measured, diversity),
            "best_step": trainer.best_step,
            **trainer.summary(),
        }
        serving = ServingGAN(plain_copy(model))
        export = run.export(
            serving.module,
            serving.endpoints,
            metadata=metadata,
            warmup=serving.example(),
        )
        run.finish({**result, "export": export})


def limit_threads():
    """Gives the operations of a CPU so many threads as flags say."""
    threads = _OPERATION_THREADS.value
    if threads and not tf.config.list_physical_devices("GPU"):
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        cores = len(os.sched_getaffinity(0))
        tf.config.threading.set_inter_op_parallelism_threads(max(cores // threads, 1))


def check_flags(strategy):
    """Refuses flags of another task, and a batch that the devices cannot share."""
    gan_models.check_flags()
    for task, names in _TASK_FLAGS.items():
        for name in names:
            if runner.is_given(name) and TASK.value != task:
                raise ValueError(f"--{name} goes with --task={task}.")
    check_batch_size(strategy)


def score(subject, measured, diversity):
    """Returns what makes one run better than another, the more the better."""
    if subject.objective is None:
        return -abs(1 - diversity)
    sign = 1 if subject.mode == "max" else -1
    return sign * measured[subject.objective]


def make_trainer(model, subject, run):
    """Makes the trainer of the model, and the task that makes examples with it."""
    task = GANTask(model)
    monitor = CollapseMonitor(subject.real, grace=_GRACE)
    batch_size = shared.BATCH_SIZE.value * gan_models.DISCRIMINATOR_STEPS.value

    def batches(start_step, context):
        return array_batches(
            subject.arrays,
            batch_size,
            shared.SEED.value,
            start_step,
            context,
            subject.preprocess,
            image_data.FLIP.value,
        )

    def evaluate():
        count = subject.eval_samples
        examples = task.generate(count, _EVAL_SEED)
        if not np.isfinite(examples).all():
            raise FloatingPointError(
                f"Generated values are no longer finite at step {trainer.step}. "
                f"{last_good(trainer, run.workdir)}"
            )
        measured = subject.measure(examples)
        diversity, warning = monitor.check(examples, measured.get("modes"))
        if warning:
            warnings.warn(
                f"step {trainer.step}: {warning}. {last_good(trainer, run.workdir)}",
                stacklevel=1,
            )
        numbers = {k: v for k, v in measured.items() if isinstance(v, (int, float))}
        return {**numbers, "diversity": diversity}

    def sample():
        examples = task.generate(subject.picture_samples, _SAMPLE_SEED)
        png = subject.picture(examples, trainer.step)
        run.workdir.write_picture("samples", png, trainer.step)

    trainer = Trainer(
        model,
        run.strategy,
        batches,
        training_schedule(sample_every=_SAMPLE_EVERY.value or shared.EVAL_EVERY.value),
        evaluate=evaluate,
        objective=subject.objective,
        mode=subject.mode,
        variables=[
            *model.variables,
            *model.optimizer.variables,
            *model.discriminator_optimizer.variables,
        ],
        examples_per_step=batch_size,
        jit_compile=bool(shared.JIT_COMPILE.value),
        name=f"gan {TASK.value}",
        sample=sample,
    )
    return trainer, task


def last_good(trainer, workdir):
    """Says which checkpoint to go back to."""
    if trainer.best_step is not None:
        return (
            f"The best so far, of step {trainer.best_step}, is kept in "
            f"{workdir.best.path(trainer.best_step).parent} and exported at the end."
        )
    return f"Last checkpoint: {workdir.checkpoints.latest()}."


if __name__ == "__main__":
    runner.launch(main, DEFAULTS, TASKS)
