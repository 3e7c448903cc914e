"""How the energy of atoms in space is modelled."""

import dataclasses
from collections.abc import Sequence

from kerazoo.models.gnn.egnn_encoder import EGNNEncoder
from kerazoo.models.gnn.interatomic_potential import InteratomicPotential
from kerazoo.models.gnn.painn_encoder import PaiNNEncoder
from kerazoo.models.gnn.schnet_encoder import SchNetEncoder

POTENTIALS = {"painn": PaiNNEncoder, "schnet": SchNetEncoder, "egnn": EGNNEncoder}


@dataclasses.dataclass(frozen=True)
class PotentialConfig:
    """Kind and sizes of the encoder of atoms, and what is learnt of it.

    Args:
        architecture: A key of `POTENTIALS`: `"painn"`, `"schnet"`, `"egnn"`.
        hidden_size: Width of the atoms' features.
        num_layers: Number of interactions.
        cutoff: Distance up to which atoms see each other, in the unit of the positions.
        num_radial: Functions that a distance is expanded in.
        radial_basis: `"gaussian"` or `"bessel"`.
        envelope: How the cutoff falls: `"cosine"` or `"polynomial"`.
        pooling: `"sum"` over the atoms, or `"mean"`.
        force_weight: Share of the forces in the loss, from 0 to 1.

    Example:

    ```python
    from kerazoo.models.gnn.config import PotentialConfig

    model = PotentialConfig("schnet", hidden_size=32).make(elements=[1, 6, 8])
    ```
    """

    architecture: str = "painn"
    hidden_size: int = 64
    num_layers: int = 3
    cutoff: float = 5.0
    num_radial: int = 20
    radial_basis: str = "bessel"
    envelope: str = "cosine"
    pooling: str = "sum"
    force_weight: float = 0.95

    def make(self, elements: Sequence[int]) -> InteratomicPotential:
        """Makes the model.

        Args:
            elements: Atomic numbers of the elements that it learns from.

        Raises:
            ValueError: If a choice is unknown, or a size out of its range.
        """
        if self.architecture not in POTENTIALS:
            raise ValueError(
                f"`architecture` must be one of {', '.join(POTENTIALS)} for atoms. "
                f"Received: architecture={self.architecture}"
            )
        encoder = POTENTIALS[self.architecture](
            self.hidden_size,
            self.num_layers,
            self.cutoff,
            self.num_radial,
            self.radial_basis,
            self.envelope,
        )
        return InteratomicPotential(encoder, elements, self.pooling, self.force_weight)
