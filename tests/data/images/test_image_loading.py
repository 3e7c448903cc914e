import pathlib

import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image
from sklearn import datasets

from kerazoo.data.held_out import held_out
from kerazoo.data.images.loading import load
from kerazoo.data.images.resized import resized

GRADIENT = np.arange(0, 240, 5, dtype=np.uint8).reshape(6, 8)


def write(path, array=GRADIENT, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **options)


def write_classes(folder, names=("cat", "dog"), count=2):
    for number, name in enumerate(names):
        for i in range(count):
            write(folder / name / f"{i}.png", GRADIENT // 4 + 60 * number + i)


def error_of(*args, kind=ValueError, **kwargs):
    with pytest.raises(kind) as raised:
        load(*args, **kwargs)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_digits_are_all_of_sklearns():
    dataset = load("digits")
    assert dataset.image_shape == (8, 8, 1)
    assert (len(dataset.train_images), len(dataset.test_images)) == (1_438, 359)
    assert dataset.scale == dataset.train_images.max() == 16
    counts = np.bincount(dataset.test_labels)
    expected = np.bincount(datasets.load_digits().target) / 5
    assert np.abs(counts - expected).max() <= 0.5

    def rows(images, labels):
        return sorted(map(tuple, np.c_[images.reshape(len(images), -1), labels]))

    ours = np.concatenate([dataset.train_images, dataset.test_images])
    ours_labels = np.concatenate([dataset.train_labels, dataset.test_labels])
    bunch = datasets.load_digits()
    assert rows(ours, ours_labels) == rows(bunch.images, bunch.target)


def test_digits_are_split_the_same_each_time():
    np.testing.assert_array_equal(
        load("digits").test_images, load("digits").test_images
    )


def test_digits_are_scaled_as_bytes():
    small, large = load("digits"), load("digits", image_size=(16, 24))
    assert large.image_shape == (16, 24, 1)
    assert large.scale == 255
    np.testing.assert_array_equal(small.train_labels, large.train_labels)
    same_size = load("digits", image_size=8)
    np.testing.assert_array_equal(
        same_size.test_images, np.rint(small.test_images * (255 / 16))
    )


def test_held_out_takes_a_share_of_each_class():
    labels = np.repeat([0, 1, 2], [10, 20, 1])
    train, test = held_out(31, labels, share=0.2)
    assert np.bincount(labels[test], minlength=3).tolist() == [2, 4, 0]
    assert sorted([*train, *test]) == list(range(31))
    assert len(held_out(10, None, share=0.3)[1]) == 3
    assert held_out(1, None, share=0.9)[0].tolist() == [0]


def test_folder_of_classes(tmp_path):
    write_classes(tmp_path / "pets", names=("dog", "cat"), count=20)
    (tmp_path / "pets" / "cat" / "notes.txt").write_text("not an image")
    (tmp_path / "pets" / ".cache").mkdir()
    write(tmp_path / "pets" / ".cache" / "0.png")
    dataset = load("folder", data_dir=tmp_path / "pets")
    assert dataset.name == "pets"
    assert dataset.class_names == ["cat", "dog"]
    assert dataset.image_shape == (6, 8, 1)
    assert np.bincount(dataset.train_labels).tolist() == [18, 18]
    assert np.bincount(dataset.test_labels).tolist() == [2, 2]
    images = np.concatenate([dataset.train_images, dataset.test_images])
    labels = np.concatenate([dataset.train_labels, dataset.test_labels])
    offsets = images[:, 0, 0, 0].astype(int)  # 60 and more are dogs, written first.
    np.testing.assert_array_equal(offsets < 60, labels == 1)
    assert sorted(offsets) == [*range(20), *range(60, 80)]
    np.testing.assert_array_equal(
        images[..., 0] - images[:, :1, :1, 0],
        np.broadcast_to(GRADIENT // 4, (40, 6, 8)),
    )


def test_folder_with_train_and_test(tmp_path):
    write_classes(tmp_path / "train", names=("a", "b", "c"))
    write_classes(tmp_path / "test", names=("b",), count=3)
    dataset = load("folder", data_dir=str(tmp_path))
    assert dataset.train_labels.tolist() == [0, 0, 1, 1, 2, 2]
    assert dataset.test_labels.tolist() == [1, 1, 1]
    assert dataset.test_images[:, 0, 0, 0].tolist() == [0, 1, 2]


def test_flat_folder_has_no_labels(tmp_path):
    for i in range(20):
        write(tmp_path / f"{i:02}.bmp", GRADIENT + np.uint8(i))
    dataset = load("folder", data_dir=tmp_path)
    assert dataset.train_labels is None
    assert dataset.class_names is None
    assert dataset.num_classes == 0
    assert (len(dataset.train_images), len(dataset.test_images)) == (18, 2)


def test_grey_and_colour_become_colour(tmp_path):
    colour = np.stack([GRADIENT, GRADIENT // 2, 255 - GRADIENT], axis=-1)
    write(tmp_path / "train" / "0.png", colour)
    write(tmp_path / "train" / "1.PNG")
    write(tmp_path / "train" / "2.png", np.concatenate([colour, colour[..., :1]], -1))
    write(tmp_path / "train" / "3.png", GRADIENT.astype(np.uint16) * 257)
    Image.fromarray(colour).quantize(256).save(tmp_path / "train" / "4.gif")
    write(tmp_path / "test" / "0.png")
    images = load("folder", data_dir=tmp_path).train_images
    grey = np.repeat(GRADIENT[..., np.newaxis], 3, axis=-1)
    np.testing.assert_array_equal(images[[0, 1, 2, 3]], [colour, grey, colour, grey])
    assert images[4].shape == colour.shape
    assert np.abs(images[4].astype(int) - colour).mean() < 8


def test_photographs_are_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # To be turned clockwise by 90 degrees.
    write(tmp_path / "0.png", exif=exif)
    images = load("folder", data_dir=tmp_path).train_images
    np.testing.assert_array_equal(images[0, ..., 0], np.rot90(GRADIENT, -1))


def test_pixels_that_are_no_bytes_are_read_or_refused(tmp_path):
    fractions = np.linspace(0, 1, 48, dtype=np.float32).reshape(6, 8)
    write(tmp_path / "fractions.tif", fractions)
    write(tmp_path / "wide.tif", GRADIENT.astype(np.int32) * 100_000)
    write(tmp_path / "deep.png", GRADIENT.astype(np.uint16) * 257)
    with pytest.warns(UserWarning, match="Left out 2 of 3 files") as found:
        images = load("folder", data_dir=tmp_path).train_images
    np.testing.assert_array_equal(images[0, ..., 0], GRADIENT)
    assert "fractions.tif: its pixels are fractions" in str(found[0].message)
    (tmp_path / "fractions.tif").unlink()
    with pytest.warns(UserWarning, match="wide.tif: its pixels have 32 bits"):
        load("folder", data_dir=tmp_path)


def test_print_colours_become_red_green_and_blue(tmp_path):
    # No cyan, full magenta and yellow: red.
    inks = np.zeros((6, 8, 4), np.uint8) + np.array([0, 255, 255, 0], np.uint8)
    Image.fromarray(inks, "CMYK").save(tmp_path / "red.jpg", quality=100)
    red, green, blue = load("folder", data_dir=tmp_path).train_images[0, 3, 4]
    assert red > 240 and green < 15 and blue < 15


def test_first_picture_of_moving_ones_is_taken(tmp_path, caplog):
    pictures = [Image.fromarray(GRADIENT // 4 + np.uint8(60 * i)) for i in range(3)]
    pictures[0].save(tmp_path / "0.gif", save_all=True, append_images=pictures[1:])
    with caplog.at_level("INFO", logger="kerazoo"):
        images = load("folder", data_dir=tmp_path).train_images
    np.testing.assert_array_equal(images[0, ..., 0], GRADIENT // 4)
    assert "first picture of 1 files that move" in caplog.text


def test_size_is_chosen_of_the_sizes_of_all_upright_images(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 8
    write(tmp_path / "0.png", exif=exif)
    write(tmp_path / "1.png", np.zeros((5, 9), np.uint8))
    (tmp_path / "2.png").write_bytes(b"no image")
    asked = []

    def choose(sizes):
        asked.append(sizes)
        return 4

    with pytest.warns(UserWarning, match="Left out 1 of 3"):
        dataset = load("folder", data_dir=tmp_path, choose_size=choose)
    assert asked == [[(8, 6), (5, 9)]]
    assert dataset.image_shape == (4, 4, 1)
    with pytest.warns(UserWarning, match="Left out 1 of 3"):
        dataset = load("folder", tmp_path, image_size=5, choose_size=choose)
    assert len(asked) == 1 and dataset.image_shape == (5, 5, 1)


def test_folders_beside_train_and_test_are_named(tmp_path, caplog):
    for name in ("train", "val"):
        write_classes(tmp_path / name)
    with caplog.at_level("INFO", logger="kerazoo"):
        load("folder", data_dir=tmp_path)
    assert f"Read train and test of {tmp_path}, not val." in caplog.text


def test_image_size_takes_the_middle(tmp_path):
    wide = np.zeros((8, 24), np.uint8)
    wide[:, 8:16] = 200
    write(tmp_path / "0.png", wide)
    write(tmp_path / "1.png", np.full((40, 40), 200, np.uint8))
    images = load("folder", data_dir=tmp_path, image_size=4).train_images
    np.testing.assert_array_equal(images, np.full((2, 4, 4, 1), 200))


def test_resized_keeps_colours():
    image = np.zeros((12, 12, 3), np.uint8) + np.array([10, 100, 250], np.uint8)
    assert (resized(image, (5, 7)) == image[:5, :7]).all()


def test_folder_errors(tmp_path):
    missing = tmp_path / "missing"
    message = error_of("folder", data_dir=missing, kind=FileNotFoundError)
    assert message.startswith(
        "`data_dir` must be a folder of images, and there is noth"
    )
    assert message.endswith(f"Received: data_dir={missing}")
    (tmp_path / "notes.txt").write_text("none")
    (tmp_path / "photo.HEIC").write_bytes(b"")
    (tmp_path / "other.heic").write_bytes(b"")
    message = error_of("folder", data_dir=tmp_path, kind=FileNotFoundError)
    assert "none, but 2 .heic: save them as .png or .jpg" in message
    file = tmp_path / "notes.txt"
    assert "there is a file" in error_of("folder", file, kind=FileNotFoundError)
    assert "needs a `data_dir`" in error_of("folder")


def test_different_sizes_are_named(tmp_path):
    write(tmp_path / "a" / "0.png")
    write(tmp_path / "a" / "1.png", GRADIENT[:, :5])
    message = error_of("folder", data_dir=tmp_path)
    assert message.startswith("Images of different sizes need an `image_size`.")
    assert f"6x8 of {tmp_path / 'a' / '0.png'} and 6x5 of" in message


@pytest.mark.parametrize("content", [b"", b"no image", "cut"])
def test_unreadable_image_is_named_and_left_out(tmp_path, content):
    noise = np.random.default_rng(0).integers(0, 256, (40, 40), np.uint8)
    write(tmp_path / "0.png", noise)
    whole = (tmp_path / "0.png").read_bytes()
    bad = tmp_path / "1.png"
    bad.write_bytes(whole[: len(whole) // 2] if content == "cut" else content)
    with pytest.warns(UserWarning) as found:
        dataset = load("folder", data_dir=tmp_path)
    (message,) = [str(warning.message) for warning in found]
    assert message.startswith("Left out 1 of 2 files, the other 1 are fine. The first:")
    assert str(bad) in message and "\n" not in message
    assert len(dataset.train_images) + len(dataset.test_images) == 1
    (tmp_path / "0.png").unlink()
    message = error_of("folder", data_dir=tmp_path)
    assert message.startswith("`data_dir` has 1 files of images, and none can be read.")


def test_images_beside_classes(tmp_path):
    write_classes(tmp_path)
    write(tmp_path / "0.png")
    message = error_of("folder", data_dir=tmp_path)
    assert f"{tmp_path / '0.png'} is beside folders" in message


def test_test_without_classes(tmp_path):
    write_classes(tmp_path / "train")
    write(tmp_path / "test" / "0.png")
    assert "in both train and test" in error_of("folder", data_dir=tmp_path)


def test_test_with_another_class(tmp_path):
    write_classes(tmp_path / "train")
    write_classes(tmp_path / "test", names=("cat", "cow"))
    message = error_of("folder", data_dir=tmp_path)
    assert message.endswith(f"none of cow. Received: data_dir={tmp_path}")


@pytest.mark.parametrize("size", [0, (3, -1), (1, 2, 3)])
def test_image_size_is_checked(size):
    message = error_of("digits", image_size=size)
    assert f"Received: image_size={size}" in message


class PaintedPictures(tfds.core.GeneratorBasedBuilder):
    """Pictures with labels and a test."""

    VERSION = tfds.core.Version("1.0.0")
    FEATURES = {
        "image": tfds.features.Image(shape=(6, 8, 1)),
        "label": tfds.features.ClassLabel(names=["dark", "light"]),
        "mood": tfds.features.Text(),
    }
    SIZES = {"train": 12, "test": 5}

    def _info(self):
        features = tfds.features.FeaturesDict(self.FEATURES)
        return tfds.core.DatasetInfo(builder=self, features=features)

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(n) for split, n in self.SIZES.items()}

    def _generate_examples(self, count):
        for i in range(count):
            example = {"image": self.image(i), "label": i % 2, "mood": "calm"}
            yield i, {name: example[name] for name in self.FEATURES}

    def image(self, i):
        return GRADIENT[..., np.newaxis] + np.uint8(i)


class UnevenPictures(PaintedPictures):
    """Pictures of several sizes, without labels and test."""

    VERSION = tfds.core.Version("1.0.0")
    FEATURES = {"image": tfds.features.Image(shape=(None, None, 3))}
    SIZES = {"train": 20}

    def image(self, i):
        return np.full((10 + i, 12, 3), i, np.uint8)


class UnpaintedPictures(PaintedPictures):
    """No pictures at all."""

    VERSION = tfds.core.Version("1.0.0")
    FEATURES = {"mood": tfds.features.Text()}


class UnfinishedPictures(PaintedPictures):
    """Pictures that cannot be made."""

    VERSION = tfds.core.Version("1.0.0")

    def _generate_examples(self, count):
        raise OSError("no paint\nleft")


def test_tfds_is_prepared_once_and_read(tmp_path):
    dataset = load("painted_pictures", data_dir=tmp_path)
    written = list(pathlib.Path(tmp_path).rglob("*tfrecord*"))
    again = load("painted_pictures", data_dir=tmp_path)
    assert list(pathlib.Path(tmp_path).rglob("*tfrecord*")) == written
    np.testing.assert_array_equal(dataset.train_images, again.train_images)
    assert dataset.name == "painted_pictures"
    assert dataset.class_names == ["dark", "light"]
    assert dataset.train_labels.dtype == np.int32
    assert (len(dataset.train_images), len(dataset.test_images)) == (12, 5)
    numbers = dataset.train_images[:, 0, 0, 0]
    assert sorted(numbers) == list(range(12))
    np.testing.assert_array_equal(dataset.train_labels, numbers % 2)
    np.testing.assert_array_equal(
        dataset.train_images - numbers[:, None, None, None],
        np.broadcast_to(GRADIENT[..., None], (12, 6, 8, 1)),
    )
    assert load("painted_pictures", tmp_path, image_size=4).image_shape == (4, 4, 1)


def test_tfds_of_several_sizes_without_labels(tmp_path):
    message = error_of("uneven_pictures", data_dir=tmp_path)
    assert message.startswith("Images of different sizes need an `image_size`.")
    assert "uneven_pictures/1.0.0" in message
    dataset = load("uneven_pictures", data_dir=tmp_path, image_size=5)
    assert dataset.train_images.shape == (18, 5, 5, 3)
    assert dataset.test_images.shape == (2, 5, 5, 3)
    assert dataset.train_labels is None


def test_tfds_errors(tmp_path):
    message = error_of("no_such_dataset", data_dir=tmp_path)
    assert message.endswith("Received: dataset=no_such_dataset")
    message = error_of("unpainted_pictures", data_dir=tmp_path)
    assert message.endswith("Received: dataset=unpainted_pictures with ['mood']")
    message = error_of("unfinished_pictures", data_dir=tmp_path, kind=OSError)
    assert message.endswith("could not be made: OSError: no paint left")


@pytest.mark.slow
def test_mnist(real_data):
    dataset = load("mnist", data_dir=real_data("tensorflow_datasets"))
    assert dataset.train_images.shape == (60_000, 28, 28, 1)
    assert dataset.test_images.shape == (10_000, 28, 28, 1)
    # Counts of LeCun's files.
    assert np.bincount(dataset.test_labels).tolist() == [
        *(980, 1_135, 1_032, 1_010, 982),
        *(892, 958, 1_028, 974, 1_009),
    ]
    assert round(float(dataset.train_images.mean()) / 255, 4) == 0.1307
