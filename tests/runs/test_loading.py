import numpy as np
import pytest
import tensorflow as tf

import kerazoo
from kerazoo.runs import run
from kerazoo.runs.loading import restore_weights
from kerazoo.training import Schedule
from tests.runs.line_task import Line
from tests.runs.line_task import LineTask
from tests.runs.line_task import X


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run that got worse after its best evaluation, at step 2."""
    folder = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LineTask, "evaluate", lambda self, step: {"error": step})
        run(LineTask(), folder, Schedule(train_steps=6, eval_every=2))
    return folder


def test_best_and_newest_weights(folder):
    found = {}
    for kind in ("best", "newest"):
        found[kind] = kerazoo.load(folder, weights=kind)(X)
        model = Line()
        step = restore_weights(model, folder, kind)
        assert step == {"best": 2, "newest": 6}[kind]
        np.testing.assert_array_equal(model(X), found[kind])
    assert np.abs(found["best"] - found["newest"]).max() > 1e-3
    np.testing.assert_array_equal(kerazoo.load(folder)(X), found["best"])


def test_reading_leaves_what_a_live_run_writes(folder):
    partial = folder / "best" / ".partial-000000000008"
    partial.mkdir()
    kerazoo.load(folder)
    assert partial.exists()
    partial.rmdir()


def test_what_is_nothing_to_load_is_said(folder, tmp_path):
    with pytest.raises(ValueError, match=f"path={tmp_path}"):
        kerazoo.load(tmp_path)
    with pytest.raises(ValueError, match="weights=good"):
        kerazoo.load(folder, weights="good")
    tf.saved_model.save(tf.Module(), str(tmp_path / "1"))
    with pytest.raises(ValueError, match="version 0.1"):
        kerazoo.load(tmp_path)


def test_damaged_checkpoint_is_named(folder, tmp_path):
    import shutil

    copy = tmp_path / "run"
    shutil.copytree(folder, copy)
    (copy / "checkpoints" / f"{6:012d}" / "variables.index").write_bytes(b"broken")
    with pytest.raises(ValueError, match="000006 cannot be read"):
        kerazoo.load(copy, weights="newest")
    shutil.rmtree(copy / "checkpoints")
    with pytest.raises(ValueError, match="no checkpoint"):
        kerazoo.load(copy)
