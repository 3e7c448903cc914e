"""What is trained on can be predicted from: each kind of file has the same rows."""

import csv
import gzip
import io

import numpy as np
import pytest

from kerazoo.data.graphs.graph_tables import read_graph_tables
from kerazoo.data.text import labelled_files
from kerazoo.data.text import parallel_files
from kerazoo.prediction.graph_inputs import read_nodes
from kerazoo.prediction.molecule_inputs import read_molecules
from kerazoo.prediction.observation_inputs import read_observations
from kerazoo.prediction.text_inputs import Trained
from kerazoo.prediction.text_inputs import read_texts

ENCODINGS = ["utf-8-sig", "utf-16", "gzip"]  # Others: see tests of `read_text`.
SEPARATORS = [",", ";", "\t", "|"]
FILMS = [
    *((f"Ein schöner Film, Nr. {i}", "gut") for i in range(8)),
    *((f'It was "bad"; no. {i}', "schlecht") for i in range(8)),
    ("two\nlines | more", "gut"),
]
SMILES = ["CCO", "c1ccccc1", "CC(=O)O", "CCN", "CC#N", "ClCCl"]
PAIRS = [(f"eins, {i}", f"one; {i}") for i in range(12)]


def write(folder, name, rows, separator, encoding, quoting=csv.QUOTE_MINIMAL):
    """Writes a table as spreadsheets do, with a blank row and a blank column."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=separator, quoting=quoting)
    for number, row in enumerate(rows):
        writer.writerow([*row, ""])
        if number == 1:
            writer.writerow([""] * (len(row) + 1))
    content = file.getvalue().encode("utf-8" if encoding == "gzip" else encoding)
    if encoding == "gzip":
        name, content = f"{name}.gz", gzip.compress(content)
    (folder / name).write_bytes(content)
    return folder / name


def asked(inputs):
    """Returns the texts or molecules that a model is asked about."""
    items = [row.item for row in inputs.rows]
    return [item.decode() if isinstance(item, bytes) else item for item in items]


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("ending", [".csv", ".tsv"])
@pytest.mark.parametrize(
    "header",
    [["review", "sentiment"], ["Was man sagt", "Urteil"], None, ["label", "text"]],
)
def test_labelled_texts(tmp_path, separator, encoding, ending, header):
    turned = header == ["label", "text"]
    rows = [row[::-1] if turned else row for row in FILMS]
    if header == ["Was man sagt", "Urteil"]:  # No usual names: found by the labels.
        rows = [(text, str(len(label))) for text, label in rows]
    rows = [header, *rows] if header else rows
    path = write(tmp_path, f"films{ending}", rows, separator, encoding)
    trained = labelled_files(path)
    texts = [
        text
        for part in (trained.train, trained.validation, trained.test)
        for text in part[0]
    ]
    inputs = read_texts(path, trained=Trained(trained.class_names))
    assert sorted(asked(inputs)) == sorted(texts) == sorted(text for text, _ in FILMS)
    assert (inputs.columns == header) == (header is not None)


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("header", [["de", "en"], ["English", "German"], None])
def test_pairs(tmp_path, separator, encoding, header):
    rows = [pair[::-1] for pair in PAIRS] if header == ["English", "German"] else PAIRS
    rows = [header, *rows] if header else rows
    path = write(tmp_path, "pairs.csv", rows, separator, encoding)
    trained = parallel_files(path, "de", "en")
    texts = [
        text
        for part in (trained.train, trained.validation, trained.test)
        for text in part[0]
    ]
    inputs = read_texts(path, trained=Trained(languages=("de", "en")))
    assert sorted(asked(inputs)) == sorted(texts) == sorted(text for text, _ in PAIRS)


@pytest.mark.parametrize("name", ["pairs.txt", "pairs.dat", "pairs.txt.gz"])
def test_pairs_between_tabs(tmp_path, name):
    content = "".join(f"{source}\t{target}\n" for source, target in PAIRS).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    trained = parallel_files(path, "de", "en")
    inputs = read_texts(path, trained=Trained(languages=("de", "en")))
    assert set(trained.train[0]) < set(asked(inputs)) == {text for text, _ in PAIRS}


def test_texts_between_tabs(tmp_path):
    path = tmp_path / "films.txt"
    path.write_text("".join(f"{text}\t{label}\n" for text, label in FILMS[:-1]))
    trained = labelled_files(path)
    inputs = read_texts(path, trained=Trained(trained.class_names))
    assert asked(inputs) == [text for text, _ in FILMS[:-1]]
    # Of another model, or with labels that are none of its, they are lines.
    for other in (None, Trained(["0", "1"])):
        assert asked(read_texts(path, trained=other))[0] == "\t".join(FILMS[0])


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("ending", [".csv", ".tsv"])
@pytest.mark.parametrize("header", [["mol", "logS"], ["Stoff", "Wert"], None])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_molecules(tmp_path, separator, encoding, ending, header, quoting):
    pytest.importorskip("rdkit")
    from kerazoo.data.graphs.molecules import molecules

    mark = "." if separator == "," else ","
    values = [f"{i / 4:.2f}" for i in range(len(SMILES))]
    rows = [(s, value.replace(".", mark)) for s, value in zip(SMILES, values)]
    rows = [header, *rows] if header else rows
    path = write(tmp_path, f"own{ending}", rows, separator, encoding, quoting)
    trained = molecules(path)
    names = trained.smiles_column, trained.target_column
    inputs = read_molecules(path, labelled=True, trained=names)
    assert asked(inputs) == trained.smiles == SMILES
    assert [row.label for row in inputs.rows] == values
    np.testing.assert_allclose(trained.labels, np.array(values, float))
    assert inputs.columns == (header or ["smiles", "column_2"])
    assert [row.cells for row in inputs.rows] == [list(r) for r in rows[-len(SMILES) :]]


@pytest.mark.parametrize("name", ["own.smi", "own.txt", "own.smi.gz"])
@pytest.mark.parametrize("separator", [" ", "\t", ",", ";"])
@pytest.mark.parametrize("header", ["smiles{}y\n", ""])
def test_lists_of_molecules(tmp_path, name, separator, header):
    pytest.importorskip("rdkit")
    from kerazoo.data.graphs.molecules import molecules

    lines = (f"{s}{separator}{i}.5\n" for i, s in enumerate(SMILES))
    content = ("\n" + header.format(separator) + "".join(lines)).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    trained = molecules(path)
    names = trained.smiles_column, trained.target_column
    inputs = read_molecules(path, labelled=True, trained=names)
    assert asked(inputs) == trained.smiles == SMILES
    assert [float(row.label) for row in inputs.rows] == trained.labels.tolist()


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("encoding", ENCODINGS[:-1])
def test_nodes(tmp_path, caplog, separator, encoding):
    caplog.set_level("INFO", "kerazoo")
    rows = [(f"n{i}", "ab"[i % 2], f"{i},5", "ü" * (i % 2)) for i in range(6)]
    if separator == ",":
        rows = [(*own[:2], own[2].replace(",", "."), own[3]) for own in rows]
    header = ["name", "class", "Größe", "Wort"]
    write(tmp_path, "nodes.csv", [header, *rows], separator, encoding)
    write(tmp_path, "edges.csv", [("u", "v"), ("n0", "n1")], separator, encoding)
    tables = read_graph_tables(tmp_path)
    caplog.clear()
    trained = {
        "directed": False,
        "edge_weights": False,
        "node_columns": tables.node_features.to_json(),
        "edge_columns": [],
        "node_names": None,
    }
    inputs = read_nodes(tmp_path, trained)
    assert [row.cells[0] for row in inputs.rows] == tables.node_names
    assert [row.label for row in inputs.rows] == list("ababab")
    assert [row.place for row in inputs.rows] == [
        f"row {i}" for i in (2, 4, 5, 6, 7, 8)
    ]
    np.testing.assert_array_equal(
        inputs.shared.graph.node_features, tables.graph.node_features
    )
    np.testing.assert_allclose(tables.graph.node_features[:, 0], np.arange(6) + 0.5)
    said = "nodes.csv: numbers have a decimal comma in Größe."
    assert caplog.messages.count(said) == (separator != ",")


@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("header", [["x", "y"], None])
def test_observations(tmp_path, separator, encoding, header):
    rows = [("0,5", "1"), ("-1,5", "2")]
    rows = [header, *rows] if header else rows
    path = write(tmp_path, "seen.csv", rows, separator, encoding)
    items = [row.item.tolist() for row in read_observations(path).rows]
    assert items == [[0.5, 1], [-1.5, 2]]
