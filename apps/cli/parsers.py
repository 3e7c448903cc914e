"""Kinds of flags that absl does not have."""

import ast
import importlib.util
import pathlib
import sys

from absl import flags

flags.disclaim_key_flags()  # What is declared here belongs to the module that calls.


class _Integers(flags.ListParser):
    """Positive whole numbers between commas."""

    kind = syntactic_help = "positive whole numbers between commas, such as 64,32"

    def parse(self, argument):
        if isinstance(argument, (list, tuple)):
            return list(argument)
        texts = super().parse(argument)
        if not all(text.isdigit() and int(text) for text in texts):
            raise ValueError("must be positive whole numbers, such as 64,32")
        return [int(text) for text in texts]


class _Serializer(flags.ArgumentSerializer):
    def serialize(self, value):
        return ",".join(map(str, value))


def DEFINE_integers(name, default, help):
    """Declares a flag of positive whole numbers between commas, such as 64,32."""
    return flags.DEFINE(_Integers(), name, default, help, serializer=_Serializer())


def module_of(name):
    """Returns the name under which absl knows the flags of a module.

    Args:
        name: str. `__name__` of the module.
    """
    return sys.argv[0] if name == "__main__" else name


def adopt(*modules):
    """Lists all flags of other modules under `--helpshort` of the calling one."""
    for module in modules:
        flags.adopt_module_key_flags(module)


def declare(*holders):
    """Lists single flags of another module under `--helpshort` of the calling one.

    Args:
        *holders: What `flags.DEFINE_...` returned.
    """
    for holder in holders:
        flags.declare_key_flag(holder.name)


def keys_of(module, table):
    """Returns the keys of a table of the library, read from its source.

    So flags know what there is to choose from without importing TensorFlow.

    Args:
        module: str. Name of the module, such as `"kerazoo.models.gan.losses"`.
        table: str. Name of a dict literal there.
    """
    root, *rest = module.split(".")  # Its packages may need what is not installed.
    path = pathlib.Path(importlib.util.find_spec(root).origin).parent.joinpath(*rest)
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    for node in tree.body:
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        else:
            targets = getattr(node, "targets", [])
        if any(getattr(target, "id", None) == table for target in targets):
            return [key.value for key in node.value.keys]
    raise LookupError(f"{module} has no {table}.")
