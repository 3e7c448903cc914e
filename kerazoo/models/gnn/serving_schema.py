"""The schema of the graphs that a served model takes."""

import keras

from kerazoo.models.gnn.graph_schemas import NODES
from kerazoo.models.gnn.graph_schemas import schema_text
from kerazoo.models.gnn.graph_schemas import without_features
from kerazoo.models.gnn.graph_tensor_model import GraphTensorModel
from kerazoo.models.gnn.link_predictor import LinkPredictor

PAIRS = "pairs"


def serving_schema(model: keras.Model, edge_weights: bool = False) -> str:
    """Returns the text of the `GraphSchema` of what `ServingGraphModel` takes.

    Args:
        model: A model of the package.
        edge_weights: Whether edges have weights; a `GraphTensorModel`'s schema tells.

    Raises:
        ValueError: If the model has several types of edges, which only edge sets can
            tell.

    Example:

    ```python
    model = NodeClassifier(ConvolutionEncoder("gcn", output_units=7), 1433)
    spec = spec_from_schema(serving_schema(model))
    ```
    """
    if isinstance(model, GraphTensorModel):
        return without_features(model.schema, model.exclude)
    encoder = getattr(model, "encoder", None)  # An ensemble has several.
    num_relations = getattr(encoder, "num_relations", 1)
    if num_relations > 1:
        raise ValueError(
            "Types of edges are served as the edge sets of a `GraphTensorModel` around "
            f"the model. Received: num_relations={num_relations}"
        )
    schema = schema_text(
        model.node_feature_size,
        model.edge_feature_size or None,
        edge_weights,
        model.context_feature_size or None,
    )
    if isinstance(model, LinkPredictor):
        schema += (
            f'edge_sets {{ key: "{PAIRS}" value {{ source: "{NODES}" '
            f'target: "{NODES}" }} }}\n'
        )
    return schema
