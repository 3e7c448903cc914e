import gzip
import io
import tarfile

import numpy as np
import pytest

from kerazoo.data.graphs.triple_dataset import both_ways
from kerazoo.data.graphs.triple_files import name_of_triples
from kerazoo.data.graphs.triple_files import read_triples

PARTS = {
    "train": "ann\tknows\tbob\nbob\tlikes\tcy\nann\tknows\tbob\n",
    "valid": "bob\tknows\tann\n",
    "test": "cy\tlikes\tann\n",
}
PEOPLE, RELATIONS = ["ann", "bob", "cy"], ["knows", "likes"]


def write(folder, parts=PARTS, ending=".txt"):
    folder.mkdir(exist_ok=True)
    for part, text in parts.items():
        content = text.encode()
        if ending.endswith(".gz"):
            content = gzip.compress(content)
        (folder / f"{part}{ending}").write_bytes(content)
    return folder


def write_tar(path, parts=PARTS):
    with tarfile.open(path, "w:gz") as tar:
        for part, text in parts.items():
            member = tarfile.TarInfo(f"some/folder/{part}.txt")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return path


def assert_parts(dataset, validation=(1, 0, 0)):
    assert dataset.entity_names == PEOPLE
    assert dataset.relation_names == RELATIONS
    # What is there twice counts once.
    np.testing.assert_array_equal(dataset.train, [[0, 0, 1], [1, 1, 2]])
    np.testing.assert_array_equal(dataset.validation, np.reshape(validation, (-1, 3)))
    np.testing.assert_array_equal(dataset.test, [[2, 1, 0]])


@pytest.mark.parametrize("ending", [".txt", ".tsv", ".tsv.gz"])
def test_folder_of_parts(tmp_path, ending):
    folder = write(tmp_path / "club", ending=ending)
    dataset = read_triples(folder)
    assert dataset.name == name_of_triples(folder) == "club"
    assert_parts(dataset)


def test_validation_may_be_missing_and_lines_have_headers_and_carriage_returns(
    tmp_path,
):
    text = "Head\tRelation\tTail\r\n" + PARTS["train"].replace("\n", "\r\n")
    parts = {"train": text, "test": PARTS["test"]}
    assert_parts(read_triples(write(tmp_path / "club", parts)), validation=())


def test_tar_and_folder_of_one(tmp_path):
    path = write_tar(tmp_path / "club.tar.gz")
    (tmp_path / "LICENSE").write_text("Free.")
    for place in (path, tmp_path):
        dataset = read_triples(place)
        assert dataset.name == name_of_triples(place) == "club"
        assert_parts(dataset)


def test_one_file_is_split_so_that_all_is_seen_in_training(tmp_path):
    lines = [f"{i}\tplus_{j}\t{i + j}\n" for i in range(40) for j in (1, 2, 3)]
    path = tmp_path / "sums.tsv"
    path.write_text("".join(lines))
    dataset = read_triples(path, seed=3)
    assert dataset.name == "sums"
    sizes = [len(getattr(dataset, part)) for part in ("train", "validation", "test")]
    assert sizes == [96, 12, 12]
    assert not dataset.unseen_entities
    found = {
        "\t".join(
            (
                dataset.entity_names[h],
                dataset.relation_names[r],
                dataset.entity_names[t],
            )
        )
        + "\n"
        for h, r, t in dataset.triples
    }
    assert found == set(lines)
    again, other = read_triples(path, seed=3), read_triples(path, seed=4)
    np.testing.assert_array_equal(again.test, dataset.test)
    assert not np.array_equal(other.test, dataset.test)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"train": "ann\tknows\tbob\nann knows\tbob\n"},
            r"train.txt, line 2: .*ann kn",
        ),
        ({"train": "ann\tknows\t\n"}, "line 1: expected head, relation and tail"),
        ({"test": "\n"}, r"test.txt: expected .*Received: an empty file"),
        ({"train": ""}, r"train.txt: expected .*Received: an empty file"),
        ({"test": "ann\thates\tbob\n"}, "Received: 'hates' in held-out triples only"),
        ({"train": b"\xff\t1\t2\n"}, "expected text in UTF-8"),
    ],
)
@pytest.mark.parametrize("form", ["folder", "tar"])
def test_mistakes_name_the_file(tmp_path, parts, message, form):
    folder = tmp_path / "club"
    parts = {**PARTS, **parts}
    if form == "folder":
        folder.mkdir()
        for part, text in parts.items():
            content = text if isinstance(text, bytes) else text.encode()
            (folder / f"{part}.txt").write_bytes(content)
    else:
        if isinstance(parts["train"], bytes):
            parts["train"] = "\udcff\t1\t2\n"
        folder = tmp_path / "club.tar"
        with tarfile.open(folder, "w") as tar:
            for part, text in parts.items():
                content = text.encode("utf-8", "surrogateescape")
                member = tarfile.TarInfo(f"{part}.txt")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    with pytest.raises(ValueError, match=message) as raised:
        read_triples(folder)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("files", "error", "message"),
    [
        ({}, FileNotFoundError, "expected train.txt, valid.txt and test.txt"),
        ({"a.tsv": "", "b.tsv": ""}, FileNotFoundError, "Received: a.tsv, b.tsv"),
        ({"train.txt": "a\tb\tc\n"}, ValueError, "no file of the part test"),
        ({"one.tsv": "a\tr\tb\n"}, ValueError, "Received: 0 such triples"),
        ({"one.tar": "no tar"}, ValueError, "expected a tar"),
    ],
)
def test_what_is_missing_is_said(tmp_path, files, error, message):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(error, match=message):
        read_triples(tmp_path)


def test_entities_of_held_out_triples_only_are_told(tmp_path):
    parts = {**PARTS, "test": "cy\tlikes\tdee\n"}
    assert read_triples(write(tmp_path / "club", parts)).unseen_entities == ["dee"]


def test_both_ways():
    found = both_ways(np.array([[4, 1, 2]]), num_relations=3)
    np.testing.assert_array_equal(found, [[4, 1, 2], [2, 4, 4]])
