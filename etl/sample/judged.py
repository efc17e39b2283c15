"""Judged queries over the generated sample: what the generator wrote about a theme answers it.

The generator fills its paragraphs with sentences of themes, so that it is known which passages
speak of research or of call. A passage with a whole sentence of the theme that a query asks for
has grade 3, in whatever language. The sample is simpler than real texts: its figures tell that
searching works, not how well it does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from etl.sample.texts import load_texts
from warehouse.search.judged import HELD_OUT, JudgedSet, Judgement, Topic
from warehouse.vocabulary import Language

KEYWORD: Final = "KEYWORD"
PARAPHRASE: Final = "PARAPHRASE"
TOPICS: Final = (
    ("s-en-01", Language.EN, KEYWORD, "resident research project", "research"),
    ("s-en-02", Language.EN, KEYWORD, "mentorship of residents", "mentorship"),
    ("s-en-03", Language.EN, KEYWORD, "simulation sessions", "simulation"),
    ("s-en-04", Language.EN, KEYWORD, "rural training", "rural"),
    (
        "s-en-05",
        Language.EN,
        PARAPHRASE,
        "somebody who guides me through my training",
        "mentorship",
    ),
    ("s-en-06", Language.EN, PARAPHRASE, "will they look after my mental health", "wellness"),
    ("s-fr-01", Language.FR, KEYWORD, "projet de recherche du résident", "research"),
    ("s-fr-02", Language.FR, KEYWORD, "bien-être des résidents", "wellness"),
    ("s-fr-03", Language.FR, KEYWORD, "simulation", "simulation"),
    ("s-fr-04", Language.FR, KEYWORD, "formation en région rurale", "rural"),
    ("s-fr-05", Language.FR, PARAPHRASE, "travailler loin des grandes villes", "rural"),
    ("s-fr-06", Language.FR, PARAPHRASE, "s'exercer sur des mannequins", "simulation"),
)
"""Id, language, kind and text of each query, and the theme that it asks for."""
PROSE: Final = {Language.EN: "prose_en", Language.FR: "prose_fr"}
LEAST_CHARACTERS: Final = 30
"""Shorter stretches between two blanks of a sentence tell nothing."""
GRADE: Final = 3
_BLANK: Final = re.compile(r"\{[^}]*\}")


def theme_parts(theme: str) -> list[str]:
    """Return the longest stretch without a blank of each sentence of a theme, in both languages."""
    parts = []
    for name in PROSE.values():
        for sentence in load_texts(name)["themes"].get(theme, {}).get("sentences", ()):
            longest = max(_BLANK.split(sentence), key=len).strip()
            if len(longest) >= LEAST_CHARACTERS:
                parts.append(longest)
    return parts


def judged_sample(sections: Iterable[tuple[str, str, str]]) -> JudgedSet:
    """Return the judged set of a sample.

    Args:
        sections: Document, kind and text of each section that is loaded.
    """
    themes = {theme for *_, theme in TOPICS}
    patterns = {name: re.compile("|".join(map(re.escape, theme_parts(name)))) for name in themes}
    found: dict[str, list[Judgement]] = defaultdict(list)
    for document, kind, text in sections:
        for name, pattern in patterns.items():
            found[name] += [
                Judgement(document, kind, *match.span(), GRADE) for match in pattern.finditer(text)
            ]
    topics = tuple(
        Topic(name, language, kind, HELD_OUT, text) for name, language, kind, text, _ in TOPICS
    )
    return JudgedSet(topics, {name: tuple(found[theme]) for name, *_, theme in TOPICS})
