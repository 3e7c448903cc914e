"""Which edges, nodes and features an answer of a graph network comes from."""

import csv
import io
import json
import pathlib

from apps.cli import errors
from apps.explanation import flags as explanation_flags
from apps.explanation.model import check_not_given
from apps.shared_flags import data

_PRINTED = 5  # Edges.


def check_flags(words):
    """Refuses what does not go together.

    Raises:
        ValueError: If there is such.
    """
    from kerazoo.runs.writable import check_file

    check_not_given(("image",), "a Transformer")
    given = [explanation_flags.NODE.value, explanation_flags.PAIR.value]
    given += [explanation_flags.GRAPH.value, *words]
    if sum(own is not None for own in given) != 1:
        raise ValueError(
            "Give one of --node=17, --pair=3,17, --graph=17 and the SMILES of a "
            "molecule, such as CCO."
        )
    pair = explanation_flags.PAIR.value
    if pair is not None and len(pair) != 2:
        raise ValueError(f"--pair={','.join(pair)} must be two nodes, as 3,17.")
    path = explanation_flags.IMPORTANCES.value
    if path is not None:
        if pathlib.Path(path).suffix not in (".csv", ".json"):
            raise ValueError(f"--importances={path} must end in .csv or .json.")
        check_file(path, "importances")


def explain(path, words):
    """Explains an answer, and writes how much each part matters.

    Args:
        path: Folder of the model.
        words: What was given beside flags.

    Returns:
        The picture, PNG in bytes, and a dict of what is printed.
    """
    with errors.heavy_imports("gnn", legacy_keras=True):
        from kerazoo.tasks.gnn.explainer import GraphExplainer
    with errors.user_errors():
        explainer = GraphExplainer(
            path,
            data.DATA_DIR.value,
            explanation_flags.METHOD.value,
            explanation_flags.TOP_EDGES.value,
        )
        found = _explanation(explainer, words)
        _write_table(found.table())
    return found.picture, _describe(found)


def _explanation(explainer, words):
    answer = explanation_flags.ANSWER.value
    if words:
        return explainer.of_molecule(words[0], answer)
    if explanation_flags.GRAPH.value is not None:
        return explainer.of_graph(explanation_flags.GRAPH.value, answer)
    if explanation_flags.NODE.value is not None:
        return explainer.of_node(explanation_flags.NODE.value, answer)
    if answer is not None:
        raise ValueError("--answer goes with --node, --graph or a molecule.")
    return explainer.of_pair(*explanation_flags.PAIR.value)


def _write_table(rows):
    from kerazoo.atomic_files import write_text

    path = explanation_flags.IMPORTANCES.value
    if path is None:
        return
    if path.endswith(".json"):
        write_text(path, json.dumps(rows, indent=1) + "\n")
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


def _describe(found):
    """Returns what is printed of a `GraphExplanation`."""
    from kerazoo.runs.rounding import rounded

    sure = {"value": found.value, "probability": found.probability}
    edges = [row for row in found.table() if row["part"] == "edge"]
    return {
        "answer": found.answer,
        **{name: rounded(own) for name, own in sure.items() if own is not None},
        "method": explanation_flags.METHOD.value,
        "edges": [
            [row["source"], row["target"], rounded(row["importance"])]
            for row in edges[:_PRINTED]
        ],
        **{
            name: rounded(own)
            for name, own in found.fidelity.items()
            if name != "edges"
        },
        "edges_taken_out": found.fidelity["edges"],
    }
