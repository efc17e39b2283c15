"""What programs require of applicants, in a question: items, how many, and how firmly."""

from __future__ import annotations

from typing import Final

from graph.answers import conditions as c
from graph.answers.cursor import JOINING
from graph.answers.errors import NotUnderstoodError
from graph.answers.named import NameReader
from graph.answers.words import Sense, folded

ITEMS: Final = ("item", "exam")
STATUSES: Final = {
    "require": "REQUIRED", "optional": "OPTIONAL", "conditional": "CONDITIONALLY_REQUIRED",
}  # fmt: skip
COUNTABLE: Final = frozenset({"REFERENCE_LETTER", "SUPPORT_FORM"})
ARTICLES: Final = frozenset({"a", "an", "un", "une"})


class RequirementReader(NameReader):
    """Reads requirements."""

    def _amount(self) -> c.Amount | None:
        """A number with its comparison; the place is kept where there is none."""
        start = self.at
        if self._take("between"):
            least, joint, most = self._take("number"), self._take("and", "at_fr", "to"), None
            if least and joint:
                most = self._take("number")
            if most and least:
                return c.Amount({"gte": int(least.value), "lte": int(most.value)})
            self.at = start
            return None
        comparator = self._take("comparator")
        number = self._take("number")
        if number is None:
            self.at = start
            return None
        after = self._take("comparator_after")
        if comparator and after:
            raise NotUnderstoodError("a number compared twice")
        operator = (comparator or after or Sense("comparator", "eq")).value
        return c.Amount({operator: int(number.value)})

    def _requirement(self) -> bool:
        """What programs require: a verb and its items, or items after "with"."""
        verb = self._take(*STATUSES)
        if verb is None:
            return self._bare_items()
        status = STATUSES[verb.role]
        if status not in self.draft.statuses:
            self.draft.statuses.append(status)
        if self._take("not"):
            self.is_not = True
        self.draft.verbs.add("require")
        self._items(status)
        if self.is_not and self.draft.items:
            self.draft.is_denied, self.is_not = True, False
        return True

    def _bare_items(self) -> bool:
        item = self._sense(*ITEMS)
        if item is None:
            return False
        if self.preposition == "with" and not self.is_not and self.draft.target:
            self._items("REQUIRED")
            self.draft.statuses.append("REQUIRED")
            return True
        if self.is_not:
            self.draft.is_denied, self.is_not = True, False
        self.at += 1
        self.draft.first = self.draft.first or "item"
        if item not in self.draft.items:
            self.draft.items.append(item)
        return True

    def _items(self, status: str) -> None:
        """Items with "and" or "or" between them; none where the verb stands at the end."""
        groups: list[tuple[list[Sense], c.Amount | None]] = []
        self._take("these")  # "both a photograph and Casper"
        while True:
            start = self.at
            joint = self._take(*JOINING) if groups else None
            if groups and joint is None:
                break
            one = self._one_item()
            if one is None:
                self.at = start
                break
            if joint and joint.role == "or":
                if one[1] or groups[-1][1] or len(groups) > 1:
                    raise NotUnderstoodError("an alternative among several items")
                groups[-1][0].append(one[0])
            else:
                groups.append(([one[0]], one[1]))
        self._also_without(groups, status)
        if self.is_not and groups:
            if len(groups) > 1 or groups[0][1] or len(groups[0][0]) > 1 or status != "REQUIRED":
                raise NotUnderstoodError("denied items with a number, or several")
            self.draft.conditions.append(c.without(tuple(groups[0][0])))
            self.is_not = False
        else:
            for senses, amount in groups:
                self.draft.conditions.append(c.requires(tuple(senses), amount, status))

    def _also_without(self, groups: list[tuple[list[Sense], c.Amount | None]], status: str) -> None:
        """Read "but not a photograph" behind what is required."""
        start = self.at
        if not groups or self.is_not or status != "REQUIRED" or not self._take("outside", "not"):
            return
        self._skip("filler")
        item = self._take(*ITEMS)
        if item is None:
            self.at = start
            return
        self.draft.conditions.append(c.without((item,)))

    def _one_item(self) -> tuple[Sense, c.Amount | None] | None:
        start, last = self.at, ""
        if self._take("not"):
            self.is_not = True
        while self._sense("filler"):
            last = folded(self.terms[self.at].text)
            self.at += 1
        amount = self._amount()
        item = self._take(*ITEMS)
        if item is None:
            if self.at > start and self.terms[start].sense("not"):
                self.is_not = False
            return None
        after = self._sense("comparator_after") if amount else None
        if after and amount and set(amount.comparisons) == {"eq"}:
            self.at += 1
            amount = c.Amount({after.value: amount.comparisons["eq"]})
        if item.value in COUNTABLE:
            check_least(amount)
            if last in ARTICLES and amount is None:
                raise NotUnderstoodError("one letter, or any letter")
        elif amount is not None:
            raise NotUnderstoodError("a number of what is not counted")
        return item, amount


def check_least(amount: c.Amount | None) -> None:
    """Refuse "at most two letters": whether none counts is not said."""
    if amount and "gt" not in amount.comparisons and not {"gte", "eq"} & set(amount.comparisons):
        raise NotUnderstoodError("at most so many, or none")
