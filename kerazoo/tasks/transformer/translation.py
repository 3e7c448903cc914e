"""From texts of one language to those of another."""

import dataclasses
import os
import pathlib
import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.digest import data_digest
from kerazoo.data.text.loading import load_parallel
from kerazoo.data.text.parallel_text import ParallelText
from kerazoo.data.text.text_files import stem_of
from kerazoo.evaluation.text.translation import translation_scores
from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.config import TrainingConfig
from kerazoo.models.transformer.config import make_translator
from kerazoo.models.transformer.serving_translator import ServingTranslator
from kerazoo.models.transformer.transformer import Transformer
from kerazoo.progress import track
from kerazoo.serving.limits import UNLIMITED
from kerazoo.tasks.licences import licence_of
from kerazoo.tasks.transformer.batches_of_texts import USUAL_TOKENS
from kerazoo.tasks.transformer.batches_of_texts import apply_by_length
from kerazoo.tasks.transformer.batches_of_texts import make_buckets
from kerazoo.tasks.transformer.batches_of_texts import of_texts
from kerazoo.tasks.transformer.batches_of_texts import say_counts
from kerazoo.tasks.transformer.starting_task import OF_TEXT
from kerazoo.tasks.transformer.transformer_task import SUITED
from kerazoo.tasks.transformer.transformer_task import TransformerTask
from kerazoo.tasks.transformer.translation_defaults import MOST_TOKENS_OF_DATES
from kerazoo.tasks.transformer.translation_defaults import OF_DATES
from kerazoo.tasks.transformer.translation_defaults import OF_TEXTS
from kerazoo.tasks.transformer.translation_defaults import TOKENS_PER_BATCH_OF_DATES
from kerazoo.text.normalization import as_vocabularies_see
from kerazoo.text.special_tokens import BOS
from kerazoo.text.vocabulary_config import MOST_TOKENS
from kerazoo.text.vocabulary_config import VocabularyConfig
from kerazoo.text.vocabulary_config import digest
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard

_ROOM = 1.25  # Tokens of translations, over the longest of training.
_BATCH = 64  # Sentences that are translated at a time.


@dataclasses.dataclass
class Translation(TransformerTask):
    """Learns to translate from pairs of texts; one vocabulary is for both languages.

    The best model is the one of the largest BLEU of greedy translations.

    Args:
        dataset: `"dates"`, dates of many languages to be written as ISO 8601;
            `"files"` of `data_dir`, see `kerazoo.data.text.parallel_files`; a name of
            TensorFlow Datasets; or a `ParallelText`. Default: the files where there is
            a `data_dir`, else the dates.
        data_dir: Folder of the files, a table of pairs, or folder of the prepared
            datasets; or None.
        source_language, target_language: Endings of the files, or columns of a table by
            name or number from 1; of TensorFlow Datasets the features, by default the
            dataset's own.
        locales: Of the dates: locales to write them in. Default: many.
        max_length: Most tokens of a text; longer pairs are left out. Default: 128, for
            the dates 64.
        tokens_per_batch: Most tokens of a step, with padding, over all devices.
            Default: 4,096, for the dates 2,048, or more where a text needs it.
        num_buckets: Lengths that batches are padded to.
        beam_size: Beams of the translations that the model is measured by.
        length_penalty: Power of the length that their scores are divided by.
        eval_sentences: Sentences of the validation data to translate at each
            evaluation. With 0 the best model is the one of the smallest loss.
        vocabulary: `VocabularyConfig`. Default: 8,000 subwords, for the dates 1,000, or
            fewer where the texts allow no more.
        network, training: See
            `kerazoo.tasks.transformer.transformer_task.TransformerTask`. Default: what
            suits the dates, or all other texts.

    Example:

    ```python
    import kerazoo
    from kerazoo.data.text import dates
    from kerazoo.models.transformer import NetworkConfig
    from kerazoo.tasks.transformer import Translation
    from kerazoo.text import VocabularyConfig
    from kerazoo.training import Schedule

    pairs = dates(train_examples=300, test_examples=20, locales=["en", "de"])
    task = Translation(
        pairs,
        vocabulary=VocabularyConfig("characters"),
        network=NetworkConfig(hidden_size=16, num_layers=1, num_heads=2),
    )
    kerazoo.run(task, "runs/few_dates", Schedule(train_steps=4, eval_every=4))
    task.translate(["May 5, 1999"])
    ```
    """

    dataset: str | ParallelText = SUITED
    data_dir: str | os.PathLike | None = free(None)
    source_language: str = "source"
    target_language: str = "target"
    locales: typing.Sequence[str] = ()
    max_length: int = SUITED
    tokens_per_batch: int | None = None
    num_buckets: int = 6
    beam_size: int = free(4)
    length_penalty: float = free(1.0)
    eval_sentences: int = 500
    vocabulary: VocabularyConfig = SUITED
    _: dataclasses.KW_ONLY
    network: NetworkConfig = SUITED
    training: TrainingConfig = SUITED

    kind = "translate"
    starts_from = OF_TEXT

    def __post_init__(self):
        if self.dataset is None:
            self.dataset = "files" if self.data_dir else "dates"
        for name, value in (OF_DATES if self._is_of_dates else OF_TEXTS).items():
            if getattr(self, name) is None:
                setattr(self, name, value)
        self.vocabulary.check_can_write()
        # The loss rises again while translations get better.
        self.objective, self.mode = "validation_loss", "min"
        if self.eval_sentences:
            self.objective, self.mode = "validation_bleu", "max"

    def default_network(self) -> NetworkConfig:
        suited = OF_DATES if self._is_of_dates else OF_TEXTS
        return typing.cast(NetworkConfig, suited["network"])

    @property
    def name(self) -> str:
        if isinstance(self.dataset, ParallelText):
            return self.dataset.name
        if self.dataset != "files":
            return self.dataset
        path = pathlib.Path(self.data_dir or ".")
        languages = (self.source_language, self.target_language)
        if not path.is_file():
            return "_".join([path.absolute().name, *languages])
        is_said = languages != ("source", "target")
        return "_".join([stem_of(path), *(languages if is_said else ())])

    @property
    def _is_of_dates(self):
        return isinstance(self.dataset, str) and self.dataset == "dates"

    def build(self, strategy, train_steps, seed):
        self.pairs = self.dataset
        if isinstance(self.dataset, str):
            self.pairs = load_parallel(
                self.dataset,
                self.data_dir,
                self.source_language,
                self.target_language,
                self.locales,
            )
        train = self.pairs.train
        most_tokens = MOST_TOKENS_OF_DATES if self._is_of_dates else MOST_TOKENS
        self.tokenizer = self.make_tokenizer(
            [*train[0], *train[1]], most_tokens=most_tokens
        )
        self._train = self._buckets("training", train, strategy, seed)
        self._validation = self._buckets(
            "validation", self.pairs.validation, strategy, seed
        )
        self.examples_per_step = (
            self._train.num_examples / self._train.batches_per_epoch
        )
        longest = max(length for _, length in self._train.shapes)
        self._length = int(_ROOM * longest) + 1
        with strategy.scope():
            self.model = make_translator(
                self.tokenizer.vocabulary_size,
                max(self._length, self.max_length),
                self.used_network,
                self.training,
                train_steps,
                self.start,
            )
        serving = self._serving(self.model, UNLIMITED)
        self._greedy, self._beams = map(of_texts, (serving.greedy, serving.translate))
        self._test_step = tf.function(
            self.model.test_step, reduce_retracing=True, autograph=False
        )

    def batches(
        self, start_step: int, context: tf.distribute.InputContext | None
    ) -> tf.data.Dataset:
        return self._train.batches(start_step, context).map(_shifted)

    def validate(self) -> dict[str, float]:
        measured = {"validation_loss": self._loss(self._validation)}
        if self.eval_sentences:
            count = self.eval_sentences
            sources, targets = (side[:count] for side in self.pairs.validation)
            scores = self.scores(self._translations(self._greedy, sources), targets)
            measured |= {f"validation_{name}": v for name, v in scores.items()}
        return measured

    def test(self) -> dict[str, typing.Any]:
        sources, targets = self.pairs.test or self.pairs.validation
        return {
            **self.scores(self.translate(sources), targets),
            "beam_size": self.beam_size,
            "test_pairs": len(sources),
            "vocabulary_size": self.tokenizer.vocabulary_size,
        }

    def translate(self, sources: typing.Sequence[str]) -> list[str]:
        """Translates texts with beams, by the average where there is one."""
        return self._translations(self._beams, sources)

    def scores(self, hypotheses: list[str], references: list[str]) -> dict[str, float]:
        """Returns `exact_match`, `bleu` and more of translations."""
        hypotheses, references = (
            [
                as_vocabularies_see(line, self.used_vocabulary.lower_case)
                for line in side
            ]
            for side in (hypotheses, references)
        )
        right = sum(ours == theirs for ours, theirs in zip(hypotheses, references))
        return {
            "exact_match": right / len(references),
            **translation_scores(hypotheses, references),
        }

    def serving(self, model: Transformer) -> ServingTranslator:
        return self._serving(model, self.limits)

    def identity(self) -> dict[str, typing.Any]:
        return {
            "vocabulary": digest(self.tokenizer),
            "training_data": data_digest(*self.pairs.train),
        }

    def describe_data(self) -> str:
        counts = say_counts("pairs", self.pairs)
        return f"{self.name}, {counts}; {self.tokenizer.vocabulary_size:,} tokens"

    def card(self) -> ModelCard:
        sources, _ = self.pairs.test or self.pairs.validation
        part = "test" if self.pairs.test else "validation"
        what = f"from {self.source_language} to {self.target_language}"
        if self._is_of_dates:
            what = "dates, as people write them, to ISO 8601"
        return ModelCard(
            summary=f"Translates {what}, as learnt from {self.name}.",
            intended_use=(
                "Texts like those that it learnt from, for readers who notice a wrong "
                "translation."
            ),
            limitations=(
                "A translation may read well and be wrong, in numbers, names and "
                "negations above all; its score does not tell.",
                "Not for texts of another kind or language, nor where a mistake does "
                "harm, unless a translator reads it.",
                "Only the beginning is read of a text that is too long "
                "(`is_truncated`), and characters may be unknown (`is_unknown`).",
            ),
            measured_on=f"{len(sources):,} pairs for {part}",
            licence=licence_of(self.dataset),
            data_digest=self.identity()["training_data"],
        )

    def metadata(self) -> dict[str, typing.Any]:
        return {
            **super().metadata(),
            "source_language": self.source_language,
            "target_language": self.target_language,
            "beam_size": self.beam_size,
            "lower_case": self.used_vocabulary.lower_case,
        }

    def _serving(self, model, limits):
        return ServingTranslator(
            model,
            self.tokenizer,
            self._length,
            max_source_length=self.max_length,
            beam_size=self.beam_size,
            length_penalty=self.length_penalty,
            limits=limits,
        )

    def _buckets(self, part, pairs, strategy, seed):
        return make_buckets(
            part,
            tuple(self.tokenizer.encode_lists(side) for side in pairs),
            self.tokens_per_batch,
            self.max_length,
            usual_tokens=(
                TOKENS_PER_BATCH_OF_DATES if self._is_of_dates else USUAL_TOKENS
            ),
            num_buckets=self.num_buckets,
            seed=seed,
            multiple_of=strategy.num_replicas_in_sync,
        )

    def _loss(self, buckets):
        total = num_tokens = 0.0
        count = buckets.batches_per_epoch
        batches = buckets.batches().take(count)
        for batch in track(batches, "Validation", count, "batches"):
            inputs, targets = _shifted(*batch)
            tokens = float(np.count_nonzero(targets))
            total += tokens * float(self._test_step((inputs, targets))["loss"])
            num_tokens += tokens
        return total / num_tokens

    def _translations(self, function, sources):
        lines = apply_by_length(
            lambda batch: function(batch)["translation"].numpy(), sources, _BATCH
        )
        return [line.decode() for line in lines]


def _shifted(source, target):
    """Returns inputs and targets: each token is predicted from those before it."""
    before = tf.pad(target[:, :-1], [[0, 0], [1, 0]], constant_values=BOS)
    return (source, before), target
