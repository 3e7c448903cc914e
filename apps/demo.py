r"""Opens a page to try exported models in a browser.

    python -m apps.demo
    python -m apps.demo --folder=saved_models/gan_digits --port=8080

Each model gets a tab: pictures are made, texts translated, classified or gone on with,
drawn digits recognised, nodes, molecules and graphs predicted, environments played. All
of it runs on this machine. Other machines reach the page only with --host=0.0.0.0.
"""

import json
import os
import sys
import threading

from absl import flags

from apps.cli import errors
from apps.cli.launch import launch
from apps.cli.parsers import declare
from apps.cli.sections import MODEL
from apps.cli.sections import RUN
from apps.cli.sections import section
from apps.generation.picture_flags import FOLDER
from apps.shared_flags.data import DATA_DIR

declare(FOLDER, DATA_DIR)
section(RUN)
_HOST = flags.DEFINE_string(
    "host", "127.0.0.1", "Address to listen at; 0.0.0.0 for all of this machine."
)
_PORT = flags.DEFINE_integer(
    "port",
    7860,
    "Port to listen at; 0 for any that is free.",
    lower_bound=0,
    upper_bound=65535,
)
_OPEN = flags.DEFINE_boolean(
    "open", None, "Opens a browser. Default: where there is a screen."
)

DEFAULTS = {"folder": "saved_models"}
TABLES = {
    "texts": {
        "folder": "Folder of exported models, or of one of them.",
        "data_dir": (
            "Folder of the graph whose nodes or links models know: of nodes.csv and "
            "edges.csv, or of the files of Cora and its kin. Default: none; the page "
            "takes files, too."
        ),
    },
    "headings": {"folder": MODEL},
}


def main():
    from kerazoo.demo.export import find_exports
    from kerazoo.demo.port import free_port

    with errors.user_errors():
        exports = find_exports(FOLDER.value)
        free_port(_HOST.value, _PORT.value)
    # Gradio reads it when it is imported.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    plays = any(export.metadata.get("family") == "dqn" for export in exports)
    with errors.user_packages("demo"):
        import gradio  # noqa: F401  Before TensorFlow, which takes longer.
    with errors.heavy_imports("demo", legacy_keras=plays), errors.user_errors():
        from kerazoo.demo.page import make_page
        from kerazoo.demo.server import serve

        page, tabs = make_page(exports, DATA_DIR.value)
        address = serve(page, tabs, _HOST.value, _PORT.value, _opens())
    print(
        json.dumps({"address": address, "models": [export.name for export in exports]}),
        flush=True,
    )
    print("Ctrl-C ends it.", file=sys.stderr)
    try:
        threading.Event().wait()
    except SystemExit as end:  # Of a signal.
        page.close(verbose=False)
        # At once: TensorFlow aborts a process that goes while a thread asks a model.
        os._exit(end.code)


def _opens():
    if _OPEN.value is not None:
        return _OPEN.value
    has_screen = {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()
    return bool(has_screen) or sys.platform in ("darwin", "win32")


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
