import json
import pathlib
import pkgutil

import pytest

from kerazoo.demo import Tab
from kerazoo.demo.tabs import TABS
from kerazoo.demo.tabs import make_tab
from kerazoo.demo.tabs import tab_name
from tests.demo.exports import MODELS
from tests.demo.exports import exports

FILES = pathlib.Path(__file__).parents[1] / "compatibility"


@pytest.mark.parametrize("name", TABS)
def test_each_kind_of_export_has_its_tab(name):
    assert tab_name(MODELS[name][3]) == name
    tab = make_tab(exports()[name])
    assert type(tab) is pkgutil.resolve_name(TABS[name])
    assert isinstance(tab, Tab) and tab.about


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("diffusion", "diffusion"),
        ("dqn", "policy"),
        ("gan", "gan"),
        ("gnn", "signatures"),  # It did not say what its graphs are like.
        ("transformer", "translations"),
    ],
)
def test_exports_of_version_0_1_have_one(family, expected):
    file = FILES / family / "model" / "1" / "assets.extra" / "kerazoo.json"
    assert tab_name(json.loads(file.read_text())) == expected


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"family": "transformer", "task": "classify"},  # Without names of classes.
        {"family": "gnn", "task": "node", "class_names": ["a"], "inputs": {}},
        {"family": "dqn", "task": "board", "game": "go"},
    ],
)
def test_what_is_not_known_gets_the_form_of_its_signatures(metadata):
    assert tab_name(metadata) == "signatures"
