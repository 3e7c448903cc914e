from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from kerazoo.serving import models_config


def test_lists_the_models(tmp_path):
    for name in ("b", "a", "not_a_version"):
        (tmp_path / name / ("1" if len(name) == 1 else "draft")).mkdir(parents=True)
    (tmp_path / "no_model").mkdir()
    config = model_server_config_pb2.ModelServerConfig()
    written = models_config.write_models_config(tmp_path)
    text_format.Parse(written.read_text(), config)
    models = config.model_config_list.config
    assert [(m.name, m.base_path) for m in models] == [
        ("a", str(tmp_path / "a")),
        ("b", str(tmp_path / "b")),
    ]
