"""Models of configurations, with the sizes of the graphs that they learn from."""

from collections.abc import Callable
from collections.abc import Sequence

import numpy as np

from kerazoo.models.gnn.community_model import CommunityModel
from kerazoo.models.gnn.config.community_config import CommunityConfig
from kerazoo.models.gnn.config.contrast_config import ContrastConfig
from kerazoo.models.gnn.config.embedding_config import EmbeddingConfig
from kerazoo.models.gnn.config.encoder_config import EncoderConfig
from kerazoo.models.gnn.config.link_config import LinkConfig
from kerazoo.models.gnn.config.readout_config import ReadoutConfig
from kerazoo.models.gnn.config.training_config import TrainingConfig
from kerazoo.models.gnn.contrastive_embedder import ContrastiveEmbedder
from kerazoo.models.gnn.graph_arrays import GraphArrays
from kerazoo.models.gnn.graph_model import GraphModel
from kerazoo.models.gnn.graph_predictor import GraphPredictor
from kerazoo.models.gnn.infomax_embedder import InfomaxEmbedder
from kerazoo.models.gnn.link_predictor import LinkPredictor
from kerazoo.models.gnn.node_classifier import NodeClassifier
from kerazoo.training.replica_noise import separate_noise


def make_node_classifier(
    graph: GraphArrays, num_classes: int, encoder: EncoderConfig | None = None
) -> NodeClassifier:
    """Makes a model of the classes of a graph's nodes.

    Args:
        graph: A graph of the sizes of those to come.
        num_classes: Number of classes.
        encoder: Default: two layers of `"gcn"`.

    Raises:
        ValueError: If choices do not go together.

    Example:

    ```python
    from kerazoo.data.graphs.karate_club import karate_club

    dataset = karate_club()
    model = make_node_classifier(dataset.graph, num_classes=2)
    ```
    """
    encoder = encoder or EncoderConfig()
    return NodeClassifier(encoder.make(num_classes), **_sizes(graph, encoder))


def make_link_predictor(
    graph: GraphArrays,
    encoder: EncoderConfig | None = None,
    links: LinkConfig | None = None,
) -> LinkPredictor:
    """Makes a model of the links between the nodes of a graph.

    Args:
        graph: A graph of the sizes of those to come.
        encoder: Default: two layers of `"gcn"`.
        links: How two nodes are scored.

    Raises:
        ValueError: If choices do not go together.
    """
    encoder, links = encoder or EncoderConfig(), links or LinkConfig()
    return LinkPredictor(
        encoder.make(links.embedding_size),
        decoder=links.decoder,
        **_sizes(graph, encoder),
    )


def make_infomax_embedder(
    graph: GraphArrays,
    encoder: EncoderConfig | None = None,
    embedding: EmbeddingConfig | None = None,
) -> InfomaxEmbedder:
    """Makes a model that embeds nodes, see `InfomaxEmbedder`.

    Args:
        graph: A graph of the sizes of those to come.
        encoder: Default: two layers of `"gcn"`.
        embedding: Width of the embeddings.
    """
    encoder, embedding = encoder or EncoderConfig(), embedding or EmbeddingConfig()
    return InfomaxEmbedder(
        encoder.make(embedding.embedding_size), **_sizes(graph, encoder)
    )


def make_contrastive_embedder(
    graph: GraphArrays,
    encoder: EncoderConfig | None = None,
    embedding: EmbeddingConfig | None = None,
    contrast: ContrastConfig | None = None,
) -> ContrastiveEmbedder:
    """Makes a model that embeds nodes, see `ContrastiveEmbedder`.

    Args:
        graph: A graph of the sizes of those to come.
        encoder: Default: two layers of `"gcn"`.
        embedding: Width of the embeddings.
        contrast: Temperature and projection of the loss.

    Raises:
        ValueError: If choices do not go together.
    """
    encoder, embedding = encoder or EncoderConfig(), embedding or EmbeddingConfig()
    contrast = contrast or ContrastConfig()
    return ContrastiveEmbedder(
        encoder.make(embedding.embedding_size),
        projection_size=contrast.projection_size,
        temperature=contrast.contrast_temperature,
        activation=encoder.activation,
        **_sizes(graph, encoder),
    )


def make_community_model(
    graph: GraphArrays,
    encoder: EncoderConfig | None = None,
    community: CommunityConfig | None = None,
) -> CommunityModel:
    """Makes a model of the communities of a graph.

    Args:
        graph: A graph of the sizes of those to come.
        encoder: Default: two layers of `"gcn"`.
        community: Number of communities and loss.

    Raises:
        ValueError: If choices do not go together.
    """
    encoder, community = encoder or EncoderConfig(), community or CommunityConfig()
    is_dmon = community.community_loss == "dmon"
    return CommunityModel(
        encoder.make(community.count(graph.node_features.shape[0])),
        collapse_weight=community.collapse_weight if is_dmon else 0.0,
        **_sizes(graph, encoder),
    )


def make_graph_predictor(
    graphs: Sequence[GraphArrays],
    labels: np.ndarray,
    num_classes: int | None = None,
    encoder: EncoderConfig | None = None,
    readout: ReadoutConfig | None = None,
    num_components: int = 1,
    joining: str = "concatenate",
) -> GraphPredictor:
    """Makes a model of whole graphs, with the statistics of those to train on.

    Args:
        graphs: Graphs to train on.
        labels: Their targets `(B,)`, whose mean and deviation a model of values has; or
            several `(B, T)`, NaN where not known.
        num_classes: Number of classes, None for values. Several targets have two.
        encoder: Default: two layers of `"gin"`.
        readout: How the nodes of a graph are put together.
        num_components, joining: See `GraphPredictor`.

    Raises:
        ValueError: If choices do not go together.
    """
    encoder = encoder or EncoderConfig("gin")
    readout = readout or ReadoutConfig()
    if encoder.has_own_readout and readout.readout == "jumping":
        raise ValueError(
            f"`readout` jumping needs the outputs of all layers, which `architecture` "
            f"{encoder.architecture} does not give: use mlp. Received: readout=jumping"
        )
    regression = num_classes is None
    num_targets = labels.shape[1] if labels.ndim > 1 else None
    model = GraphPredictor(
        encoder.make(return_all=True),
        output_units=num_targets or num_classes or 1,
        pooling=readout.pooling,
        readout=readout.readout,
        dropout=readout.readout_dropout,
        regression=regression,
        independent=num_targets is not None and not regression,
        pooling_steps=readout.pooling_steps,
        readout_layers=readout.readout_layers,
        num_components=num_components,
        joining=joining,
        **_sizes(graphs[0], encoder),
    )
    if regression:
        model.set_target_statistics(labels)
    if model.context_feature_size:
        context = [g.context_features for g in graphs if g.context_features is not None]
        model.set_context_statistics(np.stack(context))
    return model


def compile_model(
    model: GraphModel, loss: Callable, training: TrainingConfig | None = None
) -> None:
    """Compiles a model, with its penalties; in the scope of its strategy.

    Args:
        model: The model.
        loss: Function of `(targets, outputs)` to one value per example.
        training: How it learns.
    """
    training = training or TrainingConfig()
    model.compile(training.optimizer(), loss)
    model.optimizer.build(model.trainable_variables)
    model.input_weight_decay = training.weight_decay
    model.hidden_weight_decay = training.hidden_weight_decay
    separate_noise(model)


def _sizes(graph, encoder):
    """Returns what a model must know of the features."""
    edges, context = graph.edge_features, graph.context_features
    return {
        "node_feature_size": graph.node_features.shape[1],
        "edge_feature_size": 0 if edges is None else edges.shape[1],
        "context_feature_size": 0 if context is None else context.shape[0],
        "feature_normalization": encoder.feature_normalization,
    }
