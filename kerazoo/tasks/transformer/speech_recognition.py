"""From speech to text."""

import dataclasses
import os
import pathlib
import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.sound.loading import load_transcribed_sound
from kerazoo.data.sound.speed import speed_copies
from kerazoo.data.sound.transcribed_sound import TranscribedSound
from kerazoo.data.text.text_files import stem_of
from kerazoo.evaluation.text.transcription import transcription_scores
from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.config import SpeechConfig
from kerazoo.models.transformer.config import TrainingConfig
from kerazoo.models.transformer.config import make_speech_recognizer
from kerazoo.models.transformer.recognizer import Recognizer
from kerazoo.models.transformer.serving_speech_recognizer import ServingSpeechRecognizer
from kerazoo.models.transformer.transcription import check_decoding
from kerazoo.progress import track
from kerazoo.serving.limits import UNLIMITED
from kerazoo.tasks.licences import licence_of
from kerazoo.tasks.transformer.batches_of_sounds import apply_to_sounds
from kerazoo.tasks.transformer.batches_of_sounds import fitting
from kerazoo.tasks.transformer.batches_of_sounds import make_sound_buckets
from kerazoo.tasks.transformer.batches_of_sounds import say_sounds
from kerazoo.tasks.transformer.speech_defaults import OF_SPEECH
from kerazoo.tasks.transformer.speech_defaults import OF_TONES
from kerazoo.tasks.transformer.spoken_language_model import token_automaton
from kerazoo.tasks.transformer.transformer_task import SUITED
from kerazoo.tasks.transformer.transformer_task import TransformerTask
from kerazoo.text.normalization import as_vocabularies_see
from kerazoo.text.vocabulary_config import VocabularyConfig
from kerazoo.text.vocabulary_config import digest
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard

_ROOM = 1.25  # Tokens of texts, over the longest of training.
_MOST_TOKENS = 500  # Of a vocabulary of subwords.
_MOST_ADAPTED = 500  # Sounds that mean and variance of features are taken from.


@dataclasses.dataclass
class SpeechRecognition(TransformerTask):
    """Learns to write what is said, from sounds and their transcripts.

    The best model is the one of the smallest word error rate of the likeliest tokens of
    each frame.

    Args:
        dataset: `"tone_letters"`, words that are spelled in tones; `"files"` of
            `data_dir`, see `kerazoo.data.sound.transcribed_files`; a name of TensorFlow
            Datasets; or a `TranscribedSound`. Default: the files where there is a
            `data_dir`, else the tones.
        data_dir: Folder of the files, or of the prepared datasets; or None.
        sample_rate: Samples in a second, to which all sounds are brought. Default:
            16,000, for the tones 8,000.
        seconds_per_batch: Most seconds of a step, with padding, over all devices.
            Default: 120, for the tones 64.
        max_seconds: Longest sound of training; longer ones are left out.
        num_buckets: Lengths that batches are padded to.
        speed_perturbation: Trains on each sound at 0.9 and 1.1 of its speed, too.
        decoding: How texts are found that the model is measured by, a key of
            `kerazoo.models.transformer.transcription.DECODINGS`.
        beam_size: Beams of this search.
        ctc_weight: Share of the frames' loss, and of `"joint"` their score, where the
            network has a decoder, too.
        language_model_weight: Weight of a language model that is learnt from the
            transcripts, in the search; 0 for none.
        language_model_order: Tokens of its longest n-gram.
        word_bonus: What each further word adds to the score, with a language model.
        eval_sentences: Sounds of the validation data to transcribe at each evaluation.
            With 0 the best model is the one of the smallest loss.
        vocabulary: `VocabularyConfig`. Default: characters.
        speech: `SpeechConfig`.
        network, training: See
            `kerazoo.tasks.transformer.transformer_task.TransformerTask`. Default: what
            suits the tones, or speech.

    Example:

    ```python
    import kerazoo
    from kerazoo.data.sound import tone_letters
    from kerazoo.models.transformer import NetworkConfig
    from kerazoo.tasks.transformer import SpeechRecognition
    from kerazoo.training import Schedule

    sound = tone_letters(0, 20, 4, 4, sample_rate=8_000)
    network = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    task = SpeechRecognition(sound, sample_rate=8_000, network=network)
    kerazoo.run(task, "runs/few_tones", Schedule(train_steps=2, eval_every=2))
    task.transcribe(sound.test.sounds)
    ```
    """

    dataset: str | TranscribedSound = SUITED
    data_dir: str | os.PathLike | None = free(None)
    sample_rate: int = SUITED
    seconds_per_batch: float = SUITED
    max_seconds: float = 30.0
    num_buckets: int = 6
    speed_perturbation: bool = False
    decoding: str = free("ctc_beam")
    beam_size: int = free(8)
    ctc_weight: float = 0.3
    language_model_weight: float = free(0.0)
    language_model_order: int = free(6)
    word_bonus: float = free(0.0)
    eval_sentences: int = 500
    vocabulary: VocabularyConfig = dataclasses.field(default_factory=VocabularyConfig)
    speech: SpeechConfig = SUITED
    _: dataclasses.KW_ONLY
    network: NetworkConfig = SUITED
    training: TrainingConfig = SUITED

    kind = "speech"
    mode = "min"
    _limited = "max_seconds"

    def __post_init__(self):
        if self.dataset is None:
            self.dataset = "files" if self.data_dir else "tone_letters"
        of_tones = self.name == "tone_letters"
        for name, value in (OF_TONES if of_tones else OF_SPEECH).items():
            if getattr(self, name) is None:
                setattr(self, name, value)
        self.vocabulary.check_can_write()
        check_decoding(self.decoding, self.network.decoder_layers or 0)
        if self.language_model_weight and self.decoding not in ("ctc_beam", "joint"):
            raise ValueError(
                "`language_model_weight` goes with a `decoding` of ctc_beam or joint. "
                f"Received: decoding={self.decoding}"
            )
        given = isinstance(self.dataset, TranscribedSound)
        if given and self.dataset.sample_rate != self.sample_rate:
            raise ValueError(
                f"`sample_rate` must be that of the sounds, {self.dataset.sample_rate}."
                f" Received: sample_rate={self.sample_rate}"
            )
        self.objective = "validation_wer" if self.eval_sentences else "validation_loss"

    @property
    def name(self) -> str:
        if isinstance(self.dataset, TranscribedSound):
            return self.dataset.name
        if self.dataset != "files":
            return self.dataset
        path = pathlib.Path(self.data_dir or ".")
        return stem_of(path) if path.is_file() else path.absolute().name

    def build(self, strategy, train_steps, seed):
        self.sound = self.dataset
        if isinstance(self.dataset, str):
            self.sound = load_transcribed_sound(
                self.dataset, self.data_dir, self.sample_rate
            )
        train = self.sound.train
        self.tokenizer = self.vocabulary.make(train.texts, "characters", _MOST_TOKENS)
        longest = max(map(len, self.tokenizer.encode_lists(train.texts)))
        self._length = int(_ROOM * longest) + 1
        if self.language_model_weight:
            self._language_model = token_automaton(
                *(train.texts, self.tokenizer, self.language_model_order),
                *(self.language_model_weight, self.word_bonus),
            )
        with strategy.scope():
            self.model = make_speech_recognizer(
                *(self.tokenizer.vocabulary_size, self.sample_rate),
                *(self.network, self.training, train_steps, self.speech),
                ctc_weight=self.ctc_weight,
            )
        if self.speech.chunk_seconds is not None:
            self._adapt(train.sounds)
        if self.speed_perturbation:
            train = speed_copies(train)
        uniforms = self.model.network.num_uniforms
        self._train = self._buckets("training", train, strategy, seed, uniforms)
        self._longest = max(length for _, length in self._train.shapes)
        self._validation = self._buckets(
            "validation", self.sound.validation, strategy, seed
        )
        self.examples_per_step = (
            self._train.num_examples / self._train.batches_per_epoch
        )
        serving = self._serving(self.model, UNLIMITED)
        self._greedy, self._best = map(
            _of_sounds, (serving.greedy_samples, serving.transcribe_samples)
        )
        self._test_step = tf.function(
            self.model.test_step, reduce_retracing=True, autograph=False
        )

    def batches(
        self, start_step: int, context: tf.distribute.InputContext | None
    ) -> tf.data.Dataset:
        return self._train.batches(start_step, context)

    def validate(self) -> dict[str, float]:
        measured = self._losses(self._validation)
        if self.eval_sentences:
            count, validation = self.eval_sentences, self.sound.validation
            texts = self._texts(self._greedy, validation.sounds[:count])
            scores = self.scores(texts, validation.texts[:count])
            measured |= {f"validation_{name}": v for name, v in scores.items()}
        return measured

    def test(self) -> dict[str, typing.Any]:
        utterances = self.sound.test or self.sound.validation
        return {
            **self.scores(self.transcribe(utterances.sounds), utterances.texts),
            "decoding": self.decoding,
            "beam_size": self.beam_size,
            "test_utterances": len(utterances),
            "vocabulary_size": self.tokenizer.vocabulary_size,
            **self._of_streams("latency_seconds"),
        }

    def transcribe(self, sounds: typing.Sequence[np.ndarray]) -> list[str]:
        """Writes what is said, by the average of the model where there is one.

        Args:
            sounds: float32 arrays `(T,)`, samples at the task's rate.
        """
        return self._texts(self._best, sounds)

    def scores(self, hypotheses: list[str], references: list[str]) -> dict[str, float]:
        """Returns `wer`, `cer` and `exact_match` of texts."""
        hypotheses, references = (
            [as_vocabularies_see(line, self.vocabulary.lower_case) for line in side]
            for side in (hypotheses, references)
        )
        return transcription_scores(hypotheses, references)

    def serving(self, model: Recognizer) -> ServingSpeechRecognizer:
        return self._serving(model, self.limits)

    def identity(self) -> dict[str, typing.Any]:
        return {
            "vocabulary": digest(self.tokenizer),
            "training_data": self.sound.digest(),
        }

    def describe_data(self) -> str:
        counts, tokens = say_sounds(self.sound), self.tokenizer.vocabulary_size
        return f"{self.name}, {counts}; {tokens:,} tokens"

    def card(self) -> ModelCard:
        utterances = self.sound.test or self.sound.validation
        part = "test" if self.sound.test else "validation"
        return ModelCard(
            summary=f"Writes what is said, as learnt from {self.name}.",
            intended_use=(
                "Sound like that it learnt from, in words, voices and noise, for "
                "readers who notice what was misheard."
            ),
            limitations=(
                "It writes something for any sound, also where nobody speaks.",
                "Other voices, accents, rooms and microphones may get more errors; "
                "nobody has measured for whom.",
                "Not for decisions about people, nor where a wrong word does harm.",
            ),
            measured_on=f"{len(utterances):,} utterances for {part}",
            licence=licence_of(self.dataset),
            data_digest=self.identity()["training_data"],
        )

    def metadata(self) -> dict[str, typing.Any]:
        return {
            **super().metadata(),
            "sample_rate": self.sample_rate,
            "longest_seconds": self._longest / self.sample_rate,
            "decoding": self.decoding,
            "beam_size": self.beam_size,
            "lower_case": self.vocabulary.lower_case,
            **self._of_streams("chunk_samples", "latency_seconds"),
        }

    def _of_streams(self, *names):
        """Returns properties of a network that hears while a sound goes on."""
        network, is_one = self.model.network, self.speech.chunk_seconds is not None
        return {name: getattr(network, name) for name in names} if is_one else {}

    def _adapt(self, sounds):
        step = -(-len(sounds) // _MOST_ADAPTED)
        self.model.network.adapt(sounds[::step])
        if self.model.average_network is not None:
            self.model.average_network.set_weights(self.model.network.get_weights())

    def _serving(self, model, limits):
        return ServingSpeechRecognizer(
            model,
            self.tokenizer,
            decoding=self.decoding,
            max_length=self._length,
            beam_size=self.beam_size,
            ctc_weight=self.ctc_weight,
            language_model=(
                self._language_model if self.language_model_weight else None
            ),
            limits=limits,
        )

    def _buckets(self, part, utterances, strategy, seed, num_uniforms=0):
        network = self.model.network
        kept = fitting(
            part,
            utterances,
            self.tokenizer.encode_lists(utterances.texts),
            network.num_outputs,
            self.sample_rate,
            self.max_seconds,
        )
        return make_sound_buckets(
            part,
            *kept,
            self.sample_rate,
            self.seconds_per_batch,
            num_buckets=self.num_buckets,
            seed=seed,
            multiple_of=strategy.num_replicas_in_sync,
            num_uniforms=num_uniforms,
        )

    def _losses(self, buckets):
        totals: dict[str, float] = {}
        num_tokens, count = 0, buckets.batches_per_epoch
        batches = buckets.batches().take(count)
        for inputs, targets in track(batches, "Validation", count, "batches"):
            tokens = int(np.count_nonzero(targets))
            for name, loss in self._test_step((inputs, targets)).items():
                totals[name] = totals.get(name, 0.0) + tokens * float(loss)
            num_tokens += tokens
        return {f"validation_{n}": loss / num_tokens for n, loss in totals.items()}

    def _texts(self, function, sounds):
        size = int(self.seconds_per_batch * self.sample_rate)
        texts = apply_to_sounds(lambda *x: function(*x)["text"].numpy(), sounds, size)
        return [text.decode(errors="replace") for text in texts]


def _of_sounds(function):
    """Returns a function of sounds that is traced once, for any number of them."""
    specs = [tf.TensorSpec((None, None), tf.float32), tf.TensorSpec((None,), tf.int32)]
    return tf.function(function, input_signature=specs, autograph=False)
