"""Prefix beam search of connectionist temporal classification."""

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.decoding.decoded import Decoded
from kerazoo.models.transformer.decoding.token_automaton import TokenAutomaton

_LEAST = -1e30  # As good as no probability, and finite: no NaN comes of it.


def ctc_prefix_beam(
    logits: Tensor,
    lengths: Tensor,
    beam_size: int,
    max_length: int | None = None,
    blank: int = 0,
    num_results: int = 1,
    language_model: TokenAutomaton | None = None,
) -> Decoded:
    r"""Searches the likeliest texts, of each all paths that the beam has seen.

    [Hannun et al., 2014](https://arxiv.org/abs/1408.2873), Algorithm 1: a text y goes
    on from frame to frame with two probabilities, of the paths that end with a blank
    and of those that do not. The score is
    \(\log p(y | x) + \sum_i s(y_i | y_{<i}) + s(\mathrm{end} | y)\), with the scores s
    of a language model where there is one.

    Args:
        logits: float `(B, T, V)`. Scores of all tokens in each frame.
        lengths: int `(B,)`. Frames of each row; what comes after them is not read.
        beam_size: int. Texts K to keep in each frame.
        max_length: int or None. Most tokens L of a text, which is not extended beyond;
            None for T.
        blank: int. Token of frames that write nothing, which pads the texts, too.
        num_results: int. Texts R to return, at most K.
        language_model: `TokenAutomaton` or None.

    Returns:
        `Decoded` of tokens `(B, R, L)`, the best text first; of texts that are not
        there the score is -inf.

    Raises:
        ValueError: If `beam_size`, `max_length` or `num_results` is below 1, or
            `num_results` above `beam_size`.

    Example:

    ```python
    frames = keras.random.normal((1, 5, 4), seed=0)
    ctc_prefix_beam(frames, [5], beam_size=8, max_length=5).tokens  # (1, 1, 5)
    ```
    """
    _check(beam_size, 1 if max_length is None else max_length, num_results)
    gains = ops.log_softmax(ops.cast(logits, "float32"))  # (B, T, V)
    lengths = ops.cast(lengths, "int32")
    batch, num_frames = ops.shape(gains)[:2]
    size = gains.shape[-1]
    max_length = num_frames if max_length is None else max_length
    rows = ops.arange(batch, dtype="int32")[:, None]
    places = ops.arange(max_length, dtype="int32")
    is_token = ops.arange(size, dtype="int32") != blank

    def merged(tokens, counts, last, is_text, others, extended):
        """Gives texts what extensions of other texts to the same one have."""
        parents = ops.where(places == counts[..., None] - 1, blank, tokens)
        is_same = ops.all(parents[:, :, None] == tokens[:, None], axis=-1)
        is_child = ops.logical_and(is_text, counts > 0)
        is_same = ops.logical_and(is_same, is_child[:, :, None])  # (B, child, parent)
        # Of each child, the extension of each parent by the child's last token.
        of_last = ops.einsum("bkv,bjv->bjk", extended, ops.one_hot(last, size))
        given = ops.where(is_same, of_last, _LEAST)
        others = ops.logaddexp(others, ops.logsumexp(given, axis=2))
        # These extensions are gone.
        is_taken = ops.einsum(
            "bjk,bjv->bkv", ops.cast(is_same, "float32"), ops.one_hot(last, size)
        )
        return others, ops.where(is_taken > 0, _LEAST, extended)

    def extend(frame, tokens, counts, last, blanks, others, model_scores, states):
        now = ops.take(gains, frame, axis=1)  # (B, V)
        whole = ops.logaddexp(blanks, others)  # (B, K)
        kept_blanks = whole + now[:, blank, None]
        kept_others = others + ops.take_along_axis(now, last, axis=1)
        kept_others = ops.where(counts > 0, kept_others, _LEAST)
        is_last = ops.arange(size, dtype="int32") == last[..., None]  # (B, K, V)
        extended = ops.where(is_last, blanks[..., None], whole[..., None])
        extended = ops.maximum(extended + now[:, None], _LEAST)
        has_room = counts[..., None] < max_length
        extended = ops.where(ops.logical_and(is_token, has_room), extended, _LEAST)
        kept_others, extended = merged(
            tokens, counts, last, whole > _LEAST / 2, kept_others, extended
        )
        given = 0.0
        if language_model is not None:
            given = ops.take(language_model.scores, states, axis=0)  # (B, K, V)
        kept = ops.logaddexp(kept_blanks, kept_others)
        ranks = ops.concatenate(
            [
                (kept + model_scores)[..., None],
                extended + model_scores[..., None] + given,
            ],
            axis=2,
        )  # (B, K, 1 + V)
        _, best = ops.top_k(ops.reshape(ranks, (batch, -1)), beam_size)
        best = ops.cast(best, "int32")
        origin, choice = best // (size + 1), best % (size + 1) - 1
        is_kept = choice < 0
        token = ops.maximum(choice, 0)

        def take(x):
            return ops.take_along_axis(x, origin, axis=1)

        chosen = ops.reshape(extended, (batch, -1))
        chosen = ops.take_along_axis(chosen, origin * size + token, axis=1)
        new_counts = take(counts)
        new_tokens = ops.take_along_axis(tokens, origin[..., None], axis=1)
        is_new = ops.logical_and(places == new_counts[..., None], ~is_kept[..., None])
        new = (
            ops.where(is_new, token[..., None], new_tokens),
            ops.where(is_kept, new_counts, new_counts + 1),
            ops.where(is_kept, take(last), token),
            ops.maximum(ops.where(is_kept, take(kept_blanks), _LEAST), _LEAST),
            ops.maximum(ops.where(is_kept, take(kept_others), chosen), _LEAST),
        )
        scores, next_states = take(model_scores), take(states)
        if language_model is not None:
            places_of_table = next_states * size + token
            table = ops.reshape(language_model.scores, (-1,))
            added = ops.take(table, places_of_table)
            scores = ops.where(is_kept, scores, scores + added)
            table = ops.reshape(language_model.next_states, (-1,))
            moved = ops.cast(ops.take(table, places_of_table), "int32")
            next_states = ops.where(is_kept, next_states, moved)
        new = (*new, scores, next_states)
        old = (tokens, counts, last, blanks, others, model_scores, states)
        is_open = (frame < lengths)[:, None]
        new = [
            ops.where(is_open[..., None] if len(b.shape) == 3 else is_open, a, b)
            for a, b in zip(new, old)
        ]
        return (frame + 1, *new)

    # One text at first, the empty one.
    is_first = ops.arange(beam_size, dtype="int32") == 0
    blanks = ops.where(is_first, 0.0, _LEAST) + ops.zeros_like(rows, "float32")
    zeros = ops.zeros((batch, beam_size), "int32")
    start = 0 if language_model is None else language_model.start
    loop_vars = (
        ops.zeros((), "int32"),
        ops.full((batch, beam_size, max_length), blank, "int32"),
        zeros,
        zeros,
        blanks,
        ops.full_like(blanks, _LEAST),
        ops.zeros_like(blanks),
        zeros + start,
    )
    last_frame = ops.minimum(ops.max(lengths), num_frames)
    _, tokens, counts, _, blanks, others, scores, states = ops.while_loop(
        lambda frame, *_: frame < last_frame, extend, loop_vars
    )
    scores = scores + ops.logaddexp(blanks, others)
    if language_model is not None:
        scores = scores + ops.take(language_model.end_scores, states)
    scores, best = ops.top_k(scores, num_results)
    best = ops.cast(best, "int32")
    exists = scores > _LEAST / 2
    tokens = ops.take_along_axis(tokens, best[..., None], axis=1)
    counts = ops.take_along_axis(counts, best, axis=1)
    return Decoded(
        ops.where(exists[..., None], tokens, blank),
        ops.where(exists, scores, -float("inf")),
        ops.where(exists, counts, 0),
    )


def _check(beam_size, max_length, num_results):
    for name, value in (("beam_size", beam_size), ("max_length", max_length)):
        if value < 1:
            raise ValueError(f"`{name}` must be 1 or more. Received: {name}={value}")
    if not 1 <= num_results <= beam_size:
        raise ValueError(
            "`num_results` must be from 1 to `beam_size`. "
            f"Received: num_results={num_results}, beam_size={beam_size}"
        )
