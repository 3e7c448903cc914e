"""Interactions: their rows, their splits, and the files that they are read from."""

import gzip

import networkx
import numpy as np
import pytest

from kerazoo.data.graphs import interaction_loading
from kerazoo.data.graphs.interaction_dataset import InteractionDataset
from kerazoo.data.graphs.interaction_lists import interaction_lists
from kerazoo.data.graphs.interaction_splits import hold_out
from kerazoo.data.graphs.interaction_splits import leave_last_out
from kerazoo.data.graphs.interaction_table import InteractionColumns
from kerazoo.data.graphs.interaction_table import interaction_table
from kerazoo.data.graphs.interactions import Interactions
from kerazoo.data.graphs.southern_women import southern_women


def pairs(taken):
    return set(zip(taken.users.tolist(), taken.items.tolist()))


def named(dataset, part):
    """Returns the pairs of a part by their names."""
    return {
        (dataset.user_names[u], dataset.item_names[i])
        for u, i in pairs(getattr(dataset, part))
    }


@pytest.fixture(scope="module")
def random_pairs():
    random = np.random.default_rng(0)
    users = random.integers(0, 7, 60)
    return users[users != 3], random.integers(0, 20, 60)[users != 3]  # 3 has none.


def test_rows_are_those_of_sets(random_pairs):
    users, items = random_pairs
    taken = Interactions.from_pairs(users, items, num_users=8)
    expected = set(zip(users.tolist(), items.tolist()))
    assert pairs(taken) == expected and len(taken) == len(expected)
    for user in range(8):
        own = sorted(item for u, item in expected if u == user)
        assert taken.of(user).tolist() == own
        assert taken.sizes[user] == len(own)
    some = taken.rows(np.array([1, 3, 6]))
    for number, user in enumerate((1, 3, 6)):
        assert some.of(number).tolist() == taken.of(user).tolist()
    other = Interactions.from_pairs(users[:20], items[:20], num_users=8)
    more = Interactions.from_pairs([3], [40], num_users=8)
    assert pairs(taken.without(other)) == expected - pairs(other)
    assert pairs(other.union(more)) == pairs(other) | {(3, 40)}
    keys = taken.keys(20)
    assert (np.diff(keys) > 0).all()
    assert pairs(taken) == set(zip((keys // 20).tolist(), (keys % 20).tolist()))


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.99])
def test_a_share_of_each_user_is_held_out(share, random_pairs):
    taken = Interactions.from_pairs(*random_pairs, num_users=8)
    kept, held = hold_out(taken, share, seed=1)
    assert pairs(kept) | pairs(held) == pairs(taken)
    assert not pairs(kept) & pairs(held)
    for size, own, out in zip(taken.sizes, kept.sizes, held.sizes):
        assert own >= min(size, 1)
        assert out == min(int(share * size + 0.5), max(size - 1, 0))
    again, other = (hold_out(taken, share, seed)[1] for seed in (1, 2))
    assert pairs(again) == pairs(held)
    assert share != 0.5 or pairs(other) != pairs(held)


def test_last_items_are_held_out(random_pairs):
    users, items = random_pairs
    times = np.random.default_rng(2).integers(0, 15, len(users))  # With ties.
    parts = leave_last_out(users, items, times, num_users=8)
    for user in range(8):
        rows = sorted((t, i) for i, t in enumerate(times) if users[i] == user)
        own = list(dict.fromkeys(int(items[i]) for _, i in rows))
        test = own[-1:] if len(own) > 1 else []
        validation = own[-2:-1] if len(own) > 2 else []
        train = set(own) - {*test, *validation}
        expected = train, set(validation), set(test)
        assert tuple(set(part.of(user).tolist()) for part in parts) == expected


def test_southern_women_are_those_of_networkx():
    dataset = southern_women(validation_share=0.2)
    dataset.validate()
    found = [named(dataset, part) for part in ("train", "validation", "test")]
    assert all(found) and sum(map(len, found)) == 89
    graph = networkx.davis_southern_women_graph()
    assert set().union(*found) == {(w, e) for w, e in graph.edges}


def test_lists_of_lightgcn_and_pairs_are_read(tmp_path):
    with gzip.open(tmp_path / "train.txt.gz", "wt") as file:
        file.write("0 10 11 12\n7 12\n\nann 10 Größe\n0 13\n")
    (tmp_path / "test.txt").write_text("ann 12 99\n0 10\n7\n")
    dataset = interaction_lists(tmp_path)
    dataset.validate()
    assert dataset.name == tmp_path.name
    train = {("0", i) for i in ("10", "11", "12", "13")}
    train |= {("7", "12"), ("ann", "10"), ("ann", "Größe")}
    assert named(dataset, "train") == train
    assert named(dataset, "test") == {("ann", "12"), ("ann", "99")}  # Not of train.
    assert not len(dataset.validation)


def write(path, text):
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("train", "test", "words"),
    [
        ("ann 1 2\nbob\n", "ann 3\n", ["train.txt, line 2", "'bob'"]),
        ("ann 1 2\n", "ann 3\n\ncy 1\n", ["test.txt, line 3", "'cy'"]),
        ("ann 1 2\n", None, ["test.txt", "none"]),
    ],
)
def test_mistakes_of_lists_are_named(train, test, words, tmp_path):
    write(tmp_path / "train.txt", train)
    if test:
        write(tmp_path / "test.txt", test)
    with pytest.raises((OSError, ValueError)) as error:
        interaction_lists(tmp_path)
    assert all(word in str(error.value) for word in words)


ROWS = [("ann", "tea", 3), ("bob", "jam", 9), ("ann", "jam", 1), ("ann", "ham", 2)]


@pytest.mark.parametrize(
    ("header", "form", "columns"),
    [
        ("user,item,timestamp", "{0},{1},{2}", {}),
        ("userId\tmovieId\trating\ttimestamp", "{0}\t{1}\t5\t{2}", {}),
        (None, "{0} {1} {2}", {}),
        (None, "{0}\t{1}\t4.5\t{2}", {}),
        ("date,who,what", "2024-05-0{2},{0},{1}", ["who", "what"]),
        ("date,who,what", "2024-05-0{2}T10:00,{0},{1}", ["2", "3"]),
        (None, "{2};{1};{0}", ["3", "2", "1"]),
    ],
)
def test_tables_with_times(header, form, columns, tmp_path):
    lines = [form.format(*row) for row in ROWS]
    path = tmp_path / ("taken.csv" if "," in form or ";" in form else "taken.txt")
    write(path, "\n".join([header, *lines] if header else lines))
    dataset = interaction_table(path, InteractionColumns(*columns))
    assert dataset.name == "taken"
    assert named(dataset, "train") == {("ann", "jam"), ("bob", "jam")}
    assert named(dataset, "validation") == {("ann", "ham")}
    assert named(dataset, "test") == {("ann", "tea")}


def test_tables_without_times_are_split_at_random(tmp_path):
    rows = "".join(f"u{u},i{i}\n" for u in range(4) for i in range(u, u + 10))
    path = write(tmp_path / "taken.csv", "item_id,customer\n" + rows)
    dataset = interaction_table(path, test_share=0.2, validation_share=0.25, seed=3)
    assert set(dataset.item_names) == {f"u{u}" for u in range(4)}
    path = write(tmp_path / "taken.csv", rows)
    dataset = interaction_table(path, test_share=0.2, validation_share=0.25, seed=3)
    assert dataset.test.sizes.tolist() == [2] * 4
    assert dataset.validation.sizes.tolist() == [2] * 4
    assert dataset.train.sizes.tolist() == [6] * 4


@pytest.mark.parametrize(
    ("text", "columns", "words"),
    [
        ("user,item\nann,\n", [], ["row 2", "item"]),
        ("user,item,time\nann,tea,noon\n", [], ["row 2", "'noon'"]),
        ("user,item,time\na,b,1\na,c,nan\na,d,3\n", [], ["row 3", "'nan'"]),
        ("user,item,time\na,b,1\na,c,2\na,d,inf\n", [], ["row 4", "'inf'"]),
        ("user,item\n", [], ["header"]),
        ("user,a,b\nann,1,2\n", [], ["item_column"]),
        ("1,2,3,4,5\n", [], ["user_column", "5 columns"]),
        ("user,item\nann,1\n", ["who"], ["'who'", "user_column"]),
        ("user,item\nann,1\n", ["user", "user"], ["different columns"]),
    ],
)
def test_mistakes_of_tables_are_named(text, columns, words, tmp_path):
    path = write(tmp_path / "taken.csv", text)
    with pytest.raises(ValueError) as error:
        interaction_table(path, InteractionColumns(*columns))
    assert all(word in str(error.value) for word in ["taken.csv", *words])


def test_what_a_folder_has_is_found(tmp_path):
    with pytest.raises(ValueError, match="with none"):
        interaction_loading.find_interactions(tmp_path)
    write(tmp_path / "b.csv", "")
    assert interaction_loading.find_interactions(tmp_path) == "b.csv"
    write(tmp_path / "a.tsv.gz", "")
    with pytest.raises(ValueError, match="a.tsv.gz, b.csv"):
        interaction_loading.find_interactions(tmp_path)
    write(tmp_path / "train.txt", ""), write(tmp_path / "test.txt.gz", "")
    assert interaction_loading.find_interactions(tmp_path) == "lists"


def test_a_folder_that_lacks_something_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="a folder .*nowhere"):
        interaction_loading.find_interactions(tmp_path / "nowhere")
    write(tmp_path / "train.txt", "")
    with pytest.raises(ValueError, match="both train.txt and test.txt"):
        interaction_loading.find_interactions(tmp_path)
    with pytest.raises(NotADirectoryError, match="named by `dataset`"):
        interaction_loading.find_interactions(tmp_path / "train.txt")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("southern_woman", ["Did you mean southern_women?"]),
        ("lists", ["data_dir=None"]),
        ("taken.csv", ["taken.csv", "no file"]),
    ],
)
def test_what_is_not_there_is_named(name, words):
    with pytest.raises((OSError, ValueError)) as error:
        interaction_loading.check_interactions(name)
    assert all(word in str(error.value) for word in words)


@pytest.mark.parametrize(
    ("train", "test", "items", "message"),
    [
        (([0], [0], 1), ([], [], 2), 2, "a row for each of the 1 users"),
        (([0], [5], 1), ([0], [0], 1), 2, "from 0 to 1. Received: 5"),
        (([0], [0], 1), ([], [], 1), 2, "`test` must have at least one"),
        (([0], [0], 1), ([0], [0], 1), 1, "at least two items"),
    ],
)
def test_datasets_without_sense_are_refused(train, test, items, message):
    train, test = (Interactions.from_pairs(*part) for part in (train, test))
    none = Interactions.from_pairs([], [], 1)
    names = [str(i) for i in range(items)]
    dataset = InteractionDataset("own", ["ann"], names, train, none, test)
    with pytest.raises(ValueError, match=message):
        dataset.validate()
