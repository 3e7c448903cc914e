"""What the graph of a SavedModel says about its signatures and operations."""

import dataclasses
import itertools
import os
import pathlib
import typing

from google.protobuf.message import DecodeError
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow.core.protobuf import saved_model_pb2


@dataclasses.dataclass(frozen=True)
class Tensor:
    """An input or output of a signature.

    Attributes:
        tensor: Name of the tensor in the graph, such as `"serving_default_x:0"`.
        dtype: Such as `"float32"` or `"string"`.
        shape: One int for each axis, None where it may be any; None for any rank.
    """

    tensor: str
    dtype: str
    shape: tuple[int | None, ...] | None

    def describe(self) -> dict[str, typing.Any]:
        """Returns dtype and shape as JSON can hold them."""
        shape = None if self.shape is None else list(self.shape)
        return {"dtype": self.dtype, "shape": shape}


@dataclasses.dataclass(frozen=True)
class Signature:
    """A function that a server offers.

    Attributes:
        inputs: dict of name to `Tensor`.
        outputs: dict of name to `Tensor`.
    """

    inputs: dict[str, Tensor]
    outputs: dict[str, Tensor]

    def describe(self) -> dict[str, typing.Any]:
        """Returns dtypes and shapes as JSON can hold them."""
        return {
            kind: {name: tensor.describe() for name, tensor in tensors.items()}
            for kind, tensors in (("inputs", self.inputs), ("outputs", self.outputs))
        }


def read_meta_graph(path: str | os.PathLike) -> meta_graph_pb2.MetaGraphDef:
    """Reads the graph of a SavedModel, without its variables.

    Args:
        path: path of the SavedModel, one version.

    Raises:
        OSError: If there is none.
        ValueError: If it is damaged.
    """
    file = pathlib.Path(path, "saved_model.pb")
    saved_model = saved_model_pb2.SavedModel()
    try:
        saved_model.ParseFromString(file.read_bytes())
        return saved_model.meta_graphs[0]
    except (DecodeError, IndexError):
        raise ValueError(f"{file} is damaged: export the model again.") from None


def signatures_of(
    graph: meta_graph_pb2.MetaGraphDef,
) -> dict[str, Signature]:
    """Returns the signatures of a graph by name, in alphabetic order."""
    return {
        name: Signature(_tensors(definition.inputs), _tensors(definition.outputs))
        for name, definition in sorted(graph.signature_def.items())
        if not name.startswith("__")  # TensorFlow's own: what initializes the model.
    }


def operations_of(graph: meta_graph_pb2.MetaGraphDef) -> set[str]:
    """Returns the names of the operations of a graph and of its functions."""
    library = graph.graph_def.library
    functions = {function.signature.name for function in library.function}
    nodes = itertools.chain(
        graph.graph_def.node, *(function.node_def for function in library.function)
    )
    return {node.op for node in nodes} - functions


def _tensors(infos):
    return {
        name: Tensor(info.name, _dtype(info.dtype), _shape(info.tensor_shape))
        for name, info in sorted(infos.items())
    }


def _dtype(number):
    name = types_pb2.DataType.Name(number).removeprefix("DT_").lower()
    return {"float": "float32", "double": "float64", "half": "float16"}.get(name, name)


def _shape(shape):
    if shape.unknown_rank:
        return None
    return tuple(None if axis.size < 0 else axis.size for axis in shape.dim)
