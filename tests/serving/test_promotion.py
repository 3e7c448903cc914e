import contextlib
import threading

import pytest

from kerazoo.serving import promotion
from kerazoo.serving.client.client import Client
from kerazoo.serving.labels import Label
from kerazoo.serving.labels import read_labels
from kerazoo.serving.models_config import write_models_config
from kerazoo.serving.promotion import promote
from kerazoo.serving.promotion import remove_label
from tests.serving.model_server import ModelServer
from tests.serving.rest_handler import Refusal
from tests.serving.served_models import export_models


@pytest.fixture
def folder(tmp_path):
    for version in (1, 2, 3):
        (tmp_path / "a" / str(version)).mkdir(parents=True)
    return tmp_path


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    export_models(folder)
    return folder


def test_a_new_label_is_set_at_once(folder):
    assert promote(folder / "a", 2, "stable") == Label(2)
    assert read_labels(folder / "a") == {"stable": Label(2)}
    assert 'key: "stable"' in (folder / "models.config").read_text()
    assert "/models/a" in (folder / "models.container.config").read_text()


def test_forth_to_the_newest_and_back(folder):
    promote(folder / "a", 1, "stable")
    assert promote(folder / "a", 3, "stable") == Label(3, previous=1)
    assert promote(folder / "a", 1, "stable") == Label(1, previous=3)


def test_a_version_that_no_server_has_is_loaded_first(folder):
    promote(folder / "a", 1, "stable")
    assert promote(folder / "a", 2, "stable") == Label(1, next=2)
    assert "versions: 2" in (folder / "models.config").read_text()
    assert promote(folder / "a", 2, "stable") == Label(2, previous=1)


def test_the_same_again_changes_nothing(folder):
    promote(folder / "a", 3, "stable")
    assert promote(folder / "a", 3, "stable") == Label(3)


def test_removing(folder):
    promote(folder / "a", 1, "stable")
    promote(folder / "a", 3, "canary")
    remove_label(folder / "a", "stable")
    assert read_labels(folder / "a") == {"canary": Label(3)}
    assert "stable" not in (folder / "models.config").read_text()
    with pytest.raises(ValueError, match="has the labels canary.*label=stable"):
        remove_label(folder / "a", "stable")


def test_mistakes_change_nothing(folder):
    promote(folder / "a", 1, "stable")
    with pytest.raises(ValueError, match="has the versions 1, 2, 3.*version=4"):
        promote(folder / "a", 4, "stable")
    with pytest.raises(ValueError, match="letters, digits and underscores"):
        promote(folder / "a", 2, "not stable")
    with pytest.raises(ValueError, match="has the versions none"):
        promote(folder / "b", 1, "stable")
    assert read_labels(folder / "a") == {"stable": Label(1)}


def test_a_label_of_a_version_that_is_gone_can_move(folder):
    promote(folder / "a", 1, "stable")
    promote(folder / "a", 2, "canary")
    (folder / "a" / "1").rmdir()
    with pytest.warns(UserWarning, match="no version 1"):
        promote(folder / "a", 3, "canary")
    assert promote(folder / "a", 3, "stable") == Label(3, previous=1)


@contextlib.contextmanager
def polling(server, config):
    """Makes a server read its file again and again; yields what it refused."""
    done, refused = threading.Event(), []

    def poll():
        while not done.wait(0.02):
            try:
                server.load(config)
            except Refusal as refusal:
                refused.append(str(refusal))

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        yield refused
    finally:
        done.set()
        thread.join()


def test_a_server_never_refuses_what_is_promoted(models, monkeypatch):
    monkeypatch.setattr(promotion, "_POLL_SECONDS", 0.02)
    promote(models / "numbers", 3, "stable")
    config = models / "models.config"
    with (
        contextlib.closing(ModelServer(config)) as server,
        polling(server, config) as refused,
        Client(server.rest_address, "rest") as client,
    ):
        for version in (1, 2, 3, 1):
            promote(models / "numbers", version, "stable", client, wait_seconds=20)
            for _ in range(500):  # Until the file is read again.
                answer = client.predict("numbers", {"x": [[1, 1]]}, label="stable")
                if answer["y"][0, 0] == version:
                    break
            assert answer["y"][0, 0] == version
    assert refused == []


def test_without_asking_a_server_may_refuse(models):
    """Why `promote` takes a client: the label moves before the version is loaded."""
    promote(models / "numbers", 1, "early")
    config = models / "models.config"
    with contextlib.closing(ModelServer(config)) as server:
        server.load(config)
        promote(models / "numbers", 2, "early")
        promote(models / "numbers", 2, "early")
        with pytest.raises(Refusal, match="not currently available"):
            server.load(config)


def test_a_server_that_does_not_read_its_file_again(models, monkeypatch):
    monkeypatch.setattr(promotion, "_POLL_SECONDS", 0.02)
    for label in read_labels(models / "numbers"):
        remove_label(models / "numbers", label)
    promote(models / "numbers", 3, "late")
    with (
        contextlib.closing(ModelServer(write_models_config(models))) as server,
        Client(server.rest_address, "rest") as client,
        pytest.raises(TimeoutError, match="not loaded version 1 of numbers"),
    ):
        promote(models / "numbers", 1, "late", client, wait_seconds=0.1)
    assert read_labels(models / "numbers") == {"late": Label(3, next=1)}
