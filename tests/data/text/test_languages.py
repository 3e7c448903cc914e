import pytest

from kerazoo.data.text.languages import is_header
from kerazoo.data.text.languages import is_language
from kerazoo.data.text.languages import language_of


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("German", "de"),
        (" deutsch", "de"),
        ("Français", "fr"),
        ("日本語", "ja"),
        ("Swahili", "sw"),
        ("EN", "en"),
        ("src", "source"),
        ("Translation", "target"),
        ("dog", None),
        ("", None),
    ],
)
def test_names(name, code):
    assert language_of(name) == code


@pytest.mark.parametrize(
    ("cell", "language", "expected"),
    [
        ("English", "en", True),
        ("en_US", "en", True),
        ("pt-BR", "pt", True),
        ("Deutsch", "German", True),
        ("tok", "tok", True),
        ("source", "source", True),
        ("French", "en", False),
        ("a dog", "en", False),
    ],
)
def test_cells_that_name_a_language(cell, language, expected):
    assert is_language(cell, language) is expected


def test_headers_name_two_languages():
    for first in (("English", "German"), ("de", "en"), ("source", "target")):
        assert is_header(first)
    for first in (("German", "Deutsch"), ("English", "a dog"), ("dog", "Hund")):
        assert not is_header(first)
