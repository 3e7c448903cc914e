"""What the page looks like."""

import gradio

_FONT = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")

CSS = """
.gradio-container { width: 100%; }
.gradio-container > main { width: 100%; max-width: 1180px; min-width: 0; }
.answers { gap: 0; }
.title { display: flex; align-items: baseline; gap: .75rem; flex-wrap: wrap; }
.title h1 { font-size: 1.6rem; font-weight: 700; margin: 0; }
.title p, .about p { color: var(--body-text-color-subdued); margin: 0; }
.about p { margin: .25rem 0 .5rem; }
.about b { color: var(--body-text-color); }
.latency { color: var(--body-text-color-subdued); font-size: .85rem;
  margin: .5rem 0 0; }
.large { font-size: 1.5rem; font-weight: 600; overflow-wrap: anywhere; margin: 0; }
.note { color: var(--body-text-color-subdued); margin: .25rem 0; }
.strip { display: grid; gap: .5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(var(--size), 100%), 1fr)); }
.strip figure { margin: 0; min-width: 0; }
.strip img { width: 100%; border-radius: 6px; display: block;
  border: 1px solid var(--border-color-primary); }
.strip .small { image-rendering: pixelated; }
.strip figcaption { text-align: center; font-size: .8rem; min-height: 1.2em;
  color: var(--body-text-color-subdued); }
.bars { display: grid; gap: .3rem .7rem; margin: .5rem 0; align-items: center;
  grid-template-columns: fit-content(40%) 1fr auto; }
.bar { display: contents; }
.bar span { overflow-wrap: anywhere; min-width: 1.5rem; }
.bar b { text-align: right; font-variant-numeric: tabular-nums; font-weight: 400; }
.bar div { position: relative; height: .9rem; border-radius: 4px; overflow: hidden;
  background: var(--neutral-100); }
.dark .bar div { background: var(--neutral-700); }
.bar i { position: absolute; top: 0; bottom: 0; min-width: 2px;
  background: var(--neutral-400); }
.bar.chosen i { background: var(--primary-500); }
.bar.chosen b, .bar.chosen span { font-weight: 600; }
.table { overflow-x: auto; margin: .5rem 0; }
.table table, .table tr { width: 100%; border: 0 !important; margin: 0; }
.table th, .table td { text-align: left; padding: .3rem .6rem .3rem 0; border: 0;
  border-bottom: 1px solid var(--border-color-primary); white-space: pre-wrap;
  overflow-wrap: anywhere; vertical-align: top; }
.table th { color: var(--body-text-color-subdued); font-weight: 500; }
.table td:not(:first-child), .table th:not(:first-child) { white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.generating { border: 0 !important; }
.graph svg, .points { width: 100%; height: auto; display: block; }
.graph .edge { stroke: var(--neutral-300); stroke-width: 1.5; }
.dark .graph .edge { stroke: var(--neutral-600); }
.graph .new.edge { stroke: #d55e00; stroke-width: 2.5;
  stroke-dasharray: 7 5; }
.graph .node { cursor: pointer; stroke: var(--background-fill-primary);
  stroke-width: 1.5; }
.graph .node:hover, .graph .node:focus { stroke: var(--body-text-color); outline: 0; }
.graph .node.chosen { stroke: var(--body-text-color); stroke-width: 4; }
.graph text { font-size: 10px; font-weight: 600; fill: white; text-anchor: middle;
  pointer-events: none; }
.legend { display: flex; gap: 1rem; flex-wrap: wrap; font-size: .9rem; margin: 0; }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 50%;
  margin-right: .4rem; }
.points { max-width: 460px; background: var(--neutral-100); border-radius: 6px; }
.dark .points { background: var(--neutral-800); }
.points circle { fill: var(--primary-500); fill-opacity: .5; }
.molecule svg { width: 100%; max-width: 460px; height: auto; border-radius: 6px; }
"""


def theme() -> gradio.themes.Base:
    """Returns the theme: fonts of the system, nothing from another server."""
    found = gradio.themes.Default(
        primary_hue="teal", secondary_hue="teal", font=_FONT, font_mono=_MONO
    )
    return found.set(body_text_color_subdued="*neutral_500")
