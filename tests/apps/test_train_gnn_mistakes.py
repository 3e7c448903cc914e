import pathlib
import pickle
import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse

from apps import train_gnn
from tests.apps.conftest import assert_one_line
from tests.apps.graph_examples import GRAPHS
from tests.apps.graph_examples import LINKS
from tests.apps.graph_examples import MIRRORED
from tests.apps.graph_examples import SAMPLED
from tests.apps.graph_examples import SOLUBILITY
from tests.apps.graph_examples import TABLES
from tests.apps.graph_examples import TINY
from tests.apps.graph_examples import TOXICITY
from tests.apps.graph_examples import write_datasets

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def data_dir(tmp_path):
    return write_datasets(tmp_path)


@pytest.mark.parametrize("arguments", [(), LINKS, SAMPLED], ids=" ".join)
def test_xla_is_refused_in_one_line(app, paths, arguments):
    command = (*TINY, *paths, "--noexport", "--jit_compile")
    code, _, err = app(train_gnn.main, *command, *arguments)
    assert code == 2
    assert_one_line(err, "--jit_compile")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--dataset=citations"], ["--dataset=citations", "karate_club", "tables"]),
        (["--dataset=cora", "DATA"], ["ind.cora.allx", "data_dir"]),
        (["--dataset=tables"], ["--dataset=tables", "--data_dir"]),
        (["--dataset=tables", "--data_dir=/no/such"], ["/no/such/nodes.csv"]),
        (["--task=graph"], ["--task=graph", "--dataset"]),
        (["--task=graph", "--dataset=MUTAG"], ["MUTAG.txt"]),
        (["--task=graph", "--dataset=MUTAG", "DATA"], ["MUTAG.txt", "RINGS"]),
        (["--task=graph", "--dataset=esol.csv", "DATA"], ["esol.csv"]),
        ([*GRAPHS, *MIRRORED, "--batch_size=7", "DATA"], ["--batch_size=7", "2"]),
        ([*SAMPLED, *MIRRORED, "--batch_size=7"], ["--batch_size=7", "2"]),
        (["--fanouts=3,many"], ["--fanouts=3,many"]),
        (["--fanouts=3,0"], ["--fanouts=3,0"]),
        ([*LINKS, "--fanouts=3"], ["--fanouts", "--task=node"]),
        (
            ["--architecture=gat", "--hidden_size=10"],
            ["--hidden_size=10", "--num_heads=8"],
        ),
        (["--architecture=gine"], ["gine", "features of edges"]),
        ([*LINKS, "--architecture=gine"], ["gine", "features of edges"]),
        ([*GRAPHS, "--architecture=gine", "DATA"], ["gine", "RINGS"]),
        ([*GRAPHS, "--architecture=appnp", "DATA"], ["appnp", "gcn"]),
        ([*GRAPHS, "--split=scaffold", "DATA"], ["--split=scaffold", "molecules"]),
        ([*SOLUBILITY, "--fold=0", "DATA"], ["fold"]),
        ([*SOLUBILITY, "--target_column=mass", "DATA"], ["solubility.csv", "'mass'"]),
        ([*SOLUBILITY, "--smiles_column=name", "DATA"], ["solubility.csv", "'name'"]),
        ([*TABLES, *LINKS, "--directed", "DATA"], ["--directed"]),
        (["--fold=0"], ["--fold", "--task=graph"]),
        (["--cross_validate"], ["--cross_validate", "--task=graph"]),
        ([*GRAPHS, "--cross_validate", "--num_seeds=2"], ["--num_seeds=1"]),
        ([*GRAPHS, "--cross_validate", "--fold=0", "DATA"], ["--fold"]),
        (["--skip_invalid"], ["--skip_invalid", "--task=graph"]),
        (["--smiles_column=x"], ["--smiles_column", "--task=graph"]),
        (["--target_column=x"], ["--target_column", "--task=graph"]),
        ([*GRAPHS, "--target=regression", "DATA"], ["--target", "molecules"]),
        ([*GRAPHS, "--skip_invalid", "DATA"], ["--skip_invalid", "molecules"]),
        (["--teleport=0.2"], ["--teleport", "appnp, gcnii or ssgc"]),
        (["--architecture=gcnii", "--propagation_steps=5"], ["_steps", "=appnp"]),
        (["--architecture=appnp", "--identity_decay=1"], ["_decay", "=gcnii"]),
        (["--architecture=gcnii", "--identity_decay=2"], ["identity_decay", "1.7"]),
        (["--architecture=appnp", "--normalization=batch"], ["--normalization"]),
        (["--num_heads=4"], ["--num_heads", "gat"]),
        ([*SOLUBILITY, "--target=sum", "DATA"], ["target", "regression"]),
        (["--fold=10"], ["fold"]),
        (["--dropout=1"], ["dropout"]),
        (["--architecture=magic"], ["magic", "gcnii"]),
        (["--num_layers=0"], ["num_layers"]),
        (["--num_devices=3"], ["num_devices=3"]),
        (["karate_club"], ["karate_club"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_wrong_flags_are_one_line(app, paths, data_dir, arguments, words):
    pytest.importorskip("rdkit")
    command = [f"--data_dir={data_dir}" if a == "DATA" else a for a in arguments]
    code, _, err = app(train_gnn.main, *TINY, *paths, *command)
    assert code == 2, err
    assert_one_line(err, *words)
    assert not (data_dir / "run" / "flags.txt").exists()


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("edges.csv", "source,target\nn0,n99\n", ["edges.csv, row 2", "'n99'"]),
        ("edges.csv", "source,target\n", ["edges.csv", "at least one row"]),
        ("edges.csv", "from,length\nn0,1\n", ["edges.csv", "source and target", "n0"]),
        ("nodes.csv", "", ["nodes.csv", "header"]),
        ("nodes.csv", "id,size\n", ["nodes.csv", "at least one row"]),
        ("nodes.csv", "id,size\nn0,nan\n", ["nodes.csv, row 2", "size='nan'"]),
        ("nodes.csv", "id,size\nn0,large\nn1,1\n", ["csv, row 2", "size='large'"]),
        ("nodes.csv", "n0,large\nn1,1\n", ["nodes.csv", "column id", "'n0', 'large'"]),
        ("nodes.csv", "id,size\nn0,1\nn0,2\n", ["nodes.csv, row 3", "id='n0'"]),
        ("nodes.csv", "id,size\nn0,1,2\n", ["nodes.csv, line 2", "3 cells"]),
        ("nodes.csv", "id,label,split\nn0,,train\n", ["row 2", "must have a label"]),
        ("nodes.csv", "id,label,split\nn0,a,all\n", ["row 2", "split='all'"]),
        ("nodes.csv", "id,label,split\nIDS,a,train\n", ["`test`", "at least one"]),
        ("nodes.csv", "id,label\nIDS,\n", ["--dataset", "label", "num_classes=0"]),
        ("nodes.csv", "id,label\nIDS,a\n", ["two classes", "num_classes=1"]),
    ],
)
def test_wrong_tables_are_one_line(app, paths, data_dir, file, text, words):
    ids = [f"n{i}" for i in range(12)]
    lines = [
        line.replace("IDS", name)
        for line in text.splitlines()
        for name in (ids if "IDS" in line else ids[:1])
    ]
    (data_dir / file).write_text("\n".join(lines))
    command = (*TABLES, f"--data_dir={data_dir}", *TINY, *paths)
    code, _, err = app(train_gnn.main, *command)
    assert code == 2, err
    assert_one_line(err, *words)


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("RINGS.txt", "", ["RINGS.txt, line 1"]),
        ("RINGS.txt", "0\n", ["at least one graph"]),
        ("RINGS.txt", "1\n0 1\n", ["RINGS.txt, line 2", "0 1"]),
        ("RINGS.txt", "1\n2 0\n0 1 1\n0 1 5\n", ["RINGS.txt, line 4", "0 1 5"]),
        ("RINGS.txt", "1\n1 0\n0 0 nan\n", ["finite", "line 3", "0 0 nan"]),
        ("RINGS.txt", 4 * "1 0\n0 0\n", ["RINGS.txt"]),
        ("RINGS.txt", "2\n1 0\n0 0\n1 0\n0 0\n", ["at least two classes"]),
        ("RINGS.txt", "4\n" + "1 0\n0 0\n1 1\n0 0\n" * 2, ["test"]),
        ("toxicity.csv", "", ["toxicity.csv", "header"]),
        ("toxicity.csv", "smiles,toxic\nCC,\n", ["row 2", "toxic=''"]),
        ("toxicity.csv", "smiles,toxic\nCC,1\nCO,1\n", ["at least two classes"]),
        ("toxicity.csv", "smiles,a,b\nCC,1,0\n", ["--target_column", "'a', 'b'"]),
        ("toxicity.csv", "smiles,toxic\nCC,0\nCX,1\n", ["row 3", "'CX'", "syntax"]),
        ("toxicity.csv", "smiles,toxic\nCC,0\n,1\n", ["row 3", "no atoms"]),
        ("toxicity.csv", "smiles,toxic\nF(C)C,0\n", ["row 2", "valence"]),
        ("toxicity.csv", "smiles,y\nCC,0\nCO,1\nCN,0\nCS,1\n", ["test"]),
    ],
)
def test_wrong_collections_are_one_line(app, paths, data_dir, file, text, words):
    pytest.importorskip("rdkit")
    (data_dir / file).write_text(text)
    command = TOXICITY if file == "toxicity.csv" else GRAPHS
    code, _, err = app(
        train_gnn.main, *command, f"--data_dir={data_dir}", *TINY, *paths
    )
    assert code == 2, err
    assert_one_line(err, *words)


def test_damaged_citation_files_are_one_line(app, paths, tmp_path):
    for part in ("y", "tx", "ty", "allx", "ally", "graph", "test.index"):
        (tmp_path / f"ind.cora.{part}").write_bytes(b"damaged")
    command = ("--dataset=cora", f"--data_dir={tmp_path}", *TINY, *paths)
    code, _, err = app(train_gnn.main, *command)
    assert code == 2, err
    assert_one_line(err, "ind.cora.allx", "Planetoid")


def test_citation_files_that_do_not_fit_are_one_line(app, paths, tmp_path):
    for part, value in {
        "y": np.eye(1),
        "ally": np.eye(1),
        "ty": np.eye(1),
        "allx": sparse.csr_matrix(np.eye(1)),
        "tx": sparse.csr_matrix(np.eye(1)),
        "graph": {0: [1], 1: []},
    }.items():
        content = pickle.dumps(value, protocol=4)
        (tmp_path / f"ind.cora.{part}").write_bytes(content)
    (tmp_path / "ind.cora.test.index").write_text("one")
    command = ("--dataset=cora", f"--data_dir={tmp_path}", *TINY, *paths)
    code, _, err = app(train_gnn.main, *command)
    assert code == 2, err
    assert_one_line(err, "ind.cora.test.index", "'one'")


def test_missing_rdkit_is_one_line(app, paths, data_dir, monkeypatch):
    monkeypatch.setitem(sys.modules, "rdkit", None)
    command = (*SOLUBILITY, f"--data_dir={data_dir}", *paths)
    code, _, err = app(train_gnn.main, *command)
    assert code == 2, err
    assert_one_line(err, "rdkit", "'kerazoo[molecules]'")


def test_unknown_datasets_are_refused_before_anything_is_imported(tmp_path):
    for arguments, word in (
        (["--dataset=nosuch"], "--dataset=nosuch"),
        (["--task=link", "--dataset=tables"], "--dataset=tables"),
        (["--task=graph", "--dataset=NOSUCH"], "--dataset=NOSUCH"),
        (["--task=graph", "--dataset=nosuch.csv"], "nosuch.csv"),
    ):
        program = (
            "import sys\n"
            "from apps import train_gnn\n"
            "from apps.cli.launch import launch\n"
            f"argv = ['app', *{arguments}, '--workdir={tmp_path}']\n"
            "try:\n"
            "    defaults, tasks = train_gnn.DEFAULTS, train_gnn.TASKS\n"
            "    launch(train_gnn.main, defaults, tasks, argv, **train_gnn.TABLES)\n"
            "finally:\n"
            "    print({'numpy', 'tensorflow', 'keras', 'scipy'} & set(sys.modules))\n"
        )
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (2, "set()\n"), done.stderr
        assert_one_line(done.stderr, word)


@pytest.mark.slow
def test_few_hops_are_pointed_out(app, paths):
    command = (*TINY, *paths, "--noexport", "--batch_size=2")
    _, _, err = app(train_gnn.main, *command, "--fanouts=3")
    assert "Warning: --fanouts=3 samples fewer hops than the model's 2" in err
    workdir = f"{paths[0]}_2"
    _, _, err = app(train_gnn.main, *command, "--fanouts=3,3", workdir)
    assert "Warning" not in err
