"""How a text goes on."""

import dataclasses
import logging
import math
import os
import pathlib
import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.digest import data_digest
from kerazoo.data.text.loading import load_plain
from kerazoo.data.text.plain_text import PlainText
from kerazoo.data.text.text_windows import token_windows
from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.config import make_language_model
from kerazoo.models.transformer.serving_language_model import ServingLanguageModel
from kerazoo.models.transformer.transformer import Transformer
from kerazoo.progress import track
from kerazoo.serving.limits import UNLIMITED
from kerazoo.tasks.licences import licence_of
from kerazoo.tasks.transformer.starting_task import OF_TEXT
from kerazoo.tasks.transformer.transformer_task import SUITED
from kerazoo.tasks.transformer.transformer_task import TransformerTask
from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.special_tokens import EOS
from kerazoo.text.vocabulary_config import VocabularyConfig
from kerazoo.text.vocabulary_config import digest
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard
from kerazoo.training.strategy import check_batch_size

_BLOCK = 64  # Tokens, where the text allows it.
_SHORTEST_BLOCK = 3
_EVAL_TOKENS = 8_192  # Of a batch of validation, about.
_SAMPLES = 3
_logger = logging.getLogger(__name__)


def _network():
    return NetworkConfig(num_layers=4, dropout=0.0)


@dataclasses.dataclass
class LanguageModeling(TransformerTask):
    """Learns to go on with a text, by windows of it at random places.

    The best model is the one of the smallest loss of the validation text.

    Args:
        dataset: `"python_topics"`, Python's own help texts; `"file"`, the text file
            `data_dir` or the `.txt` files in it; a name of TensorFlow Datasets; or a
            `PlainText`. Default: the file where there is a `data_dir`, else Python's.
        data_dir: Path of the file or folder of files, or folder of the prepared
            datasets, or None.
        block_size: Tokens that the model sees at once, 3 or more. Default: 64, or as
            many as that of `init_from`, or fewer where the text is short.
        batch_size: Windows of a step, over all devices.
        vocabulary: `VocabularyConfig`, by default characters.
        network, training: See
            `kerazoo.tasks.transformer.transformer_task.TransformerTask`.

    Example:

    ```python
    import kerazoo
    from kerazoo.data.text import PlainText
    from kerazoo.models.transformer import NetworkConfig
    from kerazoo.tasks.transformer import LanguageModeling
    from kerazoo.training import Schedule

    text = PlainText.of("hamlet", "to be or not to be, " * 100)
    network = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    task = LanguageModeling(text, block_size=16, network=network)
    kerazoo.run(task, "runs/hamlet", Schedule(train_steps=4, eval_every=4))
    task.sample(step=4)["samples"]
    ```
    """

    dataset: str | PlainText = SUITED
    data_dir: str | os.PathLike | None = free(None)
    block_size: int | None = None
    batch_size: int = 12
    vocabulary: VocabularyConfig = dataclasses.field(default_factory=VocabularyConfig)
    _: dataclasses.KW_ONLY
    network: NetworkConfig = dataclasses.field(default_factory=_network)

    kind = "generate"
    starts_from = OF_TEXT
    objective, mode = "validation_loss", "min"

    def __post_init__(self):
        if self.dataset is None:
            self.dataset = "file" if self.data_dir else "python_topics"
        self.vocabulary.check_can_write()

    @property
    def name(self) -> str:
        if isinstance(self.dataset, PlainText):
            return self.dataset.name
        if self.dataset == "file" and self.data_dir:
            return pathlib.Path(self.data_dir).name.partition(".")[0]
        return self.dataset

    def build(self, strategy, train_steps, seed):
        plain = self.dataset
        if isinstance(plain, str):
            plain = load_plain(plain, self.data_dir)
        self.seed = seed
        self.tokenizer = self.make_tokenizer(plain.train.split("\n"), "characters")
        self._is_of_characters = isinstance(self.tokenizer, CharacterTokenizer)
        self._train, self._validation = map(
            self._tokens, (plain.train, plain.validation)
        )
        self._start = EOS
        if self._is_of_characters:
            self._start = int(self.tokenizer.encode_lists(["\n"])[0][0])
        self._block = self._block_of(plain)
        check_batch_size(self.batch_size, strategy)
        self.examples_per_step = self.batch_size
        with strategy.scope():
            self.model = make_language_model(
                self.tokenizer.vocabulary_size,
                self._block,
                self.used_network,
                self.training,
                train_steps,
                self.start,
            )
        self._test_step = tf.function(
            self.model.test_step, reduce_retracing=True, autograph=False
        )
        serving = self._serving(self.model, UNLIMITED)
        self._generate = tf.function(serving.generate, autograph=False)

    def batches(
        self, start_step: int, context: tf.distribute.InputContext | None
    ) -> tf.data.Dataset:
        return token_windows(
            self._train,
            self._block,
            self.batch_size,
            self.seed,
            start_step,
            context,
        )

    def validate(self) -> dict[str, float]:
        """Returns `validation_loss` of the blocks of the validation text, in nats."""
        block = self._block
        count = (len(self._validation) - 1) // block
        inputs = self._validation[: count * block].reshape(count, block)
        targets = self._validation[1 : count * block + 1].reshape(count, block)
        size = max(_EVAL_TOKENS // block, 1)
        total = 0.0
        for start in track(range(0, count, size), "Validation", unit="batches"):
            part = slice(start, start + size)
            batch = tf.constant(inputs[part]), tf.constant(targets[part])
            loss = float(self._test_step(batch)["loss"])
            total += loss * len(inputs[part])
        return {"validation_loss": total / count}

    def sample(self, step: int) -> dict[str, bytes | list[str]]:
        """Returns how texts begin, and go on, as `samples`."""
        found = self._generate(
            tf.fill([_SAMPLES], ""), tf.constant(0), tf.constant(0.8), tf.constant(1.0)
        )
        lines = [line.decode(errors="replace") for line in found["text"].numpy()]
        return {"samples": lines}

    def test(self) -> dict[str, typing.Any]:
        loss = self.validate()["validation_loss"]
        return {
            "validation_loss": loss,
            "perplexity": math.exp(loss),
            "vocabulary_size": self.tokenizer.vocabulary_size,
        }

    def serving(self, model: Transformer) -> ServingLanguageModel:
        return self._serving(model, self.limits)

    def identity(self) -> dict[str, typing.Any]:
        return {
            "vocabulary": digest(self.tokenizer),
            "training_data": data_digest(self._train),
        }

    def describe_data(self) -> str:
        train, validation = len(self._train), len(self._validation)
        return (
            f"{self.name}, {train:,} tokens to train on and {validation:,} to validate "
            f"with, of a vocabulary of {self.tokenizer.vocabulary_size:,}"
        )

    def card(self) -> ModelCard:
        return ModelCard(
            summary=(
                f"Goes on with texts in the manner of {self.name}, and says how likely "
                "a text is."
            ),
            intended_use="Experiments with language models, and tests of software.",
            limitations=(
                "What it writes is made up: it may be false, offensive, or a copy of "
                "what it has read, whose licence then counts.",
                "It answers no questions and follows no instructions.",
            ),
            measured_on=f"{len(self._validation):,} tokens for validation",
            licence=licence_of(self.dataset),
            data_digest=self.identity()["training_data"],
        )

    def metadata(self) -> dict[str, typing.Any]:
        return {**super().metadata(), "block_size": self._block}

    def _block_of(self, plain):
        """Returns the tokens of a block: those asked for, or what the text allows."""
        shortest, what, text = min(
            (len(self._train), "train", plain.train),
            (len(self._validation), "validate", plain.validation),
        )
        counts = f"{shortest:,} tokens ({len(text):,} characters) to {what} with"
        if self.block_size is not None:
            if not _SHORTEST_BLOCK <= self.block_size < shortest:
                raise ValueError(
                    f"`block_size` must be {_SHORTEST_BLOCK} or more and below the "
                    f"{counts}. Received: block_size={self.block_size}"
                )
            return self.block_size
        usual = (self.pretrained and self.pretrained.max_length) or _BLOCK
        block = min(usual, shortest - 1)
        if block < _SHORTEST_BLOCK:
            raise ValueError(
                f"The text is too short: it has {counts}, and `block_size` is "
                f"{_SHORTEST_BLOCK} or more. Received: "
                f"{len(plain.train) + len(plain.validation)} characters"
            )
        if block < usual:
            _logger.info(
                f"Blocks have {block} tokens, the most that the {counts} allow, and "
                f"not {usual} as by default"
            )
        return block

    def _tokens(self, text):
        """Returns the tokens of a text, int32 array; lines of subwords end with EOS."""
        if self._is_of_characters:
            return self.tokenizer.encode_lists([text], add_eos=False)[0]
        return np.concatenate(self.tokenizer.encode_lists(text.split("\n")))

    def _serving(self, model, limits):
        return ServingLanguageModel(
            model,
            self.tokenizer,
            self._block,
            self._start,
            has_end=not self._is_of_characters,
            limits=limits,
        )
