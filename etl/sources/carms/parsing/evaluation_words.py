"""Whether the text of a criteria row says that a component is evaluated."""

import re

_EMPTY = re.compile(
    r"(?:n/?\.?a|none|nil|no|not applicable|if applicable|if available|sans objet|s/?o|aucune?s?"
    r"|ne s'applique pas|non applicable|see above|voir ci-dessus|tbd|not required)?[\W_]*"
)
_SILENT = re.compile(
    r"submit only those documents|only provide the documents"
    r"|documents beyond (?:those )?required"
    r"|not required for consideration|there are no other|not scored as part of"
    r"|^lack of\b|n'exigeons pas de lettre|^we (?:recognize|understand)\b.*"
    r"(?:\black of|reassure|not (?:necessary|easy)|limited|not influence|lottery)"
    r"|no additional assessments? required|virtual(?:ly)? only|mode virtuel seulement"
    r"|interview formats? for applicants"
    r"|n'est pas accessible a l'examinateur"
)
_VERB = r"(?:evaluat|assess|examin|review|consider|scor|grade|look at)"
_ADVERB = r"(?:[a-z]+ly\s+)?"
_ENGLISH = re.compile(
    r"(?:optional\W+)?(?:although\s+)?"
    r"(?:(?:we|this|the|these|they|it|electives?|transcripts?|scores?|exams?|examinations?|criteria"
    r"|component|components|file|interview|item|section|file component"
    r"|interview component)\s+){0,4}"
    rf"{_ADVERB}(?:(?:do|does|did|is|are|was|were|will|have|can)\s+)?{_ADVERB}(?:not|no not"
    rf"|no longer)\s+"
    rf"{_ADVERB}(?:be\s+|been\s+|used?\s+)?{_ADVERB}{_VERB}\w*"
    r"(?!\s+(?:medical knowledge|other|letters?|applicants|candidates|red))"
)
_NO_ITEM = re.compile(
    rf"no\s+(?:examinations?|exams?|scores?|electives?|transcripts?"
    rf"|components?)\s+(?:\w+\s+){{0,2}}{_VERB}"
)
_FRENCH_VERB = r"(?:evalu|examin|consider|tenu|pris|prise|prises|not)"
_FRENCH = re.compile(
    rf"(?:[\w']+\s+){{0,9}}?(?:ne\s+|n'\s?)(?:\w+\s+){{0,2}}?(?:{_FRENCH_VERB}\w*\s+)?pas\b"
    rf"(?:\s+\w+){{0,2}}?(?:\s+{_FRENCH_VERB}\w*|(?<=s pas)\s+(?:ce|cette|ces|cet|directement"
    r"|specifiquement|formellement|d'autres|la|le|les|cela)\b)"
    r"|(?:pas|non)\s+(?:\w+\s+)?(?:examine|evalue|considere)\w*"
    r"|[\w' ]{0,40}n'influencent? pas"
)
_ANYWHERE = re.compile(
    r"\bnous n'(?:evaluons|examinons) pas (?:\w+ )?(?:ce|cette|cet|ces)\b"
    r"|\bwe (?:do|will|are) not (?:\w+ly )?(?:evaluat\w+|assess\w*|review\w*) (?:this|these)\b"
    r"|\bwe will not (?:be )?consider(?:ing)? electives in|\bwe do not consider scores"
    r"|\bwe (?:do|will) not use elective choice"
)
_NEVERTHELESS = re.compile(
    r"\bwe do (?:consider|evaluate|review|assess)\b|\bmay be (?:reviewed|considered|used)\b"
    r"|considered an? (?:requirement|asset)"
)
_FIRST_SAYS_SO = re.compile(r"we (?:do )?(?:evaluate|review|assess|consider)\b")
_SENTENCE_END = re.compile(r"(?<=[.;])\s+|\n\s*\n")
_CONTRADICTED = re.compile(r"^(?:reviewed but|will be reviewed)")


def is_evaluated(folded: str) -> bool | None:
    """Say whether a folded criteria text states that its component is evaluated.

    False where the text says it is not; true where it says it is, or gives any criterion; null
    where it says nothing either way.
    """
    text = " ".join(folded.strip(" *_-•\n").split(" "))
    if _EMPTY.fullmatch(text):
        return None
    if _CONTRADICTED.match(text) or _FIRST_SAYS_SO.match(text):
        return True
    sentence = " ".join(_SENTENCE_END.split(text, maxsplit=1)[0].split())
    if _SILENT.search(sentence):
        return None
    negated = any(pattern.match(sentence) for pattern in (_ENGLISH, _NO_ITEM, _FRENCH))
    one_line = " ".join(text.split())
    if not negated:
        return _ANYWHERE.search(one_line) is None
    return _NEVERTHELESS.search(one_line) is not None
