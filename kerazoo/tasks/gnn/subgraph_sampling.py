"""From tables of a graph to files of subgraphs around its nodes with labels."""

import contextlib
import json
import logging
import os
import pathlib
import re
import typing
from collections.abc import Sequence

from kerazoo import atomic_files
from kerazoo.data.graphs.beam_sampling import sample_subgraphs
from kerazoo.data.graphs.example_folder import NOTES
from kerazoo.data.graphs.example_folder import SCHEMA
from kerazoo.data.graphs.sampling_plan import SamplingPlan
from kerazoo.models.gnn.hetero_spec import EdgeSetSpec
from kerazoo.models.gnn.hetero_spec import HeteroSpec
from kerazoo.models.gnn.hetero_tensors import hetero_schema

_WHILE = re.compile(r"\s*\[while running .*", re.DOTALL)


def sample_tables(
    plan: SamplingPlan,
    output_dir: str | os.PathLike,
    num_shards: int = 8,
    runner: str = "DirectRunner",
    options: Sequence[str] = (),
) -> dict[str, typing.Any]:
    """Samples subgraphs and writes them, as `RootNodeClassification` reads them.

    The same plan writes the same files, on any runner.

    Args:
        plan: What is sampled, see `kerazoo.data.graphs.sampling_plan.make_plan`.
        output_dir: New folder of the files: `schema.pbtxt`, `kerazoo.json` and
            `<part>-<shard>-of-<num_shards>.tfrecord`.
        num_shards: Files of each part.
        runner: Name of a Beam runner.
        options: Further options of the pipeline, such as `"--direct_num_workers=2"`.

    Returns:
        dict of the number of samples of each part.

    Raises:
        FileExistsError: If the folder has samples already.
        ValueError: If a table is not as it should be, or there is no such runner.
    """
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions

    folder = pathlib.Path(output_dir)
    if (folder / SCHEMA).exists():
        raise FileExistsError(
            f"`output_dir` must be a new folder. Received: output_dir={folder}, with "
            f"{SCHEMA} in it"
        )
    folder.mkdir(parents=True, exist_ok=True)
    pipeline = beam.Pipeline(
        runner=runner, options=PipelineOptions(list(options), auto_unique_labels=True)
    )
    files = sample_subgraphs(pipeline, plan, folder, num_shards)
    totals = files | "count" >> beam.CombinePerKey(sum)
    totals | "noted" >> beam.Map(_note, folder=str(folder))
    try:
        with _without_tracebacks():
            pipeline.run().wait_until_finish()
    except ValueError as error:
        raise ValueError(_WHILE.sub("", str(error))) from error
    counts = {}
    for path in sorted(folder.glob("*.count")):
        counts[path.stem] = int(path.read_text())
        path.unlink()
    spec = HeteroSpec(
        {name: table.features.size for name, table in plan.nodes.items()},
        {
            name: EdgeSetSpec(
                *plan.ends[name], table.features.size, "weight" in table.columns
            )
            for name, table in plan.edges.items()
        },
    )
    notes = {**plan.notes(), "samples": counts}
    atomic_files.write_text(folder / NOTES, json.dumps(notes, indent=1))
    # At last: with it, the folder is whole.
    atomic_files.write_text(folder / SCHEMA, hetero_schema(spec, plan.node_set))
    return counts


@contextlib.contextmanager
def _without_tracebacks():
    """Keeps Beam from logging what a worker raises, which is raised here as well."""
    logger = logging.getLogger("apache_beam.runners.common")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _note(item, folder):
    part, count = item
    pathlib.Path(folder, f"{part}.count").write_text(str(count))
