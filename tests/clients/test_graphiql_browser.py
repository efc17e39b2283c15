"""GraphiQL in a real browser: it works, it looks right, and nothing leaves the machine."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from graphql import FieldNode, InlineFragmentNode, OperationDefinitionNode, parse
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from graph.ide.examples import example_queries
from graph.ide.page import SAMPLE_NOTICE

pytestmark = pytest.mark.browser

# Beyond the usual: no name but this machine's own resolves, so nothing could leave it anyway.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
EXAMPLES = {example.title: example.query for example in example_queries(0, [0])}
SIMULATED = ("A match", "What if", "Simulations", "Follow a job")
"""Examples that change something, or need the ids of what others asked for."""
FOLLOWED = "A question, followed"
TITLES = [title for title in EXAMPLES if title not in {*SIMULATED, FOLLOWED}]
RUN_SECONDS = 120
"""The first run on a machine compiles the engine."""
RUN = ".graphiql-execute-button"
RESPONSE = "__MONACO.editor.getModels().find(m => m.uri.path.endsWith('response.json')).getValue()"


def browser_program() -> str:
    """Return the path of a Chromium; skip without one, but fail where CI is set."""
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return found
    reason = f"no browser: none of {', '.join(NAMES)} is on the path"
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = browser_program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def response_keys(query: str) -> set[str]:
    """Return the names of the first fields in the answer to a query."""
    (operation, *_) = parse(query).definitions
    assert isinstance(operation, OperationDefinitionNode)
    names: set[str] = set()
    for selection in operation.selection_set.selections:
        inner = selection.selection_set if isinstance(selection, InlineFragmentNode) else None
        for field in inner.selections if inner else (selection,):
            assert isinstance(field, FieldNode)
            names.add((field.alias or field.name).value)
    return names


class Visit:
    """A page with a fresh profile, and all that it asked for and complained about."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("requestfailed", self._failed)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("console", self._heard)
        self.page = context.new_page()
        self.page.on("websocket", lambda websocket: self.requests.append(websocket.url))
        self.page.goto(f"{address}/graphql")
        expect(self.page.locator(".graphiql-query-editor .view-line").first).to_be_visible()
        # The schema is there once the documentation lists its types.
        expect(self.page.get_by_label("Re-fetch GraphQL schema")).to_be_enabled()

    def _failed(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # the page itself stops reading after the end
            self.complaints.append(f"{request.url}: {request.failure}")

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def query(self) -> str:
        """Return the whole text of the query editor."""
        texts = self.page.evaluate(
            "__MONACO.editor.getModels().filter(m => m.uri.path.endsWith('.graphql'))"
            ".map(m => m.getValue())"
        )
        return str(texts[0])

    def until(self, expression: str) -> None:
        """Wait until an expression is true; Playwright has its own wait, but that needs eval."""
        deadline = time.monotonic() + 10
        while not self.page.evaluate(expression):
            assert time.monotonic() < deadline, expression
            self.page.wait_for_timeout(50)

    def open(self, title: str) -> None:
        """Click an example."""
        titles = self.page.locator(".residency-example-title")
        titles.get_by_text(title, exact=True).click()

    def run(self) -> dict[str, Any]:
        """Press the button; return the answer that the page shows."""
        self.page.locator(".graphiql-response .view-line").first.wait_for(state="attached")
        with self.page.expect_response(
            lambda response: response.request.method == "POST"
        ) as answered:
            self.page.locator(RUN).click()
        expect(self.page.locator(".graphiql-response")).to_contain_text('"data"')
        if "multipart/mixed" in answered.value.headers["content-type"]:
            self.until(f"{RESPONSE}.includes('programShare')")  # of the part that comes last
        else:
            assert json.loads(self.page.evaluate(RESPONSE)) == answered.value.json()
        answer: dict[str, Any] = json.loads(self.page.evaluate(RESPONSE))
        return answer


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def visit(browser: Browser, graph_address: str) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield Visit(context, graph_address)
    context.close()


@pytest.fixture(scope="module")
def long_visit(browser: Browser, graph_address: str) -> Iterator[Visit]:
    """A page on which one example after the other is opened and run."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield Visit(context, graph_address)
    context.close()


def test_it_loads_in_both_schemes_without_a_complaint_or_a_request_elsewhere(
    browser: Browser, graph_address: str, scheme: str, tmp_path: Path
):
    viewport = {"width": 1440, "height": 900}
    context = browser.new_context(color_scheme=scheme, viewport=viewport)
    visit = Visit(context, graph_address)
    visit.run()
    visit.page.wait_for_load_state("networkidle")
    visit.page.screenshot(path=tmp_path / f"graphiql-{scheme}.png")
    background = visit.page.evaluate(
        "getComputedStyle(document.querySelector('.graphiql-container')).backgroundColor"
    )
    context.close()
    elsewhere = [
        url
        for url in visit.requests
        if urlsplit(url).hostname != "127.0.0.1" and url[:5] != "data:"
    ]
    assert visit.requests
    assert elsewhere == []
    assert visit.complaints == []
    brightness = sum(map(int, re.findall(r"\d+", background)[:3]))
    assert brightness > 600 if scheme == "light" else brightness < 200


def test_it_says_at_first_sight_that_the_data_are_a_sample(visit: Visit):
    expect(visit.page.locator(".residency-notice")).to_have_text(SAMPLE_NOTICE)
    expect(visit.page.locator(".residency-badge")).to_be_visible()
    assert SAMPLE_NOTICE.split(",")[0] in visit.query()


@pytest.mark.parametrize("title", TITLES)
def test_each_example_answers_with_data_and_without_errors(long_visit: Visit, title: str):
    long_visit.open(title)
    answer = long_visit.run()
    assert "errors" not in answer, answer["errors"]
    assert answer["data"]
    assert set(answer["data"]) == response_keys(EXAMPLES[title])
    assert all(value not in (None, [], {}) for value in answer["data"].values())
    assert long_visit.complaints == []


def test_a_match_is_run_and_explained_in_the_page(visit: Visit):
    visit.open("A match")
    visit.page.locator(RUN).click()
    response = visit.page.locator(".graphiql-response")
    expect(response).to_contain_text("isStable", timeout=RUN_SECONDS * 1_000)
    visit.open("Simulations")
    visit.page.locator(RUN).click()
    expect(response).to_contain_text("fills", timeout=RUN_SECONDS * 1_000)
    visit.open("Follow a job")
    visit.page.locator(RUN).click()
    expect(response).to_contain_text("NOT_FOUND")
    assert visit.complaints == []


def test_a_question_is_followed_to_its_answer_in_the_page(visit: Visit):
    visit.open(FOLLOWED)
    visit.page.locator(RUN).click()
    response = visit.page.locator(".graphiql-response")
    expect(response).to_contain_text("confidence", timeout=RUN_SECONDS * 1_000)
    assert visit.complaints == []


def test_an_example_opens_in_a_tab_of_its_own_and_only_once(visit: Visit):
    tabs = visit.page.get_by_role("tab")
    expect(tabs).to_have_count(1)
    visit.open(TITLES[1])
    expect(tabs).to_have_count(2)
    visit.open(TITLES[0])
    expect(tabs.first).to_have_attribute("aria-selected", "true")
    visit.open(TITLES[1])
    expect(tabs).to_have_count(2)
    assert "errors" not in visit.run()


def test_an_example_whose_tab_was_closed_opens_in_a_new_one(visit: Visit):
    tabs = visit.page.get_by_role("tab")
    visit.open(TITLES[1])
    tabs.nth(1).hover()
    visit.page.get_by_label("Close Tab").nth(1).click()
    expect(tabs).to_have_count(1)
    visit.open(TITLES[1])
    expect(tabs).to_have_count(2)
    assert "errors" not in visit.run()


def test_the_documentation_opens_and_describes_the_types(visit: Visit):
    visit.page.get_by_label("Show Documentation Explorer").click()
    visit.page.get_by_role("link", name="Query", exact=True).click()
    panel = visit.page.locator(".graphiql-doc-explorer")
    expect(panel).to_contain_text("programs")
    panel.get_by_role("link", name="ProgramConnection", exact=True).first.click()
    expect(panel).to_contain_text("totalCount")


def test_the_explorer_adds_a_field_to_the_query(visit: Visit):
    before = visit.query()
    visit.page.get_by_label("Show GraphiQL Explorer").click()
    explorer = visit.page.locator(".docExplorerWrap, .graphiql-explorer-root").first
    expect(explorer).to_contain_text("programs")
    explorer.get_by_text("lengthYears", exact=True).first.click()
    visit.until("__MONACO.editor.getModels().some(m => m.getValue().includes('lengthYears'))")
    assert "lengthYears" in visit.query()
    assert "lengthYears" not in before


def test_what_is_typed_is_checked_against_the_schema(visit: Visit):
    visit.page.evaluate(
        "__MONACO.editor.getModels().find(m => m.uri.path.endsWith('.graphql'))"
        ".setValue('{ programs { wrongName } }')"
    )
    visit.until("__MONACO.editor.getModelMarkers({}).some(m => m.message.includes('wrongName'))")


def test_the_address_gives_no_page_to_those_who_ask_for_json(graph_address: str, browser: Browser):
    context = browser.new_context()
    response = context.request.post(
        f"{graph_address}/graphql", data=json.dumps({"query": "{ __typename }"}),
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    assert response.json()["data"] == {"__typename": "Query"}
    context.close()
