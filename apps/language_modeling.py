"""What a Transformer learns to go on with for an app, and how that is measured."""

import math
import pathlib

from apps import data_flags as data
from apps import flags as shared
from apps import runner
from apps import text_flags as text
from apps import transformer_models as models
from apps import vocabularies
from apps.data_digest import data_digest
from apps.training_schedule import check_batch_size

with runner.heavy_imports("text"):
    import numpy as np
    import tensorflow as tf

    from kerazoo.data.text.python_topics import python_topics
    from kerazoo.data.text.text_file import text_file
    from kerazoo.data.text.tfds_text import tfds_plain
    from kerazoo.data.text.token_windows import token_windows
    from kerazoo.models.transformer.networks import CausalLanguageModel
    from kerazoo.models.transformer.serving_language_model import ServingLanguageModel
    from kerazoo.models.transformer.text.special_tokens import EOS
    from kerazoo.models.transformer.transformer import Transformer

_DEFAULT = "python_topics"
_EVAL_TOKENS = 8_192  # Of a batch of validation, about.
_SAMPLES = 3


def dataset_name():
    """Returns the name of the dataset, for folders."""
    if _dataset() == "file" and data.DATA_DIR.value:
        return pathlib.Path(data.DATA_DIR.value).name.partition(".")[0]
    return _dataset()


class LanguageModeling:
    """A text, a model that learns to go on with it, and measures of how well.

    Attributes:
        model: `Transformer`, compiled.
        objective, mode: What the best model has, and whether `"max"` or `"min"`.
        examples_per_step: int. Windows of a step.
    """

    objective, mode = "validation_loss", "min"

    def __init__(self, strategy):
        plain = _load()
        self._tokenizer = vocabularies.make(plain.train.split("\n"), "characters")
        self._is_of_characters = hasattr(self._tokenizer, "characters")
        self._train, self._validation = map(
            self._tokens, (plain.train, plain.validation)
        )
        self._start = EOS
        if self._is_of_characters:
            self._start = int(self._tokenizer.encode_lists(["\n"])[0][0])
        block = text.BLOCK_SIZE.value
        for tokens, name in ((self._train, "train"), (self._validation, "validate")):
            if len(tokens) <= block:
                raise ValueError(
                    f"--block_size={block} is too long for the {len(tokens)} tokens to "
                    f"{name} with."
                )
        self.examples_per_step = shared.BATCH_SIZE.value
        check_batch_size(strategy)
        arguments = models.network_arguments("generate")
        self.model = models.make_model(
            Transformer,
            lambda: CausalLanguageModel(
                self._tokenizer.vocabulary_size, max_length=block, **arguments
            ),
            strategy,
        )
        self._test_step = tf.function(self.model.test_step, reduce_retracing=True)
        self._generate = tf.function(self.serving(self.model).generate)

    def batches(self, start_step, context):
        """Returns batches of training from a step on."""
        return token_windows(
            self._train,
            text.BLOCK_SIZE.value,
            shared.BATCH_SIZE.value,
            shared.SEED.value,
            start_step,
            context,
        )

    def evaluate(self):
        """Returns `validation_loss` of the blocks of the validation text, in nats."""
        block = text.BLOCK_SIZE.value
        count = (len(self._validation) - 1) // block
        inputs = self._validation[: count * block].reshape(count, block)
        targets = self._validation[1 : count * block + 1].reshape(count, block)
        size = max(_EVAL_TOKENS // block, 1)
        total = 0.0
        for start in range(0, count, size):
            part = slice(start, start + size)
            batch = tf.constant(inputs[part]), tf.constant(targets[part])
            loss = float(self._test_step(batch)["loss"])
            total += loss * len(inputs[part])
        return {"validation_loss": total / count}

    def sample(self):
        """Returns how texts begin, and go on, list of str."""
        found = self._generate(
            tf.fill([_SAMPLES], ""), tf.constant(0), tf.constant(0.8), tf.constant(1.0)
        )
        return [line.decode(errors="replace") for line in found["text"].numpy()]

    def measure(self):
        """Returns what the trained model has learnt."""
        loss = self.evaluate()["validation_loss"]
        return {
            "validation_loss": loss,
            "perplexity": math.exp(loss),
            "vocabulary_size": self._tokenizer.vocabulary_size,
            "parameters": self.model.network.count_params(),
        }

    def serving(self, model):
        """Returns what serves a copy of the model."""
        return ServingLanguageModel(
            model,
            self._tokenizer,
            text.BLOCK_SIZE.value,
            self._start,
            has_end=not self._is_of_characters,
        )

    def identity(self):
        """Returns what a run must not lose when it goes on, as a dict."""
        return {
            "vocabulary": vocabularies.digest(self._tokenizer),
            "training_data": data_digest(self._train),
        }

    def metadata(self):
        """Returns what those who use the model must know."""
        return {
            "task": "generate",
            "dataset": dataset_name(),
            "block_size": text.BLOCK_SIZE.value,
        }

    def _tokens(self, whole):
        """Returns the tokens of a text, int32 array; lines of subwords end with EOS."""
        if self._is_of_characters:
            return self._tokenizer.encode_lists([whole], add_eos=False)[0]
        return np.concatenate(self._tokenizer.encode_lists(whole.split("\n")))


def _dataset():
    return data.DATASET.value or ("file" if data.DATA_DIR.value else _DEFAULT)


def _load():
    name = _dataset()
    if name == _DEFAULT:
        return python_topics()
    if name != "file":
        return tfds_plain(name, data.DATA_DIR.value)
    if data.DATA_DIR.value is None:
        raise ValueError("--dataset=file needs --data_dir, the path of a text file.")
    return text_file(data.DATA_DIR.value)
