"""Greedy decoding."""

import typing

from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.decoding.decoded import Decoded
from kerazoo.models.transformer.decoding.likeliest import likeliest
from kerazoo.models.transformer.decoding.loop import Step
from kerazoo.models.transformer.decoding.loop import decode


def greedy(
    step: Step,
    state: typing.Any,
    first: Tensor,
    max_length: int,
    eos: int = 2,
    pad: int = 0,
    start: Tensor | int = 0,
) -> Decoded:
    """Writes the likeliest token at every step.

    A row ends with `eos` or after `max_length` tokens, and the loop with its last row.

    Args:
        step: Function of `(tokens, index, state)` to `(logits, state)`: tokens int32
            `(B,)`, the number of the step int32 `()`, logits float `(B, V)`. The state
            it returns has the structure, shapes and types of the one it got.
        state: Nest of tensors `(B, ...)`, such as caches of keys and values.
        first: int32 `(B,)`. Tokens of the first step, such as one that says that a
            sequence begins.
        max_length: int. Most tokens of a row.
        eos: int. Token that ends a row.
        pad: int. Token after the end.
        start: int or int32 scalar. Number of the first step, where the state has read
            so many tokens already: they count for lengths, and are left to pad.

    Returns:
        `Decoded`.

    Raises:
        ValueError: If `max_length` is below 1.

    Example:

    ```python
    table = keras.random.normal((5, 5), seed=0)  # Logits after each token.
    step = lambda tokens, index, state: (ops.take(table, tokens, axis=0), state)
    greedy(step, (), ops.ones(3, "int32"), max_length=8).tokens  # (3, 8)
    ```
    """
    return decode(_choose, step, state, first, max_length, eos, pad, start)


def _choose(logits, index):
    scores, tokens = likeliest(logits, 1)
    return tokens[:, 0], scores[:, 0]
