import itertools

import networkx
import numpy as np

from kerazoo.data.graphs.family_tree import INVERSES
from kerazoo.data.graphs.family_tree import family_tree


def named(tree, triples):
    return {
        (tree.entity_names[h], tree.relation_names[r], tree.entity_names[t])
        for h, r, t in triples
    }


def pairs_of(triples, relation):
    return {(head, tail) for head, name, tail in triples if name == relation}


def test_relations_are_those_of_the_graph_of_parents():
    tree = family_tree()
    triples = named(tree, tree.triples)
    assert len(triples) == len(tree.triples)
    parents = networkx.DiGraph(pairs_of(triples, "parent_of"))
    assert networkx.is_directed_acyclic_graph(parents)
    people = tree.entity_names
    assert set(people) == set(parents)
    of = {person: set(parents.predecessors(person)) for person in people}
    assert {len(both) for both in of.values()} == {0, 2}
    couples = {frozenset(both) for both in of.values() if both}
    siblings = {
        (a, b) for a, b in itertools.permutations(people, 2) if of[a] and of[a] == of[b]
    }
    grandparents = {(a, c) for c in people for b in of[c] for a in of[b]}
    uncles = {(a, c) for c in people for b in of[c] for a, d in siblings if d == b}
    cousins = {(x, y) for a, y in uncles for x in people if a in of[x]}
    expected = {
        "sibling_of": siblings,
        "spouse_of": {pair for c in couples for pair in itertools.permutations(c)},
        "grandparent_of": grandparents,
        "aunt_or_uncle_of": uncles,
        "cousin_of": cousins,
    }
    for relation, pairs in expected.items():
        assert pairs_of(triples, relation) == pairs, relation
    for relation, inverse in INVERSES.items():
        assert pairs_of(triples, relation) == {
            (tail, head) for head, tail in pairs_of(triples, inverse)
        }
    assert not any(frozenset(pair) in couples for pair in siblings)


def test_held_out_triples_follow_from_what_is_trained_on():
    tree = family_tree(seed=5)
    tree.validate()
    assert not tree.unseen_entities
    assert len(tree.validation) == len(tree.test) == len(tree.triples) // 10
    train = named(tree, tree.train)
    held_out = named(tree, np.concatenate([tree.validation, tree.test]))
    assert not train & held_out
    for head, relation, tail in held_out:
        assert (tail, INVERSES[relation], head) in train


def test_parts_are_of_the_seed():
    first, again, other = family_tree(1), family_tree(1), family_tree(2)
    np.testing.assert_array_equal(first.test, again.test)
    assert not np.array_equal(first.test, other.test)
