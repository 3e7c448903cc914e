"""Texts of a network, token by token."""

import typing

import keras
from keras import ops

from kerazoo.layers.attention_cache import spread
from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.decoding import Decoded
from kerazoo.models.transformer.decoding import beam_search
from kerazoo.models.transformer.decoding import greedy
from kerazoo.models.transformer.decoding import speculate
from kerazoo.models.transformer.networks import CausalLanguageModel
from kerazoo.models.transformer.networks import EncoderDecoder
from kerazoo.text.special_tokens import BOS
from kerazoo.text.special_tokens import EOS


def write(
    network: EncoderDecoder,
    source: Tensor,
    max_length: int,
    decode: typing.Callable[..., Decoded] = greedy,
    **arguments: typing.Any,
) -> Decoded:
    """Writes what a network makes of a source.

    Args:
        network: `EncoderDecoder`.
        source: int `(B, S)`, padded.
        max_length: int. Most tokens to write.
        decode: `greedy`, `sample` or `beam_search`.
        **arguments: Further ones of `decode`, such as `beam_size`.

    Returns:
        `Decoded`.

    Raises:
        ValueError: As `decode` does.

    Example:

    ```python
    small = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    network = make_translator(100, 8, small).network
    source = np.array([[4, 5, 6]])
    write(network, source, 8, beam_search, beam_size=4).tokens  # (1, 4, 8)
    ```
    """
    context, cache = network.start(source, max_length)
    first = ops.full((ops.shape(source)[0],), BOS, "int32")
    cache, more = _for_beams(cache, max_length, decode, arguments)
    step = _step(network, context)
    return decode(step, cache, first, max_length, **arguments, **more)


def go_on(
    network: CausalLanguageModel,
    prompt: Tensor,
    max_length: int,
    decode: typing.Callable[..., Decoded] = greedy,
    pad: int = 0,
    **arguments: typing.Any,
) -> Decoded:
    """Writes how a text goes on.

    As many tokens as the shortest prompt has are read at once, the others one by one.

    Args:
        network: `CausalLanguageModel`.
        prompt: int `(B, P)`, with at least one token in each row, padded on the right.
            An end after the first token ends the row.
        max_length: int. Most tokens of prompt and continuation together.
        decode: `greedy`, `sample` or `beam_search`.
        pad: int. Padding of the prompt.
        **arguments: Further ones of `decode`, such as `temperature`.

    Returns:
        `Decoded`, whose tokens `(B, max_length - 1)` begin with the prompt's second;
        its scores are those of the continuation.

    Raises:
        ValueError: As `decode` does, or if `max_length` is below 2.

    Example:

    ```python
    small = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    network = make_language_model(100, 16, small).network
    prompt = np.array([[4, 5, 6]])
    go_on(network, prompt, 16, sample, seed=0, temperature=0.8).tokens  # (1, 15)
    ```
    """
    if max_length < 2:
        raise ValueError(
            f"`max_length` must be 2 or more. Received: max_length={max_length}"
        )
    prompt = ops.cast(prompt, "int32")[:, :max_length]
    context, cache = network.start(prompt, max_length)
    # What comes after the shortest prompt is read again, with what is written.
    cache = network.read(prompt, cache)
    cache, more = _for_beams(cache, max_length, decode, arguments)
    beams = arguments.get("beam_size", 1)
    forced = prompt if beams == 1 else ops.repeat(prompt, beams, axis=0)
    step = _forced(_step(network, context), forced, pad)
    start = _shortest(prompt, pad, arguments)
    first = ops.take(prompt, start, axis=1)
    found = decode(
        *(step, cache, first, max_length - 1), start=start, **arguments, **more
    )
    return _with_prompt(found, prompt, start)


def go_on_with_draft(
    network: CausalLanguageModel,
    draft: CausalLanguageModel,
    prompt: Tensor,
    max_length: int,
    seed: Tensor | int,
    pad: int = 0,
    **arguments: typing.Any,
) -> tuple[Decoded, Tensor]:
    """Writes how a text goes on as `go_on` with `sample`, in fewer calls of a network.

    Args:
        network: `CausalLanguageModel`.
        draft: Another, smaller one of the same tokens, which drafts them.
        prompt, max_length, pad: See `go_on`.
        seed: int, or int tensor `()` or `(2,)`.
        **arguments: Further ones of `speculate`, such as `num_drafted`.

    Returns:
        The pair of `Decoded`, as of `go_on`, and the number of calls of the network
        after the first tokens of the prompt, int32 `()`.

    Raises:
        ValueError: As `speculate` does, if the networks have other tokens, or if
            `max_length` is below 2.

    Example:

    ```python
    small = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    network = make_language_model(100, 16, small).network
    draft = make_language_model(100, 16, NetworkConfig(8, 1, 1)).network
    prompt = np.array([[4, 5, 6]])
    found, calls = go_on_with_draft(network, draft, prompt, 16, seed=0)
    ```
    """
    if max_length < 2:
        raise ValueError(
            f"`max_length` must be 2 or more. Received: max_length={max_length}"
        )
    if network.vocabulary_size != draft.vocabulary_size:
        raise ValueError(
            "`draft` must have the tokens of the network. Received: "
            f"vocabulary_size={draft.vocabulary_size}, not {network.vocabulary_size}"
        )
    prompt = ops.cast(prompt, "int32")[:, :max_length]
    context, cache = network.start(prompt, max_length)
    draft_context, drafted = draft.start(prompt, max_length)
    cache, drafted = network.read(prompt, cache), draft.read(prompt, drafted)

    def read(tokens, index, cache):
        return network.read_on(tokens, index, cache, context)

    start = _shortest(prompt, pad, arguments)
    found, calls = speculate(
        *(_forced(read, prompt, pad), cache),
        *(_forced(_step(draft, draft_context), prompt, pad), drafted),
        ops.take(prompt, start, axis=1),
        max_length - 1,
        seed,
        start=start,
        **arguments,
    )
    return _with_prompt(found, prompt, start), calls


def _forced(step, prompt, pad):
    """Returns a step of `(B,)` or `(B, T)` tokens which are those of the prompt.

    Their logits are 0, so that they are certain and add nothing to a score.
    """
    last = ops.shape(prompt)[1] - 1

    def forced_step(tokens, index, cache, *paths):
        logits, cache = step(tokens, index, cache, *paths)
        after = index + 1
        if len(tokens.shape) == 2:
            after = after + ops.arange(tokens.shape[1], dtype="int32")
        wanted = ops.take(prompt, ops.minimum(after, last), axis=1)
        is_prompt = ops.logical_and(after <= last, wanted != pad)
        vocabulary = ops.arange(logits.shape[-1], dtype="int32")
        certain = ops.where(
            vocabulary != wanted[..., None], ops.cast(-float("inf"), logits.dtype), 0
        )
        return ops.where(is_prompt[..., None], certain, logits), cache

    return forced_step


def _shortest(prompt, pad, arguments):
    """Returns how many tokens all rows have beside the first that is written."""
    return ops.min(_leading(prompt, pad, arguments.get("eos", EOS))) - 1


def _with_prompt(found, prompt, start):
    """Returns texts whose first tokens, which were not written, are the prompt's."""
    columns = ops.arange(found.tokens.shape[-1], dtype="int32")
    last = ops.shape(prompt)[1] - 1
    read = ops.take(prompt, ops.minimum(columns + 1, last), axis=1)
    if len(found.tokens.shape) == 3:
        read = read[:, None]
    is_read = columns < ops.minimum(start, found.lengths[..., None])
    return found._replace(tokens=ops.where(is_read, read, found.tokens))


def _leading(prompt, pad, eos):
    """Returns how many tokens, at least 1, come before padding or an end, `(B,)`."""
    is_last = ops.logical_or(prompt[:, 1:] == pad, prompt[:, 1:] == eos)
    count = ops.cumsum(ops.cast(is_last, "int32"), axis=1)
    return 1 + ops.sum(ops.cast(count == 0, "int32"), axis=1)


def _step(network, context):
    def step(tokens, index, cache, paths=None):
        return network.step(tokens, index, cache, context, paths)

    return step


def _for_beams(cache, places, decode, arguments):
    """Returns the cache as the search wants it, and what the search must know of it."""
    if decode is not beam_search:
        return cache, {}
    beams = arguments["beam_size"]
    cache = keras.tree.map_structure(lambda x: spread(x, beams), cache)
    return cache, {"places": places}
