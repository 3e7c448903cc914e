import numpy as np
import pytest

from kerazoo.tasks.class_weights import class_weights

NAMES = ["ham", "spam", "other"]
LABELS = np.array([0] * 6 + [1] * 3 + [2])


def test_balanced_classes_count_alike():
    found = class_weights("balanced", LABELS, NAMES)
    counts = np.array([6, 3, 1])
    np.testing.assert_allclose(found, 10 / (3 * counts), rtol=1e-6)
    np.testing.assert_allclose(found[LABELS].mean(), 1, rtol=1e-6)
    # One of them has no examples.
    found = class_weights("balanced", LABELS[:-1], NAMES)
    np.testing.assert_allclose(found, [9 / 12, 9 / 6, 1], rtol=1e-6)


@pytest.mark.parametrize("given", [None, "none"])
def test_none(given):
    assert class_weights(given, LABELS, NAMES) is None


@pytest.mark.parametrize("given", [{"spam": 5, "ham": 0.5}, "spam=5, ham=0.5"])
def test_some_classes_by_name(given):
    assert class_weights(given, LABELS, NAMES).tolist() == [0.5, 5, 1]


@pytest.mark.parametrize("header", ["", "label,weight\n"])
def test_table(header, tmp_path):
    file = tmp_path / "weights.csv"
    file.write_text(f'{header}"a, b=c",2\nspam,0.25\n')
    names = ["a, b=c", "spam"]
    assert class_weights(str(file), LABELS[:9], names).tolist() == [2, 0.25]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("spam=2,eggs=1", "names 'eggs', .* classes: ham, spam, other. .*=spam=2,eggs"),
        ("spam=0", "positive numbers, and is 0 for 'spam'"),
        ("spam=-1", "positive numbers, and is -1"),
        ("spam=nan", "positive numbers"),
        ("spam=inf", "positive numbers"),
        ("spam=many", "positive numbers, and is many"),
        ("spam=1,spam=2", "'spam' twice"),
        (
            "weights.csv",
            "must be none, balanced, .*: class_weights=weights.csv",
        ),
        ("spam=1,", "must be none, balanced"),
        ("", "must be none, balanced"),
    ],
)
def test_mistakes(given, message):
    with pytest.raises(ValueError, match=message):
        class_weights(given, LABELS, NAMES)


def test_table_of_other_columns(tmp_path):
    file = tmp_path / "weights.csv"
    file.write_text("spam,1,2\n")
    with pytest.raises(ValueError, match="two columns.*3 columns"):
        class_weights(str(file), LABELS, NAMES)
