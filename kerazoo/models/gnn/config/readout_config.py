"""How the nodes of a graph become its class or its value."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class ReadoutConfig:
    """What is made of the embeddings of a graph's nodes.

    Args:
        pooling: How they are put together: `"sum"`, `"mean"`, `"max"`, `"attention"`.
        readout: `"jumping"`: a linear function of every layer; `"mlp"`: a hidden layer
            after the last, see `GraphPredictor`.
        readout_dropout: Share of the readout dropped in training.
    """

    pooling: str = "sum"
    readout: str = "jumping"
    readout_dropout: float = 0.5
