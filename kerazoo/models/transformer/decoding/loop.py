"""The loop of decoding that writes one sequence per row."""

import typing

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.decoding.decoded import Decoded

# Of tokens, index of the step and state, to logits and the new state.
Step: typing.TypeAlias = typing.Callable[
    [Tensor, Tensor, typing.Any], tuple[Tensor, typing.Any]
]


def check_max_length(max_length: int) -> None:
    """Raises a ValueError where there is not one token to write."""
    if max_length < 1:
        raise ValueError(
            f"`max_length` must be 1 or more. Received: max_length={max_length}"
        )


def decode(
    choose: typing.Callable[[Tensor, Tensor], tuple[Tensor, Tensor]],
    step: Step,
    state: typing.Any,
    first: Tensor,
    max_length: int,
    eos: int,
    pad: int,
    start: Tensor | int,
) -> Decoded:
    """Writes a token per row and step, until all rows have ended.

    Args:
        choose: Function of logits, float32 `(B, V)`, and the index of the step to
            tokens, int `(B,)`, and their log-probabilities, float32 `(B,)`.
        step, state, first, max_length, eos, pad, start: See `greedy`.

    Returns:
        `Decoded`.

    Raises:
        ValueError: If `max_length` is below 1.
    """
    check_max_length(max_length)
    first = ops.convert_to_tensor(first, "int32")
    columns = ops.arange(max_length, dtype="int32")

    def is_open(index, token, tokens, scores, lengths, ended, state):
        return ops.logical_and(index < max_length, ops.logical_not(ops.all(ended)))

    def write(index, token, tokens, scores, lengths, ended, state):
        logits, state = step(token, index, state)
        token, gains = choose(ops.cast(logits, "float32"), index)
        scores = ops.where(ended, scores, scores + gains)
        lengths = ops.where(ended, lengths, index + 1)
        token = ops.where(ended, pad, ops.cast(token, "int32"))
        tokens = ops.where(columns == index, token[:, None], tokens)
        ended = ops.logical_or(ended, token == eos)
        return index + 1, token, tokens, scores, lengths, ended, state

    loop_vars = (
        ops.convert_to_tensor(start, "int32"),
        first,
        ops.full((ops.shape(first)[0], max_length), pad, "int32"),
        ops.zeros_like(first, "float32"),
        ops.zeros_like(first) + start,
        ops.zeros_like(first, "bool"),
        state,
    )
    _, _, tokens, scores, lengths, *_ = ops.while_loop(is_open, write, loop_vars)
    return Decoded(tokens, scores, lengths)
