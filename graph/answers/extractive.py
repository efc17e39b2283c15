"""Answers in the documents' own words: sentences, word for word, each with where it stands."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from graph.answers.documents import Asked
from graph.answers.found import ANSWERED, Cited, Found, Step
from graph.answers.retrieval import Sentence
from graph.answers.writing import say

QUOTES = {"EN": "“{}”", "FR": "«\N{NO-BREAK SPACE}{}\N{NO-BREAK SPACE}»"}

NEAREST = (
    "The closest that the descriptions say:",
    "Ce que les descriptions disent de plus proche :",
)


def citation(sentence: Sentence) -> Cited:
    """Return where a sentence stands."""
    return Cited(sentence.program_id, sentence.section, sentence.start, sentence.end, sentence.text)


class Extractive:
    """Quotes the sentences, the best first."""

    name = ""

    async def answer(
        self, asked: Asked, sentences: Sequence[Sentence]
    ) -> AsyncGenerator[str | Step | Found]:
        """Give a line for each sentence, and the answer."""
        lines = [
            f"{QUOTES[asked.language].format(' '.join(one.text.split()))} — {one.program}"
            for one in sentences
        ]
        if asked.is_near:
            lines.insert(0, say(asked.language, *NEAREST))
        for index, line in enumerate(lines):
            yield f"\n{line}" if index else line
        yield Found(
            "\n".join(lines), ANSWERED, 1.0, asked.language, [citation(one) for one in sentences]
        )
