"""Doors name what exists, and what they name says its types; nothing is imported."""

import ast
import functools
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
# Keras calls these, with what its own documentation says.
KERAS_METHODS = {
    "build",
    "call",
    "compute_output_shape",
    "compute_output_spec",
    "from_config",
    "get_config",
    "test_step",
    "train_step",
}
SPECIAL_METHODS = {"__call__", "__init__"}


def doors():
    """Returns the names of all packages of the library that offer names."""
    folders = [path.parent for path in ROOT.glob("kerazoo/**/__init__.py")]
    names = [".".join(folder.relative_to(ROOT).parts) for folder in folders]
    return sorted(name for name in names if listed(name))


def door_of(package):
    """Returns the file that says what a package offers."""
    stub = file_of(package).with_name("__init__.pyi")
    return stub if stub.exists() else file_of(package)


def is_lazy(package):
    return door_of(package).suffix == ".pyi"


def listed(package):
    """Returns what a door's `__all__` lists."""
    for node in parse(door_of(package)).body:
        if "__all__" in names_of(node) and isinstance(node.value, ast.List):
            return ast.literal_eval(node.value)
    return []


def definition(module, name):
    """Returns where a name is defined, the file and the node of its tree, or None."""
    path = file_of(module)
    if path is None:
        return None
    if path.name == "__init__.py":
        for node in parse(door_of(module)).body:
            if isinstance(node, ast.ImportFrom) and node.module:
                source = f"{module}.{node.module}" if node.level else node.module
                for alias in node.names:
                    if name == (alias.asname or alias.name):
                        return definition(source, alias.name)
        if file_of(f"{module}.{name}") is not None:
            path = file_of(f"{module}.{name}")
            return path, parse(path)
    for node in parse(path).body:
        if name in names_of(node):
            return path, node
    return None


def names_of(node):
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return [target.id for target in targets if isinstance(target, ast.Name)]


def untyped(node, path):
    """Yields where the function or the class of a node lacks a hint."""
    if isinstance(node, ast.ClassDef):
        for member in node.body:
            if isinstance(member, ast.FunctionDef) and is_public_method(member.name):
                yield from untyped(member, path)
    elif isinstance(node, ast.FunctionDef):
        arguments = node.args
        given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        given += filter(None, [arguments.vararg, arguments.kwarg])
        if given and given[0].arg in ("self", "cls"):
            given = given[1:]
        place = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for argument in given:
            if argument.annotation is None:
                yield f"{place}({argument.arg})"
        if node.returns is None and node.name != "__init__":
            yield f"{place} -> ?"


def is_public_method(name):
    if name in KERAS_METHODS:
        return False
    return name in SPECIAL_METHODS or not name.startswith("_")


def file_of(module):
    """Returns the file of a module or package, or None if there is none."""
    path = ROOT.joinpath(*module.split("."))
    files = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in files if file.exists()), None)


@functools.cache
def parse(path):
    return ast.parse(path.read_text())


DOORS = doors()


def test_there_are_doors():
    assert {"kerazoo", "kerazoo.layers", "kerazoo.serving"} <= set(DOORS)


@pytest.mark.parametrize("package", DOORS)
def test_names_of_doors_exist(package):
    missing = [name for name in listed(package) if definition(package, name) is None]
    assert not missing


@pytest.mark.parametrize("package", filter(is_lazy, DOORS))
def test_names_of_lazy_doors_are_not_those_of_modules(package):
    # Once the module is imported, the name would be the module.
    for name in listed(package):
        _, node = definition(package, name)
        is_module = file_of(f"{package}.{name}") is not None
        assert is_module == isinstance(node, ast.Module), name


@pytest.mark.parametrize("package", DOORS)
def test_what_doors_name_has_type_hints(package):
    places = filter(None, {definition(package, name) for name in listed(package)})
    missing = [
        place
        for path, node in sorted(places, key=lambda found: str(found[0]))
        for place in untyped(node, path)
    ]
    assert not missing, "\n".join(missing)
