import pytest

from kerazoo.data.graphs.column_names import known_columns
from kerazoo.data.graphs.column_names import named_column
from kerazoo.data.graphs.column_names import normalized


def test_names_are_alike_whatever_their_case_and_spaces():
    names = ("Canonical SMILES", "canonical-smiles", " CANONICAL.SMILES")
    assert {normalized(name) for name in names} == {"canonical_smiles"}


def test_known_columns_come_in_the_order_of_the_names():
    columns = ["Name", "x", "Node ID", "ID", "id"]
    assert known_columns(columns, ("id", "node_id", "name")) == [
        *("id", "ID", "Node ID", "Name")
    ]
    assert known_columns(["x"], ("id",)) == []


@pytest.mark.parametrize(
    ("name", "column"), [("logS", "logS"), ("LOGS", "logS"), ("2", "logS"), ("1", "1")]
)
def test_column_by_name_or_number(name, column):
    columns = ["mol", "logS", "1"]
    assert named_column("own.csv", columns, name, "target_column") == column


@pytest.mark.parametrize("name", ["mass", "0", "4", "-1", ""])
def test_column_that_is_not_there(name):
    said = f"expected a column '{name}', .* there are 'mol', 'a', 'A'.*n='{name}'$"
    with pytest.raises(ValueError, match=said):
        named_column("own.csv", ["mol", "a", "A"], name, "target_column")
