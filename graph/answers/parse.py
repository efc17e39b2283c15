"""From the words of a question to its intent: every word must be understood, or none counts.

A question is read as slots, in whatever order its words stand: what is asked for, of what, under
which conditions. A word without a known part to play, a denial of nothing, a second thing that is
asked for: the question is then no structured one, and is answered from the documents, if they
answer it.
"""

from __future__ import annotations

import re
from typing import Final

from graph.answers.cursor import FILLERS, PREPOSITIONS
from graph.answers.errors import AbsentError, NotUnderstoodError
from graph.answers.intents import Intent
from graph.answers.named import names_of, roles
from graph.answers.names import Lexicon
from graph.answers.predicates import ACCREDITATION, GROUPED
from graph.answers.remarks import RemarkReader
from graph.answers.resolve import intent_of
from graph.answers.words import Sense, Term, folded

DOWNWARDS: Final = frozenset({"ASC", "EARLIER", "SMALLER"})
SENTENCE: Final = re.compile(r"[?!\n]+")
COMPARATIVES: Final = {
    "EARLIER": ("extreme_day", "ASC"),
    "LATER": ("extreme_day", "DESC"),
    "LONGER": ("aspect", "length"),
    "BIGGER": ("verb", "size"),
    "SMALLER": ("verb", "size"),
}
"""Comparatives that say themselves what is compared."""


def parse(question: str, lexicon: Lexicon, language: str) -> Intent:
    """Return what a question asks for.

    Args:
        question: The question, in one language.
        lexicon: The words and names of the data.
        language: The language.

    Raises:
        NotUnderstoodError: it is no structured question, or not to its last word.
        AbsentError: it is one, of something that the data do not have.
    """
    phrases = lexicon.phrases[language]
    asked = [one for one in SENTENCE.split(question) if any(map(_is_head, phrases.terms(one)))]
    if len(asked) > 1:
        raise NotUnderstoodError("more than one question")
    terms = phrases.terms(question)
    reader = Parser(terms, lexicon.year, lexicon.iteration)
    reader.read()
    intent = intent_of(reader.draft, lexicon.places)
    if reader.draft.absent or reader.draft.foreign_year:
        raise AbsentError(tuple(reader.draft.absent), reader.draft.foreign_year)
    return intent


def _is_head(term: Term) -> bool:
    return term.sense("head") is not None


DAY_IN: Final = re.compile(r"\b(dates?|days?|jours?|journees?)\b")
KINDS: Final = {
    "sites": "site", "universities": "university", "cities": "city", "provinces": "province",
    "disciplines": "discipline",
}  # fmt: skip
IMPERATIVES: Final = frozenset(
    {"name", "list", "lists", "find", "show", "count", "total", "return", "provide", "identify"}
)
"""Words that ask only where a question begins with them."""
EACH: Final = frozenset({"all", "every", "tous", "toutes", "chaque"})
EVERY: Final = ("all ", "every ", "toutes ", "tous ")
NOTED: Final = {
    "difference": {"difference", "differences", "gap", "ecart"},
    "breakdown": {"breakdown", "distribution", "repartition", "ventilation"},
}
"""Words of heads that say what is made of the numbers."""
PARTING: Final = frozenset(
    {"are", "is", "est", "sont", "require", "requires", "accept", "accepts", "exigent", "exige"}
    | {"acceptent", "interview", "have", "has", "ont", "demandent", "go", "goes", "belong", "ask"}
)
"""Verbs between what a share is of and which share it is."""
DUTIES: Final = ("do ", "must ", "should ", "faut", "doit", "dois")


class Parser(RemarkReader):
    """Reads a whole question."""

    def read(self) -> None:
        """Fill the draft."""
        words = [folded(term.text).split() for term in self.terms[:4]]
        self.draft.is_all = any(EACH & {*one} for one in words)
        while self.at < len(self.terms):
            self._next()
        draft = self.draft
        if self.is_not and "offer" in draft.verbs and draft.mentions:
            draft.mentions[-1].is_denied, self.is_not = True, False
        if self.is_not or self.is_outside:
            raise NotUnderstoodError("a negation without what it denies")

    def _next(self) -> None:
        self._split()
        for part in (
            self._remark, self._head, self._including, self._names, self._outside,
            self._quantity, self._date, self._requirement, self._look_at, self._open_to,
            self._flags, self._group, self._noun, self._comparative, self._rank,
            self._superlative, self._field, self._asked, self._pronoun, self._small,
        ):  # fmt: skip
            if part():
                return
        raise self._fail()

    def _head(self) -> bool:
        heads = self.draft.heads
        is_first = self.at == 0 or bool(self.terms[self.at - 1].sense("comma"))
        if is_first and not heads and self._sense("yes_no") and not self._sense("head"):
            self.at += 1
            heads.append("yes_no")
            return True
        if self.at == 0 and self._is_duty():
            heads.append("yes_no")
            return False
        if self.at == 0 and folded(self.terms[0].text).split()[0] in {"who", "qui"}:
            heads.append("which")
            self.draft.verbs.add("who")
            return False
        head = self._sense("head")
        if head is None:
            return False
        text = folded(self.terms[self.at].text)
        if text in IMPERATIVES and heads:
            return False
        if heads and head.value == heads[0] == "count":
            raise NotUnderstoodError("two things that are counted")
        self.at += 1
        heads.append(head.value)
        words = set(re.findall("[a-z]+", text))
        self.draft.verbs |= {verb for verb, noted in NOTED.items() if noted & words}
        return True

    def _split(self) -> None:
        """Note where the whole ends of which a share is asked: "… of the seats | are in …"."""
        draft, term = self.draft, self._peek()
        if "share" not in draft.heads or draft.split or not draft.target or term is None:
            return
        if folded(term.text).split()[0] in PARTING:
            draft.split = (len(draft.mentions), len(draft.conditions), len(draft.categories))

    def _is_duty(self) -> bool:
        """Whether a question begins with "do I need", "faut-il" and the like."""
        term = self._peek()
        is_verb = term is not None and term.sense("require") and not self.draft.heads
        return bool(is_verb) and term is not None and folded(term.text).startswith(DUTIES)

    def _including(self) -> bool:
        if not self._take("included"):
            return False
        self.is_including = True
        return True

    def _pronoun(self) -> bool:
        """A pronoun that stands for what the question named: "Laval offre-t-elle"."""
        draft = self.draft
        if not self._sense("inverted"):
            return False
        has_name = bool(draft.mentions or draft.items or draft.absent)
        is_one = folded(self.terms[self.at].text).endswith("on")  # "offre-t-on"
        if not (has_name or is_one or draft.target not in {"", "positions"}):
            raise self._fail()
        self.at += 1
        if not draft.heads:
            draft.heads.append("yes_no")
        return True

    def _small(self) -> bool:
        """Words that build the sentence."""
        if self._sense("deictic"):
            raise self._fail()
        if self._take("comma"):
            self.is_including = False
            return True
        if self._is_quantified():
            raise self._fail()
        if self._take("and", "unit_on", *FILLERS):
            return True
        found = self._take(*PREPOSITIONS)
        if found:
            self.preposition = found.role
            if found.role == "with":
                self.draft.verbs.add("offer")
            return True
        return self._denial() or self._verb() or self._only()

    def _is_quantified(self) -> bool:
        """Whether "all disciplines" is what somebody is to offer, and no remark."""
        before = self._peek(-1)
        if not self._sense("filler") or before is None or not before.sense("with"):
            return False
        is_every = folded(self.terms[self.at].text).startswith(EVERY)
        return is_every and self.draft.target != "positions"

    def _denial(self) -> bool:
        if not self._take("not"):
            return False
        if self.is_not:
            raise NotUnderstoodError("denied twice")
        self.is_not = True
        return True

    def _verb(self) -> bool:
        """Words that are kept in mind: they must belong to something in the end."""
        if self._sense("between") and names_of(self._past_fillers()):
            self.at += 1
            self.draft.verbs.add("differ")
            return True
        verb = self._take(
            "take_time", "interview", "these", "differ", "or", "apply", "words", "same"
        )
        if verb is None:
            return False
        if verb.role == "these" and self._is_of_both(verb):
            self.draft.verbs.add("both")
            return True
        self.draft.verbs.add(verb.role)
        if verb.role == "interview" and DAY_IN.search(folded(self.terms[self.at - 1].text)):
            self.draft.verbs.add("date_word")
        return True

    def _is_of_both(self, word: Sense) -> bool:
        """Whether "both" stands before what it joins: "both McGill and Laval"."""
        if word.value != "both" and folded(self.terms[self.at - 1].text) != "both":
            return False
        ahead = 0
        while (term := self._peek(ahead)) and term.sense(*FILLERS, *PREPOSITIONS):
            ahead += 1
        behind = self._peek(ahead)
        return bool(names_of(behind)) or bool(behind and behind.sense("category", "item", "exam"))

    def _past_fillers(self, ahead: int = 1) -> Term | None:
        while (term := self._peek(ahead)) and term.sense(*FILLERS):
            ahead += 1
        return term

    def _only(self) -> bool:
        """The word "only" behind what it is said of."""
        before = self._peek(-1)
        is_said = before is not None and (names_of(before) or before.sense("category", "noun"))
        if not is_said or (self._sense("comparator") or Sense("")).value != "eq":
            return False
        self.at += 1
        return True

    def _group(self) -> bool:
        start = self.at
        if not self._take("per"):
            return False
        self._skip("filler")
        if not self._sense("noun") and self._is_between():
            while self._names() or self._category():
                pass  # "per psychiatry program"
        noun = self._take("noun")
        if noun is None:
            self.at = start + 1
            if names_of(self._past_fillers(0)) and self.terms[start].text.lower() in {"by", "par"}:
                self.preposition = "at"  # "asked by McGill"
                return True
            self.at = start
            return False
        draft = self.draft
        if draft.per or self.is_not:
            raise self._fail()
        if noun.value == "positions" and draft.superlative and draft.target and not draft.measure:
            draft.measure = noun.value  # "top 3 universities by psychiatry seats"
            return True
        draft.per = noun.value
        return True

    def _noun(self) -> bool:
        noun = self._take("noun")
        if noun is None:
            return False
        draft, self.preposition = self.draft, ""
        is_lacking = noun.value == "positions" and draft.target in GROUPED - {"programs"}
        if self.is_not and noun.value != "programs" and not is_lacking:
            raise self._fail()
        if draft.target and self._names_kind(noun.value):
            return True
        is_measured = bool(draft.superlative or draft.comparative) and not draft.measure
        if not draft.target:
            draft.target = noun.value
            draft.first = draft.first or "noun"
        elif is_measured and noun.value != draft.target:
            draft.measure = noun.value
        elif noun.value in {"programs", draft.target}:
            draft.verbs.add("programs")
        elif not draft.measure:
            draft.measure = noun.value
        else:
            raise NotUnderstoodError("a second thing that is asked for")
        return True

    def _names_kind(self, noun: str) -> bool:
        """Whether a noun says what the name before it is: "the school McMaster", "the … site"."""
        kind = KINDS.get(noun)
        if kind is None or self.terms[self.at - 1].text.lower().endswith("s"):
            return False
        if kind in roles(names_of(self._peek())):
            return True  # "the discipline psychiatry"
        for mention in reversed(self.draft.mentions):
            if kind in roles(mention.names[0]) and not mention.hint:
                mention.hint = kind
                return True
        return False

    def _comparative(self) -> bool:
        """Read "more", "fewer", "earlier": of one thing than of another."""
        found = self._take("comparative")
        if found is None:
            comparator = self._sense("comparator")
            if comparator is None or comparator.value not in {"gt", "lt"}:
                return False
            self.at += 1
            found = Sense("comparative", "DESC" if comparator.value == "gt" else "ASC")
        self.preposition = ""
        kind, value = COMPARATIVES.get(found.value, ("", ""))
        if kind == "extreme_day":
            self.draft.extreme_day = value
        elif kind == "aspect":
            self.draft.aspects.append(value)
        elif kind == "verb":
            self.draft.verbs.add(value)
        self.draft.comparative = "ASC" if found.value in DOWNWARDS else "DESC"
        return True

    def _superlative(self) -> bool:
        found = self._take("superlative")
        if found is None:
            return False
        if self.draft.superlative or self.is_not:
            raise self._fail()
        self.preposition = ""
        kind, _, way = found.value.partition("_")
        if kind == "LENGTH":
            self.draft.aspects.append("length")
        self.draft.superlative = f"SIZE_{way}" if way else kind
        return True

    def _rank(self) -> bool:
        """Read "second" of "the second largest"."""
        found = self._take("rank")
        if found is None:
            return False
        if self.draft.rank or self.is_not:
            raise self._fail()
        self.draft.rank = int(found.value)
        return True

    def _field(self) -> bool:
        """Read a field whose values are asked for."""
        found = self._take("aspect")
        if found is None:
            return False
        if found.value == "accreditation" and any(map(self.draft.has, ACCREDITATION)):
            return True
        if (
            found.value in {"requirements", "exams"}
            and self.draft.target
            and "require" in self.draft.verbs
        ):
            raise NotUnderstoodError("programs that require requirements")
        if found.value == "exams" and not self.draft.heads:
            self.draft.heads.append("which")
        self.draft.aspects.append(found.value)
        return True

    def _asked(self) -> bool:
        """Other things that are asked for: which of the interview days, the least, the greatest."""
        behind = self._peek(1)
        if self._sense("take_time") and behind and behind.sense("number", "comparator"):
            return False  # "last 7 years"
        found = self._take("extreme_day")
        if found:
            if self.draft.extreme_day:
                raise self._fail()
            self.draft.extreme_day = found.value
            return True
        found = self._take("bound")
        if found:
            self.draft.bound = found.value if self.draft.bound in {"", found.value} else "both"
            return True
        if self._take("date_word"):
            self.draft.verbs.add("date_word")
            return True
        return bool(set(self.draft.heads) & {"how_long"}) and bool(self._take("years"))
