"""What a Transformer learns to translate for an app, and how that is measured."""

import pathlib
import unicodedata

from apps import data_flags as data
from apps import flags as shared
from apps import runner
from apps import text_flags as text
from apps import transformer_models as models
from apps import vocabularies
from apps.data_digest import data_digest

with runner.heavy_imports("text"):
    import numpy as np
    import tensorflow as tf

    from kerazoo.data.text.dates import dates
    from kerazoo.data.text.parallel_files import parallel_files
    from kerazoo.data.text.tfds_text import tfds_parallel
    from kerazoo.data.text.token_buckets import TokenBuckets
    from kerazoo.evaluation.text.translation import translation_scores
    from kerazoo.models.transformer.networks import EncoderDecoder
    from kerazoo.models.transformer.serving_translator import ServingTranslator
    from kerazoo.models.transformer.text.special_tokens import BOS
    from kerazoo.models.transformer.transformer import Transformer

_ROOM = 1.25  # Tokens of translations, over the longest of training.
_BATCH = 64  # Sentences that are translated at a time.
_DEFAULT = "dates"


def dataset_name():
    """Returns the name of the dataset, for folders."""
    if _dataset() == "files":
        languages = f"{text.SOURCE_LANGUAGE.value}_{text.TARGET_LANGUAGE.value}"
        folder = pathlib.Path(data.DATA_DIR.value or ".").absolute().name
        return f"{folder}_{languages}"
    return _dataset()


class Translation:
    """Pairs of texts, a model that learns them, and measures of what it has learnt.

    Attributes:
        model: `Transformer`, compiled.
        objective, mode: What the best model has, and whether `"max"` or `"min"`.
        examples_per_step: float. Pairs of a step.
    """

    def __init__(self, strategy):
        # The loss rises again while translations get better.
        self.objective, self.mode = "validation_loss", "min"
        if text.EVAL_SENTENCES.value:
            self.objective, self.mode = "validation_bleu", "max"
        self._pairs = _load()
        train = self._pairs.train
        self._tokenizer = vocabularies.make([*train[0], *train[1]])
        self._train = self._buckets("training", train, strategy)
        self._validation = self._buckets("validation", self._pairs.validation, strategy)
        self.examples_per_step = (
            self._train.num_examples / self._train.batches_per_epoch
        )
        longest = max(length for _, length in self._train.shapes)
        self._length = int(_ROOM * longest) + 1
        arguments = models.network_arguments("translate")
        self.model = models.make_model(
            Transformer,
            lambda: EncoderDecoder(
                self._tokenizer.vocabulary_size,
                max_length=max(self._length, text.MAX_LENGTH.value),
                **arguments,
            ),
            strategy,
        )
        self._greedy = _of_texts(self.serving(self.model).greedy)
        self._test_step = tf.function(self.model.test_step, reduce_retracing=True)

    def batches(self, start_step, context):
        """Returns batches of training from a step on."""
        return self._train.batches(start_step, context).map(_shifted)

    def evaluate(self):
        """Returns `validation_loss` and more of what is being learnt."""
        measured = {"validation_loss": self._loss(self._validation)}
        count = text.EVAL_SENTENCES.value
        if count:
            sources, targets = (side[:count] for side in self._pairs.validation)
            scores = _scores(self.translate(sources, self._greedy), targets)
            measured |= {f"validation_{name}": v for name, v in scores.items()}
        return measured

    def measure(self):
        """Returns what the trained model makes of the test data, or else validation."""
        part = self._pairs.test or self._pairs.validation
        serving = self.serving(self.model)
        hypotheses = self.translate(part[0], _of_texts(serving.translate))
        return {
            **_scores(hypotheses, part[1]),
            "beam_size": text.BEAM_SIZE.value,
            "test_pairs": len(part[0]),
            "vocabulary_size": self._tokenizer.vocabulary_size,
            "parameters": self.model.network.count_params(),
        }

    def translate(self, sources, function):
        """Translates a list of str, those of about the same length together."""
        order = np.argsort([len(source) for source in sources], kind="stable")
        found = [None] * len(sources)
        for start in range(0, len(order), _BATCH):
            part = order[start : start + _BATCH]
            batch = tf.constant([sources[i] for i in part])
            for i, line in zip(part, function(batch)["translation"].numpy()):
                found[i] = line.decode()
        return found

    def serving(self, model):
        """Returns what serves a copy of the model."""
        return ServingTranslator(
            model,
            self._tokenizer,
            self._length,
            max_source_length=text.MAX_LENGTH.value,
            beam_size=text.BEAM_SIZE.value,
            length_penalty=text.LENGTH_PENALTY.value,
        )

    def identity(self):
        """Returns what a run must not lose when it goes on, as a dict."""
        return {
            "vocabulary": vocabularies.digest(self._tokenizer),
            "training_data": data_digest(*self._pairs.train),
        }

    def metadata(self):
        """Returns what those who use the model must know."""
        return {
            "task": "translate",
            "dataset": dataset_name(),
            "source_language": text.SOURCE_LANGUAGE.value,
            "target_language": text.TARGET_LANGUAGE.value,
            "beam_size": text.BEAM_SIZE.value,
        }

    def _buckets(self, part, pairs, strategy):
        with vocabularies.bucket_errors(part):
            buckets = TokenBuckets(
                tuple(self._tokenizer.encode_lists(side) for side in pairs),
                text.TOKENS_PER_BATCH.value,
                num_buckets=text.NUM_BUCKETS.value,
                seed=shared.SEED.value,
                multiple_of=strategy.num_replicas_in_sync,
                max_length=text.MAX_LENGTH.value,
            )
        vocabularies.warn_of_long_texts(buckets.num_too_long, part, "left out")
        return buckets

    def _loss(self, buckets):
        total = count = 0.0
        for batch in buckets.batches().take(buckets.batches_per_epoch):
            inputs, targets = _shifted(*batch)
            tokens = float(np.count_nonzero(targets))
            total += tokens * float(self._test_step((inputs, targets))["loss"])
            count += tokens
        return total / count


def _dataset():
    return data.DATASET.value or ("files" if data.DATA_DIR.value else _DEFAULT)


def _load():
    name = _dataset()
    if text.LOCALES.value and name != _DEFAULT:
        raise ValueError("--locales goes with --dataset=dates.")
    if name == _DEFAULT:
        return dates(locales=text.LOCALES.value or None)
    if name != "files":
        languages = {
            side: holder.value if runner.is_given(holder.name) else None
            for side, holder in (
                ("source", text.SOURCE_LANGUAGE),
                ("target", text.TARGET_LANGUAGE),
            )
        }
        return tfds_parallel(name, data.DATA_DIR.value, **languages)
    if data.DATA_DIR.value is None:
        raise ValueError(
            "--dataset=files needs --data_dir, a folder of train.en, train.de and so "
            "on, with --source_language=en --target_language=de."
        )
    return parallel_files(
        data.DATA_DIR.value, text.SOURCE_LANGUAGE.value, text.TARGET_LANGUAGE.value
    )


def _of_texts(function):
    """Returns a function that is traced once, for any number of texts."""
    return tf.function(function, input_signature=[tf.TensorSpec((None,), tf.string)])


def _shifted(source, target):
    """Returns inputs and targets: each token is predicted from those before it."""
    before = tf.pad(target[:, :-1], [[0, 0], [1, 0]], constant_values=BOS)
    return (source, before), target


def _scores(hypotheses, references):
    hypotheses, references = (
        [_as_vocabularies_see(line) for line in side]
        for side in (hypotheses, references)
    )
    right = sum(ours == theirs for ours, theirs in zip(hypotheses, references))
    return {
        "exact_match": right / len(references),
        **translation_scores(hypotheses, references),
    }


def _as_vocabularies_see(line):
    """Normalises a text as SentencePiece does, one character after the other."""
    line = unicodedata.normalize("NFKC", line)
    if text.LOWER_CASE.value:
        line = unicodedata.normalize("NFKC", "".join(c.lower() for c in line))
    return " ".join(line.split())
