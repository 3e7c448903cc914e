"""What a task says about its models, for people who did not train them."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class ModelCard:
    """What those who use an exported model must know of it, in words.

    `kerazoo.run` adds data, figures, settings and times.

    Attributes:
        summary: What the model does, a sentence.
        intended_use: What it was trained for, a sentence.
        limitations: What it must not be relied on for, a sentence each.
        measured_on: What its figures are of, such as `"360 images"`.
        licence: Licence of the training data.
        data_digest: Digest of the training data, or None.

    Example:

    ```python
    ModelCard("Doubles numbers.", "To show a card.", ("Only between 0 and 1.",))
    ```
    """

    summary: str = ""
    intended_use: str = ""
    limitations: tuple[str, ...] = ()
    measured_on: str = ""
    licence: str = "not known"
    data_digest: str | None = None
