import numpy as np
import pytest

pytest.importorskip("rdkit")

from kerazoo.data.graphs.molecules import molecules

SMILES = ["CCO", "c1ccccc1", "CC(=O)O", "CN"]


def write(path, header, *columns):
    rows = [header, *(",".join(row) for row in zip(SMILES, *columns))]
    path.write_text("\n".join(rows) + "\n")
    return path


def test_classes_with_blank_cells(tmp_path):
    path = write(
        tmp_path / "t.csv",
        "smiles,a,b",
        ["0", "1", "", "1"],
        ["1.0", "NA", "0.0", "nan"],
    )
    found = molecules(path, target_column="a,b")
    expected = [[0, 1], [1, np.nan], [np.nan, 0], [1, np.nan]]
    np.testing.assert_array_equal(found.labels, expected)
    assert (found.num_classes, found.class_names) == (2, ["0", "1"])
    assert found.target_names == ["a", "b"]
    assert found.target_column == "a,b"
    assert found.graphs[0].label is None


def test_values_with_blank_cells(tmp_path):
    path = write(tmp_path / "t.csv", "smiles,x,a b", ["1.5", "2", "?", "-3"], ["7"] * 4)
    found = molecules(path, target_column="a b,x")
    expected = [[7, 1.5], [7, 2], [7, np.nan], [7, -3]]
    np.testing.assert_array_equal(found.labels, np.float32(expected))
    assert (found.num_classes, found.target_names) == (None, ["a b", "x"])


def test_a_row_without_any_target_is_left_out(tmp_path):
    path = write(
        tmp_path / "t.csv", "smiles,a,b", ["0", "", "1", "0"], ["", "", "1", "1"]
    )
    with pytest.raises(ValueError, match="row 3: expected a target; `skip_invalid`"):
        molecules(path, target_column="a,b")
    with pytest.warns(UserWarning, match="Left out 1 of 4 molecules, first .*row 3"):
        found = molecules(path, target_column="a,b", skip_invalid=True)
    assert len(found.graphs) == 3
    np.testing.assert_array_equal(found.rows, [0, 2, 3])
    assert found.num_rows == 4


@pytest.mark.parametrize(
    ("columns", "target", "message"),
    [
        ((["0", "1", "2", "0"], ["0"] * 4), "auto", "same two classes.*0, 1, 2"),
        ((["a", "b", "a", "a"], ["x", "y", "x", "y"]), "auto", "same two classes"),
        ((["a", "b", "a", "a"], ["1", "0", "1", "1"]), "regression", "finite numbers"),
        ((["0", "1", "0", "1"], [""] * 4), "auto", "column 'b' must hold something"),
    ],
)
def test_targets_that_do_not_go_together(tmp_path, columns, target, message):
    path = write(tmp_path / "t.csv", "smiles,a,b", *columns)
    with pytest.raises(ValueError, match=message):
        molecules(path, target_column="a,b", target=target)


def test_molecules_of_several_columns(tmp_path):
    path = write(
        tmp_path / "t.csv", "left,right,yield", ["O", "", "CO", "C"], ["1.5"] * 4
    )
    found = molecules(path, smiles_column="left,right")
    assert found.smiles is None and found.form.num_columns == 2
    assert [graph.num_nodes for graph in found.graphs] == [4, 6, 6, 3]
    with pytest.raises(ValueError, match="columns once.*left twice"):
        molecules(path, smiles_column="left,right,left")
    with pytest.raises(ValueError, match="column 'wrong', named by `smiles_column`"):
        molecules(path, smiles_column="left,wrong")


def test_reactions(tmp_path):
    path = tmp_path / "r.csv.gz"
    import gzip

    rows = ["id,rxn_smiles,yield"]
    rows += [f"{i},C{'C' * i}.O>>CO{'C' * i},{i / 3}" for i in range(4)]
    path.write_bytes(gzip.compress("\n".join(rows).encode()))
    found = molecules(path, target_column="yield")
    assert (found.name, found.form.reaction) == ("r", "sides")
    assert found.smiles_column == "rxn_smiles"
    path.write_bytes(gzip.compress("\n".join([*rows, "4,CCO,0.5"]).encode()))
    with pytest.raises(ValueError, match="row 6: Expected a reaction.*no arrow"):
        molecules(path, target_column="yield")
