"""A task that learns a line, small enough for tests of what runs it."""

import dataclasses
import functools

import keras
import numpy as np
import tensorflow as tf

from kerazoo.training.base_task import BaseTask
from kerazoo.training.base_task import free
from kerazoo.training.replica_model import ReplicaModel

X = np.linspace(-1, 1, 16, dtype="float32")[:, np.newaxis]


@keras.saving.register_keras_serializable(package="kerazoo_tests")
class Line(ReplicaModel):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(1)
        self(X)

    def call(self, inputs, training=False):
        return self.dense(inputs)


class ServingLine:
    def __init__(self, model):
        self.module = tf.Module()
        self.module.weights = [variable.value for variable in model.variables]
        self.model = model

    @functools.cached_property
    def endpoints(self):
        serve = tf.function(lambda x: {"y": self.model(x)})
        spec = tf.TensorSpec((None, 1), tf.float32, name="x")
        return {"serving_default": serve.get_concrete_function(x=spec)}

    def example(self):
        return {"serving_default": {"x": np.zeros((1, 1), "float32")}}


@dataclasses.dataclass
class LineTask(BaseTask):
    slope: float = 2.0
    note: str = free("")

    family = "line"
    objective = "error"
    mode = "min"

    @property
    def name(self):
        return f"slope_{self.slope:g}"

    def build(self, strategy, train_steps, seed):
        if self.slope < 0:
            raise ValueError(
                f"`slope` must not be negative. Received: slope={self.slope}"
            )
        self.closed = False
        with strategy.scope():
            self.model = Line()
            loss = keras.losses.mean_squared_error
            self.model.compile(keras.optimizers.SGD(0.1), loss)
            self.model.optimizer.build(self.model.trainable_variables)

    def identity(self):
        return {"training_data": f"{self.slope}"}

    def batches(self, start_step, context):
        return tf.data.Dataset.from_tensors((X, self.slope * X)).repeat()

    def evaluate(self, step):
        return {"error": float(np.mean((self.model(X) - self.slope * X) ** 2))}

    def measure(self, best):
        error = self.evaluate(0)["error"]
        return {"test_error": error, "score": -error, "best_step": best.step}

    def pictures(self, best):
        return {"line": tf.io.encode_png(tf.zeros((2, 2, 3), tf.uint8)).numpy()}

    def serving(self, model):
        return ServingLine(model)

    def metadata(self):
        return {"slope": self.slope}

    def close(self):
        self.closed = True
