import json
import warnings

import numpy as np
import pytest
from sklearn.utils import murmurhash3_32

from kerazoo.data.graphs.table_features import TableFeatures

TABLE = {
    "age": ["30", "40", "", "NA", "50"],
    "team": ["red", "blue", "red", "", "blue"],
    "name": ["ann", "bob", "cy", "dee", "eve"],
    "height": ["1.5", "2", "1", "0", "-1"],
    "planet": ["earth"] * 5,
    "notes": [""] * 5,
}
ENCODED = [
    [30, 0, 0, 1, 1.5],
    [40, 0, 1, 0, 2],
    [40, 1, 0, 1, 1],
    [40, 1, 0, 0, 0],
    [50, 0, 1, 0, -1],
]


def test_features_by_hand():
    features = TableFeatures.fit(TABLE)
    encoded = features.encode(TABLE)
    assert encoded.dtype == np.float32
    np.testing.assert_array_equal(encoded, ENCODED)
    assert [column.name for column in features.columns] == ["age", "team", "height"]
    assert features.size == 5
    assert features.left_out.keys() == {"name", "planet", "notes"}
    assert not features.is_plain
    assert features.describe() == (
        "features are age, height (numbers), team (2 values, a feature each); missing "
        "numbers of age become their mean; left out: name (5 different texts), planet "
        "(one value), notes (empty)"
    )


def test_numbers_alone_stay_as_they_are():
    table = {"a": ["1", "-2e3"], "b": [".5", "0"]}
    features = TableFeatures.fit(table)
    np.testing.assert_array_equal(features.encode(table), [[1, 0.5], [-2000, 0]])
    assert features.is_plain


def test_features_come_back_from_json():
    features = TableFeatures.fit(TABLE)
    again = TableFeatures.from_json(json.loads(json.dumps(features.to_json())))
    assert again == features
    other = {"height": ["7"], "team": ["blue"], "age": ["null"], "more": ["x"]}
    np.testing.assert_array_equal(again.encode(other), [[40, 1, 1, 0, 7]])


def test_unknown_words_have_no_feature_and_are_named():
    features = TableFeatures.fit(TABLE)
    table = {**TABLE, "team": ["red", "pink", "", "green", "blue"]}
    with pytest.warns(
        UserWarning, match="t.csv, row 3: column 'team' .* 'pink'; 2 rows have"
    ):
        encoded = features.encode(table, "t.csv")
    np.testing.assert_array_equal(
        encoded[:, 2:4], [[0, 1], [0, 0], [0, 0], [0, 0], [1, 0]]
    )


def test_a_cut_category_of_an_older_run_stays():
    (column,) = TableFeatures.from_json(
        [{"name": "a", "kind": "category", "values": ["x"], "is_cut": True, "mean": 1}]
    ).columns
    assert (column.values, column.size, column.buckets) == (("x",), 1, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # The other words were known, too.
        encoded = TableFeatures((column,)).encode({"a": ["x", "rare"]})
    np.testing.assert_array_equal(encoded, [[1], [0]])


def test_many_words_are_hashed():
    cells = [f"w{i:03}" for i in range(150) for _ in range(2)] + ["", "NA"]
    features = TableFeatures.fit({"city": cells, "age": ["1"] * len(cells)})
    assert [(c.kind, c.size) for c in features.columns] == [
        ("hash", 512),
        ("number", 1),
    ]
    encoded = features.encode({"city": cells, "age": ["1"] * len(cells)}).toarray()
    hashed = encoded[:, :512]
    # As scikit-learn's own hash of a word tells.
    place = [abs(murmurhash3_32(cell, seed=0)) % 512 for cell in cells[:300]]
    np.testing.assert_array_equal(np.abs(hashed[:300]).argmax(axis=1), place)
    np.testing.assert_array_equal(np.abs(hashed).sum(axis=1), [1] * 300 + [0] * 2)
    np.testing.assert_array_equal(encoded[:, 512], 1)
    assert features.describe() == (
        "features are age (numbers), city (many values, hashed to 512 features)"
    )
    again = TableFeatures.from_json(json.loads(json.dumps(features.to_json())))
    unseen = again.encode({"city": ["w001", "elsewhere"], "age": ["2", "3"]}).toarray()
    np.testing.assert_array_equal(unseen[0, :512], hashed[2])
    assert np.abs(unseen[1, :512]).sum() == 1


def test_words_of_sentences_are_hashed():
    cells = [f"paper {i} is about deep graphs" for i in range(20)]
    features = TableFeatures.fit({"title": cells}, max_buckets=64)
    (column,) = features.columns
    assert (column.kind, column.size) == ("text", 64)
    encoded = features.encode({"title": ["Graphs: deep!", "deep graphs", "none", ""]})
    encoded = encoded.toarray()
    np.testing.assert_array_equal(encoded[0], encoded[1])
    np.testing.assert_allclose(np.linalg.norm(encoded, axis=1), [1, 1, 0, 0], rtol=1e-6)
    assert "title (texts, hashed to 64 features)" in features.describe()
    assert features.large_columns(encoded) == []


def test_large_numbers_are_found_among_hashed_words():
    table = {"title": [f"the title of {i}" for i in range(9)], "year": ["2020"] * 9}
    features = TableFeatures.fit(table)
    assert features.large_columns(features.encode(table)) == ["year"]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["1", "2", "three"], "t.csv, row 4: column 'a' must hold .*a='three'"),
        (["1", "nan", "3"], "t.csv, row 3: column 'a' must hold .*a='nan'"),
        (["1", "-inf", ""], "t.csv, row 3: column 'a' must hold .*a='-inf'"),
    ],
)
def test_mistakes_among_numbers_are_named(cells, said):
    with pytest.raises(ValueError, match=said):
        TableFeatures.fit({"a": cells}).encode({"a": cells}, "t.csv")


def test_what_was_never_missing_may_not_be_missing_later():
    features = TableFeatures.fit({"a": ["1", "2"]})
    with pytest.raises(ValueError, match="t.csv, row 3: column 'a' .*a=''"):
        features.encode({"a": ["1", ""]}, "t.csv")
    with pytest.raises(ValueError, match=r"t.csv: expected a column 'a'.*\['b'\]"):
        features.encode({"b": ["1"]}, "t.csv")
