"""Classes of texts."""

import dataclasses
import os
import pathlib
import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.digest import data_digest
from kerazoo.data.text.labelled_text import LabelledText
from kerazoo.data.text.loading import load_labelled
from kerazoo.data.text.text_files import stem_of
from kerazoo.models.transformer.classifier import Classifier
from kerazoo.models.transformer.config import make_text_classifier
from kerazoo.models.transformer.serving_classifier import ServingTextClassifier
from kerazoo.serving.limits import UNLIMITED
from kerazoo.tasks.licences import licence_of
from kerazoo.tasks.transformer.batches_of_texts import apply_by_length
from kerazoo.tasks.transformer.batches_of_texts import make_buckets
from kerazoo.tasks.transformer.batches_of_texts import of_texts
from kerazoo.tasks.transformer.batches_of_texts import say_counts
from kerazoo.tasks.transformer.classification_task import ClassificationTask
from kerazoo.tasks.transformer.classification_task import say_classes
from kerazoo.tasks.transformer.starting_task import OF_TEXT
from kerazoo.text.vocabulary_config import VocabularyConfig
from kerazoo.text.vocabulary_config import digest
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard

_BATCH = 256  # Texts that are classified at a time.
_MOST_TOKENS = 4_000  # Of the vocabulary.


@dataclasses.dataclass
class TextClassification(ClassificationTask):
    """Learns the classes of texts.

    The best model is the one of the largest share of validation texts that are right,
    or with `class_weights` of the largest mean F1.

    Args:
        dataset: `"files"` of `data_dir`, see `kerazoo.data.text.labelled_files`, which
            is the default; a name of TensorFlow Datasets; or a `LabelledText`.
        data_dir: Folder of the files, one file, or folder of the prepared datasets; or
            None.
        max_length: Most tokens of a text; longer texts are cut off.
        tokens_per_batch: Most tokens of a step, with padding, over all devices.
            Default: 4,096, or more where a text needs it.
        num_buckets: Lengths that batches are padded to.
        vocabulary: `VocabularyConfig`. Default: 4,000 subwords, or fewer where the
            texts allow no more.
        text_column, label_column: Columns of the files by name, or number from 1.
            Default: those of the usual names, or the first and the second of two.
        header: Whether the files have a header. Default: as they look.
        class_weights: See
            `kerazoo.tasks.transformer.classification_task.ClassificationTask`.
        network, training: See
            `kerazoo.tasks.transformer.transformer_task.TransformerTask`.

    Example:

    ```python
    import kerazoo
    import numpy as np
    from kerazoo.data.text import LabelledText
    from kerazoo.models.transformer import NetworkConfig
    from kerazoo.tasks.transformer import TextClassification
    from kerazoo.text import VocabularyConfig
    from kerazoo.training import Schedule

    part = (["a good film", "a bad film"] * 20, np.array([1, 0] * 20, np.int32))
    texts = LabelledText("films", ["bad", "good"], train=part, validation=part)
    task = TextClassification(
        texts,
        vocabulary=VocabularyConfig("words", 7),
        network=NetworkConfig(hidden_size=16, num_layers=1, num_heads=2),
    )
    kerazoo.run(task, "runs/films", Schedule(train_steps=4, eval_every=4))
    task.classify(["a good film"])
    ```
    """

    dataset: str | LabelledText | None = None
    data_dir: str | os.PathLike | None = free(None)
    max_length: int = 128
    tokens_per_batch: int | None = None
    num_buckets: int = 6
    vocabulary: VocabularyConfig = dataclasses.field(default_factory=VocabularyConfig)
    text_column: str | int | None = None
    label_column: str | int | None = None
    header: bool | None = None

    kind = "classify"
    starts_from = OF_TEXT

    @property
    def name(self) -> str:
        if isinstance(self.dataset, LabelledText):
            return self.dataset.name
        if self.dataset in (None, "files") and self.data_dir:
            path = pathlib.Path(self.data_dir)
            return stem_of(path) if path.is_file() else path.absolute().name
        return self.dataset or "texts"

    def build(self, strategy, train_steps, seed):
        self.texts = self.dataset
        if not isinstance(self.dataset, LabelledText):
            self.texts = load_labelled(
                self.dataset or "files",
                self.data_dir,
                self.text_column,
                self.label_column,
                self.header,
            )
        texts, labels = self.texts.train
        self.weigh_classes(labels, self.texts.class_names)
        self.tokenizer = self.make_tokenizer(texts, most_tokens=_MOST_TOKENS)
        self._train = make_buckets(
            "training",
            (self.tokenizer.encode_lists(texts),),
            self.tokens_per_batch,
            self.max_length,
            "truncate",
            num_buckets=self.num_buckets,
            seed=seed,
            multiple_of=strategy.num_replicas_in_sync,
            extras=(labels + 1,),  # Empty rows have zeros.
        )
        self.examples_per_step = (
            self._train.num_examples / self._train.batches_per_epoch
        )
        with strategy.scope():
            self.model = make_text_classifier(
                self.tokenizer.vocabulary_size,
                self.max_length,
                len(self.texts.class_names),
                self.used_network,
                self.training,
                train_steps,
                self.start,
            )
        self._classify = of_texts(self._serving(self.model, UNLIMITED).classify)

    def batches(
        self, start_step: int, context: tf.distribute.InputContext | None
    ) -> tf.data.Dataset:
        return self._train.batches(start_step, context).map(
            lambda tokens, labels: self.weighted(tokens, labels - 1)
        )

    def validate(self) -> dict[str, float]:
        return self.measure_classes("validation", *self.texts.validation)

    def test(self) -> dict[str, typing.Any]:
        texts, labels = self.texts.test or self.texts.validation
        return {
            **self.measure_classes("test", texts, labels),
            **self.report_classes(self.texts.class_names),
            "test_examples": len(texts),
            "classes": len(self.texts.class_names),
            "vocabulary_size": self.tokenizer.vocabulary_size,
        }

    def classify(self, texts: list[str]) -> np.ndarray:
        """Returns the probabilities of all classes of texts, float32 `(N, K)`."""
        return np.array(
            apply_by_length(
                lambda batch: self._classify(batch)["probabilities"].numpy(),
                texts,
                _BATCH,
            )
        )

    def serving(self, model: Classifier) -> ServingTextClassifier:
        return self._serving(model, self.limits)

    def describe_data(self) -> str:
        counts, (_, labels) = say_counts("texts", self.texts), self.texts.train
        classes = say_classes("texts", labels, len(self.texts.class_names))
        tokens = self.tokenizer.vocabulary_size
        return f"{self.name}, {counts}; {classes}, {tokens:,} tokens"

    def card(self) -> ModelCard:
        texts, _ = self.texts.test or self.texts.validation
        part = "test" if self.texts.test else "validation"
        classes = len(self.texts.class_names)
        return ModelCard(
            summary=f"Tells {classes} classes of texts apart, as in {self.name}.",
            intended_use="Sorting texts like those that it learnt from.",
            limitations=(
                "It names one of its classes for any text, also for one of none.",
                "Its probabilities say which class is likelier; nobody has measured "
                "whether they are right as often as they say.",
                "Not for decisions about people.",
            ),
            measured_on=f"{len(texts):,} texts for {part}",
            licence=licence_of(self.dataset),
            data_digest=self.identity()["training_data"],
        )

    def metadata(self) -> dict[str, typing.Any]:
        return {
            **super().metadata(),
            "class_names": self.texts.class_names,
            "text_column": self.text_column,
            "label_column": self.label_column,
        }

    def identity(self) -> dict[str, typing.Any]:
        return {
            **super().identity(),
            "vocabulary": digest(self.tokenizer),
            "class_names": list(self.texts.class_names),
            "training_data": data_digest(*self.texts.train),
        }

    def _serving(self, model, limits):
        return ServingTextClassifier(
            model, self.tokenizer, self.texts.class_names, self.max_length, limits
        )
