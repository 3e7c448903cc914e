import keras
import numpy as np

from kerazoo.models.gnn import WalkEmbedder


def test_logits_are_products_of_two_tables(randomise, tmp_path):
    model = randomise(WalkEmbedder(num_nodes=5, embedding_size=3))
    nodes, contexts = model.get_weights()
    pairs = np.array([[0, 1], [4, 0], [2, 2]])
    expected = (nodes[pairs[:, 0]] * contexts[pairs[:, 1]]).sum(axis=1)
    np.testing.assert_allclose(model({"pairs": pairs}), expected, rtol=1e-5)
    np.testing.assert_array_equal(model({}), nodes)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded({}), nodes)
