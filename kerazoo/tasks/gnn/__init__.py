"""What is learnt of graphs: classes of nodes, links, classes or values of graphs.

Import it before TensorFlow: it puts Keras 2 behind `tf.keras`, as TF-GNN needs.
"""

import lazy_loader

from kerazoo import legacy_keras  # noqa: F401  Must come before TensorFlow.

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
