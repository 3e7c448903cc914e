"""What all parts of the page have in common."""

import functools
import os
import time
import typing

import gradio

from kerazoo.demo.export import Export
from kerazoo.demo.model import Model
from kerazoo.demo.words import note
from kerazoo.prediction.loading import load_predictor


class Tab:
    """Base class of the parts of the page, one for each export.

    A subclass has `draw`, and methods that take and return values of components: what
    a person would see, without the page.

    Args:
        export: The export.
        data_dir: Folder of data that the export does not hold, such as the graph whose
            nodes it knows; None where there is none.

    Attributes:
        about: What can be done, in a sentence.
        top_k: How many answers the predictor is asked for.
    """

    about: typing.ClassVar[str] = ""
    top_k: int | None = None

    def __init__(self, export: Export, data_dir: str | os.PathLike | None = None):
        self.export = export
        self.metadata = export.metadata
        self.model = Model(export)
        self.data_dir = data_dir

    @functools.cached_property
    def predictor(self) -> typing.Any:
        """The predictor of an export that has one, loaded when it is first asked."""
        return load_predictor(self.export.version, self.metadata, self.top_k)

    def ask(self, item: typing.Any) -> tuple[typing.Any, str, float]:
        """Asks the predictor about one item.

        Args:
            item: What the predictor takes.

        Returns:
            The answer, what is to be said of it as HTML, and how many seconds it took.

        Raises:
            ValueError: If the model cannot be asked about it.
        """
        prepared = self.predictor.prepare(item)
        start = time.perf_counter()
        (answer,), flags = self.predictor.ask([prepared], None)
        seconds = time.perf_counter() - start
        said = [self.predictor.notes[name] for name, flag in flags.items() if flag[0]]
        notes = "".join(note(f"{one[:1].upper()}{one[1:]}.") for one in said)
        return answer, notes, seconds

    def warm_up(self) -> None:
        """Loads the model and asks it once, which takes longer than ever after."""
        _ = self.model.signatures

    def draw(self, page: gradio.Blocks) -> None:
        """Makes the components, within the page."""
        raise NotImplementedError

    def class_choices(self, any_class: bool = False) -> list[tuple[str, int]]:
        """Returns the classes of an export as the choices of a dropdown.

        Args:
            any_class: Whether -1 is a choice, too.
        """
        names = self.metadata.get("class_names")
        names = names or list(map(str, range(self.metadata.get("num_classes") or 0)))
        choices = [(name, i) for i, name in enumerate(names)]
        return [("any", -1), *choices] if any_class else choices
