"""What a molecule, several of them or a reaction are to a model."""

import dataclasses
import functools
import typing
from collections.abc import Sequence

import numpy as np

from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.graph_components import join_components
from kerazoo.data.graphs.molecule_graph import featurize
from kerazoo.data.graphs.reactions import ARROW
from kerazoo.data.graphs.reactions import condensed_graph
from kerazoo.data.graphs.reactions import split_reaction
from kerazoo.data.graphs.reactions import unchanged

Item = str | tuple[str, ...]

# Of a column; large tables often combine few molecules.
_featurized = functools.lru_cache(maxsize=4_096)(featurize)


@dataclasses.dataclass(frozen=True)
class MoleculeForm:
    """How graphs are made of the cells of a table.

    Args:
        descriptors: Whether graphs have RDKit's descriptors of each part.
        num_columns: Columns of molecules, each a component of the graph.
        reaction: None for molecules; `"condensed"` for reactions with numbers of atoms,
            see `condensed_graph`; `"sides"` for reactants, agents and products as
            components.
        agents: Whether reactions may have agents.

    Example:

    ```python
    form = MoleculeForm.of(["CCO.CC(=O)O>>CCOC(C)=O"])
    form.reaction, form.num_components  # ("sides", 2)
    form.graph("CO.CC(=O)O>>COC(C)=O").num_nodes  # 11
    ```
    """

    descriptors: bool = False
    num_columns: int = 1
    reaction: str | None = None
    agents: bool = False

    @classmethod
    def of(cls, items: Sequence[Item], descriptors: bool = False) -> "MoleculeForm":
        """Returns the form of the cells of a table, one item for each row.

        Cells are reactions if most of them have an arrow. They are condensed if all of
        these have numbers of atoms on both sides.
        """
        if items and not isinstance(items[0], str):
            return cls(descriptors, num_columns=len(items[0]))
        arrows = [item for item in items if isinstance(item, str) and ARROW in item]
        if 2 * len(arrows) <= len(items):
            return cls(descriptors)
        reactions = []
        for text in arrows:
            try:
                reactions.append(split_reaction(text))
            except ValueError:  # The row is named where it is read.
                continue
        is_mapped = all(reaction.is_mapped for reaction in reactions)
        agents = any(reaction.agents for reaction in reactions)
        kind = "condensed" if is_mapped and reactions else "sides"
        return cls(descriptors, reaction=kind, agents=agents)

    @property
    def num_components(self) -> int:
        """Components of each graph, see `join_components`."""
        if self.reaction is None:
            return self.num_columns
        return (1 if self.reaction == "condensed" else 2) + self.agents

    @property
    def joining(self) -> str:
        """How a model joins the components, see `GraphPredictor`."""
        return "difference" if self.reaction == "sides" else "concatenate"

    def graph(self, item: Item) -> Graph:
        """Makes the graph of the cells of a row.

        Args:
            item: SMILES, or a tuple of those of all columns, of which some may be
                blank.

        Raises:
            ModuleNotFoundError: If RDKit is not installed.
            ValueError: If they are not what the form says.
        """
        received = 1 if isinstance(item, str) else len(item)
        if received != self.num_columns:
            raise ValueError(
                f"Expected {self.num_columns} columns of molecules, as in training. "
                f"Received: {received}"
            )
        if not isinstance(item, str):
            if not any(item):
                raise ValueError("no SMILES")
            return join_components([self._part(smiles) for smiles in item])
        if self.reaction is None:
            return featurize(item, self.descriptors)
        reaction = split_reaction(item)
        if reaction.agents and not self.agents:
            raise ValueError(
                "Expected a reaction without agents, as those of training. "
                f"Received: {item!r}"
            )
        agents = [self._part(reaction.agents)] if self.agents else []
        if self.reaction == "sides":
            sides = [self._part(reaction.reactants), self._part(reaction.products)]
            return join_components([sides[0], *agents, sides[1]])
        graph = condensed_graph(reaction)
        if self.descriptors:
            parts = (reaction.reactants, reaction.products)
            found = [self._part(part).context_features for part in parts]
            graph.context_features = np.concatenate(found)
        if not self.agents:
            return graph
        return _with_agents(graph, agents[0])

    def describe(self) -> dict[str, typing.Any]:
        """Returns the fields, as JSON can hold them."""
        return dataclasses.asdict(self)

    def _part(self, smiles):
        return _featurized(smiles, self.descriptors) if smiles else None


def _with_agents(graph, agents):
    """Returns a condensed graph with the agents as a second component."""
    context = graph.context_features
    alone = dataclasses.replace(graph, context_features=None)
    if agents is None:
        joined = join_components([alone, None])
        found = None if context is None else np.zeros(len(context) // 2, np.float32)
    else:
        found = agents.context_features
        others = dataclasses.replace(agents, context_features=None)
        joined = join_components([alone, unchanged(others)])
    if context is not None:
        joined.context_features = np.concatenate([context, found])
    return joined
