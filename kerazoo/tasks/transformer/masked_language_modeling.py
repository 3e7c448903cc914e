"""What stands in the gaps of texts."""

import dataclasses
import math
import os
import pathlib
import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.digest import data_digest
from kerazoo.data.text.loading import load_unlabelled
from kerazoo.data.text.packed_lines import pack_lines
from kerazoo.data.text.text_files import stem_of
from kerazoo.data.text.token_masks import TokenMasks
from kerazoo.data.text.token_masks import hide_tokens
from kerazoo.data.text.unlabelled_text import UnlabelledText
from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.config import make_masked_language_model
from kerazoo.models.transformer.serving_masked_language_model import (
    ServingMaskedLanguageModel,
)
from kerazoo.models.transformer.transformer import Transformer
from kerazoo.progress import track
from kerazoo.serving.limits import UNLIMITED
from kerazoo.tasks.licences import licence_of
from kerazoo.tasks.transformer.batches_of_texts import make_buckets
from kerazoo.tasks.transformer.batches_of_texts import of_texts
from kerazoo.tasks.transformer.starting_task import OF_TEXT
from kerazoo.tasks.transformer.transformer_task import SUITED
from kerazoo.tasks.transformer.transformer_task import TransformerTask
from kerazoo.text.special_tokens import MASK
from kerazoo.text.special_tokens import NUM_SPECIAL
from kerazoo.text.vocabulary_config import VocabularyConfig
from kerazoo.text.vocabulary_config import digest
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard

_VALIDATION_SEED = 0  # The same gaps at each evaluation.
_BATCH = 256  # Texts that are embedded at a time.


@dataclasses.dataclass
class MaskedLanguageModeling(TransformerTask):
    """Learns to fill gaps in texts: an encoder for other tasks to begin with.

    The best model is the one of the smallest loss of the gaps of validation texts.

    Args:
        dataset: `"python_topics"`, Python's own help texts; `"files"` of `data_dir`,
            see `kerazoo.data.text.unlabelled_files`; a name of TensorFlow Datasets; or
            an `UnlabelledText`. Default: the files where there is a `data_dir`, else
            Python's.
        data_dir: File or folder, or several with commas between them, or folder of the
            prepared datasets; or None.
        text_column: Column of the texts in tables, by name or number from 1. Default:
            the one of the usual names.
        max_length: Most tokens of a row; neighbouring lines of a text share one.
        tokens_per_batch: Most tokens of a step, with padding, over all devices.
            Default: 4,096, or more where a row needs it.
        num_buckets: Lengths that batches are padded to.
        mask_share: Share of the tokens that are to be predicted.
        whole_words: Hides all tokens of a word.
        vocabulary: `VocabularyConfig`. Default: 8,000 subwords, or fewer where the
            texts allow no more.
        network, training, init_from, fine_tuning: See
            `kerazoo.tasks.transformer.transformer_task.TransformerTask`.

    Example:

    ```python
    import kerazoo
    from kerazoo.data.text import UnlabelledText
    from kerazoo.models.transformer import NetworkConfig
    from kerazoo.tasks.transformer import MaskedLanguageModeling
    from kerazoo.text import VocabularyConfig
    from kerazoo.training import Schedule

    text = UnlabelledText.of("hamlet", ["to be or not to be"] * 40)
    task = MaskedLanguageModeling(
        text,
        vocabulary=VocabularyConfig("characters"),
        network=NetworkConfig(hidden_size=16, num_layers=1, num_heads=2),
    )
    kerazoo.run(task, "runs/hamlet", Schedule(train_steps=4, eval_every=4))
    task.embed(["to be"])  # (1, 16)
    ```
    """

    dataset: str | UnlabelledText = SUITED
    data_dir: str | os.PathLike | None = free(None)
    text_column: str | int | None = None
    max_length: int = 128
    tokens_per_batch: int | None = None
    num_buckets: int = 6
    mask_share: float = 0.15
    whole_words: bool = True
    vocabulary: VocabularyConfig = dataclasses.field(default_factory=VocabularyConfig)

    kind = "pretrain"
    objective, mode = "validation_loss", "min"
    starts_from = OF_TEXT

    def __post_init__(self):
        if self.dataset is None:
            self.dataset = "files" if self.data_dir else "python_topics"

    @property
    def name(self) -> str:
        if isinstance(self.dataset, UnlabelledText):
            return f"{self.dataset.name}_encoder"
        if self.dataset != "files" or not self.data_dir:
            return f"{self.dataset}_encoder"
        names = map(_name_of, str(self.data_dir).split(","))
        return "_".join([*names, "encoder"])

    def build(self, strategy, train_steps, seed):
        self.texts = self.dataset
        if isinstance(self.dataset, str):
            self.texts = load_unlabelled(self.dataset, self.data_dir, self.text_column)
        lines = [line for document in self.texts.train for line in document]
        self.tokenizer = self.make_tokenizer(lines)
        self.seed = seed
        self._train = self._buckets("training", self.texts.train, strategy, seed)
        self._validation = self._buckets(
            "validation", self.texts.validation, strategy, seed
        )
        self.examples_per_step = (
            self._train.num_examples / self._train.batches_per_epoch
        )
        begins = self.tokenizer.begins_word if self.whole_words else None
        size = self.tokenizer.vocabulary_size
        self._masks = TokenMasks(size, MASK, NUM_SPECIAL, self.mask_share, begins)
        with strategy.scope():
            self.model = make_masked_language_model(
                size,
                self.max_length,
                self.used_network,
                self.training,
                train_steps,
                self.start,
            )
        serving = self._serving(self.model, UNLIMITED)
        self._fill, self._embed = map(of_texts, (serving.fill_mask, serving.embed))
        self._measure = tf.function(
            self._measured, reduce_retracing=True, autograph=False
        )

    def batches(
        self, start_step: int, context: tf.distribute.InputContext | None
    ) -> tf.data.Dataset:
        return self._hidden(self._train, self.seed, start_step, context)

    def validate(self) -> dict[str, float]:
        """Returns loss and accuracy of the gaps of the validation texts."""
        count = self._validation.batches_per_epoch
        batches = self._hidden(self._validation, _VALIDATION_SEED).take(count)
        total = np.zeros(3)
        for inputs, targets in track(batches, "Validation", count, "batches"):
            total += np.array(self._measure(inputs, targets))
        loss, right, tokens = total
        return {
            "validation_loss": loss / tokens,
            "validation_accuracy": right / tokens,
        }

    def test(self) -> dict[str, typing.Any]:
        measured = self.validate()
        return {
            **measured,
            "perplexity": math.exp(measured["validation_loss"]),
            "vocabulary_size": self.tokenizer.vocabulary_size,
        }

    def fill(self, texts: typing.Sequence[str]) -> list[str]:
        """Returns texts with the likeliest token in each `<mask>`."""
        found = self._fill(tf.constant(list(texts)))["text"].numpy()
        return [text.decode(errors="replace") for text in found]

    def embed(self, texts: typing.Sequence[str]) -> np.ndarray:
        """Returns a vector of each text, float32 `(N, D)`."""
        parts = [
            self._embed(tf.constant(list(texts[i : i + _BATCH])))["embedding"].numpy()
            for i in range(0, len(texts), _BATCH)
        ]
        return np.concatenate(parts)

    def serving(self, model: Transformer) -> ServingMaskedLanguageModel:
        return self._serving(model, self.limits)

    def identity(self) -> dict[str, typing.Any]:
        return {
            "vocabulary": digest(self.tokenizer),
            "training_data": data_digest(*self.texts.train),
        }

    def describe_data(self) -> str:
        return (
            f"{self.texts.name}, {self._train.num_examples:,} rows to train on and "
            f"{self._validation.num_examples:,} to validate with; "
            f"{self.tokenizer.vocabulary_size:,} tokens"
        )

    def card(self) -> ModelCard:
        return ModelCard(
            summary=(
                f"Fills gaps in texts like those of {self.texts.name}, and turns texts "
                "into vectors; other models begin with it."
            ),
            intended_use="To be trained further, by --init_from, on a task of texts.",
            limitations=(
                "What it fills in is likely, not true.",
                "Its vectors are those of one language and kind of text; nobody has "
                "measured what they are good for without further training.",
            ),
            measured_on=f"{self._validation.num_examples:,} rows for validation",
            licence=licence_of(self.dataset),
            data_digest=self.identity()["training_data"],
        )

    def metadata(self) -> dict[str, typing.Any]:
        return {**super().metadata(), "max_length": self.max_length}

    def default_network(self) -> NetworkConfig:
        return NetworkConfig()

    def _serving(self, model, limits):
        return ServingMaskedLanguageModel(
            model, self.tokenizer, self.max_length, limits
        )

    def _buckets(self, part, documents, strategy, seed):
        documents = filter(None, documents)
        lines = [self.tokenizer.encode_lists(document) for document in documents]
        return make_buckets(
            part,
            (pack_lines(lines, self.max_length),),
            self.tokens_per_batch,
            self.max_length,
            num_buckets=self.num_buckets,
            seed=seed,
            multiple_of=strategy.num_replicas_in_sync,
        )

    def _hidden(self, buckets, seed, start_step=0, context=None):
        batches = buckets.batches(start_step, context).map(lambda tokens: tokens)
        return hide_tokens(batches, self._masks, seed, start_step, context)

    def _measured(self, inputs, targets):
        """Returns sums over the gaps: of losses, of right tokens, and of gaps."""
        logits = self.model(inputs)
        is_gap = tf.cast(targets > 0, tf.float32)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
        found = tf.argmax(logits, axis=-1, output_type=tf.int32)
        is_right = tf.cast(found == targets, tf.float32)
        sums = (losses * is_gap, is_right * is_gap, is_gap)
        return tf.stack([tf.reduce_sum(values) for values in sums])


def _name_of(path):
    path = pathlib.Path(path)
    return stem_of(path) if path.is_file() else path.absolute().name
