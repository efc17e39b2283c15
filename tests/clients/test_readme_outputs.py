"""The answers that the README shows are the ones that the bundled sample gives."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.clients.conftest import residency, serving
from tests.clients.test_readme import ROOT, ask

SHOWN = re.compile(r"^```graphql\n(.*?)^```\n+^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_every_answer_in_the_readme_is_what_the_default_sample_gives(
    own_environment: Path, tmp_path: Path
) -> None:
    shown = SHOWN.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(shown) == 3
    environment = os.environ | {"RESIDENCY_DATA_DIR": str(own_environment / "readme")}
    try:
        residency(environment, "load", "--source", "sample")
        with serving(environment, tmp_path / "serve.log") as address:
            for query, answer in shown:
                assert ask(address, query)["data"] == json.loads(answer)["data"]
    finally:
        residency(environment, "stop")
