"""What an export that maps inputs to answers can be asked."""

import typing
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from kerazoo.prediction.answers import Answers
from kerazoo.prediction.row import Inputs

Found = tuple[Sequence[typing.Any], Mapping[str, np.ndarray]]


class Predictor:
    """Base class of the predictors of each kind of export.

    A subclass has `answers` and `ask`.

    Attributes:
        answers: How its answers are written.
        whole: Whether all rows are asked about together, as the nodes of one graph.
        takes_long: Whether `prepare` takes so long that threads should do it.
        notes: What is said of rows for which a flag of `ask` is true, by its name.
    """

    answers: Answers
    whole: typing.ClassVar[bool] = False
    takes_long: typing.ClassVar[bool] = False
    notes: typing.ClassVar[dict[str, str]] = {}

    def check_inputs(self, inputs: Inputs) -> None:
        """Refuses inputs that are not such as the model has learnt from.

        Raises:
            ValueError: If they are others.
        """

    def prepare(self, item: typing.Any) -> typing.Any:
        """Returns an item as `ask` takes it.

        Raises:
            ValueError: If the model cannot be asked about it.
        """
        return item

    def size(self, item: typing.Any) -> int:
        """Returns how long a prepared item is; those alike are asked about together."""
        return 0

    def ask(self, items: Sequence[typing.Any], shared: typing.Any) -> Found:
        """Returns the answers for some items, and bool arrays of what `notes` names.

        Args:
            items: What `prepare` returned.
            shared: The `Inputs`' own.
        """
        raise NotImplementedError
