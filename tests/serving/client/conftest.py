import contextlib

import pytest

from kerazoo.serving.labels import Label
from kerazoo.serving.labels import write_labels
from kerazoo.serving.models_config import write_models_config
from tests.serving.model_server import ModelServer
from tests.serving.served_models import export_models


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    export_models(folder)
    write_labels(folder / "numbers", {"stable": Label(1), "canary": Label(3)})
    write_models_config(folder)
    return folder


@pytest.fixture(scope="module")
def shared_server(models):
    with contextlib.closing(ModelServer(models / "models.config")) as server:
        yield server


@pytest.fixture
def server(shared_server):
    shared_server.requests = 0
    yield shared_server
    shared_server.refusals, shared_server.delay = [], 0.0
