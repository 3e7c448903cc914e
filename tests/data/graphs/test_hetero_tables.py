import logging

import numpy as np
import pytest

from kerazoo.data.graphs.hetero_files import are_hetero_files
from kerazoo.data.graphs.hetero_files import find_hetero_files
from kerazoo.data.graphs.hetero_tables import check_hetero_tables
from kerazoo.data.graphs.hetero_tables import hetero_node_tables
from kerazoo.data.graphs.hetero_tables import read_hetero_tables
from kerazoo.data.graphs.sampling_plan import make_plan
from kerazoo.data.graphs.table_features import TableFeatures
from kerazoo.data.graphs.table_stream import first_columns
from kerazoo.data.graphs.table_stream import stream_columns
from tests.data.graphs.hetero_files import write_hetero_tables

PAPERS = "nodes_paper.csv"


def test_sets_and_features(tmp_path, caplog):
    write_hetero_tables(tmp_path)
    with caplog.at_level(logging.INFO):
        data = hetero_node_tables(tmp_path)
    graph = data.graph
    assert data.node_set == "paper" and data.class_names == ["bio", "cs"]
    assert {k: v.shape for k, v in graph.node_sets.items()} == {
        "author": (3, 0),
        "paper": (8, 513),
        "venue": (4, 2),
    }
    assert graph.node_sets["paper"][:, [512]].toarray()[:3, 0].tolist() == [0, 0.5, 1]
    cites = graph.edge_sets["paper_cites_paper"]
    assert cites.source.tolist() == [0, 1, 2] and cites.target.tolist() == [1, 2, 0]
    assert cites.weights.tolist() == [1, 2, 0.5] and cites.features is None
    writes = graph.edge_sets["author_writes_paper"]
    assert (writes.source_set, writes.target_set) == ("author", "paper")
    assert writes.source.tolist() == [0, 1, 2, 0, 1, 2, 0, 1]
    assert sorted([*data.train, *data.validation, *data.test]) == list(range(7))
    assert data.labels.tolist() == [0, 1, 0, 1, 0, 1, 0, -1]
    assert "title (texts, hashed to 512 features)" in caplog.text
    assert "edges_author_writes_paper.csv: from is the source" in caplog.text
    assert (graph.num_nodes, graph.num_edges) == (15, 19)


def test_what_was_learnt_reads_others(tmp_path):
    write_hetero_tables(tmp_path)
    data = hetero_node_tables(tmp_path)
    (tmp_path / "nodes_venue.csv").write_text(
        "id,city\nv0,Oslo\nv1,Oslo\nv2,Rome\nv3,Bonn\n"
    )
    columns = {k: TableFeatures.from_json(v) for k, v in data.columns.items()}
    with pytest.warns(UserWarning, match="row 5: column 'city' .* seen, 'Bonn'"):
        again = read_hetero_tables(tmp_path, "paper", None, columns, labelled=False)
    np.testing.assert_array_equal(
        again.graph.node_sets["venue"], [[1, 0], [1, 0], [0, 1], [0, 0]]
    )


def test_which_nodes_are_classified(tmp_path):
    write_hetero_tables(tmp_path)
    assert read_hetero_tables(tmp_path, target_column="label").node_set == "paper"
    tables = read_hetero_tables(tmp_path, "venue", "city")
    assert tables.node_set == "venue" and tables.labels[0] == "city"
    assert tables.split is None


@pytest.mark.parametrize(
    ("changes", "arguments", "said"),
    [
        ({"edges_writes.csv": "source,target\n"}, {}, "edges_<source>_<name>_<target>"),
        ({"nodes_a b.csv": "id\nx\n"}, {}, "letters, digits and _, .*'a b'"),
        ({PAPERS: "id,label\np0,a\np0,b\n"}, {}, "row 3: expected an id that no other"),
        (
            {"edges_paper_in_venue.csv": "source,target\np0,v9\n"},
            {},
            "row 2: expected the id of a node in nodes_venue.csv. Received: 'v9'",
        ),
        (
            {"nodes_venue.csv": "id,label\nv0,a\nv1,b\nv2,a\nv3,a\n"},
            {},
            "`node_set` must say .*pap",
        ),
        ({PAPERS: "id,field\np0,a\n"}, {}, "must have a column label"),
        ({}, {"node_set": "town"}, "`node_set` must be one of author, paper, venue"),
        ({}, {"target_column": "no"}, "must have a column label, .*target_column=no"),
        ({}, {"node_set": "author"}, "nodes_author.csv must have a column label"),
        ({PAPERS: "x,label\np0,a\n"}, {}, "nodes_paper.csv: expected a column id"),
        ({"edges_paper_in_venue.csv": "a,b\np0,v0\n"}, {}, "column source and target"),
    ],
)
def test_mistakes_are_named(tmp_path, changes, arguments, said):
    write_hetero_tables(tmp_path)
    for name, text in changes.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=said):
        check_hetero_tables(tmp_path, **arguments)
        hetero_node_tables(tmp_path, **arguments)


def test_names_that_tell_two_pairs_of_sets_raise(tmp_path):
    for name in ("nodes_a", "nodes_a_b", "edges_a_b_c_a"):
        (tmp_path / f"{name}.csv").touch()
    with pytest.raises(ValueError, match="Received: a to a or a_b to a"):
        find_hetero_files(tmp_path)


def test_folders_without_sets(tmp_path):
    assert not are_hetero_files(tmp_path)
    (tmp_path / "nodes_a.csv").touch()
    assert are_hetero_files(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"edges_\*.csv in"):
        find_hetero_files(tmp_path)


def test_streamed_rows_are_those_of_the_file(tmp_path):
    path = tmp_path / "nodes.csv"
    path.write_text('id;text\n1;"a\nb"\n\n2;c\n3;d\n', "utf-8-sig")
    parts = list(stream_columns(path, 2))
    assert [p.cells for p in parts] == [
        {"id": ["1", "2"], "text": ["a\nb", "c"]},
        {"id": ["3"], "text": ["d"]},
    ]
    assert [p.numbers for p in parts] == [[2, 4], [5]]
    assert first_columns(path, 1).cells["id"] == ["1"]
    path.write_text("id,x\n" + "1,2\n" * 150 + "3\n")
    with pytest.raises(ValueError, match="row 152: expected 2 cells"):
        list(stream_columns(path))
    path.write_text("id,x,x\n1,2,3\n")
    with pytest.raises(ValueError, match="different names. Received: .*'x', 'x'"):
        list(stream_columns(path))
    path.write_text("id,x\n")
    with pytest.raises(ValueError, match="at least one row. Received: no rows"):
        first_columns(path, 1)


def test_a_column_that_counts_rows_is_no_feature_of_a_plan(tmp_path):
    write_hetero_tables(tmp_path)
    tables = [
        tmp_path / f"{name}.csv" for name in ("nodes_venue", "edges_paper_in_venue")
    ]
    for path in tables:
        lines = path.read_text().splitlines()
        counted = [f"{i},{line}" for i, line in enumerate(lines[1:])]
        path.write_text("\n".join([f",{lines[0]}", *counted]) + "\n")
    plan = make_plan(tmp_path, (1,), seed=3)
    known = read_hetero_tables(tmp_path).columns
    assert plan.nodes["venue"].features == known["nodes_venue.csv"]
    assert [c.name for c in plan.nodes["venue"].features.columns] == ["city"]
    assert not plan.edges["paper_in_venue"].features.columns


def test_a_folder_is_no_table(tmp_path):
    write_hetero_tables(tmp_path)
    (tmp_path / "nodes_town.csv").mkdir()
    with pytest.raises(ValueError, match="nodes_town.csv: expected a table. .*folder"):
        find_hetero_files(tmp_path)
