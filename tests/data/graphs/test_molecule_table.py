import pytest

pytest.importorskip("rdkit")

from kerazoo.data.graphs.molecule_table import read_molecule_table
from kerazoo.data.graphs.smiles import is_smiles

SMILES = ["CCO", "c1ccccc1", "CC(=O)O"]
TARGETS = ["0.5", "1.5", "-2"]


def write(folder, header, columns, name="own.csv", delimiter=","):
    rows = ([header] if header else []) + list(zip(*columns))
    path = folder / name
    path.write_text("".join(f"{delimiter.join(row)}\n" for row in rows))
    return path


@pytest.mark.parametrize(
    ("header", "columns", "found"),
    [
        (["smiles", "logS"], [SMILES, TARGETS], ("smiles", "logS")),
        (["SMILES", "logS"], [SMILES, TARGETS], ("SMILES", "logS")),
        (["mol", "logS"], [SMILES, TARGETS], ("mol", "logS")),
        (["logS", "Canonical SMILES"], [TARGETS, SMILES], ("Canonical SMILES", "logS")),
        (["what", "is"], [SMILES, TARGETS], ("what", "is")),
        (["is", "what"], [TARGETS, SMILES], ("what", "is")),
        (["name", "mol", "y"], ["abc", SMILES, TARGETS], ("mol", "y")),
        (["compound", "structure", "Activity"], ["abc", SMILES, TARGETS], None),
        (["", "smiles", "logS"], ["012", SMILES, TARGETS], ("smiles", "logS")),
        (None, [SMILES, TARGETS], ("1", "2")),
        (None, [TARGETS, SMILES], ("2", "1")),
    ],
)
def test_columns_are_found(tmp_path, header, columns, found):
    table = read_molecule_table(write(tmp_path, header, columns))
    assert (table.smiles, table.targets) == (SMILES, TARGETS)
    found = found or ("structure", "Activity")
    assert (table.smiles_column, table.target_column) == found
    assert table.numbers == ([2, 3, 4] if header else [1, 2, 3])
    assert table.header == header
    assert table.is_obvious == (header in (["smiles", "logS"], ["", "smiles", "logS"]))


@pytest.mark.parametrize("name", ["own.smi", "own.txt", "own.tsv"])
def test_lists_without_a_header(tmp_path, name):
    delimiter = "\t" if name.endswith("tsv") else " "
    path = write(tmp_path, None, [SMILES, TARGETS], name, delimiter)
    table = read_molecule_table(path)
    assert (table.smiles, table.targets) == (SMILES, TARGETS)


def test_molecules_alone_have_no_targets(tmp_path):
    path = write(tmp_path, ["mol"], [SMILES])
    table = read_molecule_table(path, needs_target=False)
    assert (table.smiles, table.targets, table.target_column) == (SMILES, None, None)
    with pytest.raises(ValueError, match="expected a column beside 'mol'"):
        read_molecule_table(path)


def test_header_of_words_that_are_molecules_is_one(tmp_path):
    assert is_smiles("NO") and is_smiles("CON")
    table = read_molecule_table(write(tmp_path, ["NO", "mol"], [TARGETS, SMILES]))
    assert (table.smiles_column, table.target_column) == ("mol", "NO")
    table = read_molecule_table(write(tmp_path, ["NO", "what"], [TARGETS, SMILES]))
    assert (table.smiles_column, table.target_column) == ("what", "NO")


def test_columns_by_name_and_number(tmp_path):
    path = write(tmp_path, ["a", "b", "c"], [SMILES, SMILES[::-1], TARGETS])
    table = read_molecule_table(path, "b", "3")
    assert (table.smiles, table.targets) == (SMILES[::-1], TARGETS)


def test_words_after_a_molecule_are_none():
    assert not is_smiles("CCO ethanol") and not is_smiles("") and not is_smiles("12")


@pytest.mark.parametrize(
    ("header", "columns", "said"),
    [
        (["a", "b", "c"], [SMILES, SMILES, TARGETS], "several hold .*`smiles_column`"),
        (["a", "b"], [TARGETS, TARGETS], "none holds SMILES.*'a', 'b'.*'0.5', '0.5'"),
        (["mol", "a", "b"], [SMILES, TARGETS, TARGETS], "`target_column`.*'a', 'b'"),
        (["mol", "y", "label"], [SMILES, TARGETS, TARGETS], "`target_column`.*'y'"),
        (["smiles", "y"], [TARGETS, SMILES], "'smiles' holds no SMILES, but 'y' does"),
        (["smiles", "y"], [[], []], "expected a header and at least one row"),
        (None, [["188"], ["23"]], "expected molecules.*without its ending"),
    ],
)
def test_what_cannot_be_found_is_one_line(tmp_path, header, columns, said):
    name = "own.csv"
    if header is None:
        columns, name = [["188", "23 1"]], "MUTAG.txt"
    path = write(tmp_path, header, columns, name)
    with pytest.raises(ValueError, match=said) as raised:
        read_molecule_table(path)
    assert path.name in str(raised.value) and "\n" not in str(raised.value)
