"""The examples of docstrings run, with the names of `tests/docstring_examples`."""

import ast
import importlib
import importlib.util
import pathlib
import re
import sys
import textwrap

import keras
import numpy as np
import pytest

ROOT = pathlib.Path(__file__).parents[1]
ON_TENSORFLOW = keras.backend.backend() == "tensorflow"
ANY_BACKEND = "kerazoo.layers"  # The other packages need TensorFlow.
SLOW = {  # Whole runs and exports, of a second and more; the others take 0.2.
    "kerazoo.demo.answering",
    "kerazoo.evaluation.images.channel_classifier",
    "kerazoo.evaluation.images.image_evaluation",
    "kerazoo.evaluation.images.image_reference",
    "kerazoo.models.diffusion.config.factory",
    "kerazoo.models.diffusion.diffusion",
    "kerazoo.models.diffusion.editing.inpainting",
    "kerazoo.models.diffusion.networks.u_net",
    "kerazoo.models.diffusion.serving_diffusion",
    "kerazoo.models.dqn.learner",
    "kerazoo.models.gnn.config.hetero_factory",
    "kerazoo.models.gnn.gcnii_encoder",
    "kerazoo.models.gnn.graph_batching",
    "kerazoo.models.gnn.knowledge.serving_knowledge_graph",
    "kerazoo.models.gnn.sampled_batching",
    "kerazoo.models.gnn.serving_graph_model",
    "kerazoo.models.gnn.serving_influence",
    "kerazoo.models.gnn.serving_node_embeddings",
    "kerazoo.models.gnn.serving_hetero_model",
    "kerazoo.models.gnn.serving_potential",
    "kerazoo.models.transformer.classifier",
    "kerazoo.models.transformer.serving_classifier",
    "kerazoo.models.transformer.serving_language_model",
    "kerazoo.models.transformer.serving_sound_classifier",
    "kerazoo.models.transformer.serving_speech_recognizer",
    "kerazoo.models.transformer.serving_translator",
    "kerazoo.models.transformer.sound_requests",
    "kerazoo.models.transformer.transformer",
    "kerazoo.runs.ensembles",
    "kerazoo.runs.folds",
    "kerazoo.runs.reading",
    "kerazoo.runs.runner",
    "kerazoo.runs.seeds",
    "kerazoo.tasks.diffusion.image_generation",
    "kerazoo.tasks.dqn.board_self_play",
    "kerazoo.tasks.dqn.discrete_control",
    "kerazoo.tasks.dqn.fictitious_play",
    "kerazoo.tasks.dqn.text_game",
    "kerazoo.tasks.gan.image_generation",
    "kerazoo.tasks.gan.point_generation",
    "kerazoo.tasks.gnn.community_detection",
    "kerazoo.tasks.gnn.contrastive_embedding",
    "kerazoo.tasks.gnn.graph_prediction",
    "kerazoo.tasks.gnn.influence_maximization",
    "kerazoo.tasks.gnn.infomax_embedding",
    "kerazoo.tasks.gnn.knowledge_graph_completion",
    "kerazoo.tasks.gnn.hetero_node_classification",
    "kerazoo.tasks.gnn.link_prediction",
    "kerazoo.tasks.gnn.potential_learning",
    "kerazoo.tasks.gnn.sampled_node_classification",
    "kerazoo.tasks.gnn.walk_embedding",
    "kerazoo.tasks.transformer.image_classification",
    "kerazoo.tasks.transformer.language_modeling",
    "kerazoo.tasks.transformer.masked_image_modeling",
    "kerazoo.tasks.transformer.masked_language_modeling",
    "kerazoo.tasks.transformer.prompt_answering",
    "kerazoo.tasks.transformer.sound_classification",
    "kerazoo.tasks.transformer.speech_recognition",
    "kerazoo.tasks.transformer.text_classification",
    "kerazoo.tasks.transformer.translation",
}


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def examples_of(path):
    """Yields the line and the text of every example in the docstrings of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            continue
        if ast.get_docstring(node) is None:
            continue
        text = node.body[0].value.value
        for block in re.finditer(r"```python\n(.*?)```", text, re.DOTALL):
            line = node.body[0].lineno + text.count("\n", 0, block.start(1))
            yield line, textwrap.dedent(block[1])


def modules_with_examples():
    paths = sorted((ROOT / "kerazoo").rglob("*.py"))
    names = [module_name(path) for path in paths if any(examples_of(path))]
    if not ON_TENSORFLOW:
        names = [name for name in names if name.startswith(ANY_BACKEND)]
    return [
        pytest.param(name, marks=pytest.mark.slow if name in SLOW else ())
        for name in names
    ]


def test_slow_modules_exist():
    paths = (ROOT.joinpath(*name.split(".")).with_suffix(".py") for name in SLOW)
    assert all(any(examples_of(path)) for path in paths)


def names_for(module):
    """Returns what an example may use: four packages, its module's names, and others.

    The others are those of its package's door and of the `names` of its package, the
    functions without arguments in the file of its name in `tests/docstring_examples`.
    """
    names = {"keras": keras, "np": np, "ops": keras.ops, "__name__": module.__name__}
    if ON_TENSORFLOW:
        import tensorflow as tf

        names["tf"] = tf
    parents = module.__name__.split(".")
    for depth in range(2, len(parents) + 1):
        package = sys.modules[".".join(parents[:depth])]
        for name in getattr(package, "__all__", ()):
            names[name] = getattr(package, name)
        prepared = f"tests.docstring_examples.{'_'.join(parents[1:depth])}"
        if importlib.util.find_spec(prepared) is not None:
            names |= importlib.import_module(prepared).names()
    own = ast.parse(pathlib.Path(module.__file__).read_text()).body
    for node in own:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            names[node.name] = getattr(module, node.name)
    return names


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("name", modules_with_examples())
def test_examples_run(name, cache, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if ON_TENSORFLOW:
        from kerazoo.evaluation.images import classifier_features

        # Classifiers are kept here, and learn for a few steps.
        monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
        monkeypatch.setattr(classifier_features, "_EXAMPLES", 1_000)
    module = importlib.import_module(name)
    for line, program in examples_of(pathlib.Path(module.__file__)):
        keras.utils.set_random_seed(0)
        # With the lines of the file, for tracebacks.
        code = compile("\n" * (line - 1) + program, module.__file__, "exec")
        exec(code, names_for(module))
