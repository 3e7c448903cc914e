"""The export of a potential: energies, forces, and what it refuses."""

import kerazoo.models.gnn  # noqa: F401

# isort: split
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.gnn.atom_pairs import near_pairs
from kerazoo.models.gnn.config import PotentialConfig
from kerazoo.models.gnn.serving_potential import ServingPotential
from kerazoo.serving.exporting import export
from kerazoo.serving.limits import Limits
from kerazoo.serving.worker import Worker
from tests.serving.odd_requests import FLOATS
from tests.serving.odd_requests import INTEGERS
from tests.serving.odd_requests import assert_answered_or_refused

CUTOFF = 2.0
LIMITS = Limits(max_examples=4, max_nodes=24, max_edges=16)


@pytest.fixture(scope="module")
def model():
    model = PotentialConfig("schnet", 4, 1, CUTOFF, num_radial=4).make([1, 6, 8])
    references = np.zeros(119, "float32")
    references[[1, 6, 8]] = [-13.5, -1_030.25, -2_040.5]
    model.references.assign(references)
    model.scale.assign(20.0)
    return model


@pytest.fixture(scope="module")
def path(model, tmp_path_factory):
    serving = ServingPotential(model, limits=LIMITS)
    folder = tmp_path_factory.mktemp("potential")
    return export(
        serving.module, serving.endpoints, folder / "model", warmup=serving.example()
    )


@pytest.fixture(scope="module")
def worker(path):
    with Worker(path) as worker:  # TensorFlow's C library, without Python.
        yield worker


def request(**change):
    """Two structures: one with a gap among its atoms, one at the end."""
    random = np.random.default_rng(0)
    numbers = np.array([[8, 0, 1, 1, 6], [6, 1, 8, 0, 0]], "int32")
    positions = random.normal(size=(2, 5, 3)).astype("float32")
    positions[numbers == 0] = np.nan  # Of no atom, of no meaning.
    found = {"atomic_numbers": numbers, "positions": positions}
    return {**found, **change}


def expected(model, numbers, positions):
    source, target = near_pairs(positions, CUTOFF)
    inputs = {"atomic_numbers": numbers, "positions": positions}
    inputs |= {"source": source, "target": target}
    inputs = {name: tf.convert_to_tensor(value) for name, value in inputs.items()}
    energy, forces = model.energy_and_forces(inputs)
    total = float(energy[0]) + model.references.numpy()[numbers].sum(dtype=float)
    return total, forces.numpy()


@pytest.mark.parametrize("signature", ["serving_default", "energy_and_forces"])
def test_answers_are_the_models(worker, model, signature):
    inputs = request()
    outputs = worker.run(signature, inputs)
    assert outputs["energy"].dtype == np.float64
    assert outputs["forces"].shape == (2, 5, 3)
    for i, numbers in enumerate(inputs["atomic_numbers"]):
        atoms = numbers > 0
        energy, forces = expected(model, numbers[atoms], inputs["positions"][i, atoms])
        assert outputs["energy"][i] == pytest.approx(energy, rel=1e-8, abs=1e-3)
        np.testing.assert_allclose(outputs["forces"][i, atoms], forces, atol=1e-3)
        assert not outputs["forces"][i, ~atoms].any()


def test_more_room_and_other_structures_change_nothing(worker):
    inputs = request()
    whole = worker.run("serving_default", inputs)
    alone = {name: value[1:, :3] for name, value in inputs.items()}
    outputs = worker.run("serving_default", alone)
    np.testing.assert_allclose(outputs["energy"], whole["energy"][1:], rtol=1e-9)
    np.testing.assert_allclose(outputs["forces"], whole["forces"][1:, :3], atol=1e-4)


def test_single_atoms_and_no_structures_are_answered(worker):
    one = request(
        atomic_numbers=np.array([[8]], "int32"), positions=np.ones((1, 1, 3), "float32")
    )
    outputs = worker.run("serving_default", one)
    assert np.isfinite(outputs["energy"]).all() and not outputs["forces"].any()
    none = {name: value[:0] for name, value in request().items()}
    outputs = worker.run("serving_default", none)
    assert outputs["energy"].shape == (0,) and outputs["forces"].shape == (0, 5, 3)


def positions(value, atom=0):
    found = request()["positions"]
    found[0, atom] = value
    return found


def apart(count):
    return np.arange(count, dtype="float32")[:, None] * np.ones(3, "float32") * 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"atomic_numbers": np.array([[8, 0, 1, 7, 6]] * 2, "int32")},
            ["`atomic_numbers`", "learnt from: 1, 6, 8", "Received: 7"],
        ),
        (
            {"atomic_numbers": np.array([[8, 0, 1, -1, 6]] * 2, "int32")},
            ["`atomic_numbers`", "Received: -1"],
        ),
        (
            {"atomic_numbers": np.array([[8, 0, 1, 1, 6], [0] * 5], "int32")},
            ["`atomic_numbers`", "an atom in each row"],
        ),
        ({"positions": positions(np.nan)}, ["`positions`", "finite", "nan"]),
        ({"positions": positions(np.inf, 2)}, ["`positions`", "finite", "inf"]),
        (
            {"positions": positions(request()["positions"][0, 2])},
            ["`positions`", "nearer than 0.001", "Received: 0"],
        ),
        (
            {"positions": request()["positions"][:, :4]},
            ["`positions`", "each of `atomic_numbers`", "2 x 4"],
        ),
        ({"positions": request()["positions"][..., :2]}, ["positions"]),
        (
            {
                "atomic_numbers": np.ones((5, 1), "int32"),
                "positions": np.ones((5, 1, 3), "float32"),
            },
            ["`atomic_numbers`", "at most 4 rows", "Received: 5"],
        ),
        (
            {
                "atomic_numbers": np.ones((1, 25), "int32"),
                "positions": apart(25)[None],
            },
            ["`atomic_numbers`", "at most 24 places", "Received: 25"],
        ),
        (
            {
                "atomic_numbers": np.ones((1, 5), "int32"),
                "positions": apart(5)[None] / 20,
            },
            ["`positions`", "at most 16 pairs", "Received: 20"],
        ),
    ],
)
def test_what_is_wrong_is_named(worker, change, words):
    with pytest.raises(RuntimeError) as error:
        worker.run("serving_default", request(**change))
    for word in words:
        assert word in str(error.value)
    worker.run("serving_default", request())  # It goes on.


def test_a_model_of_other_values_answers_them_alone(model, tmp_path):
    serving = ServingPotential(model, "value")
    assert set(serving.endpoints) == {"serving_default", "value"}
    request = {k: tf.constant(v) for k, v in serving.example()["value"].items()}
    (value,) = serving.endpoints["value"](**request).values()
    energy = ServingPotential(model).serve(**request)["energy"]
    np.testing.assert_allclose(value, energy)


@pytest.mark.slow
def test_odd_numbers_are_answered_or_refused(model):
    function = ServingPotential(model, limits=LIMITS).endpoints["serving_default"]
    random = np.random.default_rng(0)
    answered = 0
    for _ in range(60):
        asked = {name: np.nan_to_num(value) for name, value in request().items()}
        name, odd = [("positions", FLOATS), ("atomic_numbers", INTEGERS)][
            random.integers(2)
        ]
        asked[name].ravel()[random.integers(10)] = random.choice(odd)
        answered += assert_answered_or_refused(function, asked)
    assert 0 < answered < 60
