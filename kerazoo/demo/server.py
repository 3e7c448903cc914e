"""The page on a port of this machine."""

import os
import threading
from collections.abc import Sequence

import gradio

from kerazoo.demo.port import free_port
from kerazoo.demo.tab import Tab
from kerazoo.demo.theme import CSS
from kerazoo.demo.theme import theme

_LARGEST_FILE = "50mb"


def serve(
    page: gradio.Blocks,
    tabs: Sequence[Tab] = (),
    host: str = "127.0.0.1",
    port: int = 7860,
    opens: bool = False,
) -> str:
    """Serves the page, and warms its models up one after the other meanwhile.

    Nothing is sent to or fetched from any other server.

    Args:
        page: The page.
        tabs: Its tabs, whose models are warmed up.
        host: Name or address to listen at; `"0.0.0.0"` for all of this machine.
        port: Number of the port; 0 for any that is free.
        opens: Whether to open a browser.

    Returns:
        Its address.

    Raises:
        OSError: If the port cannot be had.

    Example:

    ```python
    page, tabs = make_page(find_exports(saved_models))
    address = serve(page, tabs, port=0)
    page.close()
    ```
    """
    port = free_port(host, port)
    # The check of whether the page answers must not go through a proxy.
    for name in ("NO_PROXY", "no_proxy"):
        kept = os.environ.get(name)
        os.environ[name] = ",".join([*([kept] if kept else []), "127.0.0.1,localhost"])
    page.queue(api_open=False)
    _, address, _ = page.launch(
        server_name=host,
        server_port=port,
        inbrowser=opens,
        share=False,
        quiet=True,
        show_error=True,
        prevent_thread_lock=True,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        max_file_size=_LARGEST_FILE,
        theme=theme(),
        css=CSS,
    )
    threading.Thread(target=_warm_up, args=(tabs,), daemon=True).start()
    return address


def _warm_up(tabs):
    for tab in tabs:
        try:
            tab.warm_up()
        except Exception:  # Whoever asks the model is told.
            continue
