"""Which package may import which: the arrows of the house."""

import ast
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
STANDARD = {*sys.stdlib_module_names, "lazy_loader"}
_SCIENCE = {"numpy", "scipy"}
# Of serving, what a signature is made with; nothing of exports and servers.
_SIGNATURES = {
    f"kerazoo.serving.{name}"
    for name in ("empty_batches", "halves", "limits", "request_checks", "tracing")
}
_FAMILY = {"kerazoo.layers", "kerazoo.text", "kerazoo.training", *_SIGNATURES}
_TASK = {"kerazoo.data", "kerazoo.evaluation", "kerazoo.tasks", *_FAMILY}
MAY_IMPORT = {  # Folder: (own packages, others' packages)
    "kerazoo/layers": ({"kerazoo.layers"}, {"keras"}),
    "kerazoo/text": (
        {"kerazoo.data.digest", "kerazoo.layers", "kerazoo.text"},
        {"keras", "numpy", "sentencepiece", "tensorflow", "tensorflow_text"},
    ),
    "kerazoo/data": (
        {"kerazoo.data"},
        {
            *("PIL", "babel", "networkx", "rdkit", "sklearn", "soundfile"),
            *("tensorflow", "tensorflow_datasets", *_SCIENCE),
        },
    ),
    "kerazoo/evaluation": (
        {"kerazoo.data", "kerazoo.evaluation"},
        {"jiwer", "keras", "sacrebleu", "sklearn", "tensorflow", *_SCIENCE},
    ),
    "kerazoo/training": (
        {"kerazoo.training"},
        {"keras", "numpy", "tensorboard", "tensorflow", "tqdm"},
    ),
    "kerazoo/serving": (
        {"kerazoo.__version__", "kerazoo.serving"},
        {
            *("google", "grpc", "keras", "numpy"),
            *("tensorflow", "tensorflow_serving"),
        },
    ),
    "kerazoo/prediction": (
        {
            *("kerazoo.data", "kerazoo.evaluation", "kerazoo.prediction"),
            *("kerazoo.serving", "kerazoo.text"),
        },
        {"tensorflow", "tensorflow_text", *_SCIENCE},
    ),
    "kerazoo/demo": (
        {
            *("kerazoo.data", "kerazoo.demo", "kerazoo.layers.slerp"),
            *("kerazoo.models.dqn", "kerazoo.models.gan.latents"),
            *("kerazoo.prediction", "kerazoo.serving"),
        },
        {
            *("PIL", "gradio", "gymnasium", "networkx", "rdkit", "tensorflow"),
            *("tensorflow_text", *_SCIENCE),
        },
    ),
    "kerazoo/runs": (
        {"kerazoo.runs", "kerazoo.serving", "kerazoo.training"},
        {"keras", "tensorflow", *_SCIENCE},
    ),
    "kerazoo/models/diffusion": (
        {"kerazoo.models.diffusion", *_FAMILY},
        {"keras", "numpy", "tensorflow"},
    ),
    "kerazoo/models/dqn": (
        {"kerazoo.legacy_keras", "kerazoo.models.dqn", *_FAMILY},
        {
            *("gym_notices", "gymnasium", "imageio", "keras", "numpy"),
            *("open_spiel", "pyspiel", "tensorflow", "textworld", "tf_agents"),
        },
    ),
    "kerazoo/models/gan": (
        {"kerazoo.models.gan", *_FAMILY},
        {"keras", "matplotlib", "numpy", "tensorflow"},
    ),
    "kerazoo/models/gnn": (
        {"kerazoo.legacy_keras", "kerazoo.models.gnn", *_FAMILY},
        {"keras", "tensorflow", "tensorflow_gnn", "threadpoolctl", *_SCIENCE},
    ),
    "kerazoo/models/transformer": (
        {"kerazoo.models.transformer", *_FAMILY},
        {"keras", "numpy", "tensorflow", "tensorflow_text"},
    ),
    # Tasks bring data, a model of one family and measures together.
    **{
        f"kerazoo/tasks/{family}": (
            {
                f"kerazoo.models.{family}",
                "kerazoo.legacy_keras",
                "kerazoo.runs",
                "kerazoo.serving",
                *_TASK,
            },
            {
                *("keras", "numpy", "tensorflow", "matplotlib", "networkx", "sklearn"),
                *("gymnasium", "imageio", "tensorflow_text", "threadpoolctl"),
                *("igraph", "leidenalg"),
            },
        )
        for family in ("diffusion", "dqn", "gan", "gnn", "transformer")
    },
}
# Where TensorFlow is Keras' backend, and only within functions.
ONLY_FILES = {
    "kerazoo/layers/graph/edge_product.py": {"tensorflow"},
    "kerazoo/layers/graph/kept_results.py": {"tensorflow"},
    "kerazoo/layers/graph/sparse_product.py": {"tensorflow"},
    "kerazoo/layers/in_place.py": {"tensorflow"},
    # Within functions, too: it is heavy.
    "kerazoo/data/graphs/beam_sampling.py": {"apache_beam"},
    "kerazoo/tasks/gnn/subgraph_sampling.py": {"apache_beam"},
}
HEAVY = {
    *("tensorflow", "keras", "tensorflow_gnn", "tf_agents", "tensorflow_datasets"),
    *("gradio", "gymnasium", "sklearn", "matplotlib", "numpy"),
}
DOORS = (
    "kerazoo",
    "kerazoo.demo",
    "kerazoo.prediction",
    "kerazoo.runs",
    "kerazoo.training",
    *(f"kerazoo.models.{f}" for f in ("diffusion", "dqn", "gan", "gnn", "transformer")),
    *(f"kerazoo.tasks.{f}" for f in ("diffusion", "dqn", "gan", "gnn", "transformer")),
)


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_packages_import_only_what_they_may(folder):
    own, others = MAY_IMPORT[folder]
    files = list((ROOT / folder).rglob("*.py"))
    assert files
    for path in files:
        for name in imported_modules(path):
            top = name.split(".")[0]
            of_file = ONLY_FILES.get(path.relative_to(ROOT).as_posix(), set())
            allowed = top in others | of_file | STANDARD or any(
                f"{name}.".startswith(f"{package}.")
                for package in {"kerazoo.atomic_files", "kerazoo.progress", *own}
            )
            assert allowed, f"{path.relative_to(ROOT)} imports {name}"


def test_every_package_has_its_rule():
    packages = {
        path.parent.relative_to(ROOT).as_posix()
        for path in (ROOT / "kerazoo").glob("**/__init__.py")
    }
    roots = {"kerazoo", "kerazoo/models", "kerazoo/tasks"}
    ruled = {
        p for p in packages if any(f"{p}/".startswith(f"{r}/") for r in MAY_IMPORT)
    }
    assert packages - ruled == roots


def test_library_knows_no_flags():
    for path in (ROOT / "kerazoo").rglob("*.py"):
        assert not {"absl", "apps"} & {
            name.split(".")[0] for name in imported_modules(path)
        }, path


def test_doors_load_nothing_heavy():
    program = f"""
import importlib, sys
for door in {DOORS}:
    importlib.import_module(door)
print(sorted({HEAVY} & set(sys.modules)))
"""
    assert output_of(program) == "[]"


def test_layers_stay_light():
    program = f"""
import os, sys
import kerazoo.layers
heavy = {HEAVY & {"tensorflow_gnn", "tf_agents", "tensorflow_datasets", "gymnasium"}}
print(sorted(heavy & set(sys.modules)), "TF_USE_LEGACY_KERAS" in os.environ)
"""
    assert output_of(program) == "[] False"


def output_of(program):
    environment = {k: v for k, v in os.environ.items() if k != "TF_USE_LEGACY_KERAS"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def imported_modules(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module.startswith("kerazoo"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module
