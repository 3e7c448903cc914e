"""Answers to prompts."""

import dataclasses
import os
import pathlib
import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.digest import data_digest
from kerazoo.data.text.loading import load_prompted
from kerazoo.data.text.parallel_text import ParallelText
from kerazoo.data.text.text_files import stem_of
from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.config import make_language_model
from kerazoo.models.transformer.serving_language_model import ServingLanguageModel
from kerazoo.models.transformer.transformer import Transformer
from kerazoo.progress import track
from kerazoo.serving.limits import UNLIMITED
from kerazoo.tasks.licences import licence_of
from kerazoo.tasks.transformer.batches_of_texts import apply_by_length
from kerazoo.tasks.transformer.batches_of_texts import make_buckets
from kerazoo.tasks.transformer.batches_of_texts import of_texts
from kerazoo.tasks.transformer.batches_of_texts import say_counts
from kerazoo.tasks.transformer.starting_task import OF_TEXT
from kerazoo.tasks.transformer.transformer_task import TransformerTask
from kerazoo.text.special_tokens import BOS
from kerazoo.text.special_tokens import EOS
from kerazoo.text.special_tokens import PAD
from kerazoo.text.vocabulary_config import VocabularyConfig
from kerazoo.text.vocabulary_config import digest
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard
from kerazoo.training.strategy import check_batch_size

_SEPARATOR = BOS  # Between a prompt and its answer, which have none of their own.
_START = EOS
_BATCH = 64  # Prompts that are answered at a time.
_MOST_ANSWERED = 500  # Of the test.
LOSS_ON = ("answers", "all")


def _network():
    return NetworkConfig(num_layers=4, dropout=0.0)


@dataclasses.dataclass
class PromptAnswering(TransformerTask):
    """Learns to answer prompts: a language model that is tuned to instructions.

    The best model is the one of the smallest loss of the validation answers.

    Args:
        dataset: `"file"` of `data_dir`, see `kerazoo.data.text.prompted_files`; or a
            `ParallelText` of prompts and answers. Default: the file.
        data_dir: Path of the table, `.jsonl` or folder.
        block_size: Most tokens of a prompt and its answer; longer pairs are left out.
            Default: as many as the longest pair has.
        batch_size: Pairs of a step, over all devices, if they were of `block_size`; of
            shorter ones there are more.
        loss_on: `"answers"`: only their tokens are learnt; `"all"`: prompts, too.
        vocabulary: `VocabularyConfig`, by default characters.
        network, training, init_from, fine_tuning: See
            `kerazoo.tasks.transformer.transformer_task.TransformerTask`.

    Example:

    ```python
    import kerazoo
    from kerazoo.data.text import ParallelText
    from kerazoo.models.transformer import NetworkConfig
    from kerazoo.tasks.transformer import PromptAnswering
    from kerazoo.training import Schedule

    sums = [f"{i} + 1 =" for i in range(40)], [f"{i + 1}" for i in range(40)]
    network = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    task = PromptAnswering(ParallelText("sums", sums, sums), network=network)
    kerazoo.run(task, "runs/sums", Schedule(train_steps=4, eval_every=4))
    task.answer(["3 + 1 ="])
    ```
    """

    dataset: str | ParallelText = "file"
    data_dir: str | os.PathLike | None = free(None)
    block_size: int | None = None
    batch_size: int = 12
    loss_on: str = "answers"
    vocabulary: VocabularyConfig = dataclasses.field(default_factory=VocabularyConfig)
    _: dataclasses.KW_ONLY
    network: NetworkConfig = dataclasses.field(default_factory=_network)

    kind = "generate"
    objective, mode = "validation_loss", "min"
    starts_from = OF_TEXT

    def __post_init__(self):
        self.dataset = self.dataset or "file"
        self.vocabulary.check_can_write()
        if self.loss_on not in LOSS_ON:
            raise ValueError(
                f"`loss_on` must be one of {', '.join(LOSS_ON)}. "
                f"Received: loss_on={self.loss_on}"
            )

    @property
    def name(self) -> str:
        if isinstance(self.dataset, ParallelText):
            return self.dataset.name
        return stem_of(pathlib.Path(self.data_dir or self.dataset))

    def build(self, strategy, train_steps, seed):
        self.pairs = self.dataset
        if isinstance(self.dataset, str):
            self.pairs = load_prompted(self.dataset, self.data_dir)
        prompts, answers = self.pairs.train
        lines = [line for text in (*prompts, *answers) for line in text.split("\n")]
        self.tokenizer = self.make_tokenizer(lines, "characters")
        parts = self.pairs.train, self.pairs.validation
        tokens = [self._tokens(*part) for part in parts]
        self._block = self._block_of(tokens)
        check_batch_size(self.batch_size, strategy)
        self._train, self._validation = (
            self._buckets(name, part, strategy, seed)
            for name, part in zip(("training", "validation"), tokens)
        )
        self.examples_per_step = (
            self._train.num_examples / self._train.batches_per_epoch
        )
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
        self._answer = of_texts(
            lambda prompts: serving.generate(
                prompts, tf.constant(0), tf.constant(0.0), tf.constant(1.0)
            )
        )

    def batches(
        self, start_step: int, context: tf.distribute.InputContext | None
    ) -> tf.data.Dataset:
        return self._train.batches(start_step, context).map(self._shifted)

    def validate(self) -> dict[str, float]:
        """Returns `validation_loss` of the validation answers, in nats a token."""
        total = num_tokens = 0.0
        count = self._validation.batches_per_epoch
        batches = self._validation.batches().take(count)
        for batch in track(batches, "Validation", count, "batches"):
            inputs, targets = self._shifted(*batch)
            tokens = float(np.count_nonzero(targets))
            total += tokens * float(self._test_step((inputs, targets))["loss"])
            num_tokens += tokens
        return {"validation_loss": total / num_tokens}

    def test(self) -> dict[str, typing.Any]:
        prompts, answers = self.pairs.test or self.pairs.validation
        prompts, answers = prompts[:_MOST_ANSWERED], answers[:_MOST_ANSWERED]
        pairs = zip(self.answer(prompts), answers, strict=True)
        right = sum(found.split() == wanted.split() for found, wanted in pairs)
        return {
            "exact_match": right / len(prompts),
            "test_pairs": len(prompts),
            "vocabulary_size": self.tokenizer.vocabulary_size,
        }

    def answer(self, prompts: typing.Sequence[str]) -> list[str]:
        """Returns the answers of the likeliest tokens."""
        found = apply_by_length(
            lambda batch: self._answer(batch)["answer"].numpy(), prompts, _BATCH
        )
        return [text.decode(errors="replace") for text in found]

    def serving(self, model: Transformer) -> ServingLanguageModel:
        return self._serving(model, self.limits)

    def identity(self) -> dict[str, typing.Any]:
        return {
            "vocabulary": digest(self.tokenizer),
            "training_data": data_digest(*self.pairs.train),
        }

    def describe_data(self) -> str:
        counts = say_counts("prompts", self.pairs)
        return f"{self.name}, {counts}; {self.tokenizer.vocabulary_size:,} tokens"

    def card(self) -> ModelCard:
        prompts, _ = self.pairs.test or self.pairs.validation
        part = "test" if self.pairs.test else "validation"
        return ModelCard(
            summary=f"Answers prompts in the manner of {self.name}.",
            intended_use=(
                "Prompts like those that it learnt from, for readers who can tell "
                "whether an answer is right."
            ),
            limitations=(
                "It answers anything, also what it cannot know: an answer may be "
                "false, offensive, or a copy of what it has read.",
                "Not for decisions about people, nor where a mistake does harm.",
            ),
            measured_on=f"{len(prompts):,} prompts for {part}",
            licence=licence_of(self.dataset),
            data_digest=self.identity()["training_data"],
        )

    def metadata(self) -> dict[str, typing.Any]:
        more = {"block_size": self._block, "loss_on": self.loss_on}
        return {**super().metadata(), **more}

    def _tokens(self, prompts, answers):
        """Returns the tokens of prompts with answers, and where answers begin."""
        asked = self.tokenizer.encode_lists(prompts, add_eos=False)
        said = self.tokenizer.encode_lists(answers)
        whole = [np.concatenate([a, [_SEPARATOR], b]) for a, b in zip(asked, said)]
        return whole, np.array([len(tokens) + 1 for tokens in asked], np.int32)

    def _block_of(self, tokens):
        """Returns the tokens of a block, with the one that each pair begins after."""
        if self.block_size is not None:
            shortest = max(min(map(len, pairs)) for pairs, _ in tokens) + 1
            if self.block_size < shortest:
                raise ValueError(
                    f"`block_size` must be {shortest} or more for one of the pairs. "
                    f"Received: block_size={self.block_size}"
                )
            return self.block_size
        return max(len(pair) for pairs, _ in tokens for pair in pairs) + 1

    def _buckets(self, part, tokens, strategy, seed):
        pairs, starts = tokens
        return make_buckets(
            part,
            (pairs,),
            self.batch_size * (self._block - 1),
            self._block - 1,
            seed=seed,
            multiple_of=strategy.num_replicas_in_sync,
            extras=(starts,),
        )

    def _shifted(self, tokens, starts):
        """Returns inputs and targets: each token is predicted from those before it."""
        inputs = tf.pad(tokens[:, :-1], [[0, 0], [1, 0]], constant_values=_START)
        if self.loss_on == "all":
            return inputs, tokens
        is_said = tf.range(tf.shape(tokens)[1]) >= starts[:, tf.newaxis]
        return inputs, tf.where(is_said, tokens, PAD)

    def _serving(self, model, limits):
        return ServingLanguageModel(
            model,
            self.tokenizer,
            self._block,
            _START,
            limits=limits,
            separator=_SEPARATOR,
        )
