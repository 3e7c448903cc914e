r"""Scores an exported translator as papers on Multi30k do.

    python -m benchmarks.translation_quality --saved_model=saved_models/NAME/1 \
        --source=multi30k/test_2016_flickr.en.gz \
        --references=multi30k_bpe/test.2016.de.gz

The references are lower-case words with spaces between, as Moses splits and escapes
them, perhaps in subwords joined by "@@ ". Translations are split as sacreBLEU's "13a"
does, which is the same but for some abbreviations and apostrophes. Prints BLEU of these
words, and that of sacreBLEU if `--text` has the references as they were written.
"""

import math

from absl import app
from absl import flags

from apps.cli import errors
from benchmarks.processes import report

with errors.heavy_imports("text"):
    import numpy as np
    import tensorflow as tf
    import tensorflow_text  # noqa: F401
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

    from kerazoo.data.text import read_lines
    from kerazoo.evaluation.text import tokenized_bleu
    from kerazoo.evaluation.text import translation_scores

_SAVED_MODEL = flags.DEFINE_string("saved_model", None, "Folder of one version.")
_SOURCE = flags.DEFINE_string("source", None, "File of texts to translate.")
_REFERENCES = flags.DEFINE_string("references", None, "File of split translations.")
_TEXT = flags.DEFINE_string("text", None, "File of translations as written.")
flags.mark_flags_as_required(["saved_model", "source", "references"])
_BATCH = 64
_ESCAPES = {"&": "&amp;", '"': "&quot;", "'": "&apos;", "|": "&#124;"}


def main(_):
    translations = translate(read_lines(_SOURCE.value))
    references = [line.replace("@@ ", "") for line in read_lines(_REFERENCES.value)]
    split = Tokenizer13a()
    table = str.maketrans(_ESCAPES)
    words = [split(line.lower()).translate(table) for line in translations]
    report("tokenized_bleu", value=round(tokenized_bleu(words, references), 2))
    if _TEXT.value:
        scores = translation_scores(translations, read_lines(_TEXT.value))
        report("sacrebleu", **{name: round(score, 2) for name, score in scores.items()})


def translate(sources):
    """Returns the translations of a list of str, by the exported default."""
    model = tf.saved_model.load(_SAVED_MODEL.value)
    function = model.signatures["serving_default"]
    lines = []
    for part in np.array_split(sources, math.ceil(len(sources) / _BATCH)):
        found = function(text=tf.constant(part))["translation"]
        lines += [line.decode() for line in found.numpy()]
    return lines


if __name__ == "__main__":
    app.run(main)
