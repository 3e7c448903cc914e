"""The README and the pages of docs/ do what they say."""

import configparser
import importlib
import re
import shlex
import subprocess
import sys

import pytest
from absl import flags
from absl.testing import flagsaver

import kerazoo
from apps.cli import tasks as task_flag
from tests.documents import ROOT
from tests.documents import run_files
from tests.documents import shared_cache

MOST_LINES = 220  # Of the README.
DOCS = ROOT / "docs"
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text()
    for path in [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
        *sorted(DOCS.rglob("*.md")),
    ]
}
# Pages whose examples take little time.
_FIRST = {"README.md"}
_LIGHT = {"docs/guides/dqn.md", "docs/guides/gnn.md"}
_COMMAND = re.compile(r"python -m (apps|benchmarks)\.(\w+)([^`\n]*)")
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")


def blocks(text):
    """Returns the Python examples of a page."""
    return re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def groups():
    """Returns lists of pages whose examples run one after the other."""
    pages = [name for name, text in PAGES.items() if blocks(text)]
    others = [name for name in pages if name not in (*_FIRST, *_LIGHT)]
    return [
        [name for name in pages if name in _FIRST],
        *([name] for name in pages if name in _LIGHT),
        pytest.param(others, marks=pytest.mark.slow),  # A minute.
    ]


@pytest.mark.parametrize("pages", groups(), ids=lambda pages: pages[-1])
def test_python_examples_run(pages, tmp_path, tmp_path_factory):
    files = []
    for name in pages:
        folder = tmp_path / name.replace("/", "_")
        folder.mkdir()
        for number, program in enumerate(blocks(PAGES[name])):
            files.append(folder / f"example_{number}.py")
            files[-1].write_text(program)
    run_files(files, shared_cache(tmp_path_factory), makes_images=True)


def commands(text):
    """Returns folder, name and arguments of the commands of a page."""
    joined = re.sub(r"\\\n\s*", "", text)
    for folder, name, rest in _COMMAND.findall(joined):
        words = shlex.split(rest.partition("|")[0], comments=True)
        arguments = [word for word in words if word.startswith("--")]
        yield folder, name, arguments


@pytest.mark.parametrize(
    "page", [name for name, text in PAGES.items() if _COMMAND.search(text)]
)
def test_commands_name_apps_flags_and_files_that_exist(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    for folder, name, arguments in commands(PAGES[page]):
        assert (ROOT / folder / f"{name}.py").exists(), name
        if folder == "apps":
            check_arguments(name, arguments)


def check_arguments(name, arguments):
    """Asserts that an app takes these flags, and these values of them."""
    app = importlib.import_module(f"apps.{name}")
    known = {f.name for f in flags.FLAGS.get_key_flags_for_module(app)}
    values = []
    for argument in arguments:
        flag = argument.removeprefix("--").partition("=")[0]
        if flag == "flagfile":
            file = argument.partition("=")[2]
            if not file.startswith("apps/"):  # Of a run.
                continue
            assert (ROOT / file).exists(), file
        elif flag not in ("help", "helpshort"):
            assert {flag, flag.removeprefix("no")} & known, f"{name}: {argument}"
        if flag not in ("help", "helpshort"):
            values.append(argument)
    with flagsaver.flagsaver():
        if tasks := getattr(app, "TASKS", None):
            task_flag.set_tasks(tasks)
        flags.FLAGS([name, *values])


def test_presets_say_their_command_and_have_flags_of_its_app():
    presets = sorted((ROOT / "apps" / "presets").glob("*/*.flags"))
    assert len(presets) >= 15
    for path in presets:
        family, lines = path.parent.name, path.read_text().splitlines()
        comment = [line for line in lines if line.startswith("#")]
        assert lines[: len(comment)] == comment, path
        command = f"python -m apps.train_{family} --flagfile={path.relative_to(ROOT)}"
        assert any(command in line for line in comment), path
        check_arguments(f"train_{family}", lines[len(comment) :])


def anchors(text):
    """Returns the anchors of a page's headings, as MkDocs makes them."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        kept = re.sub(r"[^\w\s-]", "", heading).strip().lower()
        yield re.sub(r"[-\s]+", "-", kept)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for markdown, html in _LINK.findall(PAGES[page]):
        link = markdown or html
        if re.match(r"\w+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (ROOT / page).parent / file if file else ROOT / page
        assert target.exists(), link
        if anchor:
            assert anchor in list(anchors(target.read_text())), link


def test_paths_of_the_tables_exist():
    text = PAGES["docs/extending.md"]
    for path in re.findall(r"`((?:apps|kerazoo|tests|benchmarks)/[^`]*)`", text):
        known = path.partition("<")[0].rpartition("/")[0] if "<" in path else path
        assert (ROOT / known).exists(), path


def test_tables_of_the_library_exist():
    text = PAGES["docs/extending.md"]
    named = re.findall(r"`([A-Z_]{4,})`[^|]*? in `([^`]+\.py)`", text)
    named = [pair for pair in named if "<" not in pair[1]]
    assert len(named) >= 10
    for table, path in named:
        source = (ROOT / path).read_text()
        assert re.search(rf"^{table}\b.*=", source, re.MULTILINE), f"{table} in {path}"


def doors():
    """Returns what the packages of the library offer, a set of names for each."""
    found = {}
    for path in (ROOT / "kerazoo").rglob("__init__.py*"):
        listed = re.search(r"^__all__ = \[(.*?)\]", path.read_text(), re.S | re.M)
        if path.suffix in (".py", ".pyi") and listed:
            package = ".".join(path.parent.relative_to(ROOT).parts)
            found[package] = set(re.findall(r'"(\w+)"', listed[1]))
    return found


def test_reference_has_all_that_the_packages_offer():
    offered, shown = doors(), set()
    assert len(offered) >= 20
    for page, text in PAGES.items():
        if not page.startswith("docs/reference"):
            continue
        for package, options in re.findall(r"^::: (\S+)\n((?: {4}.*\n)*)", text, re.M):
            listed = re.search(r"members: \[(.*)\]", options)
            default = offered.get(package, {package.rpartition(".")[2]})
            names = set(listed[1].split(", ")) if listed else default
            assert package not in offered or names <= offered[package], package
            shown |= names
    for package, names in offered.items():
        assert names <= shown, f"{package}: {names - shown}"


def test_readme_is_short_and_begins_with_its_two_commands():
    lines = PAGES["README.md"].splitlines()
    assert len(lines) <= MOST_LINES
    found = [line for line in lines if line.startswith("python3.11 -m venv")]
    assert found[0].endswith(".venv/bin/python -m apps.train_dqn")
    assert found[1].endswith(".venv/bin/python -m pytest")
    # `.ci/run` takes the first line that ends like this.
    assert next(line for line in lines if line.endswith("-m pytest")) == found[1]


def test_versions_agree():
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"version: {kerazoo.__version__}\n" in citation
    newest = re.search(r"^## \[([^\]]+)\]", PAGES["CHANGELOG.md"], re.MULTILINE)
    assert newest[1] == kerazoo.__version__
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    pinned = re.search(
        r"^ruff==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE
    )
    assert f"rev: v{pinned[1]} " in hooks


def test_start_page_names_the_extras():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    extras = set(setup["options.extras_require"]) - {"backends"}  # For .ci/run.
    for extra in extras:
        assert f"`{extra}`" in PAGES["docs/index.md"], extra


@pytest.mark.slow
def test_site_builds(tmp_path):
    pytest.importorskip("mkdocs")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    anchors = set()
    for page in PAGES:
        if page.startswith("docs/"):
            name = page.removeprefix("docs/").removesuffix(".md").removesuffix("index")
            html = (tmp_path / name / "index.html").read_text()
            anchors |= {id.rpartition(".")[2] for id in re.findall(r'id="(.*?)"', html)}
    for package, names in doors().items():
        # Tables have no docstrings, and packages no heading.
        names = {
            n for n in names if not n.isupper() and f"{package}.{n}" not in doors()
        }
        assert names <= anchors, f"{package}: {names - anchors}"
