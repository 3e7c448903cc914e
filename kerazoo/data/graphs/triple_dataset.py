"""Triples of a knowledge graph, with which of them are trained on and tested."""

import dataclasses

import numpy as np


@dataclasses.dataclass
class TripleDataset:
    """A knowledge graph: triples of a head, a relation and a tail.

    Args:
        name: For reports and folders.
        entity_names: Names of the N entities, no two alike.
        relation_names: Names of the R relations, no two alike.
        train: int `(T, 3)`. Numbers of head, relation and tail.
        validation: int `(V, 3)`. Triples to choose a model by, may be none.
        test: int `(U, 3)`. Triples that are held out, at least one.

    Example:

    ```python
    people, relations = ["ann", "bob", "cy"], ["knows"]
    train, test = np.array([[0, 0, 1], [1, 0, 2]]), np.array([[0, 0, 2]])
    TripleDataset("club", people, relations, train, test[:0], test).validate()
    ```
    """

    name: str
    entity_names: list[str]
    relation_names: list[str]
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray

    @property
    def num_entities(self) -> int:
        return len(self.entity_names)

    @property
    def num_relations(self) -> int:
        return len(self.relation_names)

    @property
    def triples(self) -> np.ndarray:
        """All that are known, int `(T + V + U, 3)`."""
        return np.concatenate([self.train, self.validation, self.test])

    @property
    def unseen_entities(self) -> list[str]:
        """Names of the entities that no training triple has."""
        seen = np.zeros(self.num_entities, bool)
        seen[self.train[:, [0, 2]]] = True
        return [self.entity_names[i] for i in np.flatnonzero(~seen)]

    def validate(self) -> None:
        """Refuses what cannot be learnt from, or measured.

        Raises:
            ValueError: If names repeat, numbers are of nothing, there is nothing to
                train on or to test, or a relation is in no training triple.
        """
        for what, names in (
            ("entity", self.entity_names),
            ("relation", self.relation_names),
        ):
            if len(set(names)) < len(names):
                raise ValueError(
                    f"`{what}_names` must have no name twice. Received: "
                    f"{len(names)} names, {len(set(names))} different ones"
                )
        sizes = np.array([self.num_entities, self.num_relations, self.num_entities])
        for part in ("train", "validation", "test"):
            triples = getattr(self, part)
            if triples.ndim != 2 or triples.shape[1] != 3:
                raise ValueError(
                    f"`{part}` must have shape (triples, 3). "
                    f"Received: shape={triples.shape}"
                )
            if not np.all((triples >= 0) & (triples < sizes)):
                raise ValueError(
                    f"`{part}` must have numbers of the {sizes[0]} entities and "
                    f"{sizes[1]} relations. Received: up to {triples.max(0).tolist()}"
                )
            if not len(triples) and part != "validation":
                raise ValueError(f"`{part}` must have triples. Received: none")
        missing = np.setdiff1d(self.triples[:, 1], self.train[:, 1])
        if len(missing):
            raise ValueError(
                "Every relation must be in a triple to train on: nothing can be learnt "
                f"of others. Received: {self.relation_names[missing[0]]!r} in held-out "
                "triples only"
            )


def both_ways(triples: np.ndarray, num_relations: int) -> np.ndarray:
    """Returns triples and their inverses, whose relations count from R.

    The inverse of (head, r, tail) is (tail, r + R, head): asking for its tail asks for
    the head.

    Args:
        triples: int `(T, 3)`.
        num_relations: Number of relations, R.

    Returns:
        int `(2 T, 3)`, the triples first.
    """
    head, relation, tail = triples.T
    inverse = np.stack([tail, relation + num_relations, head], axis=1)
    return np.concatenate([triples, inverse])
