"""Masking of contacts: nothing of a contact stays, everything else does, at any length."""

from __future__ import annotations

import csv
import json
import os
import re
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from warehouse.masking import MASK, contains_contact, mask_contacts

AT_WITHIN_WORDS = re.compile(r"\w@\w")
FICTITIOUS = re.compile(r"555[ \n.\-*]{0,3}01\d\d")

# Shapes of real contacts, with names and numbers of our own making.
ADDRESSES = [
    "anna.lee@example.org",
    "<anna.lee@example.org>",
    "[anna.lee@example.org](mailto:anna.lee@example.org)",
    "mailto:anna.lee@example.org?subject=Hello",
    "anna-\nlee@example.org",
    "anna.lee@exam-\nple.org",
    "anna.lee@example.\norg",
    "anna.lee@example\n.org",
    "anna.lee@\nexample.org",
    "anna.lee\n@example.org",
    "anna.lee @example.ca",
    "anna.lee@ example.ca",
    "anna.lee @ example.ca",
    "anna.lee **@example.ca**",
    "anna\\_lee@example.org",
    "anna_lee@example_two.org",
    "ANNA.LEE@EXAMPLE.ORG",
    "anna+match@mail.example.qc.ca",
    "élise.roy@exemple.ca",
    "anna.lee\u200b@example.org",
    "anna.lee＠example.org",
    "anna.lee (at) example.org",
    "anna.lee[at]example.org",
    "https://links.example/?data=05%7C01%7Canna.lee%40example.org%7C42",
    "https://links.example/?data=05%7C01%7Canna-\nmarie.lee%40example.qc.ca%7C42",
]
NUMBERS = [
    "(709) 555-0130",
    "(709)555-0130",
    "(709)-555-0130",
    "(709 555-0130",
    "709) 555-0130",
    "(709) 234 - 5678",
    "709-555-0130",
    "709.555.0130",
    "709 555 0130",
    "709 555-0130",
    "709 234‑5678",
    "709-234–5678",
    "7092345678",
    "709 2345678",
    "17092345678",
    "+17092345678",
    "1 800 555 0130",
    "1-800-234-5678",
    "+1 709 555 0130",
    "+1 (709) 555-0130",
    "709-\n555-0130",
    "709\n555-0130",
    "709-555-\n0130",
    "**709-234-5678**",
    "1-800-ABC-DEFG",
    "+33 1 42 68 53 00",
    "tel:7092345678",
    "tel:+1-709-234-5678",
    "Tél. : 234-5678",
    "Fax 234 5678",
    "(709) 234-5678 / 234-5679",
    "(709) 234-5678 ou 234-5679",
]
EXTENSIONS = [
    " ext. 1234", ", poste 1234", " x1234", "x 1234", " #1234", " (ext 1234", " local 1234",
    "-12345", ", 12345", " ext:1234", " Ext.1234", " p.1234", "\next 1234", ", poste : 1234",
]  # fmt: skip
INNOCENT = [
    "2024-10-15", "15/10/2024", "2025-2026", "from 1995 to 2024", "October 15, 2024 @ 7:00 p.m.",
    "Opens 28th October @ 8 AM ET.", "Wednesdays @ 0900-1200", "@noon", "A1B 3V6", "1503-27447",
    "program 27447", "pages 1123-1145", "500-1000 words", "355-1796 Summer Street",
    "population 222,000", "1,234,567", "10.1016/j.amjmed.2019.05.0123", "ISBN 978-2-7654-1005-4",
    "ISBN 9782765410054", "https://www.example.org/4242/27447?page=2", "Meeting ID: 962 1944 4698",
    "IELTS 7.0, TOEFL 100", "1503|27447", "$1,234.56", "follow us @examplemed", "0.123 4567",
    "Instagram page @mac.pmr", "maps/@45.5114438,-73.5601915,17z", "CA$ 300 000", "1 234 567,89",
    "/2024/10/15/1234567890123", "51 - 200", "26 - 50 %", "18h30-20h00", "2e édition, 2019",
    "https://www.example.org/item?id=4165550&page=7092345678",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_part_of_an_address_stays(address):
    masked = mask_contacts(f"Write to {address} today.")
    for part in ("anna", "lee", "élise", "roy", "example.org", "exam-", "ple.org", "ANNA"):
        assert part not in masked.replace("links.example", "")
    assert masked.startswith("Write to ")
    assert masked.endswith(" today.")


@pytest.mark.parametrize("extension", ["", *EXTENSIONS])
@pytest.mark.parametrize("number", NUMBERS)
def test_no_digit_of_a_number_stays(number, extension):
    if extension and number[-1] not in "0123456789":
        return
    masked = mask_contacts(f"Call {number}{extension}.")
    assert not re.search(r"\d", masked), masked
    assert masked.startswith("Call ")


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_no_contact_stays_as_it_is(text):
    assert mask_contacts(f"See {text} for more.") == f"See {text} for more."
    assert not contains_contact(text)


def test_length_line_breaks_and_punctuation_stay():
    text = "Phone: (709) 555-0130,\n[mail](mailto:a.b@example.org) – 2025"
    assert mask_contacts(text) == (
        f"Phone: ({MASK * 3}) {MASK * 3}-{MASK * 4},\n"
        f"[mail](mailto:{MASK}.{MASK}@{MASK * 7}.{MASK * 3}) – 2025"
    )


words = st.text(st.characters(codec="utf-8"), max_size=30)
letters = st.text("abcXYZ019._-+'é@ \n(%)<>*", max_size=30)
digits = st.text("0123456789 -.()+\n", max_size=30)
made_up = st.sampled_from([*ADDRESSES, *NUMBERS, *INNOCENT])
texts = st.lists(st.one_of(words, letters, digits, made_up), max_size=8).map("".join)


@given(texts)
@example("a@b@c@d")
@example("_@_")
def test_any_text_keeps_its_length_and_what_is_no_word(text):
    masked = mask_contacts(text)
    assert len(masked) == len(text)
    for before, after in zip(text, masked, strict=True):
        assert before == after or (after == MASK and re.match(r"\w", before))


@given(texts)
def test_no_text_keeps_an_at_within_words_or_a_fictitious_number(text):
    masked = mask_contacts(text)
    assert not AT_WITHIN_WORDS.search(masked)
    assert not FICTITIOUS.search(masked)


@given(texts)
def test_masking_twice_is_masking_once(text):
    masked = mask_contacts(text)
    again = mask_contacts(masked)
    assert len(again) == len(masked)
    assert not contains_contact(text) or masked != text


@given(st.sampled_from(ADDRESSES[:3]), words)
def test_text_before_a_contact_on_another_line_stays(address, text):
    before = mask_contacts(f"{text} \n\n")
    assert mask_contacts(f"{text} \n\n{address}").startswith(before)


@pytest.mark.parametrize(
    "unit",
    ["@", "a@", "1", "1234 ", "(555) ", "a-\n", "555-", "+1 ", "555-0130 ", " (at) ", "x@y z.ca ",
     "   \n  @", "%40", "1-800-A", "+9 9 9 9 "],
)  # fmt: skip
def test_time_grows_with_length_only(unit):
    def seconds(characters):
        text = unit * (characters // len(unit))
        started = time.process_time()
        mask_contacts(text)
        return time.process_time() - started

    seconds(10_000)
    assert seconds(400_000) < 20 * max(seconds(40_000), 0.01)


def real_texts():
    shared = Path(os.environ.get("RESIDENCY_SHARED", "../shared")) / "data" / "carms"
    if not shared.is_dir():
        pytest.skip(f"the real files are not at {shared} (set RESIDENCY_SHARED)")
    csv.field_size_limit(10_000_000)
    for path in shared.glob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                content = archive.read(name).decode("utf-8-sig")
                if name.endswith(".json"):
                    yield from (document["page_content"] for document in json.loads(content))
                elif name.endswith(".csv"):
                    for row in csv.reader(content.splitlines(keepends=True)):
                        yield from row


@pytest.mark.shared
def test_no_contact_of_the_real_files_stays():
    seen = 0
    for text in real_texts():
        masked = mask_contacts(text)
        seen += masked != text
        assert len(masked) == len(text)
        assert not AT_WITHIN_WORDS.search(masked)
        assert not FICTITIOUS.search(masked)
        assert "example.org" not in masked
    assert seen > 1500
