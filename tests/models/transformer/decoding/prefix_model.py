"""A small language model, for tests of decoding, whose logits depend on all it read."""

import keras
import numpy as np
from keras import ops


class PrefixModel:
    """Random logits for every prefix, plus a bias of each row.

    Its state is a nest that holds the tokens read and the bias, so that logits are
    right only where the state follows the sequence.
    """

    def __init__(self, vocabulary, max_length, seed, num_rows=20):
        random = np.random.default_rng(seed)
        count = sum(vocabulary**n for n in range(max_length + 1))
        self.vocabulary, self.max_length = vocabulary, max_length
        self.table = random.normal(size=(count, vocabulary)).astype("float32")
        self.biases = random.normal(size=(num_rows, vocabulary)).astype("float32")
        self.first = random.integers(vocabulary, size=num_rows).astype("int32")
        self.calls = 0  # Steps run, where they are not traced.

    def inputs(self, rows):
        """Returns the state and the first tokens of some rows."""
        bias = ops.convert_to_tensor(self.biases[rows])
        return self.state(bias), ops.convert_to_tensor(self.first[rows])

    def state(self, bias):
        read = ops.zeros((ops.shape(bias)[0], self.max_length), "int32")
        return {"read": [read], "bias": bias}

    def step(self, tokens, index, state):
        self.calls += 1
        places = ops.arange(self.max_length, dtype="int32")
        read = ops.where(places == index, tokens[:, None] + 1, state["read"][0])
        powers = ops.convert_to_tensor(
            np.array([self.vocabulary**n for n in range(self.max_length)], "int32")
        )
        powers = ops.take(powers, ops.maximum(index - places, 0))
        logits = ops.take(
            ops.convert_to_tensor(self.table), ops.sum(read * powers, 1), 0
        )
        return logits + state["bias"], {"read": [read], "bias": state["bias"]}

    def log_probabilities(self, row, tokens):
        """Returns those of what follows some tokens of a row, `(V,)`, from NumPy."""
        code = 0
        for token in (self.first[row], *tokens):
            code = code * self.vocabulary + token + 1
        logits = self.table[code].astype("float64") + self.biases[row]
        return logits - np.log(np.exp(logits).sum())

    def log_likelihood(self, row, tokens):
        return sum(
            self.log_probabilities(row, tokens[:n])[token]
            for n, token in enumerate(tokens)
        )


def arrays(decoded):
    """Returns tokens, scores and lengths as NumPy arrays."""
    return [ops.convert_to_numpy(value) for value in decoded]


def compiled(function, model):
    """Returns a function of `(state, first)` as graphs, where the backend has them.

    Each takes rows of the model. The graphs of TensorFlow do not know how many; the
    second is compiled by XLA.
    """
    whole = lambda bias, first: function(model.state(bias), first)  # noqa: E731
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        signature = [
            tf.TensorSpec([None, model.vocabulary], tf.float32),
            tf.TensorSpec([None], tf.int32),
        ]
        graphs = [
            tf.function(whole, signature, autograph=False, jit_compile=jit_compile)
            for jit_compile in (False, True)
        ]
    elif backend == "jax":
        import jax

        graphs = [jax.jit(whole)]
    else:
        graphs = [whole]
    tensor = ops.convert_to_tensor
    return [
        lambda rows, graph=graph: arrays(
            graph(tensor(model.biases[rows]), tensor(model.first[rows]))
        )
        for graph in graphs
    ]
