import numpy as np

from kerazoo.data.text.packed_lines import pack_lines


def lines(*lengths):
    starts = np.cumsum([0, *lengths])
    return [np.arange(s, s + n) for s, n in zip(starts, lengths)]


def lengths_of(rows):
    return [len(row) for row in rows]


def test_neighbours_share_a_row_and_documents_do_not():
    documents = [lines(3, 2, 4), lines(1, 1)]
    rows = pack_lines(documents, 5)
    assert lengths_of(rows) == [5, 4, 2]
    np.testing.assert_array_equal(rows[0], [0, 1, 2, 3, 4])
    for document in documents:
        assert np.concatenate(document).tolist() in (
            np.concatenate(rows[:2]).tolist(),
            rows[2].tolist(),
        )


def test_long_lines_are_cut():
    rows = pack_lines([lines(2, 12, 1)], 5)
    assert lengths_of(rows) == [2, 5, 5, 3]
    np.testing.assert_array_equal(np.concatenate(rows), np.arange(15))
    assert lengths_of(pack_lines([lines(10)], 5)) == [5, 5]


def test_nothing_is_nothing():
    assert pack_lines([[], [np.array([], int)]], 5) == []
