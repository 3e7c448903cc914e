import json

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.runs import interquartile_mean
from kerazoo.tasks.dqn import learning_curves
from kerazoo.tasks.dqn.learning_curves import Curve


def write_run(folder, env_steps, values):
    folder.mkdir()
    lines = [{"step": 1, "loss": 0.5, "env_steps": 7}]
    lines += [
        {"step": step // 2, "eval/mean_return": value, "env_steps": step}
        for step, value in zip(env_steps, values, strict=True)
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "metrics.jsonl").write_text(text)
    return folder


@pytest.fixture
def drawn(monkeypatch):
    """Function to the axes of the one figure that was drawn."""
    figures = []
    make = learning_curves.make_figure

    def make_figure(*size):
        figures.append(make(*size))
        return figures[-1]

    monkeypatch.setattr(learning_curves, "make_figure", make_figure)

    def axes():
        (figure,) = figures
        return figure.axes[0]

    return axes


def test_evaluations_are_read(tmp_path):
    curve = learning_curves.read_curve(write_run(tmp_path / "a", [10, 20], [1.0, 4.0]))
    assert curve.steps.tolist() == [10, 20]
    assert curve.values.tolist() == [1.0, 4.0]
    assert not len(learning_curves.read_curve(tmp_path / "none").values)


def test_common_steps_are_on_the_lines_and_the_last_value_stays():
    curves = [
        Curve(np.array([0, 100]), np.array([0.0, 10.0])),
        Curve(np.array([20, 40]), np.array([5.0, 7.0])),
    ]
    env_steps, (first, second) = learning_curves.in_common(curves)
    assert env_steps[0] == 20 and env_steps[-1] == 100
    np.testing.assert_allclose(first, env_steps / 10)
    np.testing.assert_allclose(second, np.minimum(5 + (env_steps - 20) / 10, 7))


def test_one_run_is_a_line_and_its_target(tmp_path, drawn):
    folder = write_run(tmp_path / "a", [10, 20], [1.0, 4.0])
    pictures = learning_curves.draw_learning_curves([folder], target=3.0)
    assert tf.io.decode_png(pictures["curves"]).shape[0] >= 400
    line, solved = drawn().lines
    np.testing.assert_array_equal(line.get_xydata(), [[10, 1], [20, 4]])
    assert set(solved.get_ydata()) == {3.0}
    labels = drawn().get_xlabel(), drawn().get_ylabel()
    assert labels == ("environment steps", "mean return")


def test_several_runs_have_a_mean_and_an_interval(tmp_path, drawn):
    ends = [1.0, 4.0, 5.0, 30.0]
    folders = [
        write_run(tmp_path / str(i), [10, 20], [0.0, end]) for i, end in enumerate(ends)
    ]
    learning_curves.draw_learning_curves([*folders, tmp_path / "none"])
    mean = drawn().lines[-1]
    assert mean.get_label() == "interquartile mean of 4 seeds"
    assert mean.get_ydata()[-1] == 4.5
    band = drawn().collections[0].get_paths()[0].vertices
    _, low, high = interquartile_mean(ends, resamplings=2_000)
    at_end = band[band[:, 0] == 20, 1]
    np.testing.assert_allclose([at_end.min(), at_end.max()], [low, high], atol=0.5)


def test_without_evaluations_there_is_no_picture(tmp_path):
    assert learning_curves.draw_learning_curves([tmp_path]) == {}


def test_learning_without_playing_is_drawn_over_gradient_steps(tmp_path, drawn):
    lines = [{"step": step, "eval/mean_return": 2.0 * step} for step in (5, 9)]
    text = "\n".join(map(json.dumps, lines))
    (tmp_path / "metrics.jsonl").write_text(text)
    assert learning_curves.draw_learning_curves([tmp_path])
    np.testing.assert_array_equal(drawn().lines[0].get_xydata(), [[5, 10], [9, 18]])
    assert drawn().get_xlabel() == "gradient steps"
