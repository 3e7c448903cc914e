"""Flags of the apps that ask a running TensorFlow Serving."""

from absl import flags

from apps.cli.parsers import keys_of
from apps.cli.sections import RUN
from apps.cli.sections import section

section(RUN)
ADDRESS = flags.DEFINE_string(
    "address",
    None,
    "host:port of the server, with https:// before it for TLS. Default: localhost, "
    "8501 for rest, 8500 for grpc.",
)
PROTOCOL = flags.DEFINE_enum(
    "protocol",
    "rest",
    keys_of("kerazoo.serving.client.client", "PROTOCOLS"),
    "How to ask it. gRPC is faster with many numbers, and takes seconds to start.",
)
TIMEOUT = flags.DEFINE_float(
    "timeout", 10.0, "Seconds that a request may take.", lower_bound=0.01
)
RETRIES = flags.DEFINE_integer(
    "retries",
    3,
    "How often a request is sent again while the server is unavailable.",
    lower_bound=0,
)


def make_client():
    """Returns a `Client` of the flags; imports TensorFlow for gRPC.

    Raises:
        ValueError: If the address is none.
    """
    from kerazoo.serving.client.client import Client

    return Client(
        ADDRESS.value, PROTOCOL.value, timeout=TIMEOUT.value, retries=RETRIES.value
    )
