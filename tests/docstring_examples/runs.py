"""The graphs of `data/MUTAG.txt`."""

from tests.docstring_examples.data_graphs import names as names
