import pytest

from kerazoo.data.missing_cells import is_missing


@pytest.mark.parametrize("cell", ["", "?", "NA", "n/a", "None", "NULL"])
def test_nothing_is_missing(cell):
    assert is_missing(cell)


@pytest.mark.parametrize("cell", ["0", "-", "nano", "no"])
def test_something_is_not(cell):
    assert not is_missing(cell)
