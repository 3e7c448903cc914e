"""Sampling of neighbourhoods as an Apache Beam pipeline, from tables of any size.

It draws what `HeteroSampler` draws in memory. Edges are grouped by the nodes that they
touch, and joined hop by hop with the roots that have reached these; at last nodes are
joined with their features, and all is grouped by root.
"""

import functools
import os
import typing
from collections.abc import Iterator

import numpy as np

from kerazoo.data import csv_columns
from kerazoo.data.graphs.hetero_sampler import REVERSE
from kerazoo.data.graphs.neighbor_draws import draw
from kerazoo.data.graphs.neighbor_draws import key_of
from kerazoo.data.graphs.neighbor_draws import keys_of
from kerazoo.data.graphs.neighbor_draws import mixed
from kerazoo.data.graphs.node_file import as_part
from kerazoo.data.graphs.sample_files import SampleLayout
from kerazoo.data.graphs.sample_files import encode_sample
from kerazoo.data.graphs.sample_files import file_of
from kerazoo.data.graphs.sample_files import write_samples
from kerazoo.data.graphs.sampling_plan import SamplingPlan
from kerazoo.data.graphs.sampling_plan import TablePlan
from kerazoo.data.graphs.sampling_plan import part_of
from kerazoo.data.graphs.table_stream import stream_columns

if typing.TYPE_CHECKING:
    import apache_beam as beam


def sample_subgraphs(
    pipeline: "beam.Pipeline",
    plan: SamplingPlan,
    output_dir: str | os.PathLike,
    num_shards: int,
) -> "beam.PCollection":
    """Adds the sampling and the writing of its samples to a pipeline.

    Args:
        pipeline: The pipeline.
        plan: What is sampled.
        output_dir: Folder of `<part>-<shard>-of-<num_shards>.tfrecord`, to which
            workers can write.
        num_shards: Files of each part.

    Returns:
        `PCollection` of pairs of a part and the number of its samples in a file.
    """
    import apache_beam as beam

    nodes = {
        name: _read(pipeline, f"nodes {name}", table, _node_rows)
        for name, table in plan.nodes.items()
    }
    edges = {
        name: _read(pipeline, f"edges {name}", table, _edge_rows)
        for name, table in plan.edges.items()
    }
    labels = {name: i for i, name in enumerate(plan.class_names)}
    roots = nodes[plan.node_set] | "roots" >> beam.FlatMap(
        functools.partial(_roots, labels=labels, seed=plan.seed)
    )
    adjacent = _adjacent(plan, edges)
    frontier = {plan.node_set: roots | "first" >> beam.Map(_node_and_root)}
    drawn = []
    for hop, fanout in enumerate(plan.fanouts):
        reached: dict[str, list] = {}
        for name, near, far, grouped in adjacent:
            if near not in frontier:
                continue
            step = f"hop {hop} {name}"
            found = (
                {"edges": grouped, "roots": frontier[near]}
                | f"{step} join" >> beam.CoGroupByKey()
                | f"{step} draw"
                >> beam.FlatMap(
                    _draw, name=name, hop=hop, fanout=fanout, seed=plan.seed
                )
            )
            drawn.append(found)
            ends = found | f"{step} ends" >> beam.Map(_other_end, name=name)
            reached.setdefault(far, []).append(ends)
        frontier = {
            name: parts
            | f"hop {hop} of {name}" >> beam.Flatten()
            | f"hop {hop} of {name} once" >> beam.Distinct()
            for name, parts in reached.items()
        }
    pieces = drawn | "drawn" >> beam.Flatten() | "once" >> beam.Distinct()
    touched = pieces | "ends" >> beam.FlatMap(_ends_of, ends=plan.ends)
    own = roots | "own" >> beam.Map(lambda row: ((plan.node_set, row[0]), row[0]))
    wanted = (touched, own) | "nodes" >> beam.Flatten() | "each" >> beam.Distinct()
    features = [
        rows | f"keyed {name}" >> beam.Map(_named_features, name=name)
        for name, rows in nodes.items()
    ] | "features" >> beam.Flatten()
    described = (
        {"features": features, "roots": wanted}
        | "describe" >> beam.CoGroupByKey()
        | "features of each" >> beam.FlatMap(_described)
    )
    return (
        {"root": roots, "nodes": described, "edges": pieces}
        | "subgraph" >> beam.CoGroupByKey()
        | "example" >> beam.Map(encode_sample, layout=SampleLayout(plan))
        | "file" >> beam.Map(file_of, num_shards=num_shards)
        | "files" >> beam.GroupByKey()
        | "write"
        >> beam.Map(write_samples, folder=str(output_dir), num_shards=num_shards)
    )


def _read(pipeline, label, table, rows):
    """Returns the rows of a table: one worker reads, all work on what it read."""
    import apache_beam as beam

    return (
        pipeline
        | f"{label} file" >> beam.Create([table])
        | f"{label} read" >> beam.FlatMap(_parts)
        | f"{label} spread" >> beam.Reshuffle()
        | f"{label} rows" >> beam.FlatMap(rows)
    )


def _parts(table):
    for part in stream_columns(table.path):
        yield table, part


def _node_rows(item: tuple[TablePlan, csv_columns.CsvColumns]) -> Iterator[tuple]:
    """Yields id and (features, label, split) of nodes."""
    table, part = item
    encoded = table.features.encode(part.cells, part.path, part.numbers)
    dense = encoded.toarray() if hasattr(encoded, "toarray") else encoded
    for i, name in enumerate(part.cells[table.columns["id"]]):
        label, split = (
            part.cells[table.columns[role]][i] if role in table.columns else None
            for role in ("label", "split")
        )
        if split is not None:
            split = as_part(split, part.place(i))
        yield name, (dense[i].tolist(), label, split)


def _edge_rows(item: tuple[TablePlan, csv_columns.CsvColumns]) -> Iterator[tuple]:
    """Yields (source, target, number of the row, weight, features) of edges."""
    table, part = item
    cells, columns = part.cells, table.columns
    encoded = table.features.encode(cells, part.path, part.numbers)
    dense = encoded.toarray() if hasattr(encoded, "toarray") else encoded
    weights = np.ones((len(part.numbers), 1))
    if "weight" in columns:
        named = {columns["weight"]: cells[columns["weight"]]}
        weights = csv_columns.read_numbers(part.path, named, part.numbers)
    ends = zip(cells[columns["source"]], cells[columns["target"]], part.numbers)
    for i, (source, target, number) in enumerate(ends):
        yield source, target, number, float(weights[i, 0]), tuple(dense[i].tolist())


def _roots(row, labels, seed):
    """Yields id and (label, part) of a node that has a class and a part."""
    name, (_, label, part) = row
    if not label:
        return
    if part is None:
        part = part_of(name, seed)
    if part:
        yield name, (labels[label], part)


def _node_and_root(row):
    return row[0], row[0]


def _adjacent(plan, edges):
    """Returns for each set and direction its name, the sets, and edges by near end."""
    import apache_beam as beam

    found = []
    for name, rows in edges.items():
        source_set, target_set = plan.ends[name]
        by_target = rows | f"{name} by target" >> beam.Map(lambda e: (e[1], e))
        found.append((name, target_set, source_set, by_target))
        if plan.reverse:
            by_source = rows | f"{name} by source" >> beam.Map(lambda e: (e[0], e))
            found.append((REVERSE + name, source_set, target_set, by_source))
    return found


def _draw(item, name, hop, fanout, seed):
    """Yields root and (set, edge) of what is drawn at a node for each root."""
    node, joined = item
    roots, edges = sorted(joined["roots"]), list(joined["edges"])
    if not roots or not edges:
        return
    far = 1 if name.startswith(REVERSE) else 0
    edges.sort(key=lambda edge: (key_of(edge[far]), edge[2]))
    root_keys = mixed(seed, keys_of(roots), 0)
    keys = mixed(root_keys, hop, key_of(name), key_of(node))
    chosen = draw(keys, np.full(len(roots), len(edges)), fanout)
    edge_set = name.removeprefix(REVERSE)
    for root, row in zip(roots, chosen.tolist()):
        for i in row:
            if i >= 0:
                yield root, (edge_set, *edges[i])


def _other_end(item, name):
    root, (_, source, target, *_) = item
    return (target if name.startswith(REVERSE) else source), root


def _ends_of(item, ends):
    """Yields the sets and ids of an edge's ends, each with its root."""
    root, (name, source, target, *_) = item
    for node_set, node in zip(ends[name], (source, target)):
        yield (node_set, node), root


def _named_features(row, name):
    node, (features, *_) = row
    return (name, node), features


def _described(item):
    """Yields root and (set, id, features) of a node for each root that reached it."""
    (node_set, node), joined = item
    features, roots = list(joined["features"]), list(joined["roots"])
    if len(features) > 1:
        raise ValueError(
            f"nodes_{node_set}.csv: expected an id that no other node has. "
            f"Received: id={node!r}"
        )
    if roots and not features:
        raise ValueError(
            f"Edges must end in nodes that nodes_{node_set}.csv has. Received: {node!r}"
        )
    for root in roots:
        yield root, (node_set, node, features[0])
