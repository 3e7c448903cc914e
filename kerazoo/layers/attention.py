"""Multi-head attention, of tokens to each other or to a context."""

import functools
import typing

import keras
from keras import ops

from kerazoo.layers.alibi import alibi_bias
from kerazoo.layers.attention_blocks import key_blocks
from kerazoo.layers.attention_blocks import merge_blocks
from kerazoo.layers.attention_blocks import query_blocks
from kerazoo.layers.attention_cache import written
from kerazoo.layers.attention_mask import causal_mask
from kerazoo.layers.attention_mask import window_mask
from kerazoo.layers.by_rows import by_rows
from kerazoo.layers.head_attention import attend_to_heads
from kerazoo.layers.head_attention import weights_of_heads
from kerazoo.layers.rotary_embedding import RotaryEmbedding
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class Attention(keras.layers.Layer):
    r"""Lets every token attend to the tokens of its sequence, or to those of a context.

    Each head computes \(\mathrm{softmax}(Q K^T / \sqrt{P}) V\), the heads are
    concatenated and mixed by a last linear map,
    [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), Equation 1. In
    self-attention one matrix computes queries, keys and values, in this order. A layer
    whose first call has a `context` is one of cross-attention for good: one matrix
    computes its queries and another its keys and values.

    With fewer key and value heads than query heads, each serves H / K neighbours,
    [Ainslie et al., 2023](https://arxiv.org/abs/2305.13245). With a `window` w,
    sequences of 2 w tokens or more are computed in blocks of w queries against the keys
    of their own and the neighbouring blocks, so that time and memory grow with T w and
    not with T^2. Tokens that may attend to nothing, as where all keys are padding, get
    finite outputs without meaning.

    Args:
        num_heads: int. Number of query heads H.
        num_key_value_heads: int or None. Number of key and value heads K, a divisor of
            H; None for H.
        head_size: int or None. Size P of a head; None for D / H.
        is_causal: bool. Tokens attend only to themselves and those before.
        window: int or None. Tokens attend only to those less than `window` away: to
            `window` tokens if causal, else to `2 * window - 1`.
        positions: None, "rotary" (`RotaryEmbedding` of queries and keys) or "alibi"
            (`alibi_bias`).
        use_bias: bool. Adds biases to all maps.
        max_period: float. That of the rotary embedding.
        flash_attention: bool or None. Fused attention of the backend, which TensorFlow
            has not; None where the backend finds it possible.
        output_initializer: Initializer of the last map; "zeros" makes a residual
            branch that starts as the identity.

    Call arguments:
        inputs: float `(B, T, D)`.
        context: float `(B, S, C)` or None. What cross-attention attends to.
        key_mask: bool `(B, S)` or None, False for keys that none may attend to: of the
            inputs, of the context, or of the places of the cache. `(B, T, S)` where
            queries differ.
        cache: None or the pair of `make_cache`, which this call writes the keys and
            values of the inputs to. Only causal self-attention has one.
        position: int or int32 scalar. Position of the first of the inputs in the cache.
            The int 0 says that they begin the sequence, which takes less memory.
        beams: int or None. The inputs are the tokens of so many beams at one position,
            T of them, and the cache has a place for each beam at every position, as
            `spread` makes it; `key_mask` says which of them are on a beam's path.
        projected: None or the pair of `project`, in place of `context`. It may have a
            row for every few rows of the inputs, such as beams, which then share it.

    Returns:
        float `(B, T, D)`; with `cache` the pair of this and the new cache.

    Raises:
        ValueError: If the heads do not divide, an argument is out of its range,
            cross-attention has order or no context, T tokens do not fit into the cache
            at `position`, or flash attention is asked for where there is none.

    Example:

    ```python
    layer = Attention(num_heads=4, num_key_value_heads=2, is_causal=True)
    layer(np.ones((2, 10, 32)))  # (2, 10, 32)
    cache = layer.make_cache(batch_size=2, length=10)
    outputs, cache = layer(np.ones((2, 1, 32)), cache=cache, position=0)  # (2, 1, 32)
    ```
    """

    def __init__(
        self,
        num_heads: int,
        num_key_value_heads: int | None = None,
        head_size: int | None = None,
        is_causal: bool = False,
        window: int | None = None,
        positions: str | None = None,
        use_bias: bool = True,
        max_period: float = 10_000.0,
        flash_attention: bool | None = None,
        output_initializer: str | keras.Initializer = "glorot_uniform",
        **kwargs: typing.Any,
    ):
        # A cache keeps its precision.
        super().__init__(autocast=False, **kwargs)
        if num_heads < 1:
            raise ValueError(
                f"`num_heads` must be positive. Received: num_heads={num_heads}"
            )
        key_value_heads = (
            num_heads if num_key_value_heads is None else num_key_value_heads
        )
        if key_value_heads < 1 or num_heads % key_value_heads:
            raise ValueError(
                "`num_key_value_heads` must divide `num_heads`. Received: num_heads="
                f"{num_heads}, num_key_value_heads={num_key_value_heads}"
            )
        if head_size is not None and head_size < 1:
            raise ValueError(
                f"`head_size` must be positive. Received: head_size={head_size}"
            )
        if window is not None and window < 1:
            raise ValueError(f"`window` must be positive. Received: window={window}")
        if positions not in (None, "rotary", "alibi"):
            raise ValueError(
                '`positions` must be None, "rotary" or "alibi". '
                f"Received: positions={positions!r}"
            )
        self.num_heads = num_heads
        self.num_key_value_heads = num_key_value_heads
        self.head_size = head_size
        self.is_causal = is_causal
        self.window = window
        self.positions = positions
        self.use_bias = use_bias
        self.max_period = max_period
        self.flash_attention = flash_attention
        self.output_initializer = keras.initializers.get(output_initializer)
        self._key_value_heads = key_value_heads
        self._is_cross = None  # Not known before `build`.

    def build(self, inputs_shape, context_shape=None):
        for name, shape in (("inputs", inputs_shape), ("context", context_shape)):
            if shape is not None and len(shape) != 3:
                raise ValueError(
                    f"`{name}` must have shape (batch, tokens, features). "
                    f"Received: {name}.shape={tuple(shape)}"
                )
        size = inputs_shape[-1]
        if self.head_size is None and size % self.num_heads:
            raise ValueError(
                "The features must be a multiple of `num_heads`, or `head_size` be "
                f"given. Received: features={size}, num_heads={self.num_heads}"
            )
        self._head_size = self.head_size or size // self.num_heads
        self._is_cross = context_shape is not None
        if self._is_cross:
            if self.is_causal or self.window or self.positions:
                raise ValueError(
                    "The tokens of a context have no order for those of the inputs. "
                    f"Received: is_causal={self.is_causal}, window={self.window}, "
                    f"positions={self.positions!r}"
                )
            self.query = self._dense("query", size, self.num_heads)
            self.key_value = self._dense(
                "key_value",
                context_shape[-1],
                self._key_value_heads,
                self._key_value_heads,
            )
        else:
            self.query_key_value = self._dense(
                "query_key_value",
                size,
                self.num_heads,
                self._key_value_heads,
                self._key_value_heads,
            )
            if self.positions == "rotary":
                self.rotary = RotaryEmbedding(
                    self.max_period, dtype=self.dtype_policy, name="rotary"
                )
                self.rotary.build((None, None, self.num_heads, self._head_size))
        self.projection = keras.layers.Dense(
            size,
            use_bias=self.use_bias,
            kernel_initializer=self.output_initializer,
            dtype=self.dtype_policy,
            name="projection",
        )
        self.projection.build((None, None, self.num_heads * self._head_size))

    def call(
        self,
        inputs: Tensor,
        context: Tensor | None = None,
        key_mask: Tensor | None = None,
        cache: tuple[Tensor, Tensor] | None = None,
        position: Tensor | int = 0,
        projected: tuple[Tensor, Tensor] | None = None,
        beams: int | None = None,
    ) -> Tensor | tuple[Tensor, tuple[Tensor, Tensor]]:
        self._check_call(inputs, context, cache, position, projected)
        if key_mask is not None:
            key_mask = ops.cast(key_mask, "bool")
        if self._is_cross:
            query, mask = self._heads(self.query, inputs), _of_keys(key_mask)
            if projected is None:
                key_value = ops.split(self._heads(self.key_value, context), 2, axis=2)
                return self._merge(self._attend(query, *key_value, mask=mask))
            # For keys without order, rows that share them are more tokens of one row.
            shape = (ops.shape(projected[0])[0], -1, *query.shape[2:])
            attended = attend_to_heads(ops.reshape(query, shape), *projected, mask=mask)
            return self._merge(ops.reshape(attended, (-1, *ops.shape(query)[1:])))
        tokens, of_each = ops.arange(ops.shape(inputs)[1]), beams or 1
        positions = position + tokens // of_each
        query, key, value = self._query_key_value(inputs, positions)
        if cache is None:
            return self._merge(self._attend_in_order(query, key, value, key_mask))
        place = position * of_each
        cache = written(cache[0], key, place), written(cache[1], value, place)
        # Nothing is before the first tokens.
        if beams is None and isinstance(position, int) and position == 0:
            if key_mask is not None:
                key_mask = key_mask[..., : ops.shape(inputs)[1]]
            attended = self._attend_in_order(query, key, value, key_mask)
        else:
            places = ops.arange(cache[0].shape[2]) // of_each
            order = self._order(positions, places, key_mask)
            attended = attend_to_heads(query, *cache, **order)
        return self._merge(attended), cache

    def make_cache(
        self, batch_size: Tensor | int, length: int, dtype: str | None = None
    ) -> tuple[Tensor, Tensor]:
        """Returns a cache without keys and values, for decoding step by step.

        Args:
            batch_size: int or int scalar. B.
            length: int. Number N of places for tokens.
            dtype: Type of the numbers; None for that of the layer's computations.

        Returns:
            Pair of float `(B, K, N, P)`, keys and values, all 0.

        Raises:
            ValueError: If the layer is not built, or built for cross-attention.
        """
        if self._is_cross is not False:
            raise ValueError(
                "`make_cache` needs a layer built for self-attention. Received: "
                f"built={self.built}"
            )
        shape = (batch_size, self._key_value_heads, length, self._head_size)
        dtype = dtype or self.compute_dtype
        return ops.zeros(shape, dtype), ops.zeros(shape, dtype)

    def project(self, context: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the keys and values of a context, to be used in several calls.

        Args:
            context: float `(B, S, C)`.

        Returns:
            Pair of float `(B, K, S, P)`, the `projected` of a call.

        Raises:
            ValueError: If the layer is not built, or built for self-attention.
        """
        if not self._is_cross:
            raise ValueError(
                "`project` needs a layer built for cross-attention. Received: "
                f"built={self.built}"
            )
        key_value = _by_heads(self._heads(self.key_value, context), self.compute_dtype)
        return tuple(ops.split(key_value, 2, axis=1))

    def attention_weights(
        self,
        inputs: Tensor,
        context: Tensor | None = None,
        key_mask: Tensor | None = None,
    ) -> Tensor:
        """Returns how much each token attends to each, for people to look at.

        All weights take memory that a call does not need.

        Args:
            inputs, context, key_mask: As of a call.

        Returns:
            float32 `(B, H, T, S)`; each row sums to 1.

        Raises:
            ValueError: As a call does.

        Example:

        ```python
        layer = Attention(num_heads=4)
        x = np.ones((2, 10, 32))
        layer(x)
        layer.attention_weights(x)  # (2, 4, 10, 10)
        ```
        """
        self._check_call(inputs, context, None, 0, None)
        if key_mask is not None:
            key_mask = ops.cast(key_mask, "bool")
        if self._is_cross:
            query, order = self._heads(self.query, inputs), {"mask": _of_keys(key_mask)}
            key, _ = ops.split(self._heads(self.key_value, context), 2, axis=2)
        else:
            positions = ops.arange(ops.shape(inputs)[1])
            query, key, _ = self._query_key_value(inputs, positions)
            order = self._order(positions, positions, key_mask)
        return weights_of_heads(query, _by_heads(key, query.dtype), **order)

    def compute_output_shape(self, inputs_shape, cache_shape=None):
        shape = tuple(inputs_shape)
        return shape if cache_shape is None else (shape, cache_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "num_key_value_heads": self.num_key_value_heads,
            "head_size": self.head_size,
            "is_causal": self.is_causal,
            "window": self.window,
            "positions": self.positions,
            "use_bias": self.use_bias,
            "max_period": self.max_period,
            "flash_attention": self.flash_attention,
            "output_initializer": keras.initializers.serialize(self.output_initializer),
        }

    def _dense(self, name, input_size, *heads):
        """Returns one map to parts of so many heads."""
        # Glorot's bounds of the first part, not of the wide matrix.
        size = heads[0] * self._head_size
        dense = keras.layers.Dense(
            sum(heads) * self._head_size,
            use_bias=self.use_bias,
            kernel_initializer=keras.initializers.VarianceScaling(
                2 * input_size / (input_size + size), "fan_in", "uniform"
            ),
            dtype=self.dtype_policy,
            name=name,
        )
        dense.build((None, None, input_size))
        return dense

    def _check_call(self, inputs, context, cache, position, projected):
        if self._is_cross == (context is None and projected is None):
            shape = None if context is None else tuple(context.shape)
            kind = "cross-attention" if self._is_cross else "self-attention"
            raise ValueError(
                "`context` or `projected` must be given in all calls or in none, as in "
                f"the first one. Received: context.shape={shape} in {kind}"
            )
        if cache is None:
            return
        if not self.is_causal:
            raise ValueError(
                f"Only causal self-attention has a cache. Received: is_causal="
                f"{self.is_causal}"
            )
        tokens, places = inputs.shape[1], cache[0].shape[2]
        if isinstance(position, int) and not 0 <= position <= places - (tokens or 0):
            raise ValueError(
                "The inputs must fit into the cache. Received: "
                f"position={position}, tokens={tokens}, places={places}"
            )

    def _heads(self, dense, x):
        """Maps `(B, T, C)` to heads, `(B, T, heads, P)`."""
        mapped = by_rows(dense, x)
        heads = mapped.shape[-1] // self._head_size
        return ops.reshape(mapped, (-1, ops.shape(x)[1], heads, self._head_size))

    def _merge(self, attended):
        """Maps the heads `(B, T, H, P)` to outputs `(B, T, D)`."""
        size = self.num_heads * self._head_size
        length = ops.shape(attended)[1]
        outputs = self.projection(ops.reshape(attended, (-1, size)))
        return ops.reshape(outputs, (-1, length, outputs.shape[-1]))

    def _query_key_value(self, inputs, positions):
        stacked = self._heads(self.query_key_value, inputs)  # (B, T, H + 2 K, P)
        turned = self.num_heads + self._key_value_heads
        if self.positions != "rotary":
            return ops.split(stacked, [self.num_heads, turned], axis=2)
        query_key, value = ops.split(stacked, [turned], axis=2)
        query_key = self.rotary(query_key, positions)
        return (*ops.split(query_key, [self.num_heads], axis=2), value)

    def _order(self, query_positions, key_positions, key_mask):
        """Returns the mask, or with ALiBi the bias, of queries and keys in order."""
        masks = [] if key_mask is None else [_of_keys(key_mask)]
        if self.is_causal:
            masks.append(causal_mask(query_positions, key_positions)[None, None])
        if self.window is not None:
            mask = window_mask(query_positions, key_positions, self.window)
            masks.append(mask[None, None])
        mask = functools.reduce(ops.logical_and, masks) if masks else None
        if self.positions != "alibi":
            return {"mask": mask}
        bias = alibi_bias(self.num_heads, query_positions, key_positions)[None]
        if mask is not None:  # In the bias, because PyTorch takes only one of them.
            lowest = -3e4 if self.compute_dtype == "float16" else -1e30
            bias = ops.where(mask, bias, lowest)
        return {"bias": ops.cast(bias, self.compute_dtype)}

    def _attend_in_order(self, query, key, value, key_mask):
        """Attends within a sequence that begins with these tokens."""
        length = query.shape[1]
        is_long = length is None or length >= 2 * (self.window or 0)
        is_of_keys = key_mask is None or len(key_mask.shape) == 2
        if self.window is not None and is_long and is_of_keys:
            return self._attend_in_blocks(query, key, value, key_mask)
        if self.window is None and self.positions != "alibi":
            mask = _of_keys(key_mask)
            return self._attend(query, key, value, mask=mask, is_causal=self.is_causal)
        positions = ops.arange(ops.shape(query)[1])
        order = self._order(positions, positions, key_mask)
        return self._attend(query, key, value, **order)

    def _attend(self, query, key, value, **order):
        """Returns `(B, T, H, P)`, each head's weighted means of the values."""
        key, value = ops.cast(key, query.dtype), ops.cast(value, query.dtype)
        if self._key_value_heads == 1 < self.num_heads:
            # Keras itself repeats more than one.
            key = ops.repeat(key, self.num_heads, axis=2)
            value = ops.repeat(value, self.num_heads, axis=2)
        try:
            return ops.dot_product_attention(
                query, key, value, flash_attention=self.flash_attention, **order
            )
        except (ImportError, RuntimeError, ValueError) as error:
            if not self.flash_attention:
                raise
            raise ValueError(
                f"There is no flash attention for these inputs: {error} "
                f"Received: flash_attention={self.flash_attention}, "
                f"backend={keras.backend.backend()!r}"
            ) from error

    def _attend_in_blocks(self, query, key, value, key_mask):
        """Attends within the window: blocks of w queries to the keys around them."""
        batch, length = ops.shape(query)[:2]
        if key_mask is None:
            key_mask = ops.ones((batch, length), "bool")
        after = 0 if self.is_causal else self.window
        key, value, key_mask = (
            key_blocks(x, self.window, self.is_causal) for x in (key, value, key_mask)
        )
        order = self._order(
            ops.arange(self.window),
            ops.arange(-self.window, self.window + after),
            key_mask,
        )
        query = query_blocks(query, self.window)  # (B n, w, H, P)
        return merge_blocks(self._attend(query, key, value, **order), length)


def _by_heads(x, dtype):
    """Turns `(B, T, K, P)` into `(B, K, T, P)`, as caches have it."""
    return ops.cast(ops.transpose(x, (0, 2, 1, 3)), dtype)


def _of_keys(key_mask):
    """Shapes `(B, S)` or `(B, T, S)` to be broadcast to the scores `(B, H, T, S)`."""
    if key_mask is None or len(key_mask.shape) == 3:
        return None if key_mask is None else key_mask[:, None]
    return key_mask[:, None, None, :]
