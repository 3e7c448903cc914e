"""Graph neural networks: Keras 3 models on TF-GNN's graphs.

Import it before TensorFlow: it puts Keras 2 behind `tf.keras`, as TF-GNN needs.
"""

import importlib.util

import lazy_loader

from kerazoo import legacy_keras  # noqa: F401  Must come before TensorFlow.

for _name in ("tensorflow_gnn", "tf_keras"):
    if importlib.util.find_spec(_name) is None:
        raise ModuleNotFoundError(
            f"kerazoo.models.gnn needs {_name}: pip install 'kerazoo[gnn]'", name=_name
        )

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
