"""Low-rank adapters of the linear maps of a layer."""

import keras


def add_adapters(
    layer: keras.layers.Layer, rank: int, alpha: float | None = None
) -> None:
    r"""Adds a low-rank adapter to every linear map within a layer.

    A map computes \((W + \frac{\alpha}{r} A B) x\),
    [Hu et al., 2021](https://arxiv.org/abs/2106.09685), Equation 3, with B zero at
    first: the layer stays what it was. Its W is no longer trained. Keras's own Dense
    does it; biases and all other weights are left alone.

    Args:
        layer: Keras layer, built, with `keras.layers.Dense` within.
        rank: int. Rank r.
        alpha: float or None. Scale of the adapters; None for r, a scale of 1.

    Raises:
        ValueError: If `rank` or `alpha` is not positive.

    Example:

    ```python
    import numpy as np
    from kerazoo.layers import Encoder

    encoder = Encoder(num_layers=2, num_heads=4, feed_forward_size=64)
    encoder(np.ones((2, 10, 32)))
    add_adapters(encoder, rank=4)
    ```
    """
    if rank < 1:
        raise ValueError(f"`lora_rank` must be positive. Received: lora_rank={rank}")
    if alpha is not None and alpha <= 0:
        raise ValueError(f"`lora_alpha` must be positive. Received: lora_alpha={alpha}")
    for part in layer._flatten_layers():
        if isinstance(part, keras.layers.Dense):
            part.enable_lora(rank, alpha)
