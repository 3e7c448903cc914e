"""The notebooks of docs/notebooks are short, and do what they say."""

import json

import pytest

from tests.documents import ROOT
from tests.documents import run_files
from tests.documents import shared_cache

FOLDER = ROOT / "docs" / "notebooks"
FAMILIES = ("diffusion", "dqn", "gan", "gnn", "transformer")
STEPS = ("kerazoo.run", "export_dir", "result[", "kerazoo.load")
MOST_LINES = 12


def code_of(family):
    """Returns the lines of a notebook's only cell of code."""
    notebook = json.loads((FOLDER / f"{family}.ipynb").read_text())
    assert notebook["nbformat"] == 4
    cells = [c["source"] for c in notebook["cells"] if c["cell_type"] == "code"]
    assert len(cells) == 1
    return "".join(cells[0]).splitlines()


def test_every_family_has_a_notebook():
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == list(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES)
def test_notebooks_are_short_and_go_all_the_way(family):
    lines = code_of(family)
    assert len(lines) <= MOST_LINES
    assert all(len(line) <= 88 for line in lines)
    text = "\n".join(lines)
    assert text.count("kerazoo.run(") == 2  # Trains, and goes on.
    for step in STEPS:
        assert step in text, step


@pytest.mark.parametrize(
    "family",
    [
        pytest.param(family, marks=pytest.mark.slow if family != "gnn" else ())
        for family in FAMILIES
    ],
)
def test_notebooks_run(family, tmp_path, tmp_path_factory):
    program = tmp_path / f"{family}.py"
    program.write_text("\n".join(code_of(family)) + "\n")
    run_files(
        [program],
        shared_cache(tmp_path_factory),
        makes_images=family in ("diffusion", "gan"),
    )
