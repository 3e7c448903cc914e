"""Beam search."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.decoding.decoded import Decoded
from kerazoo.models.transformer.decoding.likeliest import likeliest
from kerazoo.models.transformer.decoding.loop import Step
from kerazoo.models.transformer.decoding.loop import check_max_length

_INF = float("inf")


def beam_search(
    step: Step,
    state: typing.Any,
    first: Tensor,
    max_length: int,
    beam_size: int,
    length_penalty: float = 1.0,
    eos: int = 2,
    pad: int = 0,
    num_results: int = 1,
    start: Tensor | int = 0,
    places: int | None = None,
) -> Decoded:
    r"""Searches the likeliest sequences by keeping the best few of each row.

    The score of n tokens y is \(\frac{1}{n^\alpha} \sum_i \log p(y_i | y_{<i})\), the
    end counted: Equation 14 of [Wu et al., 2016](https://arxiv.org/abs/1609.08144) with
    \(n^\alpha\) for their penalty and without coverage. Beams that have ended are not
    extended; they stay in the beam with their score as long as it is among the best.

    As probabilities are at most 1, an open beam of sum s ends with
    \(s / n_{max}^\alpha\) at best. A row is done when its `num_results` best beams are
    above that of every open beam: more steps would not change them. The loop ends with
    its last row or after `max_length` tokens, where open beams count as they are.

    Args:
        step, first, max_length, eos, pad, start: See `greedy`. `step` gets
            `B * beam_size` tokens, the beams of a row next to each other.
        state: Nest of tensors `(B, ...)`, which are repeated for the beams and follow
            them as they are reordered. What is the same at all steps, such as the
            memory of an encoder, need not: let `step` hold it. With `places` it is
            left as it is.
        beam_size: int. Beams K per row.
        length_penalty: float. \(\alpha\), 0 or more; 0 favours short sequences.
        num_results: int. Sequences R to return, at most K.
        places: int or None. Positions N of a state that keeps what all beams have read,
            which spares its reordering. `step` then takes paths, too, int32
            `(B, K, N)`: which beam of the row was the one that each has come from, at
            every position up to that of its token.

    Returns:
        `Decoded` with R distinct sequences per row, the best first. Where there are
        fewer, the others have score -inf and length 0.

    Raises:
        ValueError: If `max_length`, `beam_size` or `num_results` is below 1,
            `num_results` above `beam_size` or `length_penalty` below 0.

    Example:

    ```python
    table = keras.random.normal((5, 5), seed=0)  # Logits after each token.
    step = lambda tokens, index, state: (ops.take(table, tokens, axis=0), state)
    beam_search(step, (), ops.ones(3, "int32"), max_length=8, beam_size=4)
    ```
    """
    check_max_length(max_length)
    _check(beam_size, length_penalty, num_results)
    first = ops.convert_to_tensor(first, "int32")
    batch = ops.shape(first)[0]
    repeat = lambda x: ops.repeat(x, beam_size, axis=0)  # noqa: E731
    first = repeat(first)
    if places is None:
        state = keras.tree.map_structure(repeat, state)
    else:
        step = _with_paths(step, beam_size, places)
        state = state, ops.zeros((batch * beam_size, places), "int32")
    columns = ops.arange(max_length, dtype="int32")

    def per_row(beams):
        return ops.reshape(beams, (batch, beam_size, *beams.shape[1:]))

    def normalized(sums, length):
        return sums / ops.power(ops.cast(length, "float32"), length_penalty)

    def is_open(index, token, tokens, sums, scores, lengths, ended, state):
        reachable = ops.where(ended, -_INF, normalized(sums, max_length))
        reachable = ops.max(per_row(reachable), axis=1)  # (B,)
        worst = per_row(scores)[:, num_results - 1]
        rows = ops.logical_and(reachable > -_INF, reachable >= worst)
        return ops.logical_and(index < max_length, ops.any(rows))

    def extend(index, token, tokens, sums, scores, lengths, ended, state):
        logits, state = step(token, index, state)
        # The best K of a row are among the best K of each of its beams.
        width = min(beam_size, logits.shape[-1])
        gains, token = likeliest(ops.cast(logits, "float32"), width)  # (B * K, width)
        # A beam that has ended has one candidate, itself.
        is_self = ops.arange(width) == 0
        gains = ops.where(ended[:, None], ops.where(is_self, 0.0, -_INF), gains)
        token = ops.where(ended[:, None], pad, token)
        sums = sums[:, None] + gains
        lengths = ops.where(ended, lengths, index + 1)

        count = beam_size * width  # Candidates per row.
        scores = normalized(sums, lengths[:, None])
        scores, best = ops.top_k(ops.reshape(scores, (batch, count)), beam_size)
        offset = ops.arange(batch, dtype="int32")[:, None] * count
        best = ops.reshape(ops.cast(best, "int32") + offset, (-1,))  # (B * K,)
        origin = best // width

        take = lambda x: ops.take(x, origin, axis=0)  # noqa: E731
        token, sums = (ops.take(ops.reshape(x, (-1,)), best) for x in (token, sums))
        tokens = ops.where(columns == index, token[:, None], take(tokens))
        scores, lengths = ops.reshape(scores, (-1,)), take(lengths)
        ended = ops.logical_or(take(ended), token == eos)
        if places is None:
            state = keras.tree.map_structure(take, state)
        else:
            state = state[0], take(state[1])
        return index + 1, token, tokens, sums, scores, lengths, ended, state

    # The beams of a row are equal at first: only one of them counts.
    order = ops.arange(batch * beam_size, dtype="int32") % beam_size
    sums = ops.cast(ops.where(order == 0, 0.0, -_INF), "float32")
    loop_vars = (
        ops.convert_to_tensor(start, "int32"),
        first,
        ops.full((batch * beam_size, max_length), pad, "int32"),
        sums,
        sums,
        ops.zeros_like(first) + start,
        ops.zeros_like(first, "bool"),
        state,
    )
    _, _, tokens, _, scores, lengths, *_ = ops.while_loop(is_open, extend, loop_vars)

    tokens, scores, lengths = (
        per_row(beams)[:, :num_results] for beams in (tokens, scores, lengths)
    )
    exists = scores > -_INF
    return Decoded(
        ops.where(exists[..., None], tokens, pad), scores, ops.where(exists, lengths, 0)
    )


def _with_paths(step, beam_size, places):
    """Returns a step of a state and the paths of all beams, `(B * K, N)`."""

    def step_on_paths(tokens, index, state):
        state, paths = state
        own = ops.arange(ops.shape(tokens)[0], dtype="int32")[:, None] % beam_size
        paths = ops.where(ops.arange(places, dtype="int32") == index, own, paths)
        of_rows = ops.reshape(paths, (-1, beam_size, places))
        logits, state = step(tokens, index, state, of_rows)
        return logits, (state, paths)

    return step_on_paths


def _check(beam_size, length_penalty, num_results):
    if beam_size < 1:
        raise ValueError(
            f"`beam_size` must be 1 or more. Received: beam_size={beam_size}"
        )
    if not length_penalty >= 0:
        raise ValueError(
            "`length_penalty` must be 0 or more. "
            f"Received: length_penalty={length_penalty}"
        )
    if not 1 <= num_results <= beam_size:
        raise ValueError(
            "`num_results` must be from 1 to `beam_size`. "
            f"Received: num_results={num_results}, beam_size={beam_size}"
        )
