"""A Keras model of graphs around a network of plain tensors."""

import typing
from collections.abc import Sequence

import keras
import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.models.gnn.graph_schemas import merged_spec
from kerazoo.models.gnn.graph_schemas import spec_from_schema
from kerazoo.models.gnn.graph_tensors import unflatten
from kerazoo.models.gnn.tensor_layout import plain_tensors


@keras.saving.register_keras_serializable(package="kerazoo")
class GraphTensorModel(keras.Model):
    """Applies a network to graphs of a schema.

    Takes the tensors of a merged `GraphTensor`, see `flatten`, and gives the network
    the dict of `plain_tensors`. The features of several node sets are first each
    projected to `node_units`, `W_s x + b_s`, and concatenated; the nodes of a set
    without features have x = 1, and so a learned vector.

    In `fit`, graphs of weight 0, with which `graph_batches` pads, stay out of batch
    normalization: the network's dict has a `node_mask` of the nodes of all others.

    Args:
        schema: A `GraphSchema` in text format, see `schema_text`.
        network: Keras layer or model that takes the dict.
        node_units: Width of the projections; needed with several node sets, unused with
            one.
        exclude: Names of features that the network must not see.
        root_set: Node set whose first node in each graph the network is
            asked about, as by sampling; the network's dict has these as `nodes`.

    Call arguments:
        components: Sequence of tensors, those of `flatten`; or, for a `node_mask`, the
            pair of such and the weights `(B,)` of the graphs.
        training: bool.

    Returns:
        What the network returns.

    Raises:
        ValueError: If `node_units` or `root_set` is missing or `root_set` is no node
            set, or the tensors are not as many as those of the schema.

    Example:

    ```python
    encoder = ConvolutionEncoder("gin", 32, return_all=True)
    network = GraphPredictor(encoder, node_feature_size=34, output_units=2)
    model = GraphTensorModel(schema_text(node_feature_size=34), network)
    logits = model(flatten(from_graphs([graph, graph])))  # (2, 2)
    ```
    """

    def __init__(
        self,
        schema: str,
        network: keras.Layer,
        node_units: int | None = None,
        exclude: Sequence[str] = ("label",),
        root_set: str | None = None,
        **kwargs: typing.Any,
    ):
        # The network casts what it takes; a GraphTensor's dtypes are its schema's.
        super().__init__(**{"autocast": False, **kwargs})
        self.schema = schema
        self.network = network
        self.node_units = node_units
        self.exclude = tuple(exclude)
        self.root_set = root_set
        self.spec = merged_spec(spec_from_schema(schema))
        node_sets = sorted(self.spec.node_sets_spec)
        if len(node_sets) > 1 and node_units is None:
            raise ValueError(
                f"Several node sets ({', '.join(node_sets)}) need `node_units`. "
                "Received: node_units=None"
            )
        asks_roots = getattr(network, "readout", None) == "root"
        if len(node_sets) > 1 and asks_roots and root_set is None:
            raise ValueError(
                "A network with `readout` root needs `root_set`, one of "
                f"{', '.join(node_sets)}. Received: root_set=None"
            )
        self.projections = {
            name: keras.layers.Dense(
                node_units, dtype=self.dtype_policy, name=f"project_{name}"
            )
            for name in node_sets
            if len(node_sets) > 1
        }

    def build(self, components_shape: typing.Any = None) -> None:
        # By a call, for only that builds every kind of network.
        with tf.init_scope():
            self.network(self.network_inputs(smallest_graph(self.spec)))

    def call(
        self, components: Sequence[typing.Any], training: bool = False
    ) -> typing.Any:
        weights = None
        if isinstance(components[0], tuple | list):
            components, weights = components
        inputs = self.network_inputs(unflatten(self.spec, components), weights)
        return self.network(inputs, training=training)

    def network_inputs(
        self, graph_tensor: tfgnn.GraphTensor, weights: tf.Tensor | None = None
    ) -> dict[str, tf.Tensor]:
        """Returns the dict of tensors that the network takes.

        Args:
            graph_tensor: Scalar `tfgnn.GraphTensor` of the schema; excluded features
                may be missing.
            weights: float `(B,)`, 0 for graphs that only fill up a batch, or None.
        """
        tensors = plain_tensors(graph_tensor, self.exclude, self.root_set)
        if self.projections:
            tensors["node_features"] = keras.ops.concatenate(
                [
                    self.projections[name](_or_ones(features))
                    for name, features in sorted(tensors["node_features"].items())
                ],
                axis=0,
            )
        if weights is not None:
            tensors["node_mask"] = tf.gather(weights, tensors["graph_ids"]) > 0
        return tensors

    def train_step(self, data: typing.Any) -> dict[str, tf.Tensor]:
        """Takes a step in which weights of graphs tell the network what is padding."""
        components, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
        num_graphs = unflatten(self.spec, components).context.sizes.shape
        if weights is not None and weights.shape == num_graphs:
            components = components, weights
        return super().train_step((components, labels, weights))

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "schema": self.schema,
            "network": keras.saving.serialize_keras_object(self.network),
            "node_units": self.node_units,
            "exclude": self.exclude,
            "root_set": self.root_set,
        }

    @classmethod
    def from_config(cls, config: dict[str, typing.Any]) -> "GraphTensorModel":
        network = keras.saving.deserialize_keras_object(config["network"])
        return cls(**{**config, "network": network})

    def get_build_config(self) -> dict[str, typing.Any]:
        # Keras builds a loaded model only from a config that is not empty.
        return {"schema": self.schema}

    def build_from_config(self, config: dict[str, typing.Any]) -> None:
        self.build()

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Builds metrics for one replica's batch.

        Keras would use up a batch, and average the replicas' indices for it.
        """
        if self._distribute_strategy is not None and iterator is not None:
            data_batch = keras.tree.map_structure(
                lambda spec: getattr(spec, "_value_specs", (spec,))[0],
                iterator._distributed_dataset.element_spec,
            )
        super()._maybe_symbolic_build(data_batch=data_batch)


def _or_ones(features):
    """Returns one feature where there are none: oneDNN multiplies no empty matrix."""
    return features if features.shape[1] else tf.ones((tf.shape(features)[0], 1))


def smallest_graph(spec: tfgnn.GraphTensorSpec) -> tfgnn.GraphTensor:
    """Returns a graph of one node and one edge per set, all zeros."""

    def zeros(piece):
        return {
            name: tf.zeros((1, *feature.shape[1:]), feature.dtype)
            for name, feature in piece.features_spec.items()
        }

    one, first = tf.ones(1, tf.int32), tf.zeros(1, tf.int32)
    return tfgnn.GraphTensor.from_pieces(
        context=tfgnn.Context.from_fields(features=zeros(spec.context_spec), sizes=one),
        node_sets={
            name: tfgnn.NodeSet.from_fields(features=zeros(piece), sizes=one)
            for name, piece in spec.node_sets_spec.items()
        },
        edge_sets={
            name: tfgnn.EdgeSet.from_fields(
                features=zeros(piece),
                sizes=one,
                adjacency=tfgnn.Adjacency.from_indices(
                    (piece.adjacency_spec.source_name, first),
                    (piece.adjacency_spec.target_name, first),
                ),
            )
            for name, piece in spec.edge_sets_spec.items()
        },
    )
