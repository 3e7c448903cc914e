"""Classes of sounds."""

import dataclasses
import os
import pathlib
import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.sound.augmented_batches import augment_sounds
from kerazoo.data.sound.labelled_sound import LabelledSound
from kerazoo.data.sound.loading import load_labelled_sound
from kerazoo.data.sound.mono_sound import SAMPLE_RATE
from kerazoo.data.sound.speed import SPEEDS
from kerazoo.data.sound.speed import speed_perturbed
from kerazoo.data.text.text_files import stem_of
from kerazoo.models.transformer.classifier import Classifier
from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.config import SpeechConfig
from kerazoo.models.transformer.config import TrainingConfig
from kerazoo.models.transformer.config import make_sound_classifier
from kerazoo.models.transformer.serving_sound_classifier import ServingSoundClassifier
from kerazoo.serving.limits import UNLIMITED
from kerazoo.tasks.licences import licence_of
from kerazoo.tasks.transformer.batches_of_sounds import apply_to_sounds
from kerazoo.tasks.transformer.batches_of_sounds import make_sound_buckets
from kerazoo.tasks.transformer.batches_of_sounds import short_enough
from kerazoo.tasks.transformer.batches_of_texts import say_counts
from kerazoo.tasks.transformer.classification_task import ClassificationTask
from kerazoo.tasks.transformer.classification_task import say_classes
from kerazoo.tasks.transformer.transformer_task import SUITED
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard

_SEED_NUMBERS = 2  # Of the augmentation of a sound.
_SEED_VALUES = 2**23  # As many as a uniform number of float32 has.


def _network():
    return NetworkConfig(hidden_size=64, num_layers=3)


def _speech():
    # Masks of a fifth of the time and a third of the bands hide much of one word.
    return SpeechConfig(num_mels=40, kernel_size=15, spec_augment=False)


def _training():
    return TrainingConfig(learning_rate=2e-3)


@dataclasses.dataclass
class SoundClassification(ClassificationTask):
    """Learns the classes of sounds, such as spoken commands.

    The best model is the one of the largest share of validation sounds that are right,
    or with `class_weights` of the largest mean F1.

    Args:
        dataset: `"tone_letters"`, 26 letters that are two tones each; `"files"` of
            `data_dir`, see `kerazoo.data.sound.labelled_files`; a name of TensorFlow
            Datasets; or a `LabelledSound`. Default: the files where there is a
            `data_dir`, else the tones.
        data_dir: Folder of the files, or of the prepared datasets; or None.
        sample_rate: Samples in a second, to which all sounds are brought.
        seconds_per_batch: Most seconds of a step, with padding, over all devices.
        max_seconds: Longest sound of training; longer ones are left out.
        num_buckets: Lengths that batches are padded to.
        speed_perturbation: Trains on each sound at 0.9 and 1.1 of its speed, too.
        random_noise: Makes each sound of training louder or quieter, and adds white
            noise, other each time, see `kerazoo.data.sound.augment_sound`.
        silence_seconds: Most silence before and after each sound of training, other
            each time.
        speech: `SpeechConfig`, without `chunk_seconds`.
        class_weights: See
            `kerazoo.tasks.transformer.classification_task.ClassificationTask`.
        network, training: See
            `kerazoo.tasks.transformer.transformer_task.TransformerTask`.

    Example:

    ```python
    import kerazoo
    from kerazoo.data.sound import single_tone_letters
    from kerazoo.models.transformer import NetworkConfig
    from kerazoo.tasks.transformer import SoundClassification
    from kerazoo.training import Schedule

    sound = single_tone_letters(0, 52, 26, 26, sample_rate=8_000)
    network = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    task = SoundClassification(sound, sample_rate=8_000, network=network)
    kerazoo.run(task, "runs/tones", Schedule(train_steps=2, eval_every=2))
    task.classify(sound.test[0])  # (26, 26)
    ```
    """

    dataset: str | LabelledSound = SUITED
    data_dir: str | os.PathLike | None = free(None)
    sample_rate: int = SAMPLE_RATE
    seconds_per_batch: float = 64.0
    max_seconds: float = 30.0
    num_buckets: int = 6
    speed_perturbation: bool = False
    random_noise: bool = False
    silence_seconds: float = 0.05
    speech: SpeechConfig = dataclasses.field(default_factory=_speech)
    _: dataclasses.KW_ONLY
    network: NetworkConfig = dataclasses.field(default_factory=_network)
    training: TrainingConfig = dataclasses.field(default_factory=_training)

    kind = "classify_sound"
    _limited = "max_seconds"

    def __post_init__(self):
        super().__post_init__()
        if self.dataset is None:
            self.dataset = "files" if self.data_dir else "tone_letters"
        if self.speech.chunk_seconds is not None:
            raise ValueError(
                "`chunk_seconds` must be None: a class is of a whole sound. "
                f"Received: chunk_seconds={self.speech.chunk_seconds}"
            )
        if self.silence_seconds < 0:
            raise ValueError(
                "`silence_seconds` must be 0 or more. "
                f"Received: silence_seconds={self.silence_seconds}"
            )
        given = isinstance(self.dataset, LabelledSound)
        if given and self.dataset.sample_rate != self.sample_rate:
            raise ValueError(
                f"`sample_rate` must be that of the sounds, {self.dataset.sample_rate}."
                f" Received: sample_rate={self.sample_rate}"
            )

    @property
    def name(self) -> str:
        if isinstance(self.dataset, LabelledSound):
            return self.dataset.name
        if self.dataset != "files":
            return self.dataset
        path = pathlib.Path(self.data_dir or ".")
        return stem_of(path) if path.is_file() else path.absolute().name

    def build(self, strategy, train_steps, seed):
        self.sound = self.dataset
        if isinstance(self.dataset, str):
            self.sound = load_labelled_sound(
                self.dataset, self.data_dir, self.sample_rate
            )
        with strategy.scope():
            self.model = make_sound_classifier(
                *(len(self.sound.class_names), self.sample_rate),
                *(self.network, self.training, train_steps, self.speech),
            )
        sounds, labels = self._training_sounds()
        self.weigh_classes(labels, self.sound.class_names)
        self._train = make_sound_buckets(
            "training",
            sounds,
            list(labels[:, np.newaxis] + 1),  # Empty rows have zeros.
            self.sample_rate,
            self.seconds_per_batch,
            num_buckets=self.num_buckets,
            seed=seed,
            multiple_of=strategy.num_replicas_in_sync,
            num_uniforms=self.model.network.num_uniforms + _SEED_NUMBERS,
        )
        self.examples_per_step = (
            self._train.num_examples / self._train.batches_per_epoch
        )
        serving = self._serving(self.model, UNLIMITED)
        self._classify = tf.function(
            serving.classify_samples,
            input_signature=[
                tf.TensorSpec((None, None), tf.float32),
                tf.TensorSpec((None,), tf.int32),
            ],
            autograph=False,
        )

    def batches(
        self, start_step: int, context: tf.distribute.InputContext | None
    ) -> tf.data.Dataset:
        return (
            self._train.batches(start_step, context)
            .map(self._augmented, num_parallel_calls=tf.data.AUTOTUNE)
            .prefetch(tf.data.AUTOTUNE)
        )

    def validate(self) -> dict[str, float]:
        return self.measure_classes("validation", *self.sound.validation)

    def test(self) -> dict[str, typing.Any]:
        sounds, labels = self.sound.test or self.sound.validation
        return {
            **self.measure_classes("test", sounds, labels),
            **self.report_classes(self.sound.class_names),
            "test_examples": len(sounds),
            "classes": len(self.sound.class_names),
        }

    def classify(self, sounds: typing.Sequence[np.ndarray]) -> np.ndarray:
        """Returns the probabilities of all classes of sounds, float32 `(N, K)`.

        Args:
            sounds: float32 arrays `(T,)`, samples at the task's rate.
        """
        return np.array(
            apply_to_sounds(
                lambda *batch: self._classify(*batch)["probabilities"].numpy(),
                sounds,
                int(self.seconds_per_batch * self.sample_rate),
            )
        )

    def serving(self, model: Classifier) -> ServingSoundClassifier:
        return self._serving(model, self.limits)

    def describe_data(self) -> str:
        counts, (_, labels) = say_counts("sounds", self.sound), self.sound.train
        classes = say_classes("sounds", labels, len(self.sound.class_names))
        return f"{self.name}, {counts}; {classes}"

    def card(self) -> ModelCard:
        sounds, _ = self.sound.test or self.sound.validation
        part = "test" if self.sound.test else "validation"
        classes = len(self.sound.class_names)
        return ModelCard(
            summary=f"Tells {classes} classes of sounds apart, as in {self.name}.",
            intended_use="Sorting sounds like those that it learnt from.",
            limitations=(
                "It names one of its classes for any sound, also for one of none.",
                "Other voices, rooms and microphones may get more errors; nobody has "
                "measured for whom.",
                "Not for decisions about people, nor where a mistake does harm.",
            ),
            measured_on=f"{len(sounds):,} sounds for {part}",
            licence=licence_of(self.dataset),
            data_digest=self.identity()["training_data"],
        )

    def metadata(self) -> dict[str, typing.Any]:
        return {
            **super().metadata(),
            "class_names": self.sound.class_names,
            "sample_rate": self.sample_rate,
        }

    def identity(self) -> dict[str, typing.Any]:
        return {
            **super().identity(),
            "class_names": list(self.sound.class_names),
            "training_data": self.sound.digest(),
        }

    def _training_sounds(self):
        """Returns sounds that are not too long, perhaps at several speeds, and classes.

        float32 arrays `(T,)`, int32 `(N,)`.
        """
        sounds, labels = self.sound.train
        lengths = np.array([len(sound) for sound in sounds])
        is_kept = short_enough("training", lengths, self.sample_rate, self.max_seconds)
        kept = [sounds[i] for i in np.flatnonzero(is_kept)]
        if not self.speed_perturbation:
            return kept, labels[is_kept]
        copies = [speed_perturbed(sound, speed) for speed in SPEEDS for sound in kept]
        return copies, np.tile(labels[is_kept], len(SPEEDS))

    def _augmented(self, inputs, labels):
        samples, lengths, uniforms = inputs
        seeds = tf.cast(uniforms[:, -_SEED_NUMBERS:] * _SEED_VALUES, tf.int64)
        samples, lengths = augment_sounds(
            samples,
            lengths,
            seeds,
            int(self.silence_seconds * self.sample_rate),
            self.random_noise,
        )
        of_masks = uniforms[:, :-_SEED_NUMBERS]
        masks = (of_masks,) if self.model.network.num_uniforms else ()
        return self.weighted((samples, lengths, *masks), labels[:, 0] - 1)

    def _serving(self, model, limits):
        return ServingSoundClassifier(model, self.sound.class_names, limits)
