import logging
import sys
import warnings

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import Descriptors

from kerazoo.data.graphs.molecules import ATOM_FEATURES
from kerazoo.data.graphs.molecules import BOND_FEATURES
from kerazoo.data.graphs.molecules import featurize
from kerazoo.data.graphs.molecules import molecules

INVALID = {
    "C1CC": "unclosed ring",
    "C(C)(C)(C)(C)C": "Explicit valence for atom # 0 C, 5, is greater than permitted",
    "Cl(": "syntax error",
    "c1cccc1": "kekulize",
    "": "no atoms",
}


def decode(row, features):
    """Reads a row of one-hot features as a dict; None for other values."""
    values = {}
    for name, _, choices in features:
        one_hot, row = np.split(row, [len(choices) + 1])
        assert sorted(one_hot) == [0] * len(choices) + [1]
        values[name] = [*choices, None][one_hot.argmax()]
    assert row.size == 0
    return values


def atoms(smiles):
    return [decode(row, ATOM_FEATURES) for row in featurize(smiles).node_features]


def bonds(smiles):
    graph = featurize(smiles)
    ends = zip(graph.source.tolist(), graph.target.tolist())
    rows = [decode(row, BOND_FEATURES) for row in graph.edge_features]
    return dict(zip(ends, rows))


def write(folder, rows, header="smiles,active"):
    path = folder / "own.csv"
    path.write_text("\n".join([header, *rows, ""]))
    return path


def test_ethanol_by_hand():
    common = {
        "formal charge": 0,
        "hybridization": "SP3",
        "aromatic": None,
        "in a ring": None,
        "chirality": None,
    }
    assert atoms("CCO") == [
        {"element": "C", "degree": 1, "hydrogens": 3, **common},
        {"element": "C", "degree": 2, "hydrogens": 2, **common},
        {"element": "O", "degree": 1, "hydrogens": 1, **common},
    ]
    single = {"type": "SINGLE", "conjugated": None, "in a ring": None, "stereo": None}
    assert bonds("CCO") == dict.fromkeys([(0, 1), (1, 0), (1, 2), (2, 1)], single)


def test_features_of_other_molecules_by_hand():
    assert [atom["formal charge"] for atom in atoms("C[N+](=O)[O-]")] == [0, 1, 0, -1]
    assert [atom["hybridization"] for atom in atoms("C=CC#N")] == [
        "SP2",
        "SP2",
        "SP",
        "SP",
    ]
    assert [bonds("C=CC#N")[i, i + 1]["type"] for i in range(3)] == [
        "DOUBLE",
        "SINGLE",
        "TRIPLE",
    ]
    for atom in atoms("c1ccccc1"):
        assert atom["aromatic"]
        assert atom["in a ring"]
    for bond in bonds("c1ccccc1").values():
        assert bond == {
            "type": "AROMATIC",
            "conjugated": True,
            "in a ring": True,
            "stereo": None,
        }
    assert [atom["element"] for atom in atoms("[Na+].[Cl-]")] == [None, "Cl"]


def test_configurations_differ_in_stereochemistry_alone():
    # The sulfur outranks, so natural cysteine is R where natural alanine is S.
    assert atoms("C[C@H](N)C(=O)O")[1]["chirality"] == "S"
    assert atoms("C[C@@H](N)C(=O)O")[1]["chirality"] == "R"
    assert atoms("SC[C@H](N)C(=O)O")[2]["chirality"] == "R"
    assert bonds("F/C=C/F")[1, 2]["stereo"] == "E"
    assert bonds("F/C=C\\F")[1, 2]["stereo"] == "Z"
    assert bonds("FC=CF")[1, 2]["stereo"] is None


@pytest.mark.parametrize(
    "smiles",
    ["C[C@H](N)C(=O)O", "F/C=C\\Cl", "CC(=O)Oc1ccccc1C(=O)O", "O=C[C@@H](F)Cl"],
)
def test_graph_does_not_depend_on_how_the_smiles_is_written(smiles):
    molecule = Chem.MolFromSmiles(smiles)
    written = {
        Chem.MolToSmiles(molecule, doRandom=True, canonical=False) for _ in range(10)
    }
    assert len(written) > 2

    def invariant(graph):
        rows = graph.node_features, graph.edge_features
        ends = np.concatenate(
            [rows[0][graph.source], rows[1], rows[0][graph.target]], axis=1
        )
        return [sorted(part.tolist()) for part in (rows[0], ends)]

    expected = invariant(featurize(smiles))
    for other in written:
        assert invariant(featurize(other)) == expected


def test_single_atom_has_no_edges():
    graph = featurize("C")
    graph.validate("methane")
    assert (graph.num_nodes, graph.num_edges) == (1, 0)
    assert graph.edge_features.shape == (0, featurize("CC").edge_features.shape[1])


@pytest.mark.parametrize("smiles", INVALID)
def test_invalid_smiles_raise_with_the_reason_and_print_nothing(smiles, capfd):
    with pytest.raises(ValueError, match="Expected a valid SMILES") as raised:
        featurize(smiles)
    message = str(raised.value)
    assert f"smiles={smiles!r}" in message
    assert INVALID[smiles] in message
    assert "\n" not in message
    assert capfd.readouterr() == ("", "")


def test_warnings_of_rdkit_are_not_printed(capfd):
    assert featurize("[H].CCO").num_nodes == 4
    assert capfd.readouterr() == ("", "")


def test_descriptors():
    values = featurize("CCO", descriptors=True).context_features
    names = [name for name, _ in Descriptors.descList]
    assert values.shape == (len(names),)
    named = dict(zip(names, values))
    # Two carbons, six hydrogens and one oxygen; the hydroxyl gives and takes one bond.
    assert named["MolWt"] == pytest.approx(2 * 12.011 + 6 * 1.008 + 15.999, abs=1e-3)
    assert named["NumHDonors"] == named["NumHAcceptors"] == 1
    assert named["RingCount"] == 0
    assert featurize("CCO").context_features is None


@pytest.mark.filterwarnings("error")
def test_descriptors_are_finite():
    assert np.isnan(Descriptors.MaxPartialCharge(Chem.MolFromSmiles("Cl[Pt]Cl")))
    values = featurize("Cl[Pt]Cl", descriptors=True).context_features
    names = [name for name, _ in Descriptors.descList]
    assert values[names.index("MaxPartialCharge")] == 0
    # The sum grows with the size beyond what float32 holds, the mean does not.
    chain = "C" * 100
    assert dict(Descriptors.descList)["Ipc"](Chem.MolFromSmiles(chain)) > 1e21
    long_chain = featurize(chain, descriptors=True).context_features
    assert 0 < long_chain[names.index("Ipc")] < 100
    assert np.isfinite([values, long_chain]).all()


def test_esol_is_regression(real_data):
    dataset = molecules(real_data("molecules") / "esol.csv")
    assert dataset.name == "esol"
    assert len(dataset.graphs) == len(dataset.labels) == len(dataset.smiles) == 1128
    assert dataset.num_classes is None
    assert dataset.class_names is None
    assert dataset.labels.dtype == np.float32
    assert dataset.labels[0] == dataset.graphs[0].label == np.float32(-0.77)
    # Mean and standard deviation of the log solubility, as published for ESOL.
    assert dataset.labels.mean() == pytest.approx(-3.05, abs=0.005)
    assert dataset.labels.std() == pytest.approx(2.096, abs=0.005)


@pytest.mark.slow
def test_bbbp_is_classification(real_data, capfd):
    dataset = molecules(real_data("molecules") / "bbbp.csv")
    assert len(dataset.graphs) == 2039
    assert dataset.class_names == ["0", "1"]
    assert np.bincount(dataset.labels).tolist() == [479, 1560]
    assert capfd.readouterr() == ("", "")
    for smiles, graph in zip(dataset.smiles[::100], dataset.graphs[::100]):
        molecule = Chem.MolFromSmiles(smiles)
        assert graph.num_nodes == molecule.GetNumHeavyAtoms()
        assert graph.num_edges == 2 * molecule.GetNumBonds()


@pytest.mark.parametrize(
    ("targets", "target", "names"),
    [
        ("100", "auto", ["0", "1"]),
        (["yes", "no", "yes"], "auto", ["no", "yes"]),
        (["1.0", "0.0", "1.0"], "auto", ["0.0", "1.0"]),
        (["1.5", "0.0", "1.0"], "auto", None),
        (["1.5", "0.0", "1.0"], "classification", ["0.0", "1.0", "1.5"]),
        ("100", "regression", None),
    ],
)
def test_kind_of_target(tmp_path, targets, target, names):
    path = write(tmp_path, [f"{'C' * i},{t}" for i, t in enumerate(targets, 1)])
    dataset = molecules(path, target=target)
    assert dataset.class_names == names
    assert dataset.num_classes == (names and len(names))
    if names:
        assert [names[label] for label in dataset.labels] == list(targets)
    else:
        assert dataset.labels.tolist() == [float(cell) for cell in targets]
    assert [graph.label for graph in dataset.graphs] == dataset.labels.tolist()


def test_many_integers_are_regression(tmp_path):
    path = write(tmp_path, [f"{'C' * i},{i}" for i in range(1, 12)])
    assert molecules(path).num_classes is None


def test_many_words_are_classes(tmp_path):
    path = write(tmp_path, [f"{'C' * i},kind {i % 13}" for i in range(1, 27)])
    assert molecules(path).num_classes == 13


def test_words_that_all_differ_are_no_classes(tmp_path):
    path = write(tmp_path, [f"{'C' * i},kind {i}" for i in range(1, 14)])
    with pytest.raises(ValueError, match="'active' has another word in each row"):
        molecules(path)
    assert molecules(path, target="classification").num_classes == 13


def test_one_word_among_many_numbers_is_named(tmp_path):
    rows = [f"{'C' * i},{i + 0.5}" for i in range(1, 14)]
    path = write(tmp_path, [*rows, "CO,n/a"])
    with pytest.raises(ValueError, match="row 15: .*'n/a'"):
        molecules(path)


def test_columns_by_name(tmp_path):
    rows = ["1,C,0.5,x", "2,CC,1.5,y"]
    path = write(tmp_path, rows, header="id,structure,mass,kind")
    dataset = molecules(path, smiles_column="structure", target_column="mass")
    assert dataset.smiles == ["C", "CC"]
    assert dataset.labels.tolist() == [0.5, 1.5]
    with pytest.raises(ValueError, match=r"own.csv: several .*`target_column`.*kind"):
        molecules(path, smiles_column="structure")


def test_invalid_rows_are_named(tmp_path):
    path = write(tmp_path, ["C,0", "C1CC,1", "CC,1"])
    with pytest.raises(
        ValueError, match=r"own.csv, row 3: .*'C1CC': unclosed ring.*`skip_invalid`"
    ) as raised:
        molecules(path)
    assert "\n" not in str(raised.value)


def test_invalid_rows_are_skipped_with_one_warning(tmp_path):
    path = write(tmp_path, ["C,0", "C1CC,1", "CC,1", "Cl(,0", "CCO,0", "CCC,"])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        dataset = molecules(path, skip_invalid=True)
    (warning,) = caught
    assert "Left out 3 of 6 molecules" in str(warning.message)
    assert "row 3" in str(warning.message)
    assert warning.filename == __file__
    assert dataset.smiles == ["C", "CC", "CCO"]
    assert dataset.labels.tolist() == [0, 1, 0]
    assert [graph.num_nodes for graph in dataset.graphs] == [1, 2, 3]


@pytest.mark.parametrize(
    ("rows", "arguments", "message"),
    [
        (
            ["C,1"],
            {"target": "ranking"},
            "classification, regression. Received: target=rank",
        ),
        (["C,1"], {"smiles_column": "s"}, "expected a column 's'"),
        (["C,1"], {"target_column": "t"}, "expected a column 't'"),
        (["C,1", "CC,"], {}, r"own.csv, row 3: expected a target; `skip.* active=''"),
        (["C,1.5", "CC,n/a"], {}, r"own.csv, row 3: column 'active' .*'n/a'"),
        (["C,1", "CC,1"], {}, "expected at least two classes"),
        ([], {}, "expected a header and at least one row"),
    ],
)
def test_faulty_files_raise(tmp_path, rows, arguments, message):
    with pytest.raises(ValueError, match=message):
        molecules(write(tmp_path, rows), **arguments)


def test_columns_are_found_and_named_in_one_line(tmp_path, caplog):
    path = write(tmp_path, ["0.5,C,a", "1.5,CC,b"], header="activity,mol,note")
    with caplog.at_level(logging.INFO, "kerazoo"):
        dataset = molecules(path)
    assert dataset.smiles == ["C", "CC"]
    assert dataset.labels.tolist() == [0.5, 1.5]
    assert (dataset.smiles_column, dataset.target_column) == ("mol", "activity")
    assert caplog.messages == [
        "own.csv: molecules are in column mol, the target is activity."
    ]


def test_obvious_columns_are_not_talked_about(tmp_path, caplog):
    with caplog.at_level(logging.INFO, "kerazoo"):
        molecules(write(tmp_path, ["C,0", "CC,1"]))
    assert not caplog.messages


def test_targets_of_a_file_without_a_header_have_its_rows(tmp_path):
    path = write(tmp_path, ["CC,1.5", "CO,n/a", "CN,0.5"], header="C,2.5")
    with pytest.raises(ValueError, match="own.csv, row 3: column '2' .*'n/a'"):
        molecules(path)


def test_no_valid_molecule_raises(tmp_path):
    path = write(tmp_path, ["C1CC,0", "C1CC,1"])
    with (
        pytest.warns(UserWarning, match="Left out 2 of 2"),
        pytest.raises(ValueError, match="expected at least one graph"),
    ):
        molecules(path, skip_invalid=True)


def test_missing_rdkit_passes_through(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "rdkit", None)
    with pytest.raises(ModuleNotFoundError, match="rdkit"):
        molecules(write(tmp_path, ["C,0", "CC,1"]))
