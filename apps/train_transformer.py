r"""Trains a Transformer on texts, images or speech, measures and exports it.

    python -m apps.train_transformer
    python -m apps.train_transformer --data_dir=DIR \
        --source_language=en --target_language=de
    python -m apps.train_transformer --data_dir=PAIRS.tsv
    python -m apps.train_transformer --task=generate --data_dir=BOOK.txt
    python -m apps.train_transformer --task=classify --data_dir=REVIEWS.csv
    python -m apps.train_transformer --task=classify --data_dir=COMMANDS
    python -m apps.train_transformer --task=image --dataset=mnist
    python -m apps.train_transformer --task=speech --data_dir=RECORDINGS
    python -m apps.train_transformer --task=pretrain --data_dir=BOOK.txt,REVIEWS.csv
    python -m apps.train_transformer --task=classify --data_dir=REVIEWS.csv \
        --init_from=saved_models/transformer_book_reviews_encoder

The bare command learns to write dates of many languages as ISO 8601. The same command
goes on from its newest checkpoint after an interruption.
"""

from apps.cli import errors
from apps.cli import run_flags
from apps.cli import tasks
from apps.cli.checks import arguments
from apps.cli.launch import launch
from apps.cli.launch import set_defaults
from apps.cli.parsers import adopt
from apps.cli.parsers import declare
from apps.cli.train import train
from apps.shared_flags import data
from apps.shared_flags import limits
from apps.shared_flags import network
from apps.shared_flags import training
from apps.transformer import fine_tuning_flags
from apps.transformer import flags as transformer_flags
from apps.transformer import sound_classes
from apps.transformer import speech_flags
from apps.transformer.checks import DATASETS
from apps.transformer.checks import OF_IMAGES
from apps.transformer.checks import OF_TASKS
from apps.transformer.checks import check_flags
from apps.transformer.checks import fitted
from apps.transformer.checks import has_answers
from apps.transformer.checks import text_dataset

adopt(run_flags, tasks)
declare(data.DATASET, data.DATA_DIR, data.IMAGE_SIZE, data.FLIP)
declare(network.HIDDEN_SIZE, network.NUM_LAYERS, network.NUM_HEADS)
declare(network.DROPOUT, network.PATCH_SIZE)
adopt(transformer_flags, speech_flags, fine_tuning_flags, training)
declare(limits.MAX_EXAMPLES, limits.MAX_TEXT_BYTES, limits.MAX_PIXELS)
declare(limits.MAX_SECONDS)
run_flags.may_change(
    *("data_dir", "patience", "beam_size", "length_penalty"),
    *limits.NAMES,
    *speech_flags.OF_SEARCH,
)

TASKS = {
    "translate": "pairs of texts, from one language to the other",
    "generate": "how a text goes on",
    "classify": "classes of texts or sounds",
    "image": "classes of images",
    "speech": "what is said in sound",
    "pretrain": "what stands in the gaps of texts, for other tasks to begin with",
    "pretrain_image": "hidden patches of images, for image to begin with",
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
# What suits a task, or its embedded default, and is not said by the flags.
TASK_DEFAULTS = {
    "translate": {},
    "generate": {"batch_size": 12, "dropout": 0.0, "num_layers": 4},
    "classify": {"vocabulary_size": 4_000},
    "image": {"dropout": 0.0, "num_layers": 4, "train_steps": 1_000},
    "speech": {"beam_size": 8, "hidden_size": 144, "num_layers": 8},
    "pretrain": {},
    "pretrain_image": {"dropout": 0.0, "mask_share": 0.75, "num_layers": 4},
}
DATES = {
    "hidden_size": 64,
    "label_smoothing": 0.1,
    "learning_rate": 3e-3,
    "max_length": 64,
    "num_layers": 2,
    "tokens_per_batch": 2_048,
    "vocabulary_size": 1_000,
}
TONES = {
    "eval_every": 100,
    "hidden_size": 64,
    "kernel_size": 7,
    "learning_rate": 2e-3,
    "log_every": 50,
    "num_layers": 2,
    "num_mels": 40,
    "sample_rate": 8_000,
    "seconds_per_batch": 64.0,
    "spec_augment": False,
    "train_steps": 300,
}
SOUNDS = {
    "hidden_size": 64,
    "kernel_size": 15,
    "learning_rate": 2e-3,
    "num_mels": 40,
    "seconds_per_batch": 64.0,
    "spec_augment": False,
}
TABLES: dict[str, dict] = {
    "task_defaults": {
        **TASK_DEFAULTS,
        ("translate", "dates"): DATES,
        ("classify", "sounds"): SOUNDS,
        ("speech", "tone_letters"): TONES,
    },
    "task_flags": OF_TASKS,
    "texts": {"dataset": DATASETS},
}


def main():
    task = tasks.TASK.value
    if task == "translate" and text_dataset() == "dates":
        set_defaults(DATES)
    if task == "speech" and text_dataset() == "tone_letters":
        set_defaults(TONES)
    is_of_sounds = task == "speech" or sound_classes.hears()
    if sound_classes.hears():
        set_defaults(SOUNDS)
    extra = "sound" if is_of_sounds else "text"
    with errors.user_errors(), errors.user_packages(extra):
        check_flags()
    with errors.heavy_imports(extra):
        from kerazoo.models.transformer import config
        from kerazoo.tasks import transformer
        from kerazoo.text import VocabularyConfig

    kind = {
        "translate": transformer.Translation,
        "generate": transformer.LanguageModeling,
        "classify": transformer.TextClassification,
        "image": transformer.ImageClassification,
        "speech": transformer.SpeechRecognition,
        "pretrain": transformer.MaskedLanguageModeling,
        "pretrain_image": transformer.MaskedImageModeling,
    }[task]
    if has_answers():
        kind = transformer.PromptAnswering
    if sound_classes.hears():
        kind = transformer.SoundClassification

    def make_task():
        more = {
            "network": arguments(config.NetworkConfig),
            "training": arguments(config.TrainingConfig),
            "limits": limits.request_limits(),
            "fine_tuning": arguments(config.FineTuningConfig),
        }
        if task in OF_IMAGES:
            more["dataset"] = data.DATASET.value or "digits"
        else:
            if is_of_sounds:
                more["speech"] = arguments(config.SpeechConfig)
            if not sound_classes.hears():
                given = fitted(VocabularyConfig)
                more["vocabulary"] = arguments(VocabularyConfig, **given)
        return arguments(kind, **more, **fitted(kind))

    with errors.user_errors():
        name = make_task().name
    train(
        make_task,
        *("transformer", name, __name__),
        patience=training.PATIENCE.value,
        sample_every=run_flags.EVAL_EVERY.value,
    )


if __name__ == "__main__":
    launch(main, DEFAULTS, TASKS, **TABLES)
