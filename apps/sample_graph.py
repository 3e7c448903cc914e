r"""Samples subgraphs around the labelled nodes of a graph of tables, by Apache Beam.

    python -m apps.sample_graph --data_dir=DIR --output_dir=samples
    python -m apps.sample_graph --data_dir=DIR --output_dir=samples --fanouts=15,10 \
        --num_shards=64 --runner=FlinkRunner --beam_option=--flink_master=HOST:8081
    python -m apps.train_gnn --dataset=tfgnn --data_dir=samples

The tables are those of apps.train_gnn: nodes.csv and edges.csv, or nodes_<set>.csv and
edges_<source>_<name>_<target>.csv. The files are those that TF-GNN reads: schema.pbtxt
and TFRecord files of train, validation and test. The same seed writes the same files on
any runner. Workers must see both folders under the same names.
"""

import json
import pathlib

from absl import flags

from apps.cli import errors
from apps.cli import run_flags
from apps.cli.launch import launch
from apps.cli.parsers import declare
from apps.cli.sections import DATA
from apps.cli.sections import DEVICES
from apps.cli.sections import RUN
from apps.cli.sections import section
from apps.gnn import flags as gnn_flags
from apps.gnn import hetero_flags
from apps.shared_flags import data

declare(data.DATA_DIR, run_flags.SEED, gnn_flags.FANOUTS, hetero_flags.NODE_SET)
flags.declare_key_flag("target_column")
flags.declare_key_flag("directed")
section(RUN)
_OUTPUT_DIR = flags.DEFINE_string(
    "output_dir", None, "New folder of the samples. Default: <data_dir>/samples."
)
section(DATA)
_NUM_SHARDS = flags.DEFINE_integer(
    "num_shards",
    8,
    "TFRecord files of each part. Training holds one of them in memory.",
    lower_bound=1,
)
section(DEVICES)
_RUNNER = flags.DEFINE_string(
    "runner",
    "DirectRunner",
    "What runs the pipeline: DirectRunner on this machine, or another of Apache "
    "Beam's, such as FlinkRunner, SparkRunner, DataflowRunner.",
)
_OPTIONS = flags.DEFINE_multi_string(
    "beam_option",
    [],
    "Option of the pipeline, as --beam_option=--direct_num_workers=2; several times.",
)

DEFAULTS = {"fanouts": "10,5"}
TABLES = {
    "texts": {
        "data_dir": "Folder of the tables.",
        "directed": "Draws edges only at the nodes that they enter, not at those that "
        "they leave, too.",
        "fanouts": "Edges of each set, in each direction, drawn per node in each hop.",
        "seed": "Seed of the draws, and of the split of nodes without one.",
        "target_column": "Column of the labels, by name or number. Default: label, or "
        "one of a name such as class.",
    }
}


def main():
    values = flags.FLAGS
    with errors.user_errors(), errors.user_packages("gnn"):
        output = _find_output(values.data_dir)
        from kerazoo.data.graphs.sampling_plan import make_plan

        plan = make_plan(
            values.data_dir,
            gnn_flags.FANOUTS.value,
            run_flags.SEED.value,
            values.node_set,
            values.target_column,
            reverse=not values.directed,
        )
    with errors.heavy_imports("gnn", legacy_keras=True):
        from kerazoo.tasks.gnn.subgraph_sampling import sample_tables
    with errors.user_errors():
        counts = sample_tables(
            plan, output, _NUM_SHARDS.value, _RUNNER.value, _OPTIONS.value
        )
    print(json.dumps({"samples": counts, "output_dir": str(output)}))


def _find_output(data_dir):
    if not data_dir or not pathlib.Path(data_dir).is_dir():
        raise ValueError(f"--data_dir={data_dir} must be a folder of tables.")
    output = pathlib.Path(_OUTPUT_DIR.value or pathlib.Path(data_dir, "samples"))
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise ValueError(f"--output_dir={output} must be a new folder.")
    return output


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
