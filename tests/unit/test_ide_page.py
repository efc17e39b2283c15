"""The page of the in-browser IDE: self-contained, guarded, and honest about sample data."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from graphql import FieldNode, OperationDefinitionNode, build_schema, parse, validate
from starlette.applications import Starlette
from starlette.testclient import TestClient

from graph.ide.examples import WELCOME, Example, example_queries
from graph.ide.lock import read_lock
from graph.ide.mount import ASSET_BASE, PinnedFiles, mount
from graph.ide.page import COMMENT_WIDTH, SAMPLE_NOTICE, graphiql_page

ROOT = Path(__file__).parents[2]
SDL = ROOT / "graph" / "schema.graphql"
EXAMPLES = example_queries(1503, [27447, 27448])


def page(*, is_sample: bool = True, welcome: str = WELCOME) -> str:
    return graphiql_page(
        endpoint="/graphql",
        asset_base=ASSET_BASE,
        is_sample=is_sample,
        welcome=welcome,
        examples=EXAMPLES,
    )


def config_of(html: str) -> dict:
    match = re.search(r'id="residency-config">(.*?)</script>', html, re.DOTALL)
    assert match
    return json.loads(match[1])


def policy_of(html: str) -> dict[str, str]:
    match = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert match
    return dict(part.split(" ", 1) for part in unescape(match[1]).split("; "))


def test_the_page_names_no_address_elsewhere():
    html = unescape(page()).replace("xmlns='http://www.w3.org/2000/svg'", "")  # never fetched
    assert not re.search(r"\w://|[\"'(=]//", html)


def test_the_policy_lets_nothing_in_but_this_origin_and_the_pages_own_script():
    html = page()
    policy = policy_of(html)
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == policy["worker-src"] == "'self'"
    nonce = re.search(r'<script type="module" [^>]*nonce="([^"]+)"', html)
    assert nonce
    assert policy["script-src"] == f"'nonce-{nonce[1]}'"
    assert not re.search(r"\son\w+=", html)
    assert "unsafe-inline" not in policy["script-src"] + policy["style-src-elem"]


def test_every_page_has_a_nonce_of_its_own():
    assert policy_of(page())["script-src"] != policy_of(page())["script-src"]


def test_script_and_style_are_pinned_by_their_hashes():
    html = page()
    for role in ("script", "style"):
        asset = read_lock().role(role)
        assert f'"{ASSET_BASE}/{asset.name}" integrity="sha384-{asset.sha384}"' in html


def test_sample_data_are_called_so_in_title_panel_and_first_tab():
    html = page(is_sample=True)
    config = config_of(html)
    assert "(sample data)" in html
    assert config["notice"] == SAMPLE_NOTICE
    comment = " ".join(re.findall(r"^# (.*)", config["tabs"][0]["query"], re.MULTILINE))
    assert SAMPLE_NOTICE in comment


def test_real_data_are_never_called_sample():
    assert "sample" not in page(is_sample=False).replace("isSample", "").lower()


def test_saved_tabs_of_sample_and_of_real_data_are_kept_apart():
    keys = {config_of(page(is_sample=is_sample))["storageKey"] for is_sample in (True, False)}
    assert len(keys) == 2


def test_texts_cannot_end_the_script_element_that_holds_them():
    welcome = "</script><script>alert(1)</script>\n\n<!-- second"
    html = page(welcome=welcome)
    assert "alert" not in re.sub(r'id="residency-config">.*?</script>', "", html)
    assert config_of(html)["guide"][0] == "</script><script>alert(1)</script>"


def test_each_example_is_a_line_of_the_panel_and_the_first_an_open_tab():
    config = config_of(page())
    for shown, example in zip(config["examples"], EXAMPLES, strict=True):
        assert (shown["title"], shown["query"]) == (example.title, example.query)
        assert json.loads(shown["variables"] or "{}") == example.variables
    (tab,) = config["tabs"]
    assert tab["query"].endswith(EXAMPLES[0].query)
    assert tab["variables"] == config["examples"][0]["variables"]


def test_comments_fit_the_editor_of_a_small_screen():
    comments = re.findall(r"^# .*", config_of(page())["tabs"][0]["query"], re.MULTILINE)
    assert comments
    assert max(map(len, comments)) <= COMMENT_WIDTH + 2


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_each_example_is_one_named_operation_that_the_schema_answers(example: Example):
    document = parse(example.query)
    schema = build_schema(SDL.read_text(encoding="utf-8"))
    assert not validate(schema, document)
    named = [
        node.name.value for node in document.definitions if node.kind == "operation_definition"
    ]
    assert len(named) == 1


def test_the_examples_show_every_field_that_can_be_asked_for_first():
    schema = build_schema(SDL.read_text(encoding="utf-8"))
    shown = {
        selection.name.value
        for example in EXAMPLES
        for node in parse(example.query).definitions
        if isinstance(node, OperationDefinitionNode)
        for selection in node.selection_set.selections
        if isinstance(selection, FieldNode)
    }
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    can_be_asked = {name for root in roots if root is not None for name in root.fields}
    assert shown == can_be_asked - {"cancelJob", "refreshWarehouse"}


def client(folder: Path) -> TestClient:
    app = Starlette()
    app.mount(ASSET_BASE, PinnedFiles(folder))
    return TestClient(app)


def test_assets_are_served_with_their_type_and_for_a_year(tmp_path: Path):
    for asset in read_lock().files:
        (tmp_path / asset.name).write_bytes(b"content")
    types = {".js": "text/javascript", ".css": "text/css", ".ttf": "font/ttf"}
    for asset in read_lock().files:
        response = client(tmp_path).get(f"{ASSET_BASE}/{asset.name}")
        assert response.status_code == 200
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["content-type"].startswith(types[Path(asset.name).suffix])
        assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["other.js", "", "../page.py", "%2e%2e/page.py"])
def test_nothing_but_the_pinned_files_is_served(tmp_path: Path, path: str):
    (tmp_path / "other.js").write_text("stray")
    assert client(tmp_path).get(f"{ASSET_BASE}/{path}").status_code == 404


def test_missing_assets_are_logged_and_stop_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    lock = read_lock()
    monkeypatch.setattr("graph.ide.mount.read_lock", lambda: lock)
    monkeypatch.setattr(type(lock), "missing", lambda _self: ("a.js",))
    mount(Starlette())
    assert "python -m graph.ide.assets" in caplog.text
