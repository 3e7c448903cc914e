"""What the exports of each task take and answer."""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Kind:
    """What an export takes, and what prediction needs to know of it.

    Args:
        takes: What it takes: `"texts"`, `"images"`, `"sounds"`, `"nodes"`, `"samples"`,
            `"pairs"`, `"graphs"`, `"queries"`, `"users"`, `"names"`, of nodes,
            `"structures"`, `"observations"` or `"situations"`, of games of text.
        answers: What it answers: `"classes"`, `"values"`, `"translations"`, `"scores"`,
            `"targets"`, several classes or values, `"links"`, `"entities"`, `"items"`,
            `"similar nodes"`, `"communities"`, `"energies"`, `"actions"` or
            `"commands"`.
        needs: What its metadata must have.
        extra: Extra of the package that reads its inputs.
    """

    takes: str
    answers: str
    needs: tuple[str, ...] = ()
    extra: str = "train"


# Family and task to the kind; what a graph is like is in the metadata's `inputs`.
KINDS: dict[tuple[str | None, str | None], Kind] = {
    ("transformer", "classify"): Kind("texts", "classes", ("class_names",), "text"),
    ("transformer", "translate"): Kind("texts", "translations", ("beam_size",), "text"),
    ("transformer", "generate"): Kind("texts", "scores", (), "text"),
    ("transformer", "image"): Kind(
        "images", "classes", ("class_names", "image_shape"), "text"
    ),
    ("transformer", "classify_sound"): Kind(
        "sounds", "classes", ("class_names", "sample_rate"), "sound"
    ),
    ("gnn", "node"): Kind("nodes", "classes", ("class_names", "inputs"), "gnn"),
    ("gnn", "link"): Kind("pairs", "links", ("inputs",), "gnn"),
    ("gnn", "graph"): Kind("graphs", "classes", ("inputs",), "gnn"),
    ("gnn", "potential"): Kind("structures", "energies", ("inputs",), "gnn"),
    ("gnn", "knowledge_graph"): Kind("queries", "entities", ("num_entities",), "gnn"),
    ("gnn", "embed"): Kind("names", "similar nodes", ("num_nodes",), "gnn"),
    ("gnn", "community"): Kind("names", "communities", ("num_communities",), "gnn"),
    ("gnn", "recommend"): Kind("users", "items", ("num_items",), "gnn"),
    ("dqn", None): Kind("observations", "actions", (), "dqn"),
    ("dqn", "text_game"): Kind("situations", "commands", (), "dqn"),
}


def find_kind(metadata: dict[str, typing.Any]) -> Kind:
    """Returns what an export takes and answers.

    Args:
        metadata: What was noted about it.

    Raises:
        ValueError: If it maps no inputs to answers, or nothing is known of it, or it is
            of a version that did not note what is needed.

    Example:

    ```python
    find_kind({"family": "dqn"}).takes  # "observations"
    ```
    """
    family, task = metadata.get("family"), metadata.get("task")
    of_family = KINDS.get((family, None)) if family == "dqn" else None
    kind = KINDS.get((family, task), of_family)
    if family == "transformer" and "loss_on" in metadata:
        raise ValueError(
            "it answers prompts: ask it by python -m apps.generate, or its signatures "
            "generate and score."
        )
    if kind is None:
        if family == "transformer" and str(task).startswith("pretrain"):
            raise ValueError(
                "it is for others to begin with: give it as --init_from to "
                "apps.train_transformer, or ask the signatures it has."
            )
        if family in ("diffusion", "gan"):
            raise ValueError(f"a model of {family} makes images and predicts nothing.")
        raise ValueError(
            "nothing is known of what it takes; models of "
            f"{', '.join(sorted({str(name) for name, _ in KINDS}))} are. "
            f"Received: family={family}, task={task}"
        )
    for name in kind.needs:
        if name not in metadata:
            raise ValueError(
                f"its assets.extra/kerazoo.json has no {name}, which prediction needs: "
                "it was exported by an older version. Run the command of its training "
                "again with another `export_dir`."
            )
    is_read = "inputs" in kind.needs
    if is_read and not _can_be_read(kind, metadata["inputs"]):
        raise ValueError("it has learnt from graphs that a program made, not a reader.")
    if kind.takes == "nodes" and "roots" in metadata["inputs"]:
        return dataclasses.replace(kind, takes="samples")
    if kind.takes == "structures" and metadata["inputs"]["quantity"] == "value":
        return dataclasses.replace(kind, answers="values")
    if kind.takes == "graphs" and metadata.get("targets"):
        return dataclasses.replace(kind, answers="targets")
    if metadata.get("class_names") is None and kind.answers == "classes":
        return dataclasses.replace(kind, answers="values")
    return kind


def _can_be_read(kind, inputs):
    if kind.takes == "structures" or "roots" in inputs:
        return True
    names = {"smiles_column", "node_tags"} if kind.takes == "graphs" else {"directed"}
    return bool(names & inputs.keys())


def check_top_k(kind: Kind, metadata: dict[str, typing.Any], top_k: int | None) -> None:
    """Refuses more answers than there are.

    Args:
        kind: What the export answers.
        metadata: What was noted about it.
        top_k: How many answers of each row; None for the best.

    Raises:
        ValueError: If there are fewer.
    """
    most = {"classes": len(metadata.get("class_names") or ())}
    most["translations"] = metadata.get("beam_size", 1)
    most["entities"] = metadata.get("num_entities", 1)
    most["items"] = metadata.get("num_items", 1)
    most["similar nodes"] = metadata.get("num_nodes", 2) - 1
    beams = {"translations": "beams of the model"}
    if top_k is None:
        return
    if kind.answers not in most:
        raise ValueError(
            "`top_k` is for classes, translations, entities, items and similar "
            f"nodes, not for {kind.answers}. Received: top_k={top_k}"
        )
    if not 0 < top_k <= most[kind.answers]:
        what = beams.get(kind.answers, kind.answers)
        raise ValueError(
            f"`top_k` must be from 1 to {most[kind.answers]}, the number of {what}. "
            f"Received: top_k={top_k}"
        )
