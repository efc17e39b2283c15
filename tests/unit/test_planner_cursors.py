"""Cursors are opaque, signed, and say nothing to whoever changes them."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

import pytest

from graph.errors import CursorInvalidError
from graph.planner.cursors import CursorSigner, load_secret

SIGNER = CursorSigner(b"secret")
PAYLOAD = b'7|1767268800000001|[null,"a|b",3]'


def test_a_cursor_gives_back_what_was_signed() -> None:
    cursor = SIGNER.read(SIGNER.sign(b"abc", PAYLOAD).decode(), "after")
    assert cursor.fingerprint == b"abc"
    assert cursor.version == 7
    assert cursor.published_at == dt.datetime(2026, 1, 1, 12, 0, 0, 1, tzinfo=dt.UTC)
    assert cursor.keys == (None, "a|b", 3)


def test_every_changed_character_is_noticed() -> None:
    token = SIGNER.sign(b"abc", PAYLOAD).decode()
    for index, character in enumerate(token[:-1]):
        changed = token[:index] + ("A" if character != "A" else "B") + token[index + 1 :]
        with pytest.raises(CursorInvalidError, match="'before'"):
            SIGNER.read(changed, "before")


@pytest.mark.parametrize(
    "token", ["", "x", "é", "====", "YXJyYXljb25uZWN0aW9uOjE=", " ", "a" * 999]
)
def test_what_is_no_cursor_is_refused_without_particulars(token: str) -> None:
    with pytest.raises(CursorInvalidError) as caught:
        SIGNER.read(token, "after")
    assert "'endCursor'" in str(caught.value)


def test_a_cursor_of_another_secret_is_refused() -> None:
    with pytest.raises(CursorInvalidError):
        CursorSigner(b"other").read(SIGNER.sign(b"abc", PAYLOAD).decode(), "after")


def test_fingerprints_differ_with_every_part_and_not_with_the_order_of_members() -> None:
    one = SIGNER.fingerprint("programs", {"a": 1, "b": dt.date(2025, 1, 1)}, None)
    assert one == SIGNER.fingerprint("programs", {"b": dt.date(2025, 1, 1), "a": 1}, None)
    assert one != SIGNER.fingerprint("programs", {"a": 2, "b": dt.date(2025, 1, 1)}, None)
    assert one != SIGNER.fingerprint("sites", {"a": 1, "b": dt.date(2025, 1, 1)}, None)


def test_the_secret_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "cursor.key"
    secret = load_secret(path)
    assert len(secret) == 32
    assert load_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["cursor.key"]
