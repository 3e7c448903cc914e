"""Structures, and files of them: what is read, written and refused."""

import io
import re

import numpy as np
import pytest

from kerazoo.data.graphs import elements
from kerazoo.data.graphs.extended_xyz import read_extended_xyz
from kerazoo.data.graphs.extended_xyz_writer import write_frame
from kerazoo.data.graphs.structure import Structure
from kerazoo.data.graphs.structure_dataset import StructureDataset
from kerazoo.data.graphs.structure_loading import check_structures
from kerazoo.data.graphs.structure_loading import is_energy
from kerazoo.data.graphs.structure_loading import load_structures
from kerazoo.data.graphs.structure_loading import read_structures

WATER = """3
energy=-76.4 Properties=species:S:1:pos:R:3:forces:R:3 pbc="F F F"
O  0.00 0.00 0.00   0.1 0.2 0.3
H  0.76 0.59 0.00  -0.1 0.0 0.0
H -0.76 0.59 0.00   0.0 -0.2 -0.3
"""


def water(**kwargs):
    positions = np.array([[0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]], "float32")
    return Structure(np.array([8, 1, 1], "int32"), positions, **kwargs)


def test_elements_are_in_order_of_their_numbers():
    assert [elements.symbol(n) for n in (1, 8, 26, 79, 118)] == [
        *("H", "O", "Fe", "Au", "Og")
    ]
    assert len(set(elements.SYMBOLS)) == 118
    for text, number in {"C": 6, "CL": 17, "fe": 26, "8": 8}.items():
        assert elements.atomic_number(text) == number
    for text in ("X", "0", "119", ""):
        with pytest.raises(ValueError, match="expected an element"):
            elements.atomic_number(text)


def test_elements_are_those_of_rdkit():
    chem = pytest.importorskip("rdkit.Chem")
    table = chem.GetPeriodicTable()
    names = [table.GetElementSymbol(n) for n in range(1, 119)]
    assert list(elements.SYMBOLS) == names


def test_formulas_are_hills():
    assert water().formula == "H2O"
    ethanol = np.array([8, 6, 6, 1, 1, 1, 1, 1, 1], "int32")
    positions = np.arange(27, dtype="float32").reshape(9, 3)
    assert Structure(ethanol, positions).formula == "C2H6O"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"positions": np.zeros((2, 3), "float32")}, "positions.shape=(2, 3)"),
        ({"forces": np.zeros((3, 2), "float32")}, "forces.shape=(3, 2)"),
        ({"positions": np.full((3, 3), np.nan, "float32")}, "positions of atom 1=nan"),
        ({"value": np.inf}, "value=inf"),
        ({"atomic_numbers": np.array([8, 0, 1], "int32")}, "0 to 8"),
        ({"positions": np.zeros((3, 3), "float32")}, "atoms 1 and 2"),
    ],
)
def test_wrong_structures_are_refused(change, message):
    structure = water()
    for name, value in change.items():
        setattr(structure, name, value)
    with pytest.raises(ValueError, match=re.escape(message)):
        structure.validate("here")


def test_structures_of_a_dataset_are_alike():
    forces = np.zeros((3, 3), "float32")
    with_forces, without = water(value=1.0, forces=forces), water(value=1.0)
    with pytest.raises(ValueError, match=r"structure 2.*Received: none"):
        StructureDataset("water", [with_forces, without]).validate()
    with pytest.raises(ValueError, match="expected its energy"):
        StructureDataset("water", [water()]).validate()
    with pytest.raises(ValueError, match="Received: none"):
        StructureDataset("water", []).validate()


def test_frames_are_read_with_energies_and_forces(tmp_path):
    path = tmp_path / "water.xyz"
    path.write_text(WATER + WATER.replace("-76.4", "-7.5e1"))
    frames = list(read_extended_xyz(path))
    assert [frame.structure.value for frame in frames] == [-76.4, -75.0]
    assert [frame.line for frame in frames] == [1, 6]
    first = frames[0].structure
    assert first.atomic_numbers.tolist() == [8, 1, 1]
    np.testing.assert_array_equal(first.positions, water().positions)
    np.testing.assert_allclose(first.forces[2], [0, -0.2, -0.3])
    assert frames[0].pairs["pbc"] == "F F F"


def test_what_is_written_is_read_again(tmp_path):
    forces = np.random.default_rng(0).normal(size=(3, 3)).astype("float32")
    path = tmp_path / "again.xyz"
    with path.open("w") as file:
        write_frame(file, water(), {"energy": -76.25, "note": "a b"}, forces)
        write_frame(file, water(), {"energy": -1.5})
    first, second = read_extended_xyz(path)
    assert first.structure.value == -76.25 and first.pairs["note"] == "a b"
    np.testing.assert_allclose(first.structure.forces, forces, atol=1e-7)
    assert second.structure.value == -1.5 and second.structure.forces is None


def test_plain_frames_have_the_energy_alone_in_their_second_line(tmp_path):
    path = tmp_path / "plain.xyz"
    rows = WATER.splitlines()[2:]
    bare = [" ".join(row.split()[:4]) for row in rows]
    path.write_text("\n".join(["3", "-76.4", *bare, "3", "-75.0", *rows]) + "\n")
    first, second = (frame.structure for frame in read_extended_xyz(path))
    assert (first.value, second.value) == (-76.4, -75.0)
    assert first.forces is None
    np.testing.assert_allclose(second.forces[0], [0.1, 0.2, 0.3])


@pytest.mark.parametrize("key", ["Energy", "dft_energy", "TotEnergy"])
def test_usual_names_of_energies_are_taken(tmp_path, key):
    path = tmp_path / "water.xyz"
    path.write_text(WATER.replace("energy=", f"{key}="))
    assert next(read_extended_xyz(path)).structure.value == -76.4


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("3\n", "three\n", ["frame 1 (line 1)", "number of atoms", "'three'"]),
        ("3\n", "4\n", ["frame 1 (line 1)", "expected 4 atoms. Received: 3"]),
        ("3\n", "2\n", ["frame 2 (line 5)", "number of atoms"]),
        ("O  0.00", "Xx 0.00", ["'Xx'"]),
        ("0.76 0.59", "0.76 nan", ["finite", "positions of atom 2=nan"]),
        ("0.76 0.59", "0.76 far", ["numbers of a position", "far"]),
        ("0.1 0.2 0.3", "0.1 0.2", ["atom 1", "expected 7 columns"]),
        ("0.1 0.2 0.3", "0.1 0.2 inf", ["forces of atom 1=inf"]),
        ("energy=-76.4", "dipole=1.8", ["energy=...", "`target_column`", "dipole"]),
        ("energy=-76.4", "energy=low", ["a number as energy", "'low'"]),
        ('pbc="F F F"', 'Lattice="9 0 0 0 9 0 0 0 9"', ["not repeated in space"]),
        ('pbc="F F F"', 'pbc="T T T"', ["not repeated in space", "T T T"]),
        ("pos:R:3", "pos:R", ["Properties=species"]),
        ("pos:R", "place:R", ["a column pos"]),
        ("0.76 0.59 0.00  -0.1", "0.0 0.0 0.0 -0.1", ["atoms 1 and 2"]),
    ],
)
def test_wrong_frames_are_named(tmp_path, old, new, words):
    path = tmp_path / "water.xyz"
    assert old in WATER
    path.write_text(WATER.replace(old, new, 1))
    with pytest.raises(ValueError) as error:
        list(read_extended_xyz(path))
    for word in ("water.xyz", *words):
        assert word in str(error.value)


def test_a_byte_order_mark_is_no_part_of_the_first_number(tmp_path):
    (tmp_path / "water.xyz").write_text(WATER, encoding="utf-8-sig")
    (tmp_path / "plain.xyz").write_text(WATER)
    with_mark, without = (
        list(read_extended_xyz(tmp_path / name)) for name in ("water.xyz", "plain.xyz")
    )
    assert len(with_mark) == len(without)
    assert with_mark[0].pairs == without[0].pairs


def test_frames_to_be_asked_about_need_no_energy(tmp_path):
    path = tmp_path / "water.xyz"
    path.write_text(WATER.replace("energy=-76.4", "note=none"))
    (structure,) = read_structures(path)
    assert structure.value is None
    path.write_text("")
    with pytest.raises(ValueError, match="an empty file"):
        read_structures(path)


def test_other_values_are_taken_without_the_forces(tmp_path):
    path = tmp_path / "water.xyz"
    path.write_text(WATER.replace("energy=", "gap=0.25 energy="))
    dataset = load_structures("water.xyz", tmp_path, target_column="gap")
    assert (dataset.quantity, dataset.target) == ("value", "gap")
    assert dataset.structures[0].value == 0.25 and not dataset.has_forces
    dataset = load_structures("water.xyz", tmp_path)
    assert dataset.quantity == "energy" and dataset.has_forces
    assert dataset.elements == [1, 8]
    assert is_energy("U_energy") and not is_energy("gap")


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("ethanole", ValueError, "Did you mean ethanol"),
        ("water.pdb", ValueError, "dataset=water.pdb"),
        ("none.xyz", FileNotFoundError, "none.xyz.*`dataset`.*Received: none"),
        ("folder.xyz", FileNotFoundError, "Received: a folder"),
    ],
)
def test_names_that_are_none_are_refused(tmp_path, name, error, words):
    (tmp_path / "folder.xyz").mkdir()
    with pytest.raises(error, match=words):
        check_structures(name, tmp_path)


def sdf(tmp_path, *molecules):
    chem = pytest.importorskip("rdkit.Chem")
    text = io.StringIO()
    with chem.SDWriter(text) as writer:
        for molecule in molecules:
            writer.write(molecule)
    path = tmp_path / "molecules.sdf"
    path.write_text(text.getvalue())
    return path


def in_space(smiles, **properties):
    chem = pytest.importorskip("rdkit.Chem")
    from rdkit.Chem import AllChem

    molecule = chem.AddHs(chem.MolFromSmiles(smiles))
    AllChem.EmbedMolecule(molecule, randomSeed=1)
    for name, value in properties.items():
        molecule.SetProp(name, str(value))
    return molecule


def test_sdf_is_read_with_all_hydrogens(tmp_path):
    molecules = in_space("CCO", gap=0.5), in_space("C", gap=0.75)
    path = sdf(tmp_path, *molecules)
    dataset = load_structures(path.name, tmp_path)
    assert [s.formula for s in dataset.structures] == ["C2H6O", "CH4"]
    assert [s.value for s in dataset.structures] == [0.5, 0.75]
    assert (dataset.target, dataset.quantity) == ("gap", "value")
    expected = molecules[0].GetConformer().GetPositions()
    np.testing.assert_allclose(dataset.structures[0].positions, expected, atol=1e-3)


def test_sdf_without_positions_is_refused(tmp_path):
    chem = pytest.importorskip("rdkit.Chem")
    from rdkit.Chem import rdDepictor

    drawn = chem.MolFromSmiles("CCO")
    rdDepictor.Compute2DCoords(drawn)
    drawn.SetProp("gap", "0.5")
    path = sdf(tmp_path, in_space("C", gap=1), drawn)
    with pytest.raises(ValueError, match=r"molecule 2: expected positions in space"):
        load_structures(path.name, tmp_path)


@pytest.mark.parametrize(
    ("properties", "target", "words"),
    [
        ({"gap": "wide"}, None, "'wide'"),
        ({}, None, "expected a property"),
        ({"a": 1, "b": 2}, None, "properties=['a', 'b']"),
        ({"a": 1, "b": 2}, "c", "target_column='c'"),
    ],
)
def test_wrong_properties_of_sdf_are_named(tmp_path, properties, target, words):
    path = sdf(tmp_path, in_space("C", **properties))
    with pytest.raises(ValueError, match=re.escape(words)):
        load_structures(path.name, tmp_path, target)


def test_molecules_get_the_same_positions_for_the_same_seed(tmp_path):
    pytest.importorskip("rdkit")
    (tmp_path / "own.csv").write_text("smiles,logS\nCCO,-0.5\nCC,-1.5\n")
    first, again, other = (
        load_structures("own.csv", tmp_path, seed=seed) for seed in (1, 1, 2)
    )
    assert first.from_smiles and (first.quantity, first.target) == ("value", "logS")
    assert [s.formula for s in first.structures] == ["C2H6O", "C2H6"]
    assert [s.value for s in first.structures] == [-0.5, -1.5]
    ours, same, others = (d.structures[0].positions for d in (first, again, other))
    np.testing.assert_array_equal(ours, same)
    assert np.abs(ours - others).max() > 0.01
    bond = np.linalg.norm(ours[0] - ours[1])
    assert bond == pytest.approx(1.53, abs=0.06)  # Of two carbons, in ångström.


def test_rows_of_molecules_that_are_none_are_named(tmp_path):
    pytest.importorskip("rdkit")
    (tmp_path / "own.csv").write_text("smiles,logS\nCCO,-0.5\nCX,-1.5\nC,1\n")
    with pytest.raises(ValueError, match="row 3"):
        load_structures("own.csv", tmp_path)
    (tmp_path / "own.csv").write_text("smiles,logS\nCCO,-0.5\nC,much\n")
    with pytest.raises(ValueError, match=r"row 3.*'much'"):
        load_structures("own.csv", tmp_path)
