"""Arguments that a network hands to all of its blocks."""

_BLOCK_ARGUMENTS = (
    "dropout",
    "activation",
    "norm",
    "norm_first",
    "num_key_value_heads",
    "positions",
    "window",
    "use_bias",
    "epsilon",
    "hidden_dropout",
)


def pop_block_arguments(arguments):
    """Takes those of `BaseTransformerBlock` out of a dict, which keeps all others.

    Example:

    ```python
    pop_block_arguments(kwargs)  # {"norm_first": True}
    ```
    """
    return {n: arguments.pop(n) for n in _BLOCK_ARGUMENTS if n in arguments}
