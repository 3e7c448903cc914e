"""What the blocks of encoder and decoder share: sublayers, residuals, normalization."""

import typing

import keras

from kerazoo.layers.attention import Attention
from kerazoo.layers.chunked_attention import ChunkedAttention
from kerazoo.layers.dropout import Dropout
from kerazoo.layers.feed_forward import FeedForward
from kerazoo.layers.layer_normalization import LayerNormalization
from kerazoo.layers.mixture_of_experts import MixtureOfExperts
from kerazoo.layers.tensor import Tensor


class BaseTransformerBlock(keras.layers.Layer):
    r"""Base class of blocks whose sublayers f are added to their inputs.

    Computes \(\mathrm{norm}(x + f(x))\) for each sublayer,
    [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), Section 3.1, or with
    `norm_first` \(x + f(\mathrm{norm}(x))\),
    [Xiong et al., 2020](https://arxiv.org/abs/2002.04745), Table 1.

    Args:
        num_heads: int. Number of query heads H of the attention.
        feed_forward_size: int. Width inside the feed-forward layer.
        dropout: float in [0, 1). Dropout rate of each sublayer's outputs.
        hidden_dropout: float in [0, 1) or None. Dropout rate inside the feed-forward
            layer; None for `dropout`.
        activation: Name, that of `FeedForward`.
        norm: "layer" or "rms", the latter of
            [Zhang & Sennrich, 2019](https://arxiv.org/abs/1910.07467), Equation 4.
        norm_first: bool. Normalizes before each sublayer; a stack of such blocks wants
            one normalization more at its end.
        num_key_value_heads: int or None. Key and value heads K, a divisor of H.
        positions: None, "rotary" or "alibi", of the self-attention.
        window: int or None. That of the self-attention.
        use_bias: bool. Adds biases to the maps of attention and feed-forward layer.
        epsilon: float. Added to the variance or mean square by the normalization.
        num_experts: int or None. Experts of a `MixtureOfExperts` in place of the
            feed-forward layer.
        experts_per_token: int. How many of them each token takes.
        chunk_size: int or None. Tokens of a chunk, beyond whose end none attends; see
            `ChunkedAttention`. Not with causal attention or a `window`.
        left_chunks: int or None. Chunks before its own that a token attends to; None
            for all.

    Raises:
        ValueError: If `norm` is another one, or a sublayer's argument is out of range.
    """

    is_causal = False

    def __init__(
        self,
        num_heads: int,
        feed_forward_size: int,
        dropout: float = 0.0,
        activation: str = "relu",
        norm: str = "layer",
        norm_first: bool = False,
        num_key_value_heads: int | None = None,
        positions: str | None = None,
        window: int | None = None,
        use_bias: bool = True,
        epsilon: float = 1e-5,
        hidden_dropout: float | None = None,
        num_experts: int | None = None,
        experts_per_token: int = 2,
        chunk_size: int | None = None,
        left_chunks: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if norm not in ("layer", "rms"):
            raise ValueError(
                f'`norm` must be "layer" or "rms". Received: norm={norm!r}'
            )
        self.num_heads = num_heads
        self.feed_forward_size = feed_forward_size
        self.dropout = dropout
        self.activation = activation
        self.norm = norm
        self.norm_first = norm_first
        self.num_key_value_heads = num_key_value_heads
        self.positions = positions
        self.window = window
        self.use_bias = use_bias
        self.epsilon = epsilon
        self.hidden_dropout = hidden_dropout
        self.num_experts = num_experts
        self.experts_per_token = experts_per_token
        self.chunk_size = chunk_size
        self.left_chunks = left_chunks
        of_attention: dict[str, typing.Any] = {
            "num_key_value_heads": num_key_value_heads,
            "is_causal": self.is_causal,
            "window": window,
            "positions": positions,
            "use_bias": use_bias,
            "dtype": self.dtype_policy,
            "name": "self_attention",
        }
        self.self_attention: Attention
        if chunk_size is None:
            self.self_attention = Attention(num_heads, **of_attention)
        else:
            self.self_attention = ChunkedAttention(
                num_heads, chunk_size, left_chunks, **of_attention
            )
        self.self_attention_norm = self.normalization("self_attention_norm")
        of_tokens: dict[str, typing.Any] = {
            "feed_forward_size": feed_forward_size,
            "activation": activation,
            "dropout": dropout if hidden_dropout is None else hidden_dropout,
            "use_bias": use_bias,
            "dtype": self.dtype_policy,
            "name": "feed_forward",
        }
        self.feed_forward: keras.layers.Layer
        if num_experts is None:
            self.feed_forward = FeedForward(**of_tokens)
        else:
            self.feed_forward = MixtureOfExperts(
                num_experts, experts_per_token=experts_per_token, **of_tokens
            )
        self.feed_forward_norm = self.normalization("feed_forward_norm")
        self.dropout_layer = Dropout(dropout, dtype=self.dtype_policy, name="dropout")

    def build(self, inputs_shape):
        self.self_attention.build(inputs_shape)
        self.self_attention_norm.build(inputs_shape)
        self.feed_forward.build(inputs_shape)
        self.feed_forward_norm.build(inputs_shape)

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "feed_forward_size": self.feed_forward_size,
            "dropout": self.dropout,
            "activation": self.activation,
            "norm": self.norm,
            "norm_first": self.norm_first,
            "num_key_value_heads": self.num_key_value_heads,
            "positions": self.positions,
            "window": self.window,
            "use_bias": self.use_bias,
            "epsilon": self.epsilon,
            "hidden_dropout": self.hidden_dropout,
            "num_experts": self.num_experts,
            "experts_per_token": self.experts_per_token,
            "chunk_size": self.chunk_size,
            "left_chunks": self.left_chunks,
        }

    def normalization(self, name: str) -> keras.layers.Layer:
        """Returns a new layer of the block's normalization."""
        layers = {
            "layer": LayerNormalization,
            "rms": keras.layers.RMSNormalization,
        }
        return layers[self.norm](
            epsilon=self.epsilon, dtype=self.dtype_policy, name=name
        )

    def before(self, norm: keras.layers.Layer, inputs: Tensor) -> Tensor:
        """Returns what a sublayer gets of its inputs."""
        return norm(inputs) if self.norm_first else inputs

    def after(
        self,
        norm: keras.layers.Layer,
        inputs: Tensor,
        outputs: Tensor,
        training: bool | None,
    ) -> Tensor:
        """Adds a sublayer's outputs to its inputs."""
        outputs = inputs + self.dropout_layer(outputs, training=training)
        return outputs if self.norm_first else norm(outputs)
