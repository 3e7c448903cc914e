import subprocess
import sys


def test_every_dataset_of_the_library_is_named():
    """In a process of its own: other tests register datasets."""
    program = """
import tensorflow_datasets as tfds
from kerazoo.data.tfds_names import all_tfds_names
names = all_tfds_names()
known = set(tfds.list_builders(with_community_datasets=False))
print(len(known) > 100, known - names, "mist" in names)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert done.stdout.strip() == b"True set() False", done.stderr


def test_nothing_heavy_is_imported():
    program = """
import sys
from kerazoo.data.tfds_names import all_tfds_names, tfds_sound_names
assert "mnist" in all_tfds_names()
assert {"spoken_digit", "speech_commands", "gtzan"} <= tfds_sound_names()
assert not {"mnist", "imdb_reviews"} & tfds_sound_names()
print({"tensorflow", "tensorflow_datasets", "numpy"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert done.stdout.strip() == b"set()", done.stderr
