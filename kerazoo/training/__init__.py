"""What every family needs to train: one loop, strategies, checkpoints, averages.

`Task` is what a family gives, `Trainer` the loop that trains it, and the other modules
what both need: replicas that learn as one, noise that does not depend on how a batch is
split, checkpoints that are whole or not there.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
