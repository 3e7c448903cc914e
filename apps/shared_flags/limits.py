"""Flags of what one request to the served model may ask for."""

from absl import flags

from apps.cli.sections import SERVING
from apps.cli.sections import section
from kerazoo.serving.limits import Limits

_USUAL = Limits()

section(SERVING)
MAX_EXAMPLES = flags.DEFINE_integer(
    "max_request_examples",
    _USUAL.max_examples,
    "Most examples that a request to the served model gives or asks for.",
    lower_bound=1,
)
MAX_STEPS = flags.DEFINE_integer(
    "max_request_steps",
    _USUAL.max_steps,
    "Most steps of the sampler that it asks for.",
    lower_bound=1,
)
MAX_TEXT_BYTES = flags.DEFINE_integer(
    "max_request_text_bytes",
    _USUAL.max_text_bytes,
    "Most bytes of each of its texts.",
    lower_bound=1,
)
MAX_PIXELS = flags.DEFINE_integer(
    "max_request_pixels",
    _USUAL.max_pixels,
    "Most pixels of all its images, or of a file of an image.",
    lower_bound=1,
)
MAX_NODES = flags.DEFINE_integer(
    "max_request_nodes",
    _USUAL.max_nodes,
    "Most nodes of all its graphs.",
    lower_bound=1,
)
MAX_EDGES = flags.DEFINE_integer(
    "max_request_edges",
    _USUAL.max_edges,
    "Most edges of all its graphs, or pairs of nodes to score.",
    lower_bound=1,
)
MAX_SECONDS = flags.DEFINE_integer(
    "max_request_seconds",
    _USUAL.max_seconds,
    "Most seconds of each of its sounds.",
    lower_bound=1,
)

# A resumed run may change them: they are of the export alone.
NAMES = tuple(
    holder.name
    for holder in (
        *(MAX_EXAMPLES, MAX_STEPS, MAX_TEXT_BYTES, MAX_PIXELS),
        *(MAX_NODES, MAX_EDGES, MAX_SECONDS),
    )
)


def request_limits():
    """Returns the `Limits` of the flags."""
    return Limits(
        max_examples=MAX_EXAMPLES.value,
        max_steps=MAX_STEPS.value,
        max_text_bytes=MAX_TEXT_BYTES.value,
        max_pixels=MAX_PIXELS.value,
        max_nodes=MAX_NODES.value,
        max_edges=MAX_EDGES.value,
        max_seconds=MAX_SECONDS.value,
    )
