"""Convolutions over one, two or three spatial dimensions."""

import typing

import keras

_LAYERS = {1: keras.layers.Conv1D, 2: keras.layers.Conv2D, 3: keras.layers.Conv3D}


def convolution(
    rank: int, filters: int, kernel_size: int | tuple[int, ...], **kwargs: typing.Any
) -> keras.layers.Layer:
    """Returns Keras's convolution over `rank` dimensions with "same" padding.

    Args:
        rank: 1, 2 or 3. Number of spatial dimensions.
        filters: int. Output channels.
        kernel_size: int or tuple of `rank` ints.
        **kwargs: Of Keras's layer, such as `strides`, `dtype` and `name`.

    Raises:
        ValueError: If `rank` is another number.
    """
    if rank not in _LAYERS:
        raise ValueError(f"`rank` must be 1, 2 or 3. Received: rank={rank}")
    return _LAYERS[rank](filters, kernel_size, padding="same", **kwargs)
