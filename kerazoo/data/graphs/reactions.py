"""Reactions as graphs: condensed into one, or their sides beside each other."""

import dataclasses
import re
import typing

import numpy as np

from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.molecule_graph import arrays_of
from kerazoo.data.graphs.molecule_graph import feature_sizes
from kerazoo.data.graphs.rdkit_import import needs_rdkit
from kerazoo.data.graphs.smiles import is_smiles
from kerazoo.data.graphs.smiles import parse_smiles

ARROW = ">"
_NUMBER = re.compile(r":\d+\]")
_FORM = "reactants>>products or reactants>agents>products"


@dataclasses.dataclass(frozen=True)
class ReactionSmiles:
    """The parts of a reaction, each SMILES of one molecule or of several.

    Args:
        reactants, agents, products: SMILES; agents may be empty.
    """

    reactants: str
    agents: str
    products: str

    @property
    def is_mapped(self) -> bool:
        """Whether atoms of both sides have numbers, which tell what becomes of them."""
        return all(map(_NUMBER.search, (self.reactants, self.products)))


def split_reaction(text: str) -> ReactionSmiles:
    """Splits the SMILES of a reaction at its arrow.

    Args:
        text: `reactants>>products`, or `reactants>agents>products`.

    Raises:
        ValueError: If there is no arrow, or nothing on a side of it.

    Example:

    ```python
    split_reaction("CCO.CC(=O)O>[H+]>CCOC(C)=O").agents  # "[H+]"
    ```
    """
    parts = text.split(ARROW)
    if len(parts) != 3:
        received = "no arrow" if len(parts) == 1 else f"{len(parts) - 1} times >"
        raise ValueError(
            f"Expected a reaction, {_FORM}. Received: {text!r}, {received}"
        )
    parts = [part.strip() for part in parts]
    for side, part in (("reactants", parts[0]), ("products", parts[2])):
        if not part:
            raise ValueError(
                f"Expected a reaction, {_FORM}. Received: {text!r}, without {side}"
            )
    return ReactionSmiles(*parts)


def is_reaction(text: str) -> bool:
    """Returns whether a text is a reaction of molecules.

    Raises:
        ModuleNotFoundError: If RDKit is not installed.

    Example:

    ```python
    is_reaction("CO>>C=O"), is_reaction("a>>b"), is_reaction("CO")
    # (True, False, False)
    ```
    """
    try:
        reaction = split_reaction(text)
    except ValueError:
        return False
    return is_smiles(reaction.reactants) and is_smiles(reaction.products)


def condensed_graph(reaction: ReactionSmiles) -> Graph:
    """Turns the two sides of a reaction into one graph by the numbers of their atoms.

    An atom that both sides have under one number is one node, and a bond that either
    side has is one edge in each direction. The features are those of the reactants, and
    those of the products less these; 0 stands for what a side does not have
    ([Heid and Green, 2022](https://doi.org/10.1021/acs.jcim.1c00975), `reac_diff`).

    Args:
        reaction: A reaction with numbers of atoms; agents are left out.

    Returns:
        `Graph`.

    Raises:
        ModuleNotFoundError: If RDKit is not installed.
        ValueError: If a SMILES is invalid, a side has no number or has one twice.

    Example:

    ```python
    reaction = split_reaction("[CH3:1][Br:2].[OH-:3]>>[CH3:1][OH:3].[Br-:2]")
    condensed_graph(reaction).num_nodes  # 3
    ```
    """
    if not reaction.is_mapped:
        raise ValueError(
            "Expected a reaction whose atoms have numbers on both sides, as in "
            f"[CH3:1]. Received: {reaction.reactants}>>{reaction.products}"
        )
    sides = [_parsed(part) for part in (reaction.reactants, reaction.products)]
    places, number_of_nodes = _places(reaction, sides)
    node_size, edge_size = feature_sizes()
    nodes = np.zeros((2, number_of_nodes, node_size), np.float32)
    bonds: dict[tuple[int, int], np.ndarray] = {}
    for side, (molecule, place) in enumerate(zip(sides, places)):
        atoms, ends, features = arrays_of(molecule)
        nodes[side, place] = atoms
        for pair, own in zip(np.sort(place[ends], axis=1).tolist(), features):
            both = bonds.setdefault(tuple(pair), np.zeros((2, edge_size), np.float32))
            both[side] = own
    pairs = sorted(bonds)
    ends = np.array(pairs, np.int32).reshape(-1, 2)
    edges = np.array([bonds[pair] for pair in pairs], np.float32)
    edges = edges.reshape(-1, 2, edge_size).transpose(1, 0, 2)
    return Graph(
        _before_and_change(nodes),
        ends.ravel(),
        ends[:, ::-1].ravel(),
        edge_features=_before_and_change(edges).repeat(2, axis=0),
    )


def unchanged(graph: Graph) -> Graph:
    """Returns the graph of molecules that do not react as `condensed_graph` has them.

    Args:
        graph: As `featurize` makes it.
    """
    edges = np.asarray(graph.edge_features)
    return dataclasses.replace(
        graph,
        node_features=_before_and_change(np.stack([graph.node_features] * 2)),
        edge_features=_before_and_change(np.stack([edges] * 2)),
    )


def _parsed(smiles):
    with needs_rdkit():
        from rdkit import rdBase

    with rdBase.BlockLogs():
        return parse_smiles(smiles)


def _before_and_change(both):
    """Returns `(2, N, D)` of both sides as `(N, 2 D)`."""
    before, after = both
    return np.concatenate([before, after - before], axis=1)


def _places(
    reaction: ReactionSmiles, sides: list[typing.Any]
) -> tuple[list[np.ndarray], int]:
    """Returns the node of each atom of both sides, and the number of nodes."""
    known: dict[int, int] = {}
    places, count = [], 0
    for name, molecule in zip(("reactants", "products"), sides):
        place, own = [], set()
        for atom in molecule.GetAtoms():
            number = atom.GetAtomMapNum()
            if number and number in own:
                raise ValueError(
                    f"Expected numbers of atoms that a side has once. Received: number "
                    f"{number} twice in {name}={getattr(reaction, name)!r}"
                )
            own.add(number)
            node = known.get(number) if number else None
            if node is None:
                node, count = count, count + 1
            if number:
                known[number] = node
            place.append(node)
        places.append(np.array(place, np.int32))
    return places, count
