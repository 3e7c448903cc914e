"""Decoding: functions that write sequences with a model's step."""

from kerazoo.models.transformer.decoding.beam_search import beam_search
from kerazoo.models.transformer.decoding.ctc import ctc_greedy
from kerazoo.models.transformer.decoding.ctc_prefix_beam import ctc_prefix_beam
from kerazoo.models.transformer.decoding.decoded import Decoded
from kerazoo.models.transformer.decoding.greedy import greedy
from kerazoo.models.transformer.decoding.sampling import sample
from kerazoo.models.transformer.decoding.sampling import top_k_logits
from kerazoo.models.transformer.decoding.sampling import top_p_logits
from kerazoo.models.transformer.decoding.speculative import speculate
from kerazoo.models.transformer.decoding.token_automaton import TokenAutomaton

__all__ = [
    "Decoded",
    "TokenAutomaton",
    "beam_search",
    "ctc_greedy",
    "ctc_prefix_beam",
    "greedy",
    "sample",
    "speculate",
    "top_k_logits",
    "top_p_logits",
]
