import warnings

from kerazoo.tasks.figures import label_of
from kerazoo.tasks.figures import make_figure
from kerazoo.tasks.figures import png_of


def test_labels_are_short_and_no_formulas():
    assert label_of("film") == "film" and label_of(7) == "7"
    assert label_of("a" * 20) == "a" * 20
    assert label_of("a" * 21) == "a" * 19 + "…"
    assert label_of("$x$ a$b", most=4) == r"\$x\$…"


def test_characters_without_a_font_and_dollars():
    figure = make_figure(2, 1)
    figure.suptitle(label_of("日本 $x"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert png_of(figure).startswith(b"\x89PNG")
