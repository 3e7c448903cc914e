"""Names of nodes, or of what else a request asks by, in a served graph."""

from collections.abc import Sequence

import tensorflow as tf

from kerazoo.serving.request_checks import Check

_SHOWN = 100  # Bytes of an unknown name.


class NodeNames(tf.Module):
    """Finds nodes by their names, and names of nodes, inside a signature.

    Args:
        names: Names of the nodes, all different.
        what: What the names in a request must be of, for errors.

    Example:

    ```python
    names = NodeNames(["ann", "bob"])
    names.rows(tf.constant(["bob"]))  # [1]
    names.of(tf.constant([0]))  # ["ann"]
    ```
    """

    def __init__(
        self,
        names: Sequence[str],
        what: str = "nodes that the model has learnt from",
    ):
        super().__init__(name="node_names")
        self._what = what
        self.count = len(names)
        self._names = [name.encode() for name in names]
        rows = tf.range(self.count, dtype=tf.int32)
        self._table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(tf.constant(self._names), rows), -1
        )

    def is_known(self, name: str, ids: tf.Tensor) -> Check:
        """Checks that all names `(B,)` are of nodes.

        Args:
            name: Name of the input.
            ids: The names.
        """
        is_known = self._table.lookup(ids) >= 0

        def first():
            unknown = tf.boolean_mask(ids, ~is_known)[:1]
            shown = tf.strings.substr(unknown, 0, _SHOWN)
            # Whoever reads the message decodes it.
            shown = tf.strings.unicode_transcode(shown, "UTF-8", "UTF-8")
            return tf.strings.reduce_join(shown)

        expected = f"be names of {self._what}"
        return Check(tf.reduce_all(is_known), name, expected, first)

    def rows(self, ids: tf.Tensor) -> tf.Tensor:
        """Returns the numbers of nodes, int32, of names of any shape."""
        return self._table.lookup(ids)

    def of(self, rows: tf.Tensor) -> tf.Tensor:
        """Returns the names of nodes of any shape."""
        return tf.gather(tf.constant(self._names), rows)
