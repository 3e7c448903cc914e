"""What the tokens of a network attend to, for people to look at."""

from collections.abc import Sequence

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.networks.encoder_decoder import EncoderDecoder
from kerazoo.models.transformer.networks.text_classifier import TextClassifier
from kerazoo.models.transformer.networks.vision_transformer import VisionTransformer
from kerazoo.text.special_tokens import PAD


def encoder_attention(
    network: TextClassifier | VisionTransformer | EncoderDecoder, inputs: Tensor
) -> list[Tensor]:
    """Returns the self-attention of an encoder.

    It is computed from the queries and keys of the layers beside their outputs: what a
    network does in training and when it serves is as ever.

    Args:
        network: `TextClassifier`, `VisionTransformer` or `EncoderDecoder`, built.
        inputs: Tokens int `(B, T)`, padding 0; of a `VisionTransformer` images float
            `(B, H, W, C)`, whose T patches come row by row.

    Returns:
        A float32 `(B, heads, T, T)` of each block, the first one first. Rows sum to 1;
        padding gets nothing.

    Example:

    ```python
    network = TextClassifier(50, 2, hidden_size=16, num_layers=3, num_heads=2)
    tokens = np.array([[4, 5, 6, 0]])
    network(tokens)
    maps = encoder_attention(network, tokens)
    len(maps), maps[0].shape  # (3, (1, 2, 4, 4))
    ```
    """
    if isinstance(network, VisionTransformer):
        x, mask = network.embed(inputs), None
    else:
        x, mask = network.embedding(inputs), ops.not_equal(inputs, PAD)
    maps = []
    for block in network.encoder.blocks:
        queries = block.before(block.self_attention_norm, x)
        maps.append(block.self_attention.attention_weights(queries, key_mask=mask))
        x = block(x, key_mask=mask)
    return maps


def cross_attention(
    network: EncoderDecoder, source: Tensor, target: Tensor
) -> list[Tensor]:
    """Returns what the tokens of a target attend to in a source.

    Args:
        network: `EncoderDecoder`, built.
        source: int `(B, S)`, padding 0.
        target: int `(B, T)`, what the decoder reads: it begins with the token that says
            so, and row i is of what token i + 1 is predicted from.

    Returns:
        A float32 `(B, heads, T, S)` of each block of the decoder, the first one first.
        Rows sum to 1; padding of the source gets nothing.

    Example:

    ```python
    network = EncoderDecoder(50, hidden_size=16, num_layers=3, num_heads=2)
    source, target = np.array([[4, 5, 2]]), np.array([[1, 7, 8, 9]])
    network([source, target])
    maps = cross_attention(network, source, target)
    len(maps), maps[0].shape  # (3, (1, 2, 4, 3))
    ```
    """
    memory, mask = network.encode(source)
    x = network.embedding(target)
    maps = []
    for block in network.decoder.blocks:
        own = block.self_attention(block.before(block.self_attention_norm, x))
        queries = block.after(block.self_attention_norm, x, own, training=False)
        queries = block.before(block.cross_attention_norm, queries)
        layer = block.cross_attention
        maps.append(layer.attention_weights(queries, memory, key_mask=mask))
        x = block(x, memory, memory_mask=mask)
    return maps


def attention_rollout(maps: Sequence[Tensor]) -> Tensor:
    r"""Returns how much of each input token is in each output token of a stack.

    The attention rollout of [Abnar and Zuidema,
    2020](https://arxiv.org/abs/2005.00928), Equation 1,
    \(\tilde A_l = A_l \tilde A_{l - 1}\), where \(A_l = (W_l + I) / 2\), with the mean
    of the heads \(W_l\), counts that each block adds what it attends to to what it had.

    Args:
        maps: float `(B, heads, T, T)` of each block, the first one first.

    Returns:
        float32 `(B, T, T)`. Each row sums to 1.

    Raises:
        ValueError: If there are no blocks.

    Example:

    ```python
    attention_rollout([np.full((1, 2, 4, 4), 0.25)])[0, 0]  # [0.625, 0.125, ...]
    ```
    """
    if not len(maps):
        raise ValueError("`maps` must have a block at least. Received: maps=[]")
    rollout = ops.eye(maps[0].shape[-1], dtype="float32")[None]
    identity = rollout
    for heads in maps:
        mean = ops.mean(ops.cast(heads, "float32"), axis=1)
        rollout = ops.matmul((mean + identity) / 2, rollout)
    return rollout
