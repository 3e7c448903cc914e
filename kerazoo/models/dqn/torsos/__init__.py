"""Torsos of Q-networks: what comes between an observation and the dense layers."""

import typing

import keras

from kerazoo.models.dqn.torsos import board_resnet
from kerazoo.models.dqn.torsos import impala_cnn
from kerazoo.models.dqn.torsos import minatar_cnn
from kerazoo.models.dqn.torsos import mlp
from kerazoo.models.dqn.torsos import nature_cnn

# "auto" is the Nature CNN for images of at least 36 pixels on both sides, else "mlp".
TORSOS: dict[str, typing.Callable[[], list[keras.layers.Layer]]] = {
    "auto": mlp.make_layers,
    "mlp": mlp.make_layers,
    "nature_cnn": nature_cnn.make_layers,
    "impala_cnn": impala_cnn.make_layers,
    "minatar_cnn": minatar_cnn.make_layers,
    "board_resnet": board_resnet.make_layers,
}
# Pixels of a side.
_LEAST = {"nature_cnn": 36, "impala_cnn": 8, "minatar_cnn": 3, "board_resnet": 3}


def torso_layers(name: str, shape: typing.Sequence[int]) -> list[keras.layers.Layer]:
    """Makes the layers of a torso; what they give is flat.

    Args:
        name: A key of `TORSOS`.
        shape: Of an observation, of images `(height, width, channels)` or, grey ones,
            `(height, width)`.

    Raises:
        ValueError: If there is no such torso, or observations are no images, or too
            small ones, for it.

    Example:

    ```python
    from kerazoo.models.dqn.torsos import torso_layers

    model = keras.Sequential(torso_layers("nature_cnn", (84, 84, 4)))
    model(np.zeros((2, 84, 84, 4))).shape  # (2, 3136)
    ```
    """
    if name not in TORSOS:
        raise ValueError(
            f"`torso` must be one of {', '.join(TORSOS)}. Received: torso={name}"
        )
    is_image = len(shape) == 3
    least = min(shape[:2]) if len(shape) in (2, 3) else 0
    if name == "auto":
        name = "nature_cnn" if is_image and least >= _LEAST["nature_cnn"] else "mlp"
    if name in _LEAST and least < _LEAST[name]:
        raise ValueError(
            f"`torso` {name} needs images of at least {_LEAST[name]} pixels on both "
            f"sides. Received: torso={name}, observations {tuple(shape)}"
        )
    if name in _LEAST and not is_image:  # Grey, of no channels.
        return [keras.layers.Reshape((*shape, 1)), *TORSOS[name]()]
    return TORSOS[name]()
