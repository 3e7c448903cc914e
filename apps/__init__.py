"""Command-line applications, run as `python -m apps.<name>`."""

import sys

if sys.argv[0] == "-m":  # A command starts: it is not imported by another program.
    import atexit
    import gc

    from apps.cli import signals

    signals.die_at_once()
    atexit.register(gc.freeze)  # To collect all of TensorFlow at the end takes seconds.
