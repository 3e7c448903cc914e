import json
import os
import subprocess
import sys

import imageio.v3 as imageio
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from kerazoo.training.workdir import Workdir


def read_metrics(path):
    lines = (path / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_metrics_go_to_jsonl_and_tensorboard(tmp_path):
    workdir = Workdir(tmp_path / "run")
    workdir.log(3, {"loss": 0.5})
    workdir.log(4, {"loss": 0.25})
    workdir.close()
    assert read_metrics(tmp_path / "run") == [
        {"step": 3, "loss": 0.5},
        {"step": 4, "loss": 0.25},
    ]
    events = EventAccumulator(str(tmp_path / "run" / "tensorboard")).Reload()
    assert [event.step for event in events.Tensors("loss")] == [3, 4]


def test_picture_goes_to_a_file_and_to_tensorboard(tmp_path):
    pixels = np.arange(2 * 3 * 3, dtype="uint8").reshape(2, 3, 3)
    png = tf.io.encode_png(pixels).numpy()
    workdir = Workdir(tmp_path)
    workdir.write_picture("embedding", png, step=7)
    workdir.close()
    assert (tmp_path / "embedding.png").read_bytes() == png
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    (event,) = events.Tensors("embedding")
    assert event.step == 7
    width, height, image = event.tensor_proto.string_val
    assert (width, height) == (b"3", b"2")
    np.testing.assert_array_equal(tf.io.decode_png(image), pixels)


def test_animation_goes_to_a_file_and_moves_in_tensorboard(tmp_path):
    frames = np.zeros((2, 4, 6, 3), "uint8")
    frames[1, :, :3] = 255
    gif = imageio.imwrite("<bytes>", frames, extension=".gif")
    workdir = Workdir(tmp_path)
    workdir.write_picture("episode", gif, step=7)
    workdir.close()
    assert (tmp_path / "episode.gif").read_bytes() == gif
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    (event,) = events.Tensors("episode")
    width, height, image = event.tensor_proto.string_val
    assert (width, height) == (b"6", b"4")
    np.testing.assert_array_equal(tf.io.decode_gif(image), frames)
    plugin = events.SummaryMetadata("episode").plugin_data
    assert plugin.plugin_name == "images"


def test_rewind_drops_later_and_torn_lines(tmp_path):
    workdir = Workdir(tmp_path)
    for step in (1, 2, 3):
        workdir.log(step, {"loss": step})
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"step": 4, "lo')
    workdir.rewind(2)
    assert [line["step"] for line in read_metrics(tmp_path)] == [1, 2]


def test_result_round_trip(tmp_path):
    workdir = Workdir(tmp_path)
    assert workdir.read_result() is None
    workdir.write_result({"mean_return": 500.0})
    assert workdir.read_result() == {"mean_return": 500.0}


def test_second_process_is_refused(tmp_path):
    workdir = Workdir(tmp_path)
    program = """
import sys
from kerazoo.training.workdir import Workdir
try:
    Workdir(sys.argv[1])
except Exception as error:
    print(error, flush=True)
input()  # Until the folder is free.
Workdir(sys.argv[1])
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert "Another process trains in this folder" in other.stdout.readline()
        workdir.close()
        other.communicate("\n")
    assert other.returncode == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_unwritable_folder_raises(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError):
        Workdir(tmp_path / "run")


def test_file_in_the_way_raises(tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(FileExistsError):
        Workdir(tmp_path / "run")
