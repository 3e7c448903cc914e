import pytest
import tensorflow as tf

from kerazoo.training import strategy


def test_one_device():
    created = strategy.create("one_device")
    assert created.num_replicas_in_sync == 1
    assert isinstance(created, tf.distribute.OneDeviceStrategy)


def test_auto_without_gpus_is_one_cpu():
    assert strategy.create("auto").extended.worker_devices[0].endswith("CPU:0")


def test_mirrored_splits_the_cpu():
    created = strategy.create("mirrored", num_devices=2)
    assert created.num_replicas_in_sync == 2
    replicas = created.run(
        lambda: tf.distribute.get_replica_context().replica_id_in_sync_group
    )
    assert [int(x) for x in created.experimental_local_results(replicas)] == [0, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "warp"}, r"one of auto, .*Received: name=warp"),
        ({"num_devices": 0}, "Received: num_devices=0"),
        ({"name": "multi_worker"}, "TF_CONFIG"),
        ({"name": "one_device", "num_devices": 2}, "auto and mirrored.*num_devices=2"),
        ({"num_devices": 7}, "at most 1.*Received: num_devices=7"),
    ],
)
def test_errors(arguments, message, monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(ValueError, match=message):
        strategy.create(**arguments)
