"""The small graphs of the models' tests."""

from tests.models.gnn.conftest import graph  # noqa: F401
from tests.models.gnn.conftest import randomise  # noqa: F401
from tests.models.gnn.conftest import small_graphs  # noqa: F401
