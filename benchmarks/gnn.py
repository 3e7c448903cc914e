r"""Times graph networks against PyTorch Geometric, and their growth with the graph.

    KERAZOO_PEERS_PYTHON=/path/to/python python -m benchmarks.gnn

Prints one JSON line per figure. The peers run with the Python of
`KERAZOO_PEERS_PYTHON` (torch, torch_geometric) from the scripts in `KERAZOO_PEERS`
(default ../shared/peers); ours and theirs take turns, and ratios, theirs over ours, are
medians over pairs. Give it an idle machine and about five minutes.
"""

import re

from absl import app
from absl import flags

from benchmarks import peers
from benchmarks.processes import median
from benchmarks.processes import output
from benchmarks.processes import report
from benchmarks.processes import run
from benchmarks.processes import run_module

flags.adopt_module_key_flags(peers)
_ONLY = flags.DEFINE_enum(
    "only", None, ["epoch", "propagation", "growth"], "Part to run. Default: all."
)
_EPOCH_PEERS = {  # Name: what the peer's script calls it.
    "stock": "edge_index uncached",
    "cached": "edge_index cached",
    "sparse": "sparse X (hand-made) cached",
}
_MATRICES = {"adjacency": "AdjacencyMatrix", "edges": "EdgeMatrix"}
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
    peers.note_missing()
    for part in (epoch, propagation, growth):
        if _ONLY.value in (None, part.__name__):
            part()


def epoch():
    """Processor time of an epoch of the 2-layer GCN on Cora's size, one thread."""
    ours, theirs = [], []
    for _ in range(peers.PAIRS.value):
        ours.append(run_module("gnn_step", "epoch", threads=1))
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
    size = (nodes, edges, width)
    for threads in (1, 2):
        ours, theirs = {kind: [] for kind in _MATRICES}, []
        for _ in range(peers.PAIRS.value):
            for kind, runs in ours.items():
                arguments = ["propagation", kind, *size]
                runs.append(run_module("gnn_step", *arguments, threads=threads))
            theirs.append(run_torch(*size, threads))
        for kind, runs in ours.items():
            values = {"matrix": _MATRICES[kind], "threads": threads}
            values["value"] = median(runs)
            for i, peer in enumerate(("autograd", "both_stored")):
                times = [run[i] for run in theirs if run]
                values[f"torch_{peer}"] = "peer not installed"
                if times:
                    values[f"torch_{peer}"] = median(times)
                    ratios = [b / a for a, b in zip(runs, times)]
                    values[f"ratio_{peer}"] = median(ratios)
            report("propagation_milliseconds", **values)


def growth():
    """Time and memory of full-batch steps of a GCN on larger and larger graphs."""
    for edges in (10_000, 100_000, 1_000_000, 4_000_000):
        milliseconds, start_mb, peak_mb = run_module("gnn_step", "growth", edges)
        report(
            "growth",
            edges=edges,
            milliseconds=round(milliseconds, 3),
            microseconds_per_1000_edges=round(1e6 * milliseconds / edges, 3),
            peak_mb=round(peak_mb),
            bytes_per_edge=round((peak_mb - start_mb) * 2**20 / edges),
        )


def run_pyg():
    """Returns the median milliseconds of PyG's variants by name, or None."""
    script = peers.find("gnn_pyg.py")
    if not script:
        return None
    printed = output(peers.command(script), threads=1, T=1)
    lines = re.findall(r"^PYG (.+?) +min .* median (\S+) ms", printed, re.M)
    times = {title: float(milliseconds) for title, milliseconds in lines}
    return {
        name: times[title] for name, title in _EPOCH_PEERS.items() if title in times
    }


def run_torch(nodes, edges, width, threads):
    """Returns PyTorch's milliseconds, by autograd and by a stored transpose."""
    if not peers.PYTHON:
        return None
    program = ["-c", _TORCH_PROPAGATION, nodes, edges, width, threads]
    return run(peers.command(*program), threads)


if __name__ == "__main__":
    app.run(main)
