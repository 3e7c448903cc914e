"""The page in a browser: every part answers, at the width of a desk and a telephone."""

import re
import shutil

import pytest

from kerazoo.demo import make_page
from kerazoo.demo import serve
from tests.demo.exports import MODELS
from tests.demo.exports import exports
from tests.demo.html_parts import pictures_of

pytestmark = pytest.mark.slow
WIDTHS = {"desk": (1280, 860), "telephone": (390, 844)}
# Name of a part of the page to a button of it beside the first, and what it brings.
MORE = {
    "gan": ("Go from one to the other", "seed 1"),
    "writing": ("Only score the text above", "perplexity"),
    "policy": ("To the end", "the episode is over"),
    "nodes": ("Add or remove the edge between them", "member 0"),
}


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api")
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("There is no Chromium on the path.")
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address():
    page, tabs = make_page([exports()[name] for name in MODELS])
    yield serve(page, tabs, port=0)
    page.close(verbose=False)


@pytest.fixture(params=WIDTHS)
def opened(request, chromium, address):
    """The page, and what went wrong in it: errors, and requests to other servers."""
    width, height = WIDTHS[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height})
    page, wrong = context.new_page(), []
    page.set_default_timeout(30_000)
    page.on(
        "console",
        lambda said: wrong.append(said.text) if said.type == "error" else None,
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def check(request):
        if not request.url.startswith((address, "data:", "blob:")):
            wrong.append(request.url)

    page.on("request", check)
    page.goto(address)
    page.wait_for_selector("button[role=tab]")
    yield page, wrong
    context.close()


def choose(page, name):
    """Opens a part of the page, from the menu where there is no room for its tab."""
    tab = page.get_by_role("tab", name=name, exact=True)
    if tab.count() and tab.first.is_visible():
        tab.first.click()
    else:
        page.locator(".overflow-menu > button").click()
        page.locator(".overflow-dropdown button", has_text=re.compile(name)).click()
    page.wait_for_selector(".about:visible")


def test_every_part_answers(opened):
    page, wrong = opened
    for name in MODELS:
        choose(page, name)
        first = page.locator("button.primary:visible")
        if first.count():
            first.first.click()
        page.wait_for_selector(".latency:visible")
        if name in MORE:
            button, said = MORE[name]
            page.get_by_role("button", name=button).locator("visible=true").click()
            page.locator(f"text={said}").locator("visible=true").first.wait_for()
        widths = "[document.documentElement.scrollWidth, window.innerWidth]"
        content, window = page.evaluate(widths)
        assert content <= window, name
        assert not wrong, name
        assert not page.locator(".toast-body.error:visible").count(), name


def test_node_that_is_clicked_is_answered(opened):
    page, wrong = opened
    choose(page, "nodes")
    page.locator('[data-node="16"]:visible').click()
    page.locator(".large:visible", has_text="member 16: first").wait_for()
    page.locator('[data-node="33"]:visible').press("Enter")
    page.locator(".large:visible", has_text="member 33: last").wait_for()
    assert not wrong


def test_drawn_picture_is_classified(opened):
    page, wrong = opened
    choose(page, "images")
    canvas = page.locator("canvas:visible").first
    canvas.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)  # The editor says nothing when it is ready.
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y - 60)
    page.mouse.down()
    page.mouse.move(x, y + 60, steps=10)
    page.mouse.up()
    page.locator("button.primary:visible").click()
    page.wait_for_selector(".strip:visible img")
    source = page.locator(".strip:visible img").first.get_attribute("src")
    seen = pictures_of(f'src="{source}"')[0]
    # An upright line, in the middle of what the model sees.
    assert seen[:, 1:3].mean() > 100 > seen[:, [0, 3]].mean()
    assert not wrong


def test_mistake_is_said_in_one_line(opened):
    page, _ = opened
    choose(page, "molecules")
    page.get_by_label("SMILES").locator("visible=true").fill("C1CC")
    page.locator("button.primary:visible").click()
    toast = page.locator(".toast-body.error")
    toast.wait_for()
    assert "Expected a valid SMILES" in toast.inner_text()
