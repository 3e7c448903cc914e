"""What a person sees who comes with own data and makes mistakes: one line, its flag."""

import importlib

import numpy as np
import pytest
from PIL import Image

from tests.apps.conftest import assert_one_line

_ROWS = [(f"a {'good' if i % 2 else 'bad'} film {i}", i % 2) for i in range(40)]
_FILES = {  # Own data of all kinds, each wrong in one way.
    "turned/train.csv": "label,text\n" + "".join(f"{t},{y}\n" for t, y in _ROWS),
    "latin/train.csv": "text,label\ncafé bon,1\nmauvais,0\n".encode("latin-1"),
    "one_class/train.csv": "text,label\n"
    + "".join(f"text {i},yes\n" for i in range(9)),
    "empty/train.csv": "",
    "binary/train.csv": b"text,label\n\0\1\2,yes\n",
    "uneven/train.csv": "text,label\na b,yes\nc,d,no\n",
    "pairs/train.en": "one\ntwo\nthree\n",
    "pairs/train.de": "eins\nzwei\n",
    "half/train.en": "one\n",
    "short.txt": "hello",
    "no_folder": "a file",
    "broken.csv": "smiles,y\nCCO,1.5\nC1CC,0.2\n",
    "names.csv": "name,y\nfoo,1\nbar,2\n",
    "targets.csv": "smiles,a,b\nCCO,1.5,2.5\nCC,0.2,3.1\n",
    "no_ids/nodes.csv": "x,y\n1,2\n",
    "no_ids/edges.csv": "source,target\n1,2\n",
    "not_finite/nodes.csv": "id,label,x\na,r,1\nb,s,nan\n",
    "not_finite/edges.csv": "source,target\na,b\n",
    "unknown_id/nodes.csv": "id,label,x\na,r,1\nb,s,2\n",
    "unknown_id/edges.csv": "source,target\na,z\n",
    "broken_images/a.png": b"no picture",
}
_ENGLISH = ("--source_language=en", "--target_language=de")
_CASES = {  # App: pairs of a command line, HERE for the folder, and parts of the answer
    "train_transformer": [
        ("--task=classify", "--task=classify needs a --data_dir"),
        ("--task=classify --data_dir=HERE/turned", "wrong way round; --label_column=2"),
        ("--task=classify --data_dir=HERE/latin", "train.csv, line 2; UTF-8; iconv"),
        ("--task=classify --data_dir=HERE/one_class", "two classes; --label_column"),
        ("--task=classify --data_dir=HERE/empty", "train.csv; an empty file"),
        ("--task=classify --data_dir=HERE/binary", "train.csv, line 2; a byte of 0"),
        ("--task=classify --data_dir=HERE/uneven", "train.csv, line 3; 3 cells"),
        ("--task=classify --data_dir=HERE/nothing", "train.csv; with nothing in it"),
        ("--task=classify --data_dir=HERE/missing", "--data_dir=HERE/missing"),
        (
            "--task=classify --data_dir=HERE/one_class --text_column=body",
            "--text_column=body; ['text', 'label']",
        ),
        ("--data_dir=HERE/pairs ENGLISH", "3 lines in; 2 in"),
        ("--data_dir=HERE/half ENGLISH", "train.de; with train.en"),
        ("--data_dir=HERE/nothing ENGLISH", "train.en[.gz] and train.de[.gz]"),
        ("--data_dir=HERE/missing ENGLISH", "--data_dir=HERE/missing"),
        ("--task=generate --data_dir=HERE/short.txt", "short.txt; 5 characters"),
        ("--task=generate --data_dir=HERE/no.txt", "--data_dir=HERE/no.txt"),
        ("--task=image --dataset=folder", "--dataset=folder needs a --data_dir"),
        ("--task=image --data_dir=HERE/nothing", "--data_dir=HERE/nothing; .png"),
        ("--task=image --data_dir=HERE/images", "a folder of images for each class"),
        ("--task=clasify", "--task=clasify; mean classify"),
        ("--dataset=date", "--dataset=date; mean dates"),
        ("--hiden_size=3", "--hiden_size; mean --hidden_size"),
        ("--vocabulary_size=many", "--vocabulary_size=many; a whole number"),
        ("--num_heads=3 --hidden_size=64", "--hidden_size=64; --num_heads=3"),
    ],
    "train_gnn": [
        ("--task=graph --dataset=names.csv --data_dir=HERE", "--smiles_column; 'name'"),
        ("--task=graph --dataset=targets.csv --data_dir=HERE", "--target_column; 'b'"),
        ("--task=graph --dataset=broken.csv --data_dir=HERE", "row 3; --skip_invalid"),
        ("--task=graph --dataset=no.csv --data_dir=HERE", "HERE/no.csv"),
        ("--dataset=tables", "--data_dir must be a folder with nodes.csv"),
        (
            "--dataset=tables --data_dir=HERE/no_ids",
            "nodes.csv; a column id; ['x', 'y']",
        ),
        ("--dataset=tables --data_dir=HERE/not_finite", "nodes.csv, row 3; finite"),
        ("--dataset=tables --data_dir=HERE/unknown_id", "edges.csv, row 2; 'z'"),
        ("--dataset=tables --data_dir=HERE/missing", "HERE/missing/nodes.csv"),
        ("--dataset=core", "--dataset=core; mean cora"),
        ("--architecture=gnc", "--architecture=gnc; gatv2"),
    ],
    "train_dqn": [
        ("--env=Taxi-v3", "--env=Taxi-v4"),
        ("--env=CartPol-v1", "--env=CartPol-v1; mean CartPole-v1"),
        ("--env=Pendulum-v1", "--env=Pendulum-v1; --action_bins"),
        ("--env=no_module:My-v0", "--env=no_module:My-v0; no module no_module"),
        ("--env_kwargs=a", "--env_kwargs=a; name=value"),
        ("--env_kwargs={", "--env_kwargs={; JSON"),
        ("--env=FrozenLake-v1 --env_kwargs=slipery=False", "slipery; --env_kwargs"),
        ("--batch_size=0", "--batch_size=0; at least 1"),
        ("--workdir=HERE/no_folder", "--workdir=HERE/no_folder; is a file"),
        ("--export_dir=HERE/no_folder/a", "--export_dir=HERE/no_folder/a"),
        ("--num_devices=99", "--num_devices=99"),
    ],
    **{
        app: [
            ("--dataset=digit", "--dataset=digit; mean digits"),
            ("--dataset=folder", "--dataset=folder needs a --data_dir"),
            ("--data_dir=HERE/nothing", "--data_dir=HERE/nothing"),
            ("--data_dir=HERE/missing", "--data_dir=HERE/missing"),
            ("--data_dir=HERE/broken_images", "none can be read; a.png"),
            ("--image_size=33", "--image_size=33; a multiple of 2"),
            ("--workdir=HERE/no_folder", "--workdir=HERE/no_folder; is a file"),
            ("--flagfile=HERE/no.flags", "--flagfile=HERE/no.flags; No such file"),
            ("something", "'something'; --name=value"),
        ]
        for app in ("train_gan", "train_diffusion")
    },
    **{
        app: [("--saved_model=HERE/nothing", "--saved_model=HERE/nothing; apps.train_")]
        for app in ("translate", "generate")
    },
    "play": [
        ("--saved_model=HERE/nothing", "--saved_model=HERE/nothing; apps.train_dqn"),
        ("--video=x.avi", "--video=x.avi; .gif or .mp4"),
    ],
    "predict": [
        ("", "--saved_model is missing"),
        ("--saved_model=HERE/nothing", "--saved_model=HERE/nothing; apps.train_"),
    ],
    "evaluate": [
        ("--saved_model=HERE/nothing", "--saved_model=HERE/nothing; apps.train_"),
        ("--images=HERE/missing", "--images; HERE/missing"),
    ],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    for name, content in _FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for name in ("nothing", "images"):
        (folder / name).mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (4, 20, 20, 3), "uint8")
    for i, image in enumerate(pixels):
        Image.fromarray(image).save(folder / "images" / f"{i}.png")
    return folder


@pytest.mark.parametrize(
    ("app_name", "command", "words"),
    [(name, *case) for name, cases in _CASES.items() for case in cases],
)
def test_mistake_is_one_line(
    app, folder, app_name, command, words, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(f"apps.{app_name}")
    arguments = command.replace("ENGLISH", " ".join(_ENGLISH)).split()
    arguments = [argument.replace("HERE", str(folder)) for argument in arguments]
    code, _, err = app(module.main, *arguments)
    assert code == 2, err
    assert_one_line(err, *words.replace("HERE", str(folder)).split("; "))
    assert not list(tmp_path.rglob("flags.txt"))  # Nothing was begun.


def test_there_are_enough_cases():
    assert sum(map(len, _CASES.values())) >= 60
