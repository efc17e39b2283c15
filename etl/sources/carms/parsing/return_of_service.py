"""Whether a return of service is attached, judged by the text with the stream in mind."""

import re
from collections.abc import Iterator
from enum import Enum, auto

from etl.sources.carms.parsed import ReturnOfService, Stated
from etl.sources.carms.parsing.section_text import span_text
from etl.sources.carms.parsing.sections import Part
from warehouse.vocabulary import ReturnOfServiceStatus

_NOTHING = re.compile(
    r"[\W_]*(?:s/?o|n/?a|sans objet|not applicable|none|non applicable|nil)?[\W_]*"
)
_SERVICE = (
    r"(?:return[\s-]of[\s-]service|\bros\b|service post-formation|retour de service"
    r"|obligations? of service|service (?:obligation|commitment)|(?:obligation"
    r"|engagement) de service)"
)
_NONE = re.compile(
    rf"\bno\s+(?:\w+\s+)?{_SERVICE}|there (?:is|are) no\b[^.]{{0,20}}{_SERVICE}"
    rf"|{_SERVICE}[^.]{{0,50}}\b(?:is|are) not (?:required|applicable|attached|mandatory)"
    rf"|not (?:subject to|require)\b[^.]{{0,40}}{_SERVICE}|does not have a[^.]{{0,20}}{_SERVICE}"
    rf"|aucun\w*\s+(?:\w+\s+){{0,3}}?(?:{_SERVICE}|engagement|obligation)"
    rf"|(?:pas de|n'est pas (?:requis|exige|assujetti)\w*)[^.]{{0,40}}{_SERVICE}"
    rf"|{_SERVICE}[^.]{{0,40}}n'est pas (?:requis|exige|obligatoire)"
)
_REQUIRED = re.compile(
    rf"\b(?:required?|must|shall|obliged|needs?|agree)\b[^.]{{0,60}}\b(?:sign|fulfil+|complete"
    rf"|provide"
    rf"|undertake|serve|enter)\b[^.]{{0,80}}(?:{_SERVICE}|commitment)"
    rf"|subject to an?\s+(?:\w+[\s-]){{0,4}}?{_SERVICE}|{_SERVICE}[^.]{{0,40}}\battached"
    rf"|(?:has|have|carry|carries|comes? with|includes?|accorded|signs?)\b[^.]{{0,30}}{_SERVICE}"
    r"(?!\s+agreements? in another)"
    r"|commitment[^.]{0,40}\b(?:is|are) attached|comporte\w*\s+(?:un|une)\s+(?:service|engagement"
    r"|obligation)"
    rf"|in return for a\s+commitment|{_SERVICE}[^.]{{0,30}}\b(?:is|are|will be) (?:required"
    rf"|mandatory)"
    r"|s'engage\w*\s+a\s+(?:pratiquer|exercer|travailler|offrir)"
    r"|\b(?:doit|doivent|devra|devront)\s+signer|est assorti\w*|\bassujetti\w*\s+a\b"
    rf"|{_SERVICE}[^.]{{0,30}}(?:est|sera) (?:requis|obligatoire|exige)"
)
_OTHER_AGREEMENTS = re.compile(
    r"in another province|requirements of other provinces|ensure (?:you|they) (?:are )?aware"
    r"|already holding|existing return of service|undischarged|department of national defence"
)
_SOME = re.compile(
    r"\b(?:some|certain|one of the|selected|only for|may be|certains?|certaines|un des postes)\b"
)
_CMG = re.compile(
    r"\b(?:cmgs?|usmgs?|canadian medical graduates?|canadian graduates|dcm|diplomes canadiens)\b"
)
_IMG = re.compile(
    r"\b(?:imgs?|international medical graduates?|international graduates|dim|dhceu"
    r"|diplomes hors canada)\b"
)
_GROUP_HEADING = re.compile(
    r"[*_#\s]*(?:additional criteria\s+)?(?:(?:for|pour)\s+)?(?:les\s+)?[^.:]{2,45}:[*_\s]*"
)


class _Group(Enum):
    """Whom a statement is about."""

    ANY = auto()
    CMG = auto()
    IMG = auto()


def parse_return_of_service(part: Part, stream: str | None) -> Stated[ReturnOfService] | None:
    """Return status and text of the section; ``stream`` is the folded stream label."""
    if not part.lines:
        return None
    start, end = part.lines[0].start, part.lines[-1].end
    evidence = part.reading.evidence(part.kind, start, end)
    text = span_text(part, start, end)
    if _NOTHING.fullmatch(part.reading.folded[start:end]):
        return Stated(ReturnOfService(None, text), evidence)
    return Stated(ReturnOfService(_status(part, stream or ""), text), evidence)


def _status(part: Part, stream: str) -> ReturnOfServiceStatus | None:
    """Return what the text says of the applicants that the stream takes."""
    verdicts: dict[_Group, set[ReturnOfServiceStatus]] = {group: set() for group in _Group}
    for group, sentence in _sentences(part):
        verdict = _verdict(sentence)
        if verdict is not None:
            verdicts[group].add(verdict)
    takes_cmg = re.search(r"\b(?:for cmg|pour dcm)\b", stream) is not None
    takes_img = re.search(r"\b(?:for img|pour dim|pour dhceu)\b", stream) is not None
    if takes_cmg or takes_img:
        own = verdicts[_Group.CMG if takes_cmg else _Group.IMG]
        return _merged(own or verdicts[_Group.ANY])
    special = verdicts[_Group.CMG] | verdicts[_Group.IMG]
    if not special:
        return _merged(verdicts[_Group.ANY])
    if special == {ReturnOfServiceStatus.NOT_REQUIRED} and verdicts[_Group.IMG]:
        return ReturnOfServiceStatus.NOT_REQUIRED
    if (
        special == {ReturnOfServiceStatus.REQUIRED}
        and verdicts[_Group.IMG]
        and verdicts[_Group.CMG]
    ):
        return ReturnOfServiceStatus.REQUIRED
    return ReturnOfServiceStatus.CONDITIONAL


def _merged(verdicts: set[ReturnOfServiceStatus]) -> ReturnOfServiceStatus | None:
    """Return one status for all statements about the same applicants."""
    if len(verdicts) == 1:
        return next(iter(verdicts))
    return ReturnOfServiceStatus.CONDITIONAL if verdicts else None


def _sentences(part: Part) -> Iterator[tuple[_Group, str]]:
    """Yield the sentences with whom each is about: by its own words, else by the heading above."""
    heading = _Group.ANY
    for line in part.lines:
        words = re.sub(r"[*_]", "", line.folded)
        if _GROUP_HEADING.fullmatch(words):
            heading = _group(words)
            continue
        for sentence in re.split(r"(?<=[.!?])\s+", words):
            own = _group(sentence)
            yield (own if own is not _Group.ANY else heading), sentence


def _group(words: str) -> _Group:
    """Return whom folded words name, as far as they name one group only."""
    cmg, img = _CMG.search(words) is not None, _IMG.search(words) is not None
    if cmg == img:
        return _Group.ANY
    return _Group.CMG if cmg else _Group.IMG


def _verdict(sentence: str) -> ReturnOfServiceStatus | None:
    """Return what a sentence states, or null."""
    if _NONE.search(sentence):
        return ReturnOfServiceStatus.NOT_REQUIRED
    if _OTHER_AGREEMENTS.search(sentence) or not _REQUIRED.search(sentence):
        return None
    return ReturnOfServiceStatus.CONDITIONAL if _SOME.search(sentence) else (
        ReturnOfServiceStatus.REQUIRED
    )  # fmt: skip
