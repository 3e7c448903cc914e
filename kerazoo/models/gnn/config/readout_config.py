"""How the nodes of a graph become its class or its value."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class ReadoutConfig:
    """What is made of the embeddings of a graph's nodes.

    Args:
        pooling: How they are put together: `"sum"`, `"mean"`, `"max"`, `"attention"`,
            or `"attentive"`, AttentiveFP's.
        readout: `"jumping"`: a linear function of every layer; `"mlp"`: hidden layers
            after the last, see `GraphPredictor`.
        readout_dropout: Share of the readout dropped in training.
        pooling_steps: Steps of `"attentive"` pooling.
        readout_layers: Hidden layers of `"mlp"`.
    """

    pooling: str = "sum"
    readout: str = "jumping"
    readout_dropout: float = 0.5
    pooling_steps: int = 2
    readout_layers: int = 1
