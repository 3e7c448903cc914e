import json

import numpy as np
import pytest

from apps import train_gnn
from kerazoo.data.graphs import splits
from kerazoo.data.graphs.molecules import molecules
from kerazoo.data.graphs.tu_text import tu_text
from tests.apps.conftest import assert_one_line
from tests.apps.graph_examples import GRAPHS
from tests.apps.graph_examples import MIRRORED
from tests.apps.graph_examples import SOLUBILITY
from tests.apps.graph_examples import TINY
from tests.apps.graph_examples import TOXICITY
from tests.apps.graph_examples import example
from tests.apps.graph_examples import serve
from tests.apps.graph_examples import tensors
from tests.apps.graph_examples import write
from tests.apps.graph_examples import write_datasets
from tests.apps.graph_examples import write_rings


@pytest.fixture
def data_dir(tmp_path):
    return write_datasets(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        GRAPHS,
        (*TOXICITY, "--architecture=gine"),
        (*GRAPHS, *MIRRORED),
        (*GRAPHS, "--architecture=gat", "--pooling=attention", "--fold=2"),
        (*SOLUBILITY, "--architecture=gine", "--readout=mlp", "--descriptors"),
        (*SOLUBILITY, "--split=scaffold", "--pooling=mean"),
    ],
    ids=" ".join,
)
def test_whole_graphs_are_served(app, paths, data_dir, arguments):
    name = arguments[1].removeprefix("--dataset=")
    if name == "RINGS":
        dataset = tu_text(name, data_dir)
    else:
        pytest.importorskip("rdkit")
        descriptors = "--descriptors" in arguments
        dataset = molecules(data_dir / name, descriptors=descriptors)
    command = (*TINY, *paths, f"--data_dir={data_dir}")
    code, result, err = app(train_gnn.main, *command, *arguments)
    assert code == 0, err
    if "--fold=2" in arguments:
        test = splits.stratified_folds(dataset.labels)[2][1]
    elif "--split=scaffold" in arguments:
        test = splits.scaffold_split(dataset.smiles)[2]
    else:
        test = splits.random_split(len(dataset.graphs))[2]
    graphs, labels = [dataset.graphs[i] for i in test], dataset.labels[test]
    served = serve(result, examples=[example(graph) for graph in graphs])
    if name == "solubility.csv":
        error = np.sqrt(np.mean((served["value"] - labels) ** 2))
        assert error == pytest.approx(result["test_rmse"], rel=1e-4)
        assert (data_dir / "run" / "regression.png").stat().st_size
    else:
        accuracy = (served["class"] == labels).mean()
        assert accuracy == pytest.approx(result["test_accuracy"])
    ids = np.zeros(graphs[0].num_nodes, "int32")
    alone = serve(result, **tensors(graphs[0], graph_ids=ids))
    for key, value in alone.items():
        np.testing.assert_allclose(value, served[key][:1], rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_validation_graphs_of_one_class_are_enough(app, paths, data_dir):
    write_rings(data_dir, sizes=range(3, 13))
    labels = tu_text("RINGS", data_dir).labels
    assert len(labels[splits.random_split(10)[1]]) == 1
    command = (*TINY, *GRAPHS, *paths, f"--data_dir={data_dir}")
    code, _, err = app(train_gnn.main, *command)
    assert code == 0, err


@pytest.mark.slow
def test_result_of_a_single_test_molecule_is_json(app, paths, data_dir):
    pytest.importorskip("rdkit")
    rows = [("C" * i, i + 0.5) for i in range(1, 10)]
    write(data_dir / "solubility.csv", ("smiles", "logS"), rows)
    command = (*TINY, *SOLUBILITY, *paths, f"--data_dir={data_dir}", "--noexport")
    code, _, err = app(train_gnn.main, *command)
    assert code == 0, err
    text = (data_dir / "run" / "result.json").read_text()
    json.loads(text, parse_constant=pytest.fail)  # NaN is none of JSON's.


@pytest.mark.parametrize(
    ("target", "metric"),
    [
        pytest.param("regression", "rmse", marks=pytest.mark.slow),
        pytest.param("auto", "accuracy", marks=pytest.mark.slow),
        pytest.param("classification", "accuracy", marks=pytest.mark.slow),
    ],
)
def test_kind_of_target_can_be_told_and_invalid_molecules_left_out(
    app, paths, data_dir, target, metric
):
    pytest.importorskip("rdkit")
    path = data_dir / "toxicity.csv"
    path.write_text(path.read_text() + "CX,1\n")
    command = (*TOXICITY, f"--data_dir={data_dir}", *TINY, *paths, "--noexport")
    command += (f"--target={target}",)
    code, _, err = app(train_gnn.main, *command)
    assert code == 2
    assert_one_line(err, "row 26", "'CX'", "--skip_invalid")
    code, result, err = app(train_gnn.main, *command, "--skip_invalid")
    assert code == 0, err
    assert "Left out 1 of 25 molecules" in err and "row 26" in err
    assert np.isfinite(result[f"test_{metric}"])
