import keras
import numpy as np
import pytest

from kerazoo.training.selection import Selection
from kerazoo.training.workdir import Workdir


@pytest.fixture
def model():
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])


@pytest.mark.parametrize("mode, best", [("max", 3), ("min", 2)])
def test_best_weights_come_back_from_the_disk(model, tmp_path, mode, best):
    selection = Selection("score", mode)
    for step, score in enumerate((0.5, 0.1, 0.9, 0.9), start=1):
        model.set_weights([np.full((1, 1), step, "float32")])
        selection.see(step, {"score": score}, model)
    assert selection.best.step == best and selection.age == 4 - best
    workdir = Workdir(tmp_path)
    state = selection.save(workdir)
    restored = Selection("score", mode)
    restored.restore(workdir, state)
    workdir.close()
    assert (restored.best, restored.age) == (selection.best, selection.age)
    restored.give(model)
    assert model.get_weights()[0] == best


def test_without_an_objective_nothing_is_kept(model, tmp_path):
    selection = Selection(None, "max")
    before = model.get_weights()
    selection.see(1, {"score": 1.0}, model)
    workdir = Workdir(tmp_path)
    assert selection.save(workdir)["best_step"] is None
    assert not workdir.best.paths()
    workdir.close()
    selection.give(model)
    np.testing.assert_array_equal(model.get_weights(), before)
