"""Which package may import which: the rules of the README."""

import ast
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
STANDARD = set(sys.stdlib_module_names)
MAY_IMPORT = {  # Folder: (own packages, others' packages)
    "kerazoo/data": (
        {"kerazoo.data"},
        {
            "PIL",
            "babel",
            "networkx",
            "numpy",
            "rdkit",
            "scipy",
            "sklearn",
            "tensorflow",
            "tensorflow_datasets",
        },
    ),
    "kerazoo/layers": ({"kerazoo.layers"}, {"keras"}),
    "kerazoo/training": (
        {"kerazoo.training"},
        {"keras", "numpy", "tensorflow", "tqdm"},
    ),
    "kerazoo/serving": (
        {"kerazoo.serving"},
        {"numpy", "tensorflow", "tensorflow_serving"},
    ),
    "kerazoo/models/dqn": (
        {
            "kerazoo.layers",
            "kerazoo.legacy_keras",
            "kerazoo.models.dqn",
            "kerazoo.training",
        },
        {"gym_notices", "gymnasium", "keras", "numpy", "tensorflow", "tf_agents"},
    ),
    "kerazoo/evaluation": (
        {"kerazoo.evaluation"},
        {"keras", "numpy", "sacrebleu", "scipy", "tensorflow"},
    ),
    "kerazoo/models/diffusion": (
        {"kerazoo.layers", "kerazoo.models.diffusion", "kerazoo.training"},
        {"keras", "numpy", "tensorflow"},
    ),
    "kerazoo/models/gan": (
        {"kerazoo.layers", "kerazoo.models.gan", "kerazoo.training"},
        {"keras", "matplotlib", "numpy", "tensorflow"},
    ),
    "kerazoo/models/transformer": (
        {"kerazoo.layers", "kerazoo.models.transformer", "kerazoo.training"},
        {"keras", "numpy", "sentencepiece", "tensorflow", "tensorflow_text"},
    ),
    "kerazoo/models/gnn": (
        {
            "kerazoo.layers",
            "kerazoo.legacy_keras",
            "kerazoo.models.gnn",
            "kerazoo.training",
        },
        {
            "keras",
            "matplotlib",
            "networkx",
            "numpy",
            "scipy",
            "sklearn",
            "tensorflow",
            "tensorflow_gnn",
            "threadpoolctl",
        },
    ),
}


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_packages_import_only_what_they_may(folder):
    own, others = MAY_IMPORT[folder]
    files = list((ROOT / folder).rglob("*.py"))
    assert files
    for path in files:
        for name in imported_modules(path):
            top = name.split(".")[0]
            allowed = top in others | STANDARD or any(
                f"{name}.".startswith(f"{package}.") for package in own
            )
            assert allowed, f"{path.relative_to(ROOT)} imports {name}"


def test_library_knows_no_flags():
    for path in (ROOT / "kerazoo").rglob("*.py"):
        assert not {"absl", "apps"} & {
            name.split(".")[0] for name in imported_modules(path)
        }, path


def test_layers_stay_light():
    program = """
import os, sys
import kerazoo.layers
heavy = {"tensorflow_gnn", "tf_agents", "tensorflow_datasets", "gymnasium"}
print(sorted(heavy & set(sys.modules)), "TF_USE_LEGACY_KERAS" in os.environ)
"""
    environment = {k: v for k, v in os.environ.items() if k != "TF_USE_LEGACY_KERAS"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[] False", done.stderr


def imported_modules(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.module.startswith("kerazoo"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module
