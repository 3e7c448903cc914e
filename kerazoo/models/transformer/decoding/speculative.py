"""Sampling of a large model, whose tokens a small one drafts."""

import typing

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.decoding.decoded import Decoded
from kerazoo.models.transformer.decoding.loop import Step
from kerazoo.models.transformer.decoding.loop import check_max_length
from kerazoo.models.transformer.decoding.sampling import SamplingDistribution
from kerazoo.models.transformer.decoding.sampling import gumbel
from kerazoo.models.transformer.decoding.sampling import seed_pair
from kerazoo.models.transformer.decoding.sampling import uniform

# Of tokens `(B, T)`, index of the first and state, to logits `(B, T, V)` and state.
Read: typing.TypeAlias = Step
_NEVER = -1e30


class _State(typing.NamedTuple):
    index: Tensor
    token: Tensor  # (B,), which neither model has read.
    tokens: Tensor
    scores: Tensor
    lengths: Tensor
    ended: Tensor
    read: typing.Any
    drafted: typing.Any
    rounds: Tensor


def speculate(
    read: Read,
    state: typing.Any,
    draft_step: Step,
    draft_state: typing.Any,
    first: Tensor,
    max_length: int,
    seed: Tensor | int,
    num_drafted: int = 4,
    temperature: Tensor | float = 1.0,
    top_k: int | None = None,
    top_p: Tensor | float | None = None,
    eos: int = 2,
    pad: int = 0,
    start: Tensor | int = 0,
) -> tuple[Decoded, Tensor]:
    r"""Draws every token from the distribution of a model that reads several at once.

    In a round a draft model of probabilities q writes a few tokens, and the model of
    probabilities p reads them all in one call. A token x stays with probability
    \(\min(1, p(x) / q(x))\); the first that does not is drawn again from
    \(\max(0, p - q)\), normalised, and if all stay, one more is drawn from p:
    Algorithm 1 of [Leviathan et al., 2023](https://arxiv.org/abs/2211.17192), whose
    tokens have the distribution p exactly. The rows of a batch go on together, as far
    as the one that kept the fewest: so it is fastest for one text.

    Args:
        read: Function of `(tokens, index, state)` to `(logits, state)` of the model:
            tokens int32 `(B, T)`, the number of the first int32 `()`, logits float
            `(B, T, V)`. It may read a place again, with another token.
        state: Nest of tensors, such as caches of keys and values.
        draft_step: `step` of the draft model, see `greedy`, of the same tokens.
        draft_state: Its state.
        first: int32 `(B,)`. Tokens of the first step.
        max_length: int. Most tokens of a row.
        seed: int, or int tensor `()` or `(2,)`.
        num_drafted: int. Tokens that are drafted in a round, 1 or more.
        temperature, top_k, top_p: See `sample`. Of both models.
        eos, pad, start: See `greedy`.

    Returns:
        The pair of `Decoded`, whose scores are those of the model itself, and the
        number of calls of `read`, int32 `()`.

    Raises:
        ValueError: As `sample` does, or if `num_drafted` is below 1.

    Example:

    ```python
    table = keras.random.normal((5, 5), seed=0)  # Logits after each token.
    read = lambda tokens, index, state: (ops.take(table, tokens, axis=0), state)
    found, calls = speculate(
        *(read, (), read, ()), ops.ones(3, "int32"), max_length=8, seed=7
    )
    ```
    """
    check_max_length(max_length)
    if num_drafted < 1:
        raise ValueError(
            f"`num_drafted` must be 1 or more. Received: num_drafted={num_drafted}"
        )
    distribution = SamplingDistribution(temperature, top_k, top_p)
    seed = seed_pair(seed)
    first = ops.convert_to_tensor(first, "int32")
    begin = _State(
        ops.convert_to_tensor(start, "int32"),
        first,
        ops.full((ops.shape(first)[0], max_length), pad, "int32"),
        ops.zeros_like(first, "float32"),
        ops.zeros_like(first) + start,
        ops.zeros_like(first, "bool"),
        state,
        draft_state,
        ops.zeros((), "int32"),
    )
    columns = ops.arange(max_length, dtype="int32")

    def rounds(state, count):
        """Goes on in rounds of so many drafted tokens, as long as they fit."""

        def is_open(*state):
            state = _State(*state)
            has_room = state.index + count < max_length
            return ops.logical_and(has_room, ops.logical_not(ops.all(state.ended)))

        def one(*state):
            state = _State(*state)
            draws = seed, state.index * (2 * num_drafted + 3)
            drafts, q, drafted = _draft(draft_step, state, count, distribution, draws)
            block = ops.concatenate([state.token[:, None], drafts], axis=1)
            logits, after = read(block, state.index, state.read)
            logits = ops.cast(logits, "float32")
            p = distribution.log_probabilities(logits)  # (B, count + 1, V)
            kept = _kept(drafts, p, q, state.ended, draws)
            drawn = _drawn_again(drafts, p, q, kept, draws)
            state = _written(state, drafts, drawn, kept, logits, columns, eos, pad)
            of_models = {"read": after, "drafted": drafted}
            return tuple(state._replace(rounds=state.rounds + 1, **of_models))

        return _State(*ops.while_loop(is_open, one, tuple(state)))

    end = rounds(rounds(begin, num_drafted), 0)
    return Decoded(end.tokens, end.scores, end.lengths), end.rounds


def _draft(step, state, count, distribution, draws):
    """Returns tokens `(B, count)`, their log q `(B, count, V)` and the new state."""
    token, drafted, tokens, q = state.token, state.drafted, [], []
    for i in range(count):
        logits, drafted = step(token, state.index + i, drafted)
        q.append(distribution.log_probabilities(ops.cast(logits, "float32")))
        noise = gumbel(ops.shape(logits), draws[0], draws[1] + i)
        token = ops.cast(ops.argmax(q[-1] + noise, axis=-1), "int32")
        tokens.append(token)
    if not count:
        return ops.zeros((ops.shape(token)[0], 0), "int32"), None, drafted
    # What it wrote last may be kept, too.
    _, drafted = step(token, state.index + count, drafted)
    return ops.stack(tokens, axis=1), ops.stack(q, axis=1), drafted


def _kept(drafts, p, q, ended, draws):
    """Returns which drafts stay before the first that does not, bool `(B, count)`."""
    if q is None:
        return ops.zeros(ops.shape(drafts), "bool")
    ratio = _of(p[:, :-1], drafts) - _of(q, drafts)
    chance = uniform(ops.shape(ratio), draws[0], draws[1] + drafts.shape[1])
    stays = ops.logical_or(ops.log(chance) < ratio, ended[:, None])
    return ops.cumsum(ops.cast(ops.logical_not(stays), "int32"), axis=1) == 0


def _drawn_again(drafts, p, q, kept, draws):
    """Returns the token of each row at the first place that is not kept by all."""
    count = drafts.shape[1]
    place = _common(kept)
    at_place = ops.take(p, place, axis=1)  # (B, V)
    if q is not None:
        # Beyond the drafts nothing was proposed, and p itself is left.
        proposed = ops.exp(ops.take(q, ops.minimum(place, count - 1), axis=1))
        proposed = ops.where(place < count, proposed, 0.0)
        rest = ops.maximum(ops.exp(at_place) - proposed, 0.0)
        # Where p = q nothing is left, and nothing was refused.
        is_some = ops.max(rest, axis=-1, keepdims=True) > 0
        of_rest = ops.where(rest > 0, ops.log(ops.maximum(rest, 1e-38)), _NEVER)
        at_place = ops.where(is_some, of_rest, at_place)
    noise = gumbel(ops.shape(at_place), draws[0], draws[1] + count + 1)
    drawn = ops.cast(ops.argmax(at_place + noise, axis=-1), "int32")
    if q is None:
        return drawn
    inside = ops.minimum(place, count - 1)
    stays = ops.logical_and(place < count, ops.take(kept, inside, axis=1))
    return ops.where(stays, ops.take(drafts, inside, axis=1), drawn)


def _written(state, drafts, drawn, kept, logits, columns, eos, pad):
    """Returns the state after the tokens of a round, all but the models' states."""
    place = _common(kept)
    block = ops.concatenate([drafts, drawn[:, None]], axis=1)
    places = ops.arange(block.shape[1], dtype="int32")
    block = ops.where(places == place, drawn[:, None], block)
    # After an end comes padding, which has no score.
    is_end = ops.cast(block == eos, "int32")
    is_after = ops.logical_or(ops.cumsum(is_end, axis=1) > is_end, state.ended[:, None])
    is_new = ops.logical_and(places <= place, ops.logical_not(is_after))
    best = ops.max(logits, axis=-1, keepdims=True)
    total = best + ops.log(ops.sum(ops.exp(logits - best), axis=-1, keepdims=True))
    gains = ops.where(is_new, _of(logits - total, block), 0.0)
    block = ops.where(is_new, block, pad)
    offset = columns - state.index
    moved = ops.take(block, ops.clip(offset, 0, block.shape[1] - 1), axis=1)
    is_here = ops.logical_and(offset >= 0, offset <= place)
    return state._replace(
        index=state.index + place + 1,
        token=ops.take(block, place, axis=1),
        tokens=ops.where(is_here, moved, state.tokens),
        scores=state.scores + ops.sum(gains, axis=1),
        lengths=state.lengths + ops.sum(ops.cast(is_new, "int32"), axis=1),
        ended=ops.logical_or(
            state.ended, ops.any(ops.logical_and(is_new, block == eos), axis=1)
        ),
    )


def _common(kept):
    """Returns how many drafts all rows keep, int32 `()`."""
    if not kept.shape[1]:
        return ops.zeros((), "int32")
    return ops.min(ops.sum(ops.cast(kept, "int32"), axis=1))


def _of(values, tokens):
    """Returns what `(B, T, V)` says of tokens `(B, T)`."""
    return ops.take_along_axis(values, tokens[..., None], axis=-1)[..., 0]
