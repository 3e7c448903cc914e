"""A family of four generations, a knowledge graph that needs no download."""

import itertools

import numpy as np

from kerazoo.data.graphs.triple_dataset import TripleDataset

# A relation to the one of the same two people the other way round.
INVERSES = {
    "parent_of": "child_of",
    "child_of": "parent_of",
    "sibling_of": "sibling_of",
    "spouse_of": "spouse_of",
    "grandparent_of": "grandchild_of",
    "grandchild_of": "grandparent_of",
    "aunt_or_uncle_of": "niece_or_nephew_of",
    "niece_or_nephew_of": "aunt_or_uncle_of",
    "cousin_of": "cousin_of",
}
_NAMES = (
    *("Ada", "Abel", "Bea", "Ben", "Cleo", "Carl", "Dora", "Dan", "Elsa", "Emil"),
    *("Fay", "Finn", "Greta", "Gus", "Hanna", "Hugo", "Ida", "Ivan", "Jane", "Jon"),
    *("Kim", "Karl", "Lena", "Leo", "Mia", "Max", "Nora", "Nils", "Olga", "Otto"),
    *("Pia", "Paul", "Rosa", "Ralf", "Sara", "Sam", "Tina", "Tom", "Uma", "Udo"),
    *("Vera", "Viktor", "Wilma", "Will", "Xenia", "Xaver", "Yara", "Yves"),
    *("Zoe", "Zeno", "Alma", "Axel", "Britta", "Bo", "Clara", "Conrad"),
)
_FOUNDERS, _CHILDREN = 4, (3, 3, 2)  # Couples, and children of each couple since.
_HELD_OUT = 0.1  # Share of the triples for validation, and again for the test.


def family_tree(seed: int = 0) -> TripleDataset:
    """Returns who is what of whom in a family that is made here.

    Four couples have three children each, who marry each other and have children
    themselves: 56 people in all. What parents and couples do not say already follows
    from them by rules, such as that the parent of a parent is a grandparent.

    Every triple that is held out follows from what is trained on: its inverse, such as
    `child_of` for `parent_of`, is there.

    Args:
        seed: Of the parts. The family is the same for all.

    Returns:
        `TripleDataset` of 9 relations, a tenth of the triples for validation and a
        tenth for the test.

    Example:

    ```python
    tree = family_tree()
    tree.num_entities, tree.num_relations  # 56, 9
    ```
    """
    parents, couples, num_people = _grow()
    relations = _related(parents, couples)
    names = list(relations)
    triples = np.array(
        [
            (head, names.index(name), tail)
            for name, pairs in relations.items()
            for head, tail in sorted(pairs)
        ]
    )
    held_out = _drawn(triples, names, seed)
    validation, test = np.array_split(held_out, 2)
    train = np.delete(np.arange(len(triples)), held_out)
    return TripleDataset(
        name="family_tree",
        entity_names=list(_NAMES[:num_people]),
        relation_names=names,
        train=triples[train],
        validation=triples[np.sort(validation)],
        test=triples[np.sort(test)],
    )


def _grow():
    """Returns the parents of each child, the couples, and how many people there are."""
    couples = [(2 * i, 2 * i + 1) for i in range(_FOUNDERS)]
    parents, married, num_people = {}, list(couples), 2 * _FOUNDERS
    for generation, children in enumerate(_CHILDREN):
        born = []
        for couple in married:
            siblings = range(num_people, num_people + children)
            born.append(list(siblings))
            parents |= dict.fromkeys(siblings, couple)
            num_people += children
        if generation < len(_CHILDREN) - 1:
            # The families in turn, so that nobody marries within the own one.
            single = [person for turn in zip(*born) for person in turn]
            married = list(zip(single[::2], single[1::2]))
            couples += married
    return parents, couples, num_people


def _related(parents, couples):
    """Returns all pairs of people of each relation, by the rules of families."""
    parent_of = {(p, child) for child, both in parents.items() for p in both}
    siblings = {
        (a, b)
        for a, b in itertools.permutations(parents, 2)
        if parents[a] == parents[b]
    }
    grandparent_of = _composed(parent_of, parent_of)
    aunt_or_uncle_of = _composed(siblings, parent_of)
    relations = {
        "parent_of": parent_of,
        "sibling_of": siblings,
        "spouse_of": {pair for a, b in couples for pair in ((a, b), (b, a))},
        "grandparent_of": grandparent_of,
        "aunt_or_uncle_of": aunt_or_uncle_of,
        "cousin_of": _composed(_inverted(aunt_or_uncle_of), parent_of),
    }
    inverted = {INVERSES[name]: _inverted(pairs) for name, pairs in relations.items()}
    return {name: (relations | inverted)[name] for name in INVERSES}


def _inverted(pairs):
    return {(tail, head) for head, tail in pairs}


def _composed(first, second):
    return {(a, c) for a, b in first for other, c in second if b == other and a != c}


def _drawn(triples, names, seed):
    """Returns numbers of triples whose inverses are not drawn as well."""
    numbers = {tuple(triple): i for i, triple in enumerate(triples.tolist())}
    inverses = [names.index(INVERSES[name]) for name in names]
    drawn, needed = [], set()
    for i in np.random.default_rng(seed).permutation(len(triples)).tolist():
        head, relation, tail = triples[i].tolist()
        if i not in needed and len(drawn) < 2 * int(_HELD_OUT * len(triples)):
            drawn.append(i)
            needed.add(numbers[tail, inverses[relation], head])
    return np.array(drawn)
