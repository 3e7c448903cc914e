"""Arguments that stacks and networks hand to all of their blocks."""

import typing

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
    "is_cross",
    "num_experts",
    "experts_per_token",
    "chunk_size",
    "left_chunks",
)


def pop_block_arguments(arguments: dict[str, typing.Any]) -> dict[str, typing.Any]:
    """Takes those of `EncoderBlock` and `DecoderBlock` out of a dict.

    Args:
        arguments: Keyword arguments by name. All others stay.

    Returns:
        dict of those of the blocks.

    Example:

    ```python
    pop_block_arguments({"norm_first": True, "name": "encoder"})  # {"norm_first": True}
    ```
    """
    return {n: arguments.pop(n) for n in _BLOCK_ARGUMENTS if n in arguments}
