"""Deep Q-networks: Keras 3 models, trained by TF-Agents on gymnasium environments.

Import it before TensorFlow: it puts Keras 2 behind `tf.keras`, as TF-Agents needs.
"""

import contextlib
import warnings

import lazy_loader

from kerazoo import legacy_keras  # noqa: F401  Must come before TensorFlow.

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

# TF-Agents' own files have invalid escapes and import the unmaintained gym, which
# prints an advertisement that gym_notices holds.
warnings.filterwarnings("ignore", module=r".*\b(gym|tf_agents)\b")
with contextlib.suppress(ModuleNotFoundError):
    from gym_notices import notices

    notices.notices.clear()


def __getattr__(name):
    try:
        return _load(name)
    except ModuleNotFoundError as error:
        package = error.name.partition(".")[0]
        raise ModuleNotFoundError(
            f"kerazoo.models.dqn needs {package}: pip install 'kerazoo[dqn]'",
            name=package,
        ) from error
