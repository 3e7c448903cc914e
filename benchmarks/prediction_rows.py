"""Rows per second of `write_answers` and of a loop, which take turns.

    python -m benchmarks.prediction_rows texts|images ROWS PAIRS FOLDER

Prints a JSON list of pairs, of which each has wall-clock and processor time.
"""

import json
import pathlib
import sys

import numpy as np
import tensorflow as tf
from PIL import Image

import kerazoo
from benchmarks.step_timing import seconds
from kerazoo.data.images import ImageDataset
from kerazoo.data.text import LabelledText
from kerazoo.data.text import python_topics
from kerazoo.prediction import load_predictor
from kerazoo.prediction import open_inputs
from kerazoo.prediction import write_answers
from kerazoo.serving import load_signatures
from kerazoo.serving import read_metadata
from kerazoo.tasks.transformer import ImageClassification
from kerazoo.tasks.transformer import TextClassification
from kerazoo.training import Schedule

_BATCH = 128
_SIDE = 32  # Pixels.
_SCHEDULE = Schedule(train_steps=2, eval_every=2)
_RANDOM = np.random.default_rng(0)


def make_texts(folder, count):
    """Returns a task and a file of lines of Python's help."""
    lines = [line for line in python_topics().train.split("\n") if line.strip()]
    texts = [lines[i] for i in _RANDOM.integers(0, len(lines), count)]
    path = folder / "texts.txt"
    path.write_text("".join(f"{text.strip()}\n" for text in texts))
    part = texts[:1_000], np.arange(1_000, dtype=np.int32) % 4
    names = ["a", "b", "c", "d"]
    return TextClassification(LabelledText("lines", names, part, part)), path


def make_images(folder, count):
    """Returns a task and a folder of pictures with smooth colours."""
    small = _RANDOM.integers(0, 256, (count, 4, 4, 3), "uint8")
    (folder / "images").mkdir()
    for i, image in enumerate(small):
        picture = Image.fromarray(image).resize((_SIDE, _SIDE))
        picture.save(folder / "images" / f"{i:05d}.png")
    pixels = _RANDOM.integers(0, 256, (100, _SIDE, _SIDE, 3), "uint8")
    labels = np.arange(100, dtype=np.int32) % 10
    images = ImageDataset("colours", pixels, labels, pixels[:10], labels[:10], 10)
    return ImageClassification(images), folder / "images"


def loop_texts(signatures, path):
    """Asks about the lines of a file, batch after batch."""
    lines = path.read_bytes().splitlines()
    for start in range(0, len(lines), _BATCH):
        found = signatures["classify"](text=tf.constant(lines[start : start + _BATCH]))
        found["probabilities"].numpy()


def loop_images(signatures, folder):
    """Asks about the files of a folder, batch after batch."""
    paths = sorted(folder.iterdir())
    for start in range(0, len(paths), _BATCH):
        files = [path.read_bytes() for path in paths[start : start + _BATCH]]
        found = signatures["classify_files"](image_bytes=tf.constant(files))
        found["probabilities"].numpy()


def main(what, count, pairs, folder):
    folder = pathlib.Path(folder)
    make, loop = {
        "texts": (make_texts, loop_texts),
        "images": (make_images, loop_images),
    }[what]
    task, path = make(folder, int(count))
    kerazoo.run(task, folder / "run", _SCHEDULE, export_dir=folder / "model")
    version = folder / "model" / "1"
    metadata, signatures = read_metadata(version), load_signatures(version)
    predictor = load_predictor(version, metadata)

    def ours():
        inputs = open_inputs(metadata, path)
        write_answers(inputs, predictor, folder / "answers.csv", batch_size=_BATCH)

    def theirs():
        loop(signatures, path)

    def rates(function):
        return [int(count) / spent for spent in seconds(function)]

    for function in (ours, theirs):  # Traces, and reads the files from the disk.
        function()
    print(json.dumps([(rates(ours), rates(theirs)) for _ in range(int(pairs))]))


if __name__ == "__main__":
    main(*sys.argv[1:])
