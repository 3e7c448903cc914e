import gzip
import pathlib
import shutil

import gradio
import pytest

from kerazoo.demo import Export
from kerazoo.demo import find_exports
from kerazoo.demo import make_page
from kerazoo.demo.theme import theme
from tests.demo.exports import MODELS
from tests.demo.exports import exports

FILES = pathlib.Path(__file__).parents[1] / "compatibility"


@pytest.fixture(scope="module")
def made():
    return make_page([exports()[name] for name in MODELS])


def components(page, kind):
    return [block for block in page.blocks.values() if isinstance(block, kind)]


def test_each_export_has_a_tab_of_its_name(made):
    page, tabs = made
    assert [tab.label for tab in components(page, gradio.Tab)] == list(MODELS)
    assert [tab.export.name for tab in tabs] == list(MODELS)


def test_every_button_does_something(made):
    page, _ = made
    targets = {
        block_id for fn in page.fns.values() for block_id, _ in fn.targets if block_id
    }
    buttons = components(page, gradio.Button)
    assert len(buttons) > len(MODELS)
    assert all(button._id in targets for button in buttons)


def test_questions_are_filled_in(made):
    page, _ = made
    for kind in (gradio.Textbox, gradio.Slider, gradio.Number, gradio.Dropdown):
        found = components(page, kind)
        assert found and all(one.value is not None for one in found), kind


def test_nothing_is_sent_or_fetched(made):
    page, _ = made
    assert not page.analytics_enabled
    assert theme()._stylesheets == []
    assert "http" not in str(theme()._font_css)


def test_damaged_model_is_said_when_it_is_asked(tmp_path):
    metadata = {**exports()["texts"].metadata}
    (tmp_path / "saved_model.pb").write_bytes(b"torn")
    _, (tab,) = make_page([Export("torn", tmp_path, metadata)])
    with pytest.raises(ValueError, match="cannot be loaded"):
        tab.answer("a text")


@pytest.mark.slow
def test_exports_of_version_0_1_can_be_tried(tmp_path):
    families = sorted(path.name for path in FILES.iterdir() if path.is_dir())
    for family in families:
        shutil.copytree(FILES / family / "model", tmp_path / family)
    for packed in tmp_path.glob("*/*/*.gz"):
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    _, tabs = make_page(find_exports(tmp_path))
    by_name = {tab.export.name: tab for tab in tabs}
    assert list(by_name) == families
    for tab in tabs:
        tab.warm_up()
    game, *_ = by_name["dqn"].step(by_name["dqn"].reset(None, 0)[0], 0)
    assert game.steps == 1
    game.close()
    outputs, _ = by_name["gnn"].request("tensors", by_name["gnn"].example("tensors"))
    assert "probabilities" in outputs
