"""What the Transformers that read tokens share: the embedding of tokens and places."""

import typing

from keras import ops

from kerazoo.layers.attention_cache import path_mask
from kerazoo.layers.block_stack import BlockStack
from kerazoo.layers.tensor import Tensor
from kerazoo.layers.token_embedding import TokenEmbedding
from kerazoo.models.transformer.networks.block_network import BlockNetwork


class TokenNetwork(BlockNetwork):
    """Base class of networks whose inputs are tokens.

    Args:
        vocabulary_size: Number of tokens V.
        positions: `"sinusoidal"`, `"learned"`, `"rotary"` or `"alibi"`.
        max_length: Most tokens of a sequence, with learned positions.
        scale_embeddings: The `scale` of `TokenEmbedding`.
        **kwargs: Of `BlockNetwork`.

    Raises:
        ValueError: If `positions` is another one.
    """

    def __init__(
        self,
        vocabulary_size: int,
        positions: str,
        max_length: int,
        scale_embeddings: bool = True,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.positions = positions
        self.max_length = max_length
        self.embedding = TokenEmbedding(
            vocabulary_size,
            self.hidden_size,
            positions,
            max_length,
            self.dropout,
            scale_embeddings,
            name="embedding",
            dtype=self.dtype_policy,
        )

    def make_stack(
        self,
        kind: type[BlockStack],
        name: str,
        num_layers: int | None = None,
        **kwargs: typing.Any,
    ) -> BlockStack:
        of_attention = self.positions in ("rotary", "alibi")
        positions = self.positions if of_attention else None
        return super().make_stack(kind, name, num_layers, positions=positions, **kwargs)

    def tokens_of_step(
        self, tokens: Tensor, position: Tensor, paths: Tensor | None
    ) -> tuple[Tensor, dict[str, typing.Any]]:
        """Embeds the tokens of one position, as a decoder with a cache reads them.

        Args:
            tokens: int `(B,)`, or of W beams `(B * W,)`.
            position: int32 scalar.
            paths: None or of beams int32 `(B, W, N)`, as of `beam_search`.

        Returns:
            The pair of vectors, float `(B, 1, D)` or `(B, W, D)`, and what the decoder
            must know of their places.
        """
        x = self.embedding(tokens[:, None], position=position)
        if paths is None:
            return x, {"position": position}
        beams = paths.shape[1]
        x = ops.reshape(x, (-1, beams, self.hidden_size))
        return x, {
            "position": position,
            "beams": beams,
            "key_mask": path_mask(paths),
        }

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "positions": self.positions,
            "max_length": self.max_length,
        }
