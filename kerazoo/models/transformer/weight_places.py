"""The weights of a network by their places in it, and what another one can take."""

import math
import typing

import keras
import numpy as np

_ADAPTERS = ("lora_kernel_a", "lora_kernel_b")
_EMBEDDINGS = "embedding/embeddings"
_POSITIONS = "embedding/positions/embeddings"
# Where the blocks of one kind are, those of the other may go.
_STACKS = {"encoder": "decoder", "decoder": "encoder"}


class Taken(typing.NamedTuple):
    """What a network has of another one.

    Args:
        taken: Places of the weights that it has taken, or taken in part.
        new: Places of those that are its own.
    """

    taken: list[str]
    new: list[str]


def place_of(network: keras.Model, variable: keras.Variable) -> str:
    """Returns where a weight is in a network, such as `"encoder/norm/gamma"`."""
    _, separator, place = f"/{variable.path}".partition(f"/{network.name}/")
    return place if separator else variable.path


def values_by_place(network: keras.Model) -> dict[str, np.ndarray]:
    """Returns the weights of a network as arrays, with its adapters merged.

    Args:
        network: Keras model, built.

    Returns:
        dict of the place in the network to the array.

    Example:

    ```python
    small = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    network = make_language_model(100, 8, small).network
    values_by_place(network)["embedding/embeddings"].shape  # (100, 16)
    ```
    """
    values = {
        place_of(network, variable): keras.ops.convert_to_numpy(variable)
        for variable in network.weights
        if not is_adapter(variable.path)
    }
    for layer in network._flatten_layers():
        if getattr(layer, "lora_enabled", False):
            a, b = map(
                keras.ops.convert_to_numpy, (layer.lora_kernel_a, layer.lora_kernel_b)
            )
            scale = layer.lora_alpha / layer.lora_rank
            values[place_of(network, layer._kernel)] += scale * a @ b
    return values


def is_adapter(place: str) -> bool:
    """Returns whether a weight is one of an adapter."""
    return place.rpartition("/")[2] in _ADAPTERS


def take_weights(network: keras.Model, source: keras.Model) -> Taken:
    """Gives a network every weight of another that fits it by place and shape.

    The blocks of an encoder go into a decoder that is nowhere else, and the other way
    round, as in [Rothe et al., 2020](https://arxiv.org/abs/1907.12461). Of learned
    positions both have the first. Embeddings that only one of the two scales are
    scaled so that the blocks get the same.

    Args:
        network: Keras model, built, whose weights are to change.
        source: Keras model, built.

    Returns:
        `Taken`.

    Example:

    ```python
    small = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    source = make_translator(100, 8, small).network
    network = make_text_classifier(100, 8, 2, small).network
    take_weights(network, source).new  # ["head/kernel", "head/bias"]
    ```
    """
    values = values_by_place(source)
    if _EMBEDDINGS in values:
        factor = _scale_of(source) / _scale_of(network)
        values[_EMBEDDINGS] = (factor * values[_EMBEDDINGS]).astype("float32")
    taken, new = [], []
    for variable in network.weights:
        place = place_of(network, variable)
        if is_adapter(place):
            continue
        value = _fitting(place, tuple(variable.shape), values)
        if value is None:
            new.append(place)
            continue
        taken.append(place)
        if value.shape != tuple(variable.shape):  # Positions, of which some are known.
            own = keras.ops.convert_to_numpy(variable).copy()
            own[: len(value)] = value
            value = own
        variable.assign(value)
    return Taken(taken, new)


def depths(network: keras.Model) -> dict[str, int]:
    """Returns how deep each weight is, from 0 for the embeddings to the heads.

    Args:
        network: Keras model, built.

    Returns:
        dict of place to depth: that of a block is its number, from 1, that of a last
        normalisation that of the last block.

    Example:

    ```python
    small = NetworkConfig(hidden_size=16, num_layers=2, num_heads=2)
    network = make_text_classifier(100, 8, 2, small).network
    depths(network)["head/bias"]  # 3
    ```
    """
    before, count = {}, 0
    for name in ("encoder", "decoder"):
        if stack := getattr(network, name, None):
            before[name] = count
            count += stack.num_layers
    found = {}
    for variable in network.weights:
        place = place_of(network, variable)
        first, *rest = place.split("/")
        if first in before:
            block = rest[0].removeprefix("block_")
            own = getattr(network, first).num_layers
            found[place] = before[first] + (
                int(block) + 1 if block.isdecimal() else own
            )
        else:
            found[place] = 0 if is_embedding(place) else count + 1
    return found


def is_embedding(place: str) -> bool:
    """Returns whether a weight is one of what comes before the first block."""
    return place.partition("/")[0] in ("embedding", "patches", "positions")


def _fitting(place, shape, values):
    first, _, rest = place.partition("/")
    other = f"{_STACKS.get(first, first)}/{rest}"
    has_own = any(name.startswith(f"{first}/") for name in values)
    value = values.get(place if has_own else other)
    if value is None or value.shape == shape:
        return value
    if place == _POSITIONS and value.shape[1:] == shape[1:]:
        return value[: shape[0]]
    return None


def _scale_of(network):
    embedding = network.embedding
    return math.sqrt(embedding.units) if embedding.scale else 1.0
