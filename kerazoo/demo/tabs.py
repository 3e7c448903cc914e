"""Which part of the page an export gets."""

import os
import pkgutil
import typing

from kerazoo.demo.export import Export
from kerazoo.prediction.kinds import find_kind

if typing.TYPE_CHECKING:
    from kerazoo.demo.tab import Tab

# Name to the class, which is imported when it is needed.
TABS = {
    "diffusion": "kerazoo.demo.diffusion_tab:DiffusionTab",
    "gan": "kerazoo.demo.gan_tab:GANTab",
    "points": "kerazoo.demo.points_tab:PointsTab",
    "translations": "kerazoo.demo.translation_tab:TranslationTab",
    "writing": "kerazoo.demo.writing_tab:WritingTab",
    "texts": "kerazoo.demo.text_class_tab:TextClassTab",
    "images": "kerazoo.demo.image_class_tab:ImageClassTab",
    "nodes": "kerazoo.demo.node_tab:NodeTab",
    "links": "kerazoo.demo.link_tab:LinkTab",
    "molecules": "kerazoo.demo.molecule_tab:MoleculeTab",
    "graphs": "kerazoo.demo.graph_tab:GraphTab",
    "policy": "kerazoo.demo.policy_tab:PolicyTab",
    "signatures": "kerazoo.demo.signatures_tab:SignaturesTab",
}
# What an export takes, and of texts what it answers, to the name.
_NAMES = {
    ("texts", "classes"): "texts",
    ("texts", "translations"): "translations",
    ("texts", "scores"): "writing",
    ("images", "classes"): "images",
    ("nodes", "classes"): "nodes",
    ("pairs", "links"): "links",
    ("graphs", "classes"): "graphs",
    ("graphs", "values"): "graphs",
    ("observations", "actions"): "policy",
}


def make_tab(export: Export, data_dir: str | os.PathLike | None = None) -> "Tab":
    """Returns the part of the page for an export.

    One of a kind that has no part of its own gets a form of its signatures.

    Args:
        export: The export.
        data_dir: See `Tab`.

    Example:

    ```python
    make_tab(exports["texts"])  # A `TextClassTab`.
    ```
    """
    return pkgutil.resolve_name(TABS[tab_name(export.metadata)])(export, data_dir)


def tab_name(metadata: dict[str, typing.Any]) -> str:
    """Returns the key of `TABS` that an export belongs to.

    Args:
        metadata: What was noted about the export.

    Example:

    ```python
    tab_name({"family": "dqn", "env": "CartPole-v1", "env_kwargs": {}})  # "policy"
    ```
    """
    family = metadata.get("family")
    if family == "gan":
        return "gan" if metadata.get("image_shape") else "points"
    if family == "diffusion":
        return "diffusion"
    try:
        kind = find_kind(metadata)
    except ValueError:
        return "signatures"
    if kind.takes == "graphs" and "smiles_column" in metadata["inputs"]:
        return "molecules" if _is_of_one_molecule(metadata) else "signatures"
    if kind.takes == "nodes" and "node_set" in metadata["inputs"]:
        return "signatures"  # Of several sets of nodes, of which there is no picture.
    if kind.takes == "observations" and "env" not in metadata:
        return "signatures"  # Of a game with an opponent.
    return _NAMES.get((kind.takes, kind.answers), "signatures")


def _is_of_one_molecule(metadata):
    """Returns whether one answer about one molecule is all that an export gives."""
    form = metadata["inputs"].get("form", {})
    several = form.get("num_columns", 1) > 1 or form.get("reaction") is not None
    return not (several or "targets" in metadata or "members" in metadata)
