"""From a network to what it was made of."""

import typing

import keras


def sizes_of(network: keras.Model) -> dict[str, typing.Any]:
    """Returns the sizes and kinds of a network's layers, as `NetworkConfig` has them.

    What is free to differ in a network that takes its weights is left out: dropout,
    pooling, windows.

    Args:
        network: A network of `NetworkConfig`, built or not.

    Returns:
        dict of the names of fields of `NetworkConfig` to values.

    Example:

    ```python
    from kerazoo.models.transformer import NetworkConfig
    from kerazoo.models.transformer.config.network_sizes import sizes_of

    network = NetworkConfig(hidden_size=32, num_layers=2).language_model(100, 64)
    sizes_of(network)["positions"]  # "learned"
    ```
    """
    stack = getattr(network, "encoder", None) or network.decoder
    block = stack.blocks[0]
    sizes = {
        "hidden_size": network.hidden_size,
        "num_layers": network.num_layers,
        "num_heads": network.num_heads,
        "feed_forward_size": block.feed_forward_size,
        "feed_forward": block.activation,
        "norm": block.norm,
        "norm_first": block.norm_first,
        "use_bias": block.use_bias,
        "key_value_heads": block.num_key_value_heads,
    }
    for name in ("num_experts", "experts_per_token"):
        if name in network.block_arguments:
            sizes[name] = network.block_arguments[name]
    for name in ("positions", "patch_size"):
        if isinstance(getattr(network, name, None), (str, int)):
            sizes[name] = getattr(network, name)
    if hasattr(network, "decoder") and hasattr(network, "num_decoder_layers"):
        sizes["decoder_layers"] = network.num_decoder_layers or network.num_layers
    return sizes
