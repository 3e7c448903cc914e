"""Transformers, GANs, diffusion models, graph networks and DQN on Keras 3.

Import the subpackage you need; this file loads none.
"""

__version__ = "0.1.0"
