import pytest
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from kerazoo.serving import models_config
from kerazoo.serving.labels import Label
from kerazoo.serving.labels import write_labels


def parse(text):
    config = model_server_config_pb2.ModelServerConfig()
    text_format.Parse(text, config)
    return config.model_config_list.config


def make(folder, name, *versions):
    for version in versions:
        (folder / name / str(version)).mkdir(parents=True)
    return folder / name


def test_lists_the_models(tmp_path):
    make(tmp_path, "b", 1)
    make(tmp_path, 'a "quoted" one', 1, 2)
    make(tmp_path, "not_a_version", "draft")
    make(tmp_path, "no_model")
    written = models_config.write_models_config(tmp_path)
    assert written == tmp_path / "models.config"
    models = parse(written.read_text())
    assert [(m.name, m.base_path) for m in models] == [
        ('a "quoted" one', str(tmp_path / 'a "quoted" one')),
        ("b", str(tmp_path / "b")),
    ]
    # Without labels the server follows the newest version itself.
    assert not any(m.HasField("model_version_policy") for m in models)


def test_a_container_sees_the_folder_elsewhere(tmp_path):
    make(tmp_path, "a", 1)
    models_config.write_models_config(tmp_path)
    (model,) = parse((tmp_path / "models.container.config").read_text())
    assert model.base_path == "/models/a"
    text = models_config.models_config_text(tmp_path, root="gs://bucket/models/")
    assert parse(text)[0].base_path == "gs://bucket/models/a"


def test_paths_are_absolute(tmp_path, monkeypatch):
    """TensorFlow Serving takes no others."""
    make(tmp_path, "models/a", 1)
    monkeypatch.chdir(tmp_path)
    (model,) = parse(models_config.models_config_text("models"))
    assert model.base_path == str(tmp_path / "models" / "a")


def test_labels_survive_the_next_run_and_name_what_is_loaded(tmp_path):
    model = make(tmp_path, "a", 1, 2, 3)
    write_labels(model, {"stable": Label(1), "canary": Label(2)})
    models_config.write_models_config(tmp_path)
    make(tmp_path, "a", 4)
    (found,) = parse(models_config.write_models_config(tmp_path).read_text())
    assert dict(found.version_labels) == {"stable": 1, "canary": 2}
    assert list(found.model_version_policy.specific.versions) == [1, 2, 4]


def test_a_label_without_its_version_is_left_out(tmp_path):
    model = make(tmp_path, "a", 1, 2)
    write_labels(model, {"stable": Label(1)})
    (model / "1").rmdir()
    with pytest.warns(UserWarning, match="no version 1"):
        (found,) = parse(models_config.models_config_text(tmp_path))
    assert not found.version_labels
    assert not found.HasField("model_version_policy")


def test_a_damaged_file_of_labels_leaves_the_files_as_they_are(tmp_path):
    model = make(tmp_path, "a", 1)
    written = models_config.write_models_config(tmp_path)
    before = written.read_text()
    make(tmp_path, "b", 1)
    (model / "labels.json").write_text("{")
    with pytest.raises(ValueError, match="labels.json is damaged"):
        models_config.write_models_config(tmp_path)
    assert written.read_text() == before


def test_no_models(tmp_path):
    assert not parse(models_config.write_models_config(tmp_path).read_text())
