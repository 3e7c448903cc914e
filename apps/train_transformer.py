r"""Trains a Transformer on texts or images, measures and exports it.

    python -m apps.train_transformer
    python -m apps.train_transformer --dataset=files --data_dir=DIR \
        --source_language=en --target_language=de
    python -m apps.train_transformer --task=generate --dataset=file --data_dir=BOOK.txt
    python -m apps.train_transformer --task=classify --data_dir=DIR
    python -m apps.train_transformer --task=image --dataset=mnist

The bare command learns to write dates of many languages as ISO 8601. The same command
goes on from its newest checkpoint after an interruption.
"""

import json
import sys

from absl import flags

from apps import classification
from apps import data_flags
from apps import flags as shared
from apps import image_data
from apps import language_modeling
from apps import network_flags
from apps import patch_flag
from apps import patience_flag
from apps import runner
from apps import stability_flags
from apps import task_flag
from apps import text_flags as text
from apps import transformer_models as models
from apps import translation
from apps import warm_up_flag
from apps.patience_flag import PATIENCE
from apps.task_flag import TASK
from apps.training_schedule import training_schedule

with runner.heavy_imports("text"):
    from kerazoo.serving.plain_copy import plain_copy
    from kerazoo.training.snapshots import Snapshots
    from kerazoo.training.trainer import Trainer
    from kerazoo.training.workdir import write_text

for _module in (
    shared,
    task_flag,
    data_flags,
    text,
    classification,
    network_flags,
    patch_flag,
    models,
    stability_flags,
    warm_up_flag,
    patience_flag,
):
    flags.adopt_module_key_flags(_module)
flags.declare_key_flag("flip")
flags.declare_key_flag("image_size")
shared.may_change(
    data_flags.DATA_DIR,
    PATIENCE,
    text.BEAM_SIZE,
    text.LENGTH_PENALTY,
)

TASKS = {
    "translate": "pairs of texts, from one language to the other",
    "generate": "how a text goes on",
    "classify": "classes of texts",
    "image": "classes of images",
}
DEFAULTS = {
    "batch_size": 64,
    "checkpoint_every": 500,
    "dropout": 0.1,
    "eval_every": 500,
    "hidden_size": 128,
    "learning_rate": 1e-3,
    "log_every": 100,
    "num_heads": 4,
    "num_layers": 3,
    "train_steps": 2_000,
}
_IDENTITY = "data.json"  # In a run's folder: what its weights are about.
_SUBJECTS = {
    "translate": translation.Translation,
    "generate": language_modeling.LanguageModeling,
    "classify": classification.TextClassification,
    "image": classification.ImageClassification,
}
_NAMES = {
    "translate": translation.dataset_name,
    "generate": language_modeling.dataset_name,
    "classify": classification.texts_name,
    "image": image_data.dataset_name,
}
# What suits a task, or its embedded default, and is not said by the flags.
_TASK_DEFAULTS = {
    "translate": {},
    "generate": {"batch_size": 12, "dropout": 0.0, "num_layers": 4},
    "classify": {"vocabulary_size": 4_000},
    "image": {"dropout": 0.0, "num_layers": 4, "train_steps": 1_000},
}
_DATES = {
    "hidden_size": 64,
    "label_smoothing": 0.1,
    "learning_rate": 3e-3,
    "max_length": 64,
    "num_layers": 2,
    "tokens_per_batch": 2_048,
    "vocabulary_size": 1_000,
}
# What only some tasks make something of.
_TASK_FLAGS = {
    "batch_size": ("generate", "image"),
    "beam_size": ("translate",),
    "block_size": ("generate",),
    "decoder_layers": ("translate",),
    "eval_sentences": ("translate",),
    "flip": ("image",),
    "image_size": ("image",),
    "length_penalty": ("translate",),
    "locales": ("translate",),
    "lower_case": ("translate", "generate", "classify"),
    "max_length": ("translate", "classify"),
    "num_buckets": ("translate", "classify"),
    "patch_size": ("image",),
    "positions": ("translate", "generate", "classify"),
    "shift": ("image",),
    "source_language": ("translate",),
    "split_digits": ("translate", "generate", "classify"),
    "target_language": ("translate",),
    "token_pooling": ("classify",),
    "tokens_per_batch": ("translate", "classify"),
    "vocabulary": ("translate", "generate", "classify"),
    "vocabulary_size": ("translate", "generate", "classify"),
    "window": ("translate", "generate", "classify"),
}


def main(_):
    task = TASK.value
    runner.set_defaults(_TASK_DEFAULTS[task])
    if task == "translate" and translation.dataset_name() == "dates":
        runner.set_defaults(_DATES)
    with runner.Run("transformer", _NAMES[task](), objective="score") as run:
        if run.finished:
            return
        with runner.user_errors():
            check_flags()
            subject = _SUBJECTS[task](run.strategy)
            check_identity(subject, run.workdir.path)
        trainer = make_trainer(subject, run)
        run.start()
        write_text(run.workdir.path / _IDENTITY, json.dumps(subject.identity()))
        trainer.fit(run.workdir, run.interruption, run.profiler)
        trainer.load_best()
        measured = subject.measure()
        sign = 1 if subject.mode == "max" else -1
        result = {
            **trainer.best_metrics,
            **measured,
            "score": sign * trainer.best_metrics[subject.objective],
            "best_step": trainer.best_step,
            **trainer.summary(),
        }
        serving = subject.serving(plain_copy(subject.model))
        export = run.export(
            serving.module,
            serving.endpoints,
            metadata=subject.metadata(),
            warmup=serving.example(),
        )
        run.finish({**result, "export": export})


def check_flags():
    """Refuses flags that the task makes nothing of."""
    for name, tasks in _TASK_FLAGS.items():
        if runner.is_given(name) and TASK.value not in tasks:
            raise ValueError(f"--{name} goes with --task={' or '.join(tasks)}.")
    if text.VOCABULARY.value == "words" and TASK.value != "classify":
        raise ValueError("--vocabulary=words goes with --task=classify.")
    for name, averaging in (
        ("num_snapshots", "snapshots"),
        ("average_half_life", "exponential"),
    ):
        if runner.is_given(name) and models.AVERAGING.value != averaging:
            raise ValueError(f"--{name} goes with --averaging={averaging}.")


def check_identity(subject, workdir):
    """Refuses data that would give the weights of a folder another meaning."""
    file = workdir / _IDENTITY
    if file.exists() and list(workdir.glob("checkpoints/*")):
        before = json.loads(file.read_text())
        for name, value in subject.identity().items():
            if before.get(name, value) != value:
                raise ValueError(
                    f"{workdir} was trained on other data: its {name.replace('_', ' ')}"
                    " has changed. Use the old --data_dir, or another --workdir."
                )


def make_trainer(subject, run):
    """Makes the trainer of the model; its average is set at evaluations, if asked."""
    model = subject.model
    snapshots = None
    if models.AVERAGING.value == "snapshots":
        path = run.workdir.path / "snapshots"
        snapshots = Snapshots(path, models.NUM_SNAPSHOTS.value)
        latest = run.workdir.checkpoints.latest()
        snapshots.rewind(int(latest.name) if latest else 0)

    def evaluate():
        if snapshots is not None:
            snapshots.take(trainer.step, model.network.get_weights())
            model.average_network.set_weights(snapshots.mean())
        return subject.evaluate()

    def sample():
        for line in subject.sample():
            print(f"  {line!r}", file=sys.stderr)

    schedule = training_schedule(
        patience=PATIENCE.value, sample_every=shared.EVAL_EVERY.value
    )
    if snapshots is not None:
        # One of them at most is taken again after a kill: none that counts is gone.
        schedule.checkpoint_every = min(schedule.checkpoint_every, schedule.eval_every)
    trainer = Trainer(
        model,
        run.strategy,
        subject.batches,
        schedule,
        evaluate=evaluate,
        objective=subject.objective,
        mode=subject.mode,
        examples_per_step=subject.examples_per_step,
        jit_compile=bool(shared.JIT_COMPILE.value),
        name=f"transformer {TASK.value}",
        sample=sample if hasattr(subject, "sample") else None,
    )
    return trainer


if __name__ == "__main__":
    runner.launch(main, DEFAULTS, TASKS)
