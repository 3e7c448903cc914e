import pytest

from kerazoo.text import as_vocabularies_see


@pytest.mark.parametrize(
    ("line", "expected", "lower"),
    [
        ("\u2116  1", "No 1", "no 1"),
        (" a\u00a0b\tc\n", "a b c", "a b c"),
        ("ﬁ e\u0301", "fi é", "fi é"),
        ("GROẞE Ü", "GROẞE Ü", "große ü"),
        ("", "", ""),
    ],
)
def test_lines(line, expected, lower):
    assert as_vocabularies_see(line) == expected
    assert as_vocabularies_see(line, lower_case=True) == lower
