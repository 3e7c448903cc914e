import numpy as np
import pytest
from PIL import Image

from kerazoo.data.images import ImageDataset
from kerazoo.data.images.resized import resized
from kerazoo.models.transformer import NetworkConfig
from kerazoo.prediction import load_predictor
from kerazoo.prediction import open_inputs
from kerazoo.prediction import predict
from kerazoo.prediction.prediction import write_answers
from kerazoo.serving.exported import read_metadata
from kerazoo.tasks.transformer import ImageClassification
from tests.prediction.exports import export_untrained
from tests.prediction.exports import numbers
from tests.prediction.exports import read_csv

PIXELS = np.random.default_rng(0).integers(0, 256, (12, 8, 8, 1), "uint8")
CLASSES = np.arange(12, dtype=np.int32) % 3
NAMES = ["cat", "cow", "dog"]
COLUMNS = [f"probability_{name}" for name in NAMES]


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    """A task and its export."""
    images = ImageDataset("noise", PIXELS, CLASSES, PIXELS, CLASSES, 3, NAMES)
    network = NetworkConfig(hidden_size=8, num_layers=1, num_heads=2)
    task = ImageClassification(images, batch_size=4, network=network)
    return task, export_untrained(task, tmp_path_factory.mktemp("models") / "images")


@pytest.fixture(scope="module")
def answer(classifier):
    """Function of paths of images and of answers, with the export loaded once."""
    metadata = read_metadata(classifier[1])
    predictor = load_predictor(classifier[1], metadata)

    def answer(paths, output):
        inputs = open_inputs(metadata, paths)
        return write_answers(inputs, predictor, output, batch_size=5)

    return answer


def probabilities(task, images):
    logits = task.classify(images)
    found = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert found.std(axis=0).min() > 1e-4  # Another order would be seen.
    return found


def write(folder, images):
    folder.mkdir(parents=True)
    for i, image in enumerate(images):
        Image.fromarray(np.squeeze(image)).save(folder / f"{i:02d}.png")
    return folder


def test_folder_is_answered_as_the_task_does(classifier, tmp_path):
    task, version = classifier
    write(tmp_path / "pictures", PIXELS[:7])
    write(tmp_path / "pictures" / "more", PIXELS[7:])
    write(tmp_path / "pictures" / ".hidden", PIXELS[:1])
    predict(version, tmp_path / "pictures", tmp_path / "answers.csv")
    rows = read_csv(tmp_path / "answers.csv")
    files = [row["file"].removeprefix(f"{tmp_path}/pictures/") for row in rows]
    names = [f"{i:02d}.png" for i in range(7)]
    assert files == [*names, *(f"more/{i:02d}.png" for i in range(5))]
    expected = probabilities(task, PIXELS)
    np.testing.assert_allclose(numbers(rows, *COLUMNS), expected, rtol=1e-5)
    assert [row["label"] for row in rows] == [NAMES[i] for i in expected.argmax(axis=1)]


def test_other_sizes_and_colours_become_those_of_training(classifier, answer, tmp_path):
    large = np.random.default_rng(1).integers(0, 256, (4, 20, 30, 3), "uint8")
    folder = write(tmp_path / "colours", large)
    Image.fromarray(PIXELS[0, ..., 0]).save(tmp_path / "grey.webp", lossless=True)
    answer([folder, tmp_path / "grey.webp"], tmp_path / "answers.csv")
    grey = [np.asarray(Image.fromarray(i).convert("L"))[..., np.newaxis] for i in large]
    fitted = np.stack([*(resized(image, (8, 8)) for image in grey), PIXELS[0]])
    expected = probabilities(classifier[0], fitted)
    rows = read_csv(tmp_path / "answers.csv")
    np.testing.assert_allclose(numbers(rows, *COLUMNS), expected, rtol=1e-5)


def test_images_that_cannot_be_read_have_empty_answers(answer, tmp_path):
    folder = write(tmp_path / "pictures", PIXELS[:3])
    (folder / "01.png").write_bytes(b"no image")
    with pytest.warns(UserWarning, match=r"1 of 3 images.*first: .*01\.png"):
        result = answer(folder, tmp_path / "answers.csv")
    assert (result["rows"], result["failed"]) == (3, 1)
    rows = read_csv(tmp_path / "answers.csv")
    assert [bool(row["label"]) for row in rows] == [True, False, True]
    with pytest.raises(ValueError, match=r"None of the 1 images.*01\.png"):
        answer(folder / "01.png", tmp_path / "other.csv")


def test_missing_and_empty_folders_are_named(classifier, tmp_path):
    metadata = read_metadata(classifier[1])
    with pytest.raises(FileNotFoundError, match="nowhere"):
        open_inputs(metadata, tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        open_inputs(metadata, tmp_path)
