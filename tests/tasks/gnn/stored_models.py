"""Exports of tiny untrained models, as far as `GraphExplainer` reads them."""

import kerazoo.models.gnn  # noqa: F401

# isort: split
import json

import keras
import numpy as np

from kerazoo.data.graphs.karate_club import karate_club
from kerazoo.data.graphs.molecule_graph import featurize
from kerazoo.models.gnn import config

NAMES = ["Mr. Hi", "Officer"]


def store(folder, kind, model, **metadata):
    """Writes one model; returns its folder."""
    extra = folder / "1" / "assets.extra"
    extra.mkdir(parents=True)
    (folder / "1" / "saved_model.pb").touch()
    noted = {"family": "gnn", "task": kind, "class_names": None, "inputs": {}}
    (extra / "kerazoo.json").write_text(json.dumps({**noted, **metadata}))
    model.save(extra / "model.keras")
    return folder


def store_models(folder):
    """Writes a model of each kind; returns a dict of kind to its folder."""
    keras.utils.set_random_seed(0)
    club, ethanol = karate_club().graph, featurize("CCO")
    gcn, gine = (
        config.EncoderConfig(name, hidden_size=8, num_layers=2)
        for name in ("gcn", "gine")
    )
    targets = np.array([1.0, 3.0], "float32")
    readout = config.ReadoutConfig("mean", "mlp")
    models = {
        "node": config.make_node_classifier(club, 2, gcn),
        "link": config.make_link_predictor(club, gcn),
        "graph": config.make_graph_predictor([ethanol], targets, None, gine, readout),
    }
    columns = {"smiles_column": "smiles", "descriptors": False}
    noted = {
        "node": {"dataset": "karate_club", "class_names": NAMES},
        "link": {"dataset": "karate_club_link"},
        "graph": {"dataset": "molecules", "inputs": columns},
    }
    return {
        kind: store(folder / kind, kind, model, **noted[kind])
        for kind, model in models.items()
    }
