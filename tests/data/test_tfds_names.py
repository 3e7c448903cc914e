import subprocess
import sys

from kerazoo.data.tfds_names import all_tfds_names


def test_every_dataset_of_the_library_is_named():
    import tensorflow_datasets as tfds

    names = all_tfds_names()
    assert set(tfds.list_builders(with_community_datasets=False)) <= names
    assert "mist" not in names


def test_nothing_heavy_is_imported():
    program = """
import sys
from kerazoo.data.tfds_names import all_tfds_names
assert "mnist" in all_tfds_names()
print({"tensorflow", "tensorflow_datasets", "numpy"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert done.stdout.strip() == b"set()", done.stderr
