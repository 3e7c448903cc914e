"""Records of TFRecord files, whole or cut."""

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.prediction.sample_inputs import read_samples

RECORDS = [np.random.default_rng(i).bytes(100 * i) for i in range(5)]


@pytest.mark.parametrize(("name", "compression"), [("a", ""), ("a.gz", "GZIP")])
def test_records_are_read_and_cut_files_raise(name, compression, tmp_path):
    path = tmp_path / name.replace("a", "a.tfrecord")
    with tf.io.TFRecordWriter(str(path), compression) as file:
        for record in RECORDS:
            file.write(record)
    for inputs in (read_samples(path), read_samples(tmp_path)):
        assert inputs.total == 5
        assert [row.item for row in inputs.rows] == RECORDS
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match=f"{path.name} must be a TFRecord file"):
        read_samples(path)
