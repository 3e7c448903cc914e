"""The page: a tab for each export."""

import html
import os
from collections.abc import Sequence

import gradio

from kerazoo.demo.export import Export
from kerazoo.demo.signatures_tab import SignaturesTab
from kerazoo.demo.tab import Tab
from kerazoo.demo.tabs import make_tab

_UNUSED = 3600  # Seconds after which uploaded files are deleted.
_TITLE = """
<div class="title"><h1>kerazoo</h1><p>{count} exported model{s} to try</p></div>
"""


def make_page(
    exports: Sequence[Export], data_dir: str | os.PathLike | None = None
) -> tuple[gradio.Blocks, list[Tab]]:
    """Makes the page of some exports.

    Args:
        exports: The exports.
        data_dir: Folder of the graph whose nodes models know: of `nodes.csv` and
            `edges.csv`, or of the files of Cora and its kin.

    Returns:
        The page, to be served, and its tabs.

    Example:

    ```python
    page, tabs = make_page(find_exports(saved_models))
    tabs[0].export.name
    ```
    """
    tabs = [make_tab(export, data_dir) for export in exports]
    with gradio.Blocks(
        title="kerazoo", analytics_enabled=False, delete_cache=(_UNUSED, _UNUSED)
    ) as page:
        title = _TITLE.format(count=len(tabs), s="s" if len(tabs) > 1 else "")
        gradio.HTML(title)
        with gradio.Tabs():
            for tab in tabs:
                with gradio.Tab(tab.export.name):
                    gradio.HTML(_about(tab))
                    tab.draw(page)
                    if not isinstance(tab, SignaturesTab):
                        with gradio.Accordion("All signatures as JSON", open=False):
                            form = SignaturesTab(tab.export)
                            form.model = tab.model
                            form.draw(page)
    return page, tabs


def _about(tab):
    metadata = tab.metadata
    words = [metadata.get(key) for key in ("family", "task", "dataset", "env")]
    said = [html.escape(str(word)) for word in words if word]
    said.append(f"version {html.escape(tab.export.version.name)}")
    return f'<div class="about"><p><b>{", ".join(said)}</b>. {tab.about}</p></div>'
