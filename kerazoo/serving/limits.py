"""What one request to a served model may ask for."""

import dataclasses

_UNBOUNDED = 2**31 - 1  # The largest int32, as which counts are compared.


@dataclasses.dataclass(frozen=True)
class Limits:
    """Bounds of one request, so that none takes a server down.

    A larger request is refused, with the name of its input. What a model has none of,
    such as the nodes of a graph, bounds nothing.

    Args:
        max_examples: Rows of a request, or examples that it asks for.
        max_steps: Steps of a sampler.
        max_text_bytes: Bytes of a text.
        max_pixels: Pixels of all images of a request, asked for or given; or of one
            file of an image that is to be decoded.
        max_nodes: Nodes of all graphs of a request.
        max_edges: Edges of all graphs of a request; or pairs of nodes to score.
        max_seconds: Seconds of a sound.

    Raises:
        ValueError: If one is not from 1 to 2147483647.

    Example:

    ```python
    limits = Limits(max_examples=64)
    limits.max_images((32, 32, 3))  # 64
    limits.max_images((2048, 2048, 3))  # 11, as of `max_pixels`.
    ```
    """

    max_examples: int = 1_024
    max_steps: int = 1_000
    max_text_bytes: int = 1_000_000
    max_pixels: int = 50_000_000
    max_nodes: int = 1_000_000
    max_edges: int = 10_000_000
    max_seconds: int = 60

    def __post_init__(self):
        for name, value in dataclasses.asdict(self).items():
            if not 1 <= value <= _UNBOUNDED:
                raise ValueError(
                    f"`{name}` must be from 1 to {_UNBOUNDED}. Received: {name}={value}"
                )

    def max_images(self, image_shape: tuple[int, ...]) -> int:
        """Returns how many images `(H, W, C)` a request may have, at least one."""
        height, width = image_shape[:2]
        return max(1, min(self.max_examples, self.max_pixels // (height * width)))

    def describe(self, *names: str) -> dict[str, int]:
        """Returns the bounds of these names, for the metadata of an export."""
        return {name: getattr(self, name) for name in names}


# Of what asks its own model, as a run does when it measures one.
UNLIMITED = Limits(*[_UNBOUNDED] * len(dataclasses.fields(Limits)))
