r"""Times the trained exports of `saved_models/` against their Keras models.

    python -m benchmarks.serving

Prints one JSON line per model: microseconds of one request after the other to the
signature, in TensorFlow's C library, which servers call; of `predict_on_batch` of the
Keras model that the export brings, on the same inputs; and the median of the ratios
over rounds, in which both take turns.
"""

import functools
import statistics
import time

import kerazoo.models.gnn  # Before TensorFlow: see `kerazoo.legacy_keras`.

# isort: split
from absl import app
from absl import flags

import kerazoo
from benchmarks.processes import median
from benchmarks.processes import report
from kerazoo.serving import Worker
from kerazoo.serving import newest_version
from kerazoo.serving.recorded_requests import WARMUP_FILE
from kerazoo.serving.recorded_requests import read_recorded

_ROUNDS = flags.DEFINE_integer("rounds", 5, "Rounds of both.", lower_bound=1)
_REQUESTS = flags.DEFINE_integer("requests", 200, "Requests a round.", lower_bound=1)
# Signature, and the names of what the Keras model takes; one of them: that tensor.
MODELS = {
    "dqn_cartpole": ("serving_default", ["observation"]),
    "gnn_karate_club": ("tensors", ["node_features", "source", "target"]),
}


def main(_):
    for name, (signature, inputs) in MODELS.items():
        version = newest_version(f"saved_models/{name}")
        recorded = read_recorded(version / "assets.extra" / WARMUP_FILE)
        (request,) = (r.inputs for r in recorded if r.signature == signature)
        taken = {key: request[key] for key in inputs}
        model = kerazoo.load(version)
        predict = functools.partial(
            model.predict_on_batch, taken if len(inputs) > 1 else taken[inputs[0]]
        )
        with Worker(version) as worker:
            serve = functools.partial(worker.time, [(signature, request)])
            pairs = [(_served(serve), _called(predict)) for _ in range(_ROUNDS.value)]
        report(
            name,
            microseconds=median(served for served, _ in pairs),
            predict_on_batch=median(called for _, called in pairs),
            ratio=median(served / called for served, called in pairs),
        )


def _served(serve):
    return statistics.mean(serve(_REQUESTS.value + 1)[1:]) * 1e6


def _called(predict):
    predict()
    begin = time.perf_counter()
    for _ in range(_REQUESTS.value):
        predict()
    return (time.perf_counter() - begin) / _REQUESTS.value * 1e6


if __name__ == "__main__":
    app.run(main)
