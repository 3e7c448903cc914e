import csv

import numpy as np
import pytest

from kerazoo.models.dqn.returns_file import ReturnsFile


def write(file, step, first=10, split="validation", scale=1.0):
    returns = scale * np.array([step, step + 0.5])
    file.write(step, [first, first + 1], returns, np.array([3, 4]), split)


def read(folder):
    with (folder / "returns.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_line_per_episode(tmp_path):
    write(ReturnsFile(tmp_path, 0), 100)
    assert (tmp_path / "returns.csv").read_text() == (
        "step,episode,seed,return,length,split\n"
        "100,0,10,100,3,validation\n"
        "100,1,11,100.5,4,validation\n"
    )


def test_resumed_run_drops_what_is_of_later_steps_and_torn_lines(tmp_path):
    file = ReturnsFile(tmp_path, 0)
    for step in (100, 200, 300):
        write(file, step)
    write(file, 200, split="test")
    with (tmp_path / "returns.csv").open("a") as torn:
        torn.write("400,0,10,4")
    file = ReturnsFile(tmp_path, 200)
    assert [row["step"] for row in read(tmp_path)] == ["100"] * 2 + ["200"] * 4
    write(file, 300, scale=2)
    assert [row["return"] for row in read(tmp_path)][-2:] == ["600", "601"]
    assert len(read(tmp_path)) == 8


@pytest.mark.parametrize("resumes", [False, True])
def test_each_step_and_the_test_are_there_once(tmp_path, resumes):
    file = ReturnsFile(tmp_path, 0)
    for step in (100, 200):
        write(file, step)
    write(file, 100, split="test")
    if resumes:
        file = ReturnsFile(tmp_path, 200)
    write(file, 200, scale=3)
    write(file, 200, split="test")  # Of a longer run: another one is best.
    rows = read(tmp_path)
    found = [(row["step"], row["return"], row["split"]) for row in rows[::2]]
    assert found == [
        ("100", "100", "validation"),
        ("200", "600", "validation"),
        ("200", "200", "test"),
    ]


def test_file_of_another_run_is_replaced(tmp_path):
    write(ReturnsFile(tmp_path, 0), 100)
    ReturnsFile(tmp_path, 0)
    assert read(tmp_path) == []
