import json
import subprocess
import sys

import pytest

from kerazoo.serving.exported import versions
from kerazoo.serving.labels import Label
from kerazoo.serving.labels import loaded_versions
from kerazoo.serving.labels import read_labels
from kerazoo.serving.labels import valid_labels
from kerazoo.serving.labels import write_labels
from tests.documents import ROOT


@pytest.fixture
def model(tmp_path):
    for version in range(1, 7):
        (tmp_path / str(version)).mkdir()
    return tmp_path


def test_labels_are_kept_beside_the_versions(model):
    labels = {"stable": Label(3, previous=2), "canary": Label(5, next=4)}
    write_labels(model, labels)
    assert read_labels(model) == labels
    assert list(read_labels(model)) == ["canary", "stable"]
    assert versions(model) == [1, 2, 3, 4, 5, 6]
    assert sorted(p.name for p in model.iterdir() if p.is_file()) == ["labels.json"]


def test_the_newest_and_all_that_labels_need_are_loaded(model):
    assert loaded_versions(model) == [6]
    write_labels(model, {"stable": Label(3, previous=2), "canary": Label(5, next=4)})
    assert loaded_versions(model) == [2, 3, 4, 5, 6]
    (model / "2").rmdir()
    assert loaded_versions(model) == [3, 4, 5, 6]
    assert loaded_versions(model / "nothing") == []


def test_a_label_remembers_where_it_was():
    assert Label(3).moved(5) == Label(5, previous=3)
    assert Label(5, previous=3).moved(3) == Label(3, previous=5)
    assert Label(5, previous=3, next=4).moved(4) == Label(4, previous=5)
    assert Label(5, previous=3, next=4).moved(5) == Label(5, previous=3)


def test_a_version_that_is_gone_is_warned_about(model):
    write_labels(model, {"stable": Label(3), "canary": Label(6)})
    (model / "3").rmdir()
    with pytest.warns(UserWarning, match="no version 3 any more.*labelled stable"):
        assert valid_labels(model) == {"canary": Label(6)}


@pytest.mark.parametrize("name", ["", "my label", "a/b", "a:b", "stäble", "a-b"])
def test_names_that_servers_do_not_take(model, name):
    with pytest.raises(ValueError, match=f"letters, digits.*Received: label={name}"):
        write_labels(model, {name: Label(1)})
    assert read_labels(model) == {}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        json.dumps({"stable": 3}),
        json.dumps({"stable": {"version": "3"}}),
        json.dumps({"stable": {"version": True}}),
        json.dumps({"stable": {"previous": 3}}),
        json.dumps({"stable": {"version": 3, "colour": 4}}),
    ],
)
def test_a_damaged_file_is_named(model, text):
    (model / "labels.json").write_text(text)
    with pytest.raises(ValueError, match="labels.json is damaged.*set the labels"):
        read_labels(model)


def test_nothing_heavy_is_imported():
    program = (
        "import sys, kerazoo.serving.promotion\n"
        "print(sorted({'tensorflow', 'keras', 'numpy', 'grpc'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr
