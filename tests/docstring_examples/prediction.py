"""`version` of an export that takes long texts for good ones, and what goes with it."""

import functools
import pathlib
import tempfile

import tensorflow as tf

from kerazoo.prediction.loading import load_predictor
from kerazoo.prediction.row import Row
from kerazoo.prediction.text_inputs import read_texts
from kerazoo.serving.exporting import export

METADATA = {
    "family": "transformer",
    "task": "classify",
    "class_names": ["bad", "good"],
}


class Classifier(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, "text")])
    def classify(self, text):
        good = tf.sigmoid(tf.cast(tf.strings.length(text), tf.float32) - 10)
        return {"probabilities": tf.stack([1 - good, good], axis=1)}


@functools.cache
def names():
    folder = pathlib.Path(tempfile.mkdtemp())
    module = Classifier()
    signatures = {"classify": module.classify}
    version = export(module, signatures, folder / "films", METADATA)
    (folder / "films.txt").write_text("a good film\na bad film\n")
    return {
        "Row": Row,
        "inputs": read_texts(folder / "films.txt"),
        "metadata": METADATA,
        "predictor": load_predictor(version, METADATA),
        "version": version,
    }
