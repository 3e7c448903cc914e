"""Inputs of denoising networks."""


def split_inputs(inputs):
    """Returns `(x, c_noise, labels)` of a list of two or three, labels None for two.

    Raises:
        ValueError: If there are neither two nor three.
    """
    if not isinstance(inputs, (list, tuple)) or len(inputs) not in (2, 3):
        raise ValueError(
            "The network must be called as `network([x, c_noise])` or "
            f"`network([x, c_noise, labels])`. Received: inputs={inputs}"
        )
    x, c_noise, *labels = inputs
    return x, c_noise, labels[0] if labels else None
