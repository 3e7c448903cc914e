"""What a search asks of a language model, as tables."""

from typing import NamedTuple

from kerazoo.layers.tensor import Tensor


class TokenAutomaton(NamedTuple):
    """A language model with few states: each token has a score and leads to the next.

    Attributes:
        scores: float32 `(S, V)`. What each token adds to the score of a text.
        next_states: int32 `(S, V)`. The state after each token.
        end_scores: float32 `(S,)`. What the end of the text adds.
        start: int. The state before the first token.
    """

    scores: Tensor
    next_states: Tensor
    end_scores: Tensor
    start: int = 0
