"""Names in a question: of disciplines, universities, places and streams, one or several."""

from __future__ import annotations

from typing import Final

from graph.answers.cursor import FILLERS, JOINING, PREPOSITIONS, Cursor, Mention
from graph.answers.errors import NotUnderstoodError
from graph.answers.words import Sense, Term, folded

NAMES: Final = ("discipline", "university", "city", "province", "region", "site", "stream")
ABSENT: Final = ("absent_discipline", "absent_university")
LOCAL: Final = frozenset({"city", "site"})
OF: Final = frozenset({"of", "de", "d", "du", "of the", "de la", "des", "l"})


def names_of(term: Term | None) -> tuple[Sense, ...]:
    """Return what a term names; nothing where it is no name."""
    return tuple(sense for sense in term.senses if sense.role in NAMES) if term else ()


def roles(senses: tuple[Sense, ...]) -> set[str]:
    """Return the kinds of things that a name may be; towns and sites are one kind."""
    found = {sense.role for sense in senses}
    return found | LOCAL if found & LOCAL else found


class NameReader(Cursor):
    """Reads names into mentions; what they mean is settled when the whole question is read."""

    is_including = False
    """Whether what comes is said to be a part of what was named."""

    def _names(self) -> bool:
        """A name, or several of one kind with "and", "or" or "vs" between them."""
        if self._absent():
            return True
        start, hint = self.at, self._prefix()
        first = names_of(self._peek())
        if not first or (hint and not roles(first) & LOCAL):
            self.at = start
            return False
        self.at += 1
        self._note_stream()
        found = Mention([first], self.preposition, hint)
        shared = roles(first)
        while (joined := self._joined(shared, found)) is not None:
            found.names.append(joined)
            shared &= roles(joined)
        self._keep(found)
        return True

    def _keep(self, found: Mention) -> None:
        found.hint = found.hint or self._suffix(found)
        self.preposition = ""
        if self._sense("noun"):
            self.at += 1  # "the NOSM site included"
            self.at -= not self._closes()
        if self.is_including or (self._closes() and self._take("included")):
            if "discipline" in roles(found.names[0]):
                raise NotUnderstoodError("a discipline of its own that is to be added")
            self.is_including = False
            return
        if self._closes("left_out"):
            self.at += 1
            self.is_outside = True
        found.is_excluded, self.is_outside = self.is_outside, False
        found.is_denied, self.is_not = self.is_not, False
        of = self._peek()
        owner = names_of(self._peek(1))
        if found.is_excluded and of and folded(of.text) in OF and "university" in roles(owner):
            found.of = tuple(sense for sense in owner if sense.role == "university")
            self.at += 2
        self.draft.mentions.append(found)

    def _absent(self) -> bool:
        found = self._take(*ABSENT) or self._unknown_university()
        if found is None:
            return False
        self.draft.absent.append(found)
        self.preposition = ""
        return True

    def _unknown_university(self) -> Sense | None:
        """A school of a town that has none of that name: "the University of Moncton"."""
        noun, of, place = self._peek(), self._peek(1), self._peek(2)
        if noun is None or of is None or place is None:
            return None
        is_school = noun.sense("noun") and folded(noun.text) in {"university", "universite"}
        is_name = {"city", "province"} & {sense.role for sense in place.senses}
        if not is_school or folded(of.text) not in OF or not is_name:
            return None
        self.at += 3
        text = f"{noun.text} {of.text} {place.text}"
        return Sense("absent_university", text, text, text)

    def _note_stream(self) -> None:
        """Keep in mind that the name before is said to be that of a stream."""
        words = folded(self.terms[self.at - 1].text)
        if "stream" in words or "volet" in words:
            self.draft.verbs.add("streams")

    def _prefix(self) -> str:
        """The word "site" or "city" before a name, where it is not what is asked for."""
        noun = self._sense("noun")
        before = self._peek(-1)
        is_asked = before is not None and before.sense("head") and not self.draft.target
        term = self._peek()
        if noun is None or noun.value not in {"sites", "cities"} or is_asked or term is None:
            return ""
        if term.text.lower().endswith("s"):
            return ""
        self.at += 1
        self._skip()
        return "site" if noun.value == "sites" else "city"

    def _suffix(self, found: Mention) -> str:
        term = self._peek()
        noun = self._sense("noun")
        is_asked = not (self.draft.target or self.draft.items)
        if noun is None or noun.value != "sites" or term is None or is_asked:
            return ""
        many = term.text.lower().endswith("s") and not (self.is_not or self.is_outside)
        if many or not roles(found.names[0]) & LOCAL:
            return ""
        self.at += 1
        return "site"

    def _joined(self, shared: set[str], found: Mention) -> tuple[Sense, ...] | None:
        """Another name of the kind that stands here after "and", "or", "vs" or a comma."""
        start = self.at
        connector = self._take(*JOINING, "differ")
        if connector is None:
            return None
        second = self._take("and", "or") if connector.role == "comma" else None
        self._skip(*FILLERS, *PREPOSITIONS)
        self._prefix()
        senses = names_of(self._peek())
        if not senses or not roles(senses) & shared or self._is_site_of(found):
            self.at = start
            return None
        for one in (connector, second):
            if one is not None and one.role in {"or", "differ"}:
                self.draft.verbs.add(one.role)
                found.joint = one.role
        self.at += 1
        return senses

    def _is_site_of(self, found: Mention) -> bool:
        """Whether the name here is said to be a site, and those before it are none."""
        noun = self._peek(1)
        is_site = noun is not None and (noun.sense("noun") or Sense("")).value == "sites"
        is_one = noun is not None and not noun.text.lower().endswith("s")
        return is_site and is_one and not roles(found.names[0]) & LOCAL

    def _outside(self) -> bool:
        """Names that are left out, each with the school that it belongs to."""
        if not self._take("outside"):
            return False
        if self.is_not:
            raise NotUnderstoodError("denied twice")
        self.is_outside = True
        return True
