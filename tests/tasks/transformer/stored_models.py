"""Exports of tiny untrained models, as far as `Explainer` reads them."""

import dataclasses
import json

import keras
import numpy as np

from kerazoo.models.transformer import NetworkConfig
from kerazoo.models.transformer import make_image_classifier
from kerazoo.models.transformer import make_text_classifier
from kerazoo.models.transformer import make_translator
from kerazoo.text import CharacterTokenizer
from kerazoo.text import VocabularyConfig
from kerazoo.text.stored_vocabulary import vocabulary_files

SMALL = NetworkConfig(hidden_size=8, num_layers=2, num_heads=2)
NAMES = ["bad", "good"]
MAX_LENGTH = 9


def store(folder, kind):
    """Writes a model; returns it and its tokenizer, None of images."""
    keras.utils.set_random_seed(0)
    tokenizer = CharacterTokenizer.of("a good film")
    size = tokenizer.vocabulary_size
    metadata = {"family": "transformer", "task": kind}
    if kind == "image":
        model, tokenizer = make_image_classifier((4, 6, 1), 2, SMALL), None
        metadata |= {"image_shape": [4, 6, 1], "class_names": NAMES}
    elif kind == "classify":
        model = make_text_classifier(size, MAX_LENGTH, 2, SMALL)
        model(np.array([[4, 5]]))
        metadata["class_names"] = NAMES
    else:
        one_layer = dataclasses.replace(SMALL, num_layers=1)
        model = make_translator(size, MAX_LENGTH, one_layer)
        model([np.array([[4, 5]]), np.array([[1, 5]])])
        model.network.set_weights([3 * w for w in model.network.get_weights()])
    extra = folder / "1" / "assets.extra"
    extra.mkdir(parents=True)
    (folder / "1" / "saved_model.pb").touch()
    (extra / "kerazoo.json").write_text(json.dumps(metadata))
    model.save(extra / "model.keras")
    if tokenizer is not None:
        files = vocabulary_files(tokenizer, VocabularyConfig("characters"))
        for name, content in files.items():
            (extra / name).write_bytes(content)
    return model, tokenizer
