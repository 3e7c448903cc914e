"""TensorFlow without what its C++ code says on every start."""

import glob
import os
import sys
import tempfile


def import_tensorflow():
    """Imports TensorFlow silently; what it said is shown only if that fails."""
    # Without a GPU's device files even the errors are about a GPU that is not there.
    has_gpu = glob.glob("/dev/nvidia*")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2" if has_gpu else "3")
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            import tensorflow  # noqa: F401
        except Exception:  # Not a signal, which is no failure.
            said.seek(0)
            os.write(stderr, said.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
