r"""What Markdown makes of formulas, of names of the library and of commands in tables.

Formulas of docstrings, `\(x^2\)`, become MathML: no script, no other server. Names in
backticks, such as `kerazoo.run`, become links to the reference. Commands and paths in
tables break between their words and folders only.
"""

import re
import xml.etree.ElementTree as ElementTree

from latex2mathml.converter import convert
from markdown import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

_AFTER_CODE = 185  # Below backticks, which are 190, and above escapes, 180.
_AFTER_INLINE = 15  # Below inline patterns, which are 20.
_NAME = re.compile(r"kerazoo(\.\w+)+")


class _Formula(InlineProcessor):
    def handleMatch(self, match, data):
        is_block = match["block"] is not None
        latex = match["block"] if is_block else match["inline"]
        mathml = convert(" ".join(latex.split()), "block" if is_block else "inline")
        ElementTree.fromstring(mathml)  # Fails here, not in the browser.
        return self.md.htmlStash.store(mathml), match.start(), match.end()


class _Code(Treeprocessor):
    def run(self, root):
        for parent in list(root.iter()):
            for index, child in enumerate(parent):
                if child.tag != "code" or len(child):
                    continue
                if _NAME.fullmatch(child.text or ""):
                    parent[index] = _link(child)
                elif parent.tag == "td":
                    _split(child)


def _link(code):
    """Returns a link to what is in the reference, and the code alone otherwise."""
    found = ElementTree.Element("autoref", identifier=code.text, optional="")
    found.tail, code.tail = code.tail, None
    found.append(code)
    return found


def _split(code):
    """Makes the words of an element, and the folders of paths, unbreakable."""
    parts = re.findall(r"[^\s/]+/?|/|\s+", code.text or "")
    code.text = None
    for part in parts:
        if part.isspace():
            code[-1].tail = part
            continue
        if len(code) and code[-1].tag == "span" and not code[-1].tail:
            ElementTree.SubElement(code, "wbr")
        word = ElementTree.SubElement(code, "span", {"class": "word"})
        word.text = AtomicString(part)


class Pages(Extension):
    """Markdown as these pages have it."""

    def extendMarkdown(self, md):
        pattern = r"\\\((?P<inline>.+?)\\\)|\\\[(?P<block>.+?)\\\]"
        formula = _Formula(pattern, md)
        formula.compiled_re = re.compile(pattern, re.DOTALL)
        md.inlinePatterns.register(formula, "formula", _AFTER_CODE)
        md.treeprocessors.register(_Code(md), "code", _AFTER_INLINE)


def on_config(config):
    """Adds the extension, see `hooks` of mkdocs.yml."""
    config.markdown_extensions.append(Pages())
    return config
