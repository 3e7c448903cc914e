import os
import urllib.request

from kerazoo.demo import make_page
from kerazoo.demo import serve
from tests.demo.exports import exports


def test_page_is_served_to_this_machine(monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "example.org")
    page, tabs = make_page([exports()["texts"]])
    address = serve(page, tabs, port=0)
    try:
        assert address.startswith("http://127.0.0.1:")
        assert os.environ["NO_PROXY"].startswith("example.org,127.0.0.1")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address) as response:
            text = response.read().decode()
        assert "kerazoo" in text
        assert page.share_url is None
    finally:
        page.close(verbose=False)
