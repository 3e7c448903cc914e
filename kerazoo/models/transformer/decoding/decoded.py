"""What decoding returns."""

from typing import NamedTuple

from kerazoo.layers.tensor import Tensor


class Decoded(NamedTuple):
    """Sequences, without the token they began from.

    Attributes:
        tokens: int32 `(B, max_length)`, padded; of beam search `(B, R, max_length)`.
        scores: float32 `(B,)`. Sum of the logarithms of the tokens' probabilities; of
            beam search `(B, R)`, divided by a power of the length.
        lengths: int32 `(B,)`, of beam search `(B, R)`. Tokens up to the end of the
            sequence, which counts where it was reached.
    """

    tokens: Tensor
    scores: Tensor
    lengths: Tensor
