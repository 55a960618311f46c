"""The images of the HTML report: what each is, what its scan was, how its rules came out, what was accepted in it."""

from collections.abc import Iterator

from msgspec import Struct

from gate.plain import one_line
from gate.policy.verdict import ImageVerdict, JudgedFinding, RuleOutcome, Verdict
from gate.reports import details, summary
from gate.reports.addresses import console_page
from gate.reports.html_bars import SeverityBar, severity_bars
from gate.reports.html_stands import Stand, Stands
from gate.reports.identity import identity

Fact = tuple[str, str]
_ORDER = {
    RuleOutcome.FAIL: 0,
    RuleOutcome.NO_VERDICT: 1,
    RuleOutcome.WARN: 2,
    RuleOutcome.PASS: 3,
    RuleOutcome.SKIPPED: 4,
}
_MOST_NAMED = 12
_MOST_ACCEPTED = 200


class RuleShown(Struct, frozen=True, kw_only=True):
    """How one rule came out."""

    name: str
    outcome: str
    word: str
    why: str
    violated: bool


class Accepted(Struct, frozen=True, kw_only=True):
    """Findings that something settled or postponed in the same words."""

    title: str
    names: str
    count: int
    why: str


class ImageShown(Struct, frozen=True, kw_only=True):
    """One image."""

    label: str
    outcome: str
    word: str
    reason: str
    hint: str
    console: str
    """The AWS console's page on it; empty where that is not known."""
    identity: tuple[Fact, ...]
    scan: tuple[Fact, ...]
    rules: tuple[RuleShown, ...]
    bars: tuple[SeverityBar, ...]
    accepted: tuple[Accepted, ...]
    left_out: int
    """How many groups of accepted findings are not in `accepted`."""
    is_open: bool


def images(verdict: Verdict, stands: Stands) -> tuple[ImageShown, ...]:
    """Return the images in their order; the first of those that decide is open."""
    deciding = [index for index, image in enumerate(verdict.images) if image.verdict is verdict.verdict]
    is_open = deciding[0] if deciding else 0
    return tuple(_image(verdict, index, held, is_open=index == is_open) for index, held in enumerate(stands.by_image))


def _image(verdict: Verdict, index: int, stands: tuple[Stand, ...], *, is_open: bool) -> ImageShown:
    image = verdict.images[index]
    accepted = tuple(_accepted(verdict, image))
    rules = sorted(image.rules, key=lambda rule: _ORDER[rule.outcome])
    return ImageShown(
        label=summary.image_label(image),
        outcome=image.verdict.value,
        word=summary.WORDS[image.verdict],
        reason=one_line(image.reason, 1_000) or "no reason is given",
        hint=one_line(image.hint, 500),
        console=console_page(image) or "",
        identity=tuple(_labelled(identity(image))),
        scan=tuple(_scan(verdict, image)),
        rules=tuple(
            RuleShown(
                name=one_line(rule.name, 100),
                outcome=rule.outcome.value,
                word=summary.RULE_WORDS[rule.outcome],
                why=one_line(rule.why, 600),
                violated=rule.outcome in summary.VIOLATED and bool(rule.findings),
            )
            for rule in rules
        ),
        bars=severity_bars(verdict, image, stands),
        accepted=accepted[:_MOST_ACCEPTED],
        left_out=max(len(accepted) - _MOST_ACCEPTED, 0),
        is_open=is_open,
    )


def _labelled(facts: tuple[Fact, ...]) -> Iterator[Fact]:
    yield from ((f"{label[:1].upper()}{label[1:]}", text) for label, text in facts)


def _scan(verdict: Verdict, image: ImageVerdict) -> Iterator[Fact]:
    yield from _labelled(summary.scan_facts(image, verdict.judged_at))
    if image.scan is not None and image.scan.scanned_at is not None:
        yield "Last looked at", summary.moment(image.scan.scanned_at)
    if image.declared_counts:
        said = ", ".join(f"{count} {one_line(word, 40).lower()}" for word, count in image.declared_counts.items())
        yield "AWS counts", one_line(said, 300)
    for note in image.scan.notes if image.scan else ():
        yield "Note", one_line(note, 300)


def _accepted(verdict: Verdict, image: ImageVerdict) -> Iterator[Accepted]:
    for risk in details.accepted_risks(image):
        why = details.accepted_text(risk.by, verdict.judged_at)
        yield _shown("Ignored", risk.findings, why)
    for settled in details.settled_otherwise(image):
        yield _shown(settled.title, settled.findings, settled.why)


def _shown(title: str, findings: tuple[JudgedFinding, ...], why: str) -> Accepted:
    names = list(dict.fromkeys(map(details.finding_name, findings)))
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return Accepted(title=title, names=", ".join(names[:_MOST_NAMED]) + more, count=len(findings), why=why)
