r"""Times graph networks against PyTorch Geometric, and their growth with the graph.

    KERAZOO_PEERS_PYTHON=/path/to/python python -m benchmarks.gnn

Prints one JSON line per figure. The peers run with the Python of
`KERAZOO_PEERS_PYTHON` (torch, torch_geometric) from the scripts in `KERAZOO_PEERS`
(default ../shared/peers); ours and theirs take turns, and ratios, theirs over ours, are
medians over pairs. Give it an idle machine and about five minutes.
"""

import json
import os
import pathlib
import re
import statistics
import subprocess
import sys

from absl import app
from absl import flags

_PAIRS = flags.DEFINE_integer("pairs", 3, "Runs of each side.", lower_bound=1)
_ONLY = flags.DEFINE_enum(
    "only", None, ["epoch", "propagation", "growth"], "Part to run. Default: all."
)
_PYTHON = os.environ.get("KERAZOO_PEERS_PYTHON")
_PEERS = pathlib.Path(os.environ.get("KERAZOO_PEERS", "../shared/peers"))

_EPOCH_PEERS = {  # Name: what the peer's script calls it.
    "stock": "edge_index uncached",
    "cached": "edge_index cached",
    "sparse": "sparse X (hand-made) cached",
}
_TORCH_PROPAGATION = """
import json, sys, time, numpy, torch
nodes, edges, width, threads = map(int, sys.argv[1:])
torch.set_num_threads(threads)
random = numpy.random.default_rng(0)
ends = torch.tensor(random.integers(0, nodes, (2, edges)))
weights = torch.tensor(random.random(edges, "float32"))
matrix = torch.sparse_coo_tensor(ends, weights, (nodes, nodes)).coalesce()
transposed, matrix = matrix.t().to_sparse_csr(), matrix.to_sparse_csr()
x = torch.randn(nodes, width, requires_grad=True)
upstream = torch.randn(nodes, width)
def autograd():
    x.grad = None
    (matrix @ x).backward(upstream)
def both_stored():
    with torch.no_grad():
        matrix @ x, transposed @ upstream
def milliseconds(function):
    function()
    times = []
    for _ in range(20):
        start = time.perf_counter()
        function()
        times.append(1e3 * (time.perf_counter() - start))
    return float(numpy.median(times))
print(json.dumps([milliseconds(autograd), milliseconds(both_stored)]))
"""


def main(_):
    if not _PYTHON or not _PEERS.is_dir():
        report("peers", note="peer not installed: set KERAZOO_PEERS_PYTHON")
    for part in (epoch, propagation, growth):
        if _ONLY.value in (None, part.__name__):
            part()


def epoch():
    """Processor time of an epoch of the 2-layer GCN on Cora's size, one thread."""
    ours, theirs = [], []
    for _ in range(_PAIRS.value):
        ours.append(run_step("epoch", threads=1))
        theirs.append(run_pyg())
    report("epoch_cpu_milliseconds", value=median(ours))
    for name in _EPOCH_PEERS:
        pairs = [(a, b[name]) for a, b in zip(ours, theirs) if b and name in b]
        report(
            "epoch_cpu_milliseconds",
            peer=f"PyG {name}",
            value=median(b for _, b in pairs) if pairs else "peer not installed",
            ratio=median(b / a for a, b in pairs) if pairs else None,
        )


def propagation(nodes=20_000, edges=400_000, width=64):
    """Wall clock of one product with the adjacency matrix and of its gradient."""
    for threads in (1, 2):
        adjacency, layer, theirs = [], [], []
        size = (nodes, edges, width)
        for _ in range(_PAIRS.value):
            adjacency.append(
                run_step("propagation", "adjacency", *size, threads=threads)
            )
            layer.append(run_step("propagation", "edges", *size, threads=threads))
            theirs.append(run_torch(*size, threads))
        torch = dict.fromkeys(("autograd", "both_stored"), "peer not installed")
        if theirs[0]:
            torch = {name: [run[i] for run in theirs] for i, name in enumerate(torch)}
        for name, runs in {"AdjacencyMatrix": adjacency, "EdgeMatrix": layer}.items():
            values = {"matrix": name, "threads": threads, "value": median(runs)}
            for peer, times in torch.items():
                values[f"torch_{peer}"] = median(times) if theirs[0] else times
                if theirs[0]:
                    ratios = [b / a for a, b in zip(runs, times)]
                    values[f"ratio_{peer}"] = median(ratios)
            report("propagation_milliseconds", **values)


def growth():
    """Time and memory of full-batch steps of a GCN on larger and larger graphs."""
    for edges in (10_000, 100_000, 1_000_000, 4_000_000):
        milliseconds, start_mb, peak_mb = run_step("growth", edges)
        report(
            "growth",
            edges=edges,
            milliseconds=round(milliseconds, 3),
            microseconds_per_1000_edges=round(1e6 * milliseconds / edges, 3),
            peak_mb=round(peak_mb),
            bytes_per_edge=round((peak_mb - start_mb) * 2**20 / edges),
        )


def run_step(*arguments, threads=0):
    """Returns what `benchmarks.gnn_step` prints."""
    command = [sys.executable, "-m", "benchmarks.gnn_step", *map(str, arguments)]
    return json.loads(run(command, threads).splitlines()[-1])


def run_pyg():
    """Returns the median milliseconds of PyG's variants by name, or None."""
    script = _PEERS / "gnn_pyg.py"
    if not _PYTHON or not script.exists():
        return None
    lines = re.findall(
        r"^PYG (.+?) +min .* median (\S+) ms", run([_PYTHON, str(script)], 1), re.M
    )
    times = {name: float(median) for name, median in lines}
    return {
        name: times[title] for name, title in _EPOCH_PEERS.items() if title in times
    }


def run_torch(*arguments):
    """Returns PyTorch's milliseconds, by autograd and by a stored transpose."""
    if not _PYTHON:
        return None
    command = [_PYTHON, "-W", "ignore", "-c", _TORCH_PROPAGATION, *map(str, arguments)]
    return json.loads(run(command, arguments[-1]))


def run(command, threads):
    environment = {**os.environ, "T": str(threads)}
    if threads:
        environment["OMP_NUM_THREADS"] = str(threads)
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=environment
    )
    return done.stdout


def median(values):
    return round(statistics.median(values), 3)


def report(figure, **values):
    print(json.dumps({"figure": figure, **values}), flush=True)


if __name__ == "__main__":
    app.run(main)
