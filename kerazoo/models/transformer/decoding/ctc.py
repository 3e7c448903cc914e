"""Greedy decoding of connectionist temporal classification."""

from keras import ops

from kerazoo.layers.lengths import length_mask
from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.decoding.decoded import Decoded


def ctc_greedy(logits: Tensor, lengths: Tensor, blank: int = 0) -> Decoded:
    r"""Reads the likeliest token of every frame: repeated ones count once, blanks not.

    The best path of [Graves et al., 2006](https://doi.org/10.1145/1143844.1143891),
    Section 3.2. Many paths write one text; `ctc_prefix_beam` adds them up.

    Args:
        logits: float `(B, T, V)`. Scores of all tokens in each frame.
        lengths: int `(B,)`. Frames of each row; what comes after them is not read.
        blank: int. Token of frames that write nothing, which pads the texts, too.

    Returns:
        `Decoded` of tokens `(B, T)`; the scores are those of the one path.

    Example:

    ```python
    frames = ops.one_hot([[3, 3, 0, 3, 2]], 4) * 9
    ctc_greedy(frames, [5]).tokens  # [[3, 3, 2, 0, 0]]
    ```
    """
    logits = ops.cast(logits, "float32")
    is_frame = length_mask(lengths, ops.shape(logits)[1])
    path = ops.cast(ops.argmax(logits, axis=-1), "int32")  # (B, T)
    gains = ops.max(logits, axis=-1) - ops.logsumexp(logits, axis=-1)
    tokens, counts = collapsed(path, lengths, blank)
    return Decoded(tokens, ops.sum(ops.where(is_frame, gains, 0.0), axis=1), counts)


def collapsed(path: Tensor, lengths: Tensor, blank: int = 0) -> tuple[Tensor, Tensor]:
    """Reads the tokens of every frame: repeated ones count once, blanks not.

    Args:
        path: int32 `(B, T)`. A token of each frame.
        lengths: int `(B,)`. Frames of each row; what comes after them is not read.
        blank: int. Token of frames that write nothing, which pads the texts, too.

    Returns:
        The tokens, int32 `(B, T)`, and how many there are of each row, int32 `(B,)`.

    Example:

    ```python
    collapsed(np.array([[3, 3, 0, 3, 2]], "int32"), [5])  # [[3, 3, 2, 0, 0]], [3]
    ```
    """
    path = ops.convert_to_tensor(path)
    batch, num_frames = ops.shape(path)
    is_frame = length_mask(lengths, num_frames)
    before = ops.pad(path[:, :-1], [[0, 0], [1, 0]], constant_values=blank)
    is_written = ops.logical_and(path != before, path != blank)
    is_written = ops.logical_and(is_written, is_frame)
    counts = ops.cumsum(ops.cast(is_written, "int32"), axis=1)
    # To the left; a place after the last is for what is not written.
    places = ops.where(is_written, counts - 1, num_frames)
    rows = ops.arange(batch, dtype="int32")[:, None] * (num_frames + 1)
    tokens = ops.scatter_update(
        ops.full((batch * (num_frames + 1),), blank, "int32"),
        ops.reshape(rows + places, (-1, 1)),
        ops.reshape(path, (-1,)),
    )
    tokens = ops.reshape(tokens, (batch, num_frames + 1))[:, :-1]
    return tokens, ops.max(counts, axis=1)
