"""Command-line applications, run as `python -m apps.<name>`."""
