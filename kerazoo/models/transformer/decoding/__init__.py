"""Decoding: functions that write sequences with a model's step."""

from kerazoo.models.transformer.decoding.beam_search import beam_search
from kerazoo.models.transformer.decoding.decoded import Decoded
from kerazoo.models.transformer.decoding.greedy import greedy
from kerazoo.models.transformer.decoding.sampling import sample
from kerazoo.models.transformer.decoding.sampling import top_k_logits
from kerazoo.models.transformer.decoding.sampling import top_p_logits

__all__ = [
    "Decoded",
    "beam_search",
    "greedy",
    "sample",
    "top_k_logits",
    "top_p_logits",
]
