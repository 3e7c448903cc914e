import numpy as np
import pytest
from PIL import Image

from kerazoo.data.images.built_in import digits
from kerazoo.data.images.fitted_file import read_fitted_file
from kerazoo.data.images.folder_like import read_folder_like
from kerazoo.data.images.image_files import write_image_files


def test_images_are_brought_to_size_and_colours(tmp_path):
    grey = np.arange(0, 256, 4, dtype="uint8").reshape(8, 8)
    large = grey.repeat(4, axis=0).repeat(4, axis=1)
    Image.fromarray(np.stack([large] * 3, axis=-1)).save(tmp_path / "grey.png")
    read = read_fitted_file(tmp_path / "grey.png", (8, 8, 1))
    assert read.shape == (8, 8, 1) and read.dtype == np.uint8
    assert np.abs(read[..., 0].astype(int) - grey).max() < 20
    Image.fromarray(grey.astype("uint16") * 257).save(tmp_path / "deep.png")
    read = read_fitted_file(tmp_path / "deep.png", (8, 8, 3))
    np.testing.assert_array_equal(read, np.stack([grey] * 3, axis=-1))


def test_colours_are_no_grey_image(tmp_path):
    colours = np.zeros((8, 8, 3), "uint8")
    colours[..., 0] = 255
    Image.fromarray(colours).save(tmp_path / "red.png")
    with pytest.raises(ValueError, match="Expected a grey image.*red.png"):
        read_fitted_file(tmp_path / "red.png", (8, 8, 1))
    assert read_fitted_file(tmp_path / "red.png", (4, 4, 1), to_grey=True).any()


@pytest.mark.parametrize("labels", [[3, 7, 3], [-1, 7, 3], None])
def test_written_images_are_read_again(tmp_path, labels):
    dataset = digits()
    images = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 1), "uint8")
    labels = None if labels is None else np.array(labels)
    write_image_files(tmp_path / "made", images, labels, dataset.class_names)
    found, classes = read_folder_like(dataset, tmp_path / "made")
    if labels is None or labels.min() < 0:
        assert classes is None
    else:
        assert sorted(classes) == [3, 3, 7]
    key = lambda image: image.tobytes()  # noqa: E731
    np.testing.assert_array_equal(sorted(found, key=key), sorted(images, key=key))
