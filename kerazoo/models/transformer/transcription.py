"""What a network hears, as tokens."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.decoding import Decoded
from kerazoo.models.transformer.decoding import TokenAutomaton
from kerazoo.models.transformer.decoding import beam_search
from kerazoo.models.transformer.decoding import ctc_greedy
from kerazoo.models.transformer.decoding import ctc_prefix_beam
from kerazoo.models.transformer.networks import SpeechRecognizer
from kerazoo.models.transformer.networks.sound_network import Heard
from kerazoo.text.special_tokens import BOS
from kerazoo.text.special_tokens import EOS
from kerazoo.text.special_tokens import PAD

# Name to what is searched for.
DECODINGS = {
    "ctc_greedy": "the likeliest token of each frame",
    "ctc_beam": "the likeliest text of all ways to place it",
    "attention": "the likeliest tokens one after the other, by the decoder",
    "joint": "of the likeliest texts the one that the decoder finds likely, too",
}


def transcribe(
    network: SpeechRecognizer,
    inputs: typing.Sequence[Tensor],
    decoding: str = "ctc_beam",
    max_length: int = 256,
    beam_size: int = 8,
    ctc_weight: float = 0.3,
    language_model: TokenAutomaton | None = None,
    num_results: int = 1,
) -> Decoded:
    r"""Writes what is said in sounds.

    Args:
        network: `SpeechRecognizer`.
        inputs: `(samples, lengths)`, float `(B, N)` and int `(B,)`.
        decoding: `"ctc_greedy"`: `ctc_greedy`; `"ctc_beam"`: `ctc_prefix_beam`;
            `"attention"`: `beam_search` with the decoder, scores divided by the length;
            `"joint"`: the texts of `ctc_prefix_beam` by
            \(\lambda \log p_\mathrm{ctc} + (1 - \lambda) \log p_\mathrm{attention}\),
            [Watanabe et al., 2017](https://doi.org/10.1109/JSTSP.2017.2763455).
        max_length: int. Most tokens of a text of `"attention"`. All others have at most
            one for each output of the encoder.
        beam_size: int. Beams.
        ctc_weight: float in [0, 1]. \(\lambda\) of `"joint"`.
        language_model: `TokenAutomaton` or None, of `"ctc_beam"` and `"joint"`, where
            its scores count as those of the first part do.
        num_results: int. Texts R to return; of `"ctc_greedy"` 1.

    Returns:
        `Decoded` of tokens `(B, R, L)`, the best text first; without an end but of
        `"attention"`.

    Raises:
        ValueError: If there is no such decoding, or it needs a decoder that the network
            has not; or as the search does.

    Example:

    ```python
    network = SpeechRecognizer(30, hidden_size=16, num_layers=1, num_heads=2)
    sounds = np.zeros((1, 16_000), "float32"), np.array([16_000])
    transcribe(network, sounds).tokens  # (1, 1, 25)
    ```
    """
    check_decoding(decoding, network.num_decoder_layers)
    heard = network.encode(inputs)
    if decoding == "attention":
        return _by_attention(network, heard, max_length, beam_size, num_results)
    logits = network.frame_logits(heard)
    if decoding == "ctc_greedy":
        found = ctc_greedy(logits, heard.lengths)
        return Decoded(*(ops.expand_dims(x, 1) for x in found))
    count = beam_size if decoding == "joint" else num_results
    found = ctc_prefix_beam(
        *(logits, heard.lengths, beam_size),
        num_results=count,
        language_model=language_model,
    )
    if decoding == "ctc_beam":
        return found
    return _jointly(network, heard, found, ctc_weight, num_results)


def check_decoding(decoding: str, num_decoder_layers: int) -> None:
    """Refuses a decoding that there is not, or that a network is not made for.

    Args:
        decoding: A key of `DECODINGS`.
        num_decoder_layers: Blocks of the network's decoder.

    Raises:
        ValueError: If it is.
    """
    if decoding not in DECODINGS:
        raise ValueError(
            f"`decoding` must be one of {', '.join(DECODINGS)}. "
            f"Received: decoding={decoding}"
        )
    if decoding in ("attention", "joint") and not num_decoder_layers:
        raise ValueError(
            "`decoding` attention and joint need a decoder: `decoder_layers` of 1 or "
            f"more. Received: decoding={decoding}"
        )


def _by_attention(network, heard, max_length, beam_size, num_results):
    context, cache = network.start(heard, max_length + 1)
    found = beam_search(
        lambda tokens, index, cache: network.step(tokens, index, cache, context),
        cache,
        ops.full((ops.shape(heard.memory)[0],), BOS, "int32"),
        max_length + 1,
        beam_size,
        num_results=num_results,
    )
    # Nothing is said in nothing.
    is_sound = (heard.lengths > 0)[:, None]
    return Decoded(
        ops.where(is_sound[..., None], found.tokens, PAD),
        ops.where(is_sound, found.scores, 0.0),
        ops.where(is_sound, found.lengths, 0),
    )


def _jointly(network, heard, found, ctc_weight, num_results):
    """Ranks texts by both parts of the network."""
    batch, count, length = ops.shape(found.tokens)
    repeated = Heard(
        *keras.tree.map_structure(lambda x: ops.repeat(x, count, axis=0), tuple(heard))
    )
    tokens = ops.reshape(found.tokens, (-1, length))
    before = ops.pad(tokens, [[0, 0], [1, 0]], constant_values=BOS)
    after = ops.pad(tokens, [[0, 0], [0, 1]], constant_values=PAD)
    places = ops.arange(length + 1, dtype="int32")
    ends = ops.reshape(found.lengths, (-1, 1))
    after = ops.where(places == ends, EOS, after)
    logits = network.token_logits(network.features(repeated, before))
    gains = ops.take_along_axis(ops.log_softmax(logits), after[..., None], axis=-1)
    gains = ops.where(places <= ends, gains[..., 0], 0.0)
    attention = ops.reshape(ops.sum(gains, axis=1), (batch, count))
    scores = ctc_weight * found.scores + (1 - ctc_weight) * attention
    exists = found.scores > -float("inf")
    scores = ops.where(exists, scores, -float("inf"))
    is_sound = (heard.lengths > 0)[:, None]
    scores = ops.where(is_sound, scores, found.scores)
    scores, best = ops.top_k(scores, num_results)
    best = ops.cast(best, "int32")
    return Decoded(
        ops.take_along_axis(found.tokens, best[..., None], axis=1),
        scores,
        ops.take_along_axis(found.lengths, best, axis=1),
    )
