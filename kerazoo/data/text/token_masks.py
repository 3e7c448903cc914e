"""Which tokens of a text are hidden, to be predicted from the others."""

import numpy as np
import tensorflow as tf

_MASKED, _RANDOM = 0.8, 0.1  # Shares of what is hidden; the rest stays as it is.
_NEVER = 2.0  # Above all draws.


class TokenMasks:
    """Hides a share of the tokens of texts, others each time.

    [Devlin et al., 2019](https://arxiv.org/abs/1810.04805), Section 3.1: of the tokens
    to be predicted, 80 % become a mask, 10 % a random token, 10 % stay. They are drawn
    anew whenever a text is read, as
    [Liu et al., 2019](https://arxiv.org/abs/1907.11692), Section 4.1, do it. With
    `begins_word` whole words are hidden, in random order as long as they fit into the
    share; the first one in any case, as far as it fits.

    Args:
        vocabulary_size: int. Number of tokens V.
        mask: int. Token that stands for what is hidden.
        num_special: int. Tokens below this are never hidden and never drawn.
        share: float in (0, 1). Share of the tokens of a text that are to be predicted.
        begins_word: bool array `(V,)`, which tokens begin a word, or None to hide
            tokens one by one.

    Raises:
        ValueError: If `share` is out of its range.

    Example:

    ```python
    masks = TokenMasks(100, mask=1, num_special=4)
    (inputs, places), targets = masks(np.array([[9, 8, 7, 2, 0]]), seed=(0, 1))
    ```
    """

    def __init__(
        self,
        vocabulary_size: int,
        mask: int,
        num_special: int,
        share: float = 0.15,
        begins_word: np.ndarray | None = None,
    ):
        if not 0 < share < 1:
            raise ValueError(
                f"`mask_share` must be between 0 and 1. Received: mask_share={share}"
            )
        self.vocabulary_size = vocabulary_size
        self.mask = mask
        self.num_special = num_special
        self.share = share
        self.begins_word = begins_word

    def __call__(
        self,
        tokens: tf.Tensor,
        seed: tf.Tensor | tuple[int, int],
        part: tf.Tensor | int = 0,
        parts: int = 1,
    ) -> tuple[tuple[tf.Tensor, tf.Tensor], tf.Tensor]:
        """Hides tokens of texts.

        Args:
            tokens: int32 `(B, T)`, padded with 0.
            seed: Two ints. The same seed hides the same tokens.
            part: Number of this part of a batch that is split into `parts` of as many
                rows: what is hidden is the same as in the whole.
            parts: Number of such parts.

        Returns:
            `((inputs, places), targets)`: the texts `(B, T)`, where K places are
            hidden, int32 `(B, K)`, and what stood there `(B, K)`, 0 where a row has
            fewer. K is the share of T, rounded up.
        """
        tokens = tf.convert_to_tensor(tokens, tf.int32)
        rows, length = tf.unstack(tf.shape(tokens))
        draws = tf.random.stateless_uniform((3, parts * rows, length), seed)
        draws = draws[:, part * rows : (part + 1) * rows]
        is_free = tokens >= self.num_special
        words = self._words(tokens, is_free)  # (B, T)
        noise = tf.gather(draws[0], words, batch_dims=1)
        order = tf.argsort(tf.where(is_free, noise, _NEVER), axis=1, stable=True)
        count = tf.reduce_sum(tf.cast(is_free, tf.int32), axis=1, keepdims=True)
        budget = tf.cast(tf.round(self.share * tf.cast(count, tf.float32)), tf.int32)
        budget = tf.minimum(tf.maximum(budget, 1), count)  # (B, 1)
        chosen = self._chosen(tf.gather(words, order, batch_dims=1), budget)
        ranks = tf.argsort(order, axis=1)
        is_hidden = tf.gather(chosen, ranks, batch_dims=1)
        most = tf.math.ceil(self.share * tf.cast(length, tf.float32))
        places = order[:, : tf.maximum(tf.cast(most, tf.int32), 1)]
        targets = tf.gather(tf.where(is_hidden, tokens, 0), places, batch_dims=1)
        return (self._replaced(tokens, is_hidden, draws[1], draws[2]), places), targets

    def _words(self, tokens, is_free):
        """Returns the number of each token's word in its row."""
        if self.begins_word is None:
            return tf.broadcast_to(tf.range(tf.shape(tokens)[1]), tf.shape(tokens))
        follows = tf.pad(is_free[:, :-1], [[0, 0], [1, 0]])
        goes_on = is_free & follows & ~tf.gather(self.begins_word, tokens)
        return tf.maximum(tf.cumsum(tf.cast(~goes_on, tf.int32), axis=1) - 1, 0)

    def _chosen(self, words, budget):
        """Returns which of the tokens in random order are hidden, bool `(B, T)`."""
        length = tf.shape(words)[1]
        next_word = tf.gather(words, tf.minimum(budget, length - 1), batch_dims=1)
        is_cut = (words == next_word) & (budget < length)
        is_within = tf.range(length)[tf.newaxis] < budget
        return is_within & (~is_cut | (words == words[:, :1]))

    def _replaced(self, tokens, is_hidden, kinds, values):
        count = self.vocabulary_size - self.num_special
        drawn = tf.cast(values * count, tf.int32)
        drawn = self.num_special + tf.minimum(drawn, count - 1)
        hidden = tf.where(kinds < _MASKED + _RANDOM, drawn, tokens)
        hidden = tf.where(kinds < _MASKED, self.mask, hidden)
        return tf.where(is_hidden, hidden, tokens)


def hide_tokens(
    batches: tf.data.Dataset,
    masks: TokenMasks,
    seed: int,
    start_step: int = 0,
    context: tf.distribute.InputContext | None = None,
) -> tf.data.Dataset:
    """Hides tokens of batches, the same of a step however many replicas share it.

    Args:
        batches: `tf.data.Dataset` of int32 `(B, T)`, one element for each replica's
            part of a step, as of `TokenBuckets.batches`.
        masks: `TokenMasks`.
        seed: int.
        start_step: int. Steps that were left out of the batches.
        context: `tf.distribute.InputContext` of the worker, or None for one replica.

    Returns:
        `tf.data.Dataset` of what `masks` returns.

    Example:

    ```python
    batches = tf.data.Dataset.from_tensors(tf.fill([4, 16], 9)).repeat()
    masks = TokenMasks(100, mask=1, num_special=4)
    hidden = hide_tokens(batches, masks, seed=0)
    ```
    """
    workers, worker, replicas = 1, 0, 1
    if context is not None:
        workers, worker = context.num_input_pipelines, context.input_pipeline_id
        replicas = context.num_replicas_in_sync
    own = replicas // workers

    def hide(index, tokens):
        step = start_step + index // own
        part = tf.cast(worker * own + index % own, tf.int32)
        return masks(tokens, tf.stack([tf.cast(seed, tf.int64), step]), part, replicas)

    return (
        tf.data.Dataset.zip((tf.data.Dataset.counter(), batches))
        .map(hide, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .prefetch(tf.data.AUTOTUNE)
    )
