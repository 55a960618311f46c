"""Judges a verdict document again from what it holds, so that one that was changed by hand is found out."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from gate.errors import Exit
from gate.model import Finding, Image, Refusal, Scan, Severity
from gate.policy.baseline import Compared
from gate.policy.evaluate import Beside, evaluate
from gate.policy.verdict import ImageVerdict, JudgedFinding, RuleVerdict, Verdict

_RATED = {severity.value.upper(): severity for severity in Severity}
COUNTS_DIFFER = "AWS's counts and its list differ"
"""How the warning of `check` begins where AWS's counts and its list differ and nothing is missing."""
_WITHOUT_FACTS = frozenset({Exit.NO_VERDICT, Exit.NOT_YET, Exit.REFUSED})


def disagreement(verdict: Verdict) -> str | None:
    """Return the first place in which the document does not agree with its own evidence and policy, or None.

    Decisions are compared; sentences only where this very version wrote them, since another may word things better.
    """
    if verdict.policy is None:
        return "it names no policy"
    for number, image in enumerate(verdict.images):
        if image.scan is None and image.exit_code not in _WITHOUT_FACTS:
            return f"images[{number}].exit_code is {image.exit_code}, which no image without a scan has"
        if lost := _lost(image):
            return f"images[{number}].declared_counts: {lost}"
    again = evaluate(verdict.policy, *evidence_of(verdict))
    return next(_differences(verdict, again), None)


def evidence_of(verdict: Verdict) -> tuple[tuple[Scan | Refusal, ...], datetime, Beside]:
    """Return everything beside the policy that a verdict document was made from, to judge it again."""
    beside = Beside(
        used=verdict.facts,
        vex=verdict.vex,
        compared=tuple(_compared(image) for image in verdict.images),
        env=verdict.env,
        settings=verdict.settings,
        warn_exit=verdict.warn_exit,
    )
    return tuple(map(scan_of, verdict.images)), verdict.judged_at, beside


def _compared(image: ImageVerdict) -> Compared | None:
    if image.baseline is None:
        return None
    return Compared(used=image.baseline, sights={one.key: one.sight for one in image.findings if one.sight})


def _lost(image: ImageVerdict) -> str:
    """Return how AWS's own counts exceed the findings listed, or nothing.

    They may cover only the first page, so that fewer say nothing; `check` warns of a difference that it can explain.
    """
    if (
        image.counts is None
        or image.scan is None
        or any(text.startswith(COUNTS_DIFFER) for text in image.scan.warnings)
    ):
        return ""
    declared: Counter[Severity] = Counter()
    for word, count in (image.declared_counts or {}).items():
        declared[_RATED.get(word, Severity.UNKNOWN)] += count
    listed = Counter(one.adjusted.before if one.adjusted else one.severity for one in image.findings)
    missing = declared - listed
    return ", ".join(f"{severity.value} {declared[severity]}, and {listed[severity]} listed" for severity in missing)


def scan_of(image: ImageVerdict) -> Scan | Refusal:
    """Return the facts that an image of a verdict document was judged from."""
    identity = Image(**{name: getattr(image, name) for name in Image.__struct_fields__})
    if image.scan is None:
        return Refusal(image=identity, exit_code=image.exit_code, reason=image.reason, hint=image.hint)
    facts = {name: getattr(image.scan, name) for name in image.scan.__struct_fields__}
    findings = tuple(map(_finding_of, image.findings))
    return Scan(image=identity, kind=image.kind, declared=image.declared_counts, findings=findings, **facts)


def _finding_of(judged: JudgedFinding) -> Finding:
    facts = {name: getattr(judged, name) for name in Finding.__struct_fields__}
    return Finding(**facts | ({"severity": judged.adjusted.before} if judged.adjusted else {}))


def _differences(seen: Verdict, again: Verdict) -> Iterator[str]:
    worded = ("reason",) if seen.gate == again.gate else ()
    for name in ("verdict", "exit_code", "replayed", "upgrades", "verdict_after_upgrades", *worded):
        if getattr(seen, name) != getattr(again, name):
            yield _text(name, getattr(seen, name), getattr(again, name))
    for number, (one, other) in enumerate(zip(seen.images, again.images, strict=True)):
        for place, said, judged in _image_differences(one, other, worded):
            yield _text(f"images[{number}].{place}", said, judged)


def _image_differences(
    one: ImageVerdict, other: ImageVerdict, worded: tuple[str, ...]
) -> Iterator[tuple[str, object, object]]:
    for name in ("verdict", "exit_code", "mode", "limits", "overrides", "counts", *worded):
        if getattr(one, name) != getattr(other, name):
            yield name, getattr(one, name), getattr(other, name)
    if [_of_rule(rule) for rule in one.rules] != [_of_rule(rule) for rule in other.rules]:
        yield "rules", "other rules or outcomes", "those that the policy makes"
    if list(map(_end_of, one.findings)) != list(map(_end_of, other.findings)):
        yield "findings", "other dispositions or order", "those that the policy makes"


def _of_rule(rule: RuleVerdict) -> tuple[object, ...]:
    return rule.name, rule.action, rule.outcome, rule.count, rule.max, rule.findings, rule.unknown


def _end_of(finding: JudgedFinding) -> tuple[object, ...]:
    return finding.key, finding.severity, finding.disposition, finding.cvss, finding.grace_until


def _text(place: str, seen: object, judged: object) -> str:
    words = [getattr(value, "value", value) for value in (seen, judged)]
    said, again = (word if isinstance(word, str | int | bool) else "another value" for word in words)
    return f"{place} is {said}, judged again it is {again}"
