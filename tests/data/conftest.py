import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def real_data():
    """Gives the path of a folder of real data by its name."""

    def find(name):
        folder = os.environ.get("KERAZOO_TEST_DATA", ROOT.parent / "shared" / "data")
        path = pathlib.Path(folder, name)
        if not path.is_dir():
            pytest.skip(f"no data in {path}; KERAZOO_TEST_DATA may name its folder")
        return path

    return find
