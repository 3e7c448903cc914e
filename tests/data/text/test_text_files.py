import pytest

from kerazoo.data.text.text_files import content_of
from kerazoo.data.text.text_files import find_file
from kerazoo.data.text.text_files import stem_of
from kerazoo.data.text_file import ending


@pytest.mark.parametrize(
    ("path", "end", "stem"),
    [
        ("a/Reviews.CSV", ".csv", "Reviews"),
        ("reviews.2020.tsv.gz", ".tsv", "reviews.2020"),
        ("reviews", "", "reviews"),
    ],
)
def test_parts_of_names(path, end, stem):
    assert (ending(path), stem_of(path)) == (end, stem)


def test_folders_have_their_whole_name(tmp_path):
    folder = tmp_path / "reviews.csv"
    folder.mkdir()
    assert stem_of(folder) == stem_of(folder / ".." / "reviews.csv") == "reviews.csv"


def test_files_of_a_folder(tmp_path):
    assert content_of(tmp_path) == f"{tmp_path} with nothing in it"
    for name in ("b.gz", "a.gz", "a", ".hidden"):
        (tmp_path / name).touch()
    assert content_of(tmp_path) == f"{tmp_path} with a, a.gz, b.gz"
    assert find_file(tmp_path, "c", "b", "a") == tmp_path / "b.gz"
    assert find_file(tmp_path, "a") == tmp_path / "a"
    assert find_file(tmp_path, "c") is None
    for i in range(20):
        (tmp_path / f"c{i:02}").touch()
    assert content_of(tmp_path).endswith("c03, c04, ...")
