import json

import pytest

from kerazoo.training.tf_config import read_tf_config

CLUSTER = {"worker": ["one:2222", "two:2222"]}


def test_place_in_a_cluster_is_read(monkeypatch):
    config = {"cluster": CLUSTER, "task": {"type": "worker", "index": 1}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    assert read_tf_config() == config


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "needs the cluster"),
        ("{bad", r"JSON \(Expecting property name .* at character 1\).*: {bad$"),
        ("[]", "cluster has lists"),
        ('{"cluster": {"worker": []}}', "cluster has lists"),
        (json.dumps({"cluster": CLUSTER}), "task has a type, worker, and an index"),
        (
            json.dumps({"cluster": CLUSTER, "task": {"type": "worker", "index": 2}}),
            "index from 0 to 1",
        ),
    ],
)
def test_mistakes_name_the_variable_and_show_how_it_is(monkeypatch, text, words):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(ValueError, match=words) as raised:
        read_tf_config()
    message = str(raised.value)
    assert "\n" not in message
    shown = message.partition("such as TF_CONFIG='")[2].partition("'")[0]
    monkeypatch.setenv("TF_CONFIG", shown)
    assert read_tf_config()["task"]["type"] == "worker"
