"""What encoders of atoms in space share: elements, distances, their cutoff."""

import typing

import keras

from kerazoo.layers.graph.cutoffs import CUTOFFS
from kerazoo.layers.graph.edge_vectors import edge_vectors
from kerazoo.layers.graph.radial_basis import RadialBasis
from kerazoo.layers.tensor import Tensor

NUM_ELEMENTS = 118


class Pairs(typing.NamedTuple):
    """Pairs of atoms within the cutoff, as the blocks of an encoder take them.

    Attributes:
        source, target: int `(E,)`. Atoms of each pair.
        directions: float `(E, 3)`. Unit vectors from target to source.
        radial: float `(E, K)`. Distances, expanded.
        envelope: float `(E,)`. Cutoff of each pair, from 0 to 1.
    """

    source: Tensor
    target: Tensor
    directions: Tensor
    radial: Tensor
    envelope: Tensor


class SpatialEncoder(keras.layers.Layer):
    """Base class of the encoders of atoms in space.

    A subclass has `interact`, and a `build` that builds its blocks, too.

    Args:
        hidden_size: Width F of the atoms' features.
        num_layers: Number of interactions.
        cutoff: Distance up to which atoms see each other.
        num_radial: K, functions that a distance is expanded in.
        radial_basis: `"gaussian"` or `"bessel"`, see `RadialBasis`.
        envelope: How the cutoff falls: `"cosine"` or `"polynomial"`.

    Call arguments:
        inputs: dict of int `atomic_numbers` `(N,)`, float `positions` `(N, 3)` and int
            `source`, `target` `(E,)`: the pairs of atoms no farther apart than the
            cutoff, in both directions. More pairs than these change nothing, nor does
            a pair of an atom with itself.

    Returns:
        float `(N, F)`. They do not change when all atoms are moved, turned or mirrored.

    Raises:
        ValueError: If a choice is unknown, or a size not positive.
    """

    def __init__(
        self,
        hidden_size: int = 64,
        num_layers: int = 3,
        cutoff: float = 5.0,
        num_radial: int = 20,
        radial_basis: str = "gaussian",
        envelope: str = "cosine",
        **kwargs: typing.Any,
    ):
        # Positions in half precision would be wrong in the third digit.
        super().__init__(autocast=False, **kwargs)
        if envelope not in CUTOFFS:
            raise ValueError(
                f"`envelope` must be one of {', '.join(CUTOFFS)}. "
                f"Received: envelope={envelope}"
            )
        for name, size in {
            "hidden_size": hidden_size,
            "num_layers": num_layers,
        }.items():
            if size < 1:
                raise ValueError(f"`{name}` must be positive. Received: {name}={size}")
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.cutoff = cutoff
        self.num_radial = num_radial
        self.radial_basis = radial_basis
        self.envelope = envelope
        self.radial = RadialBasis(num_radial, cutoff, radial_basis)
        self.embedding = keras.layers.Embedding(NUM_ELEMENTS + 1, hidden_size)

    def build(self, input_shape: typing.Any = None) -> None:
        self.embedding.build()

    def call(self, inputs: dict[str, Tensor]) -> Tensor:
        source, target = inputs["source"], inputs["target"]
        distances, directions = edge_vectors(inputs["positions"], source, target)
        pairs = Pairs(
            source,
            target,
            directions,
            self.radial(distances),
            CUTOFFS[self.envelope](distances, self.cutoff),
        )
        features = self.embedding(inputs["atomic_numbers"])
        return self.interact(features, inputs["positions"], pairs)

    def interact(self, features: Tensor, positions: Tensor, pairs: Pairs) -> Tensor:
        """Returns the features `(N, F)` of atoms that know their surroundings.

        Args:
            features: float `(N, F)`. Embedded elements.
            positions: float `(N, 3)`.
            pairs: Who sees whom.
        """
        raise NotImplementedError

    def get_config(self) -> dict[str, typing.Any]:
        return {
            "name": self.name,
            "hidden_size": self.hidden_size,
            "num_layers": self.num_layers,
            "cutoff": self.cutoff,
            "num_radial": self.num_radial,
            "radial_basis": self.radial_basis,
            "envelope": self.envelope,
        }
