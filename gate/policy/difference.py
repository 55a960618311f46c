"""What another policy would change over the same evidence: images with another verdict, findings that end elsewhere."""

from collections.abc import Iterator

from msgspec import Struct

from gate.policy.verdict import ImageVerdict, JudgedFinding, RuleOutcome, Verdict

_VIOLATED = {RuleOutcome.FAIL, RuleOutcome.WARN}


class FindingChange(Struct, frozen=True, kw_only=True):
    """A finding that ends elsewhere, or with another severity."""

    id: str
    before: str
    after: str
    why_before: str
    why_after: str


class ImageChange(Struct, frozen=True, kw_only=True):
    """What changes for one image."""

    image: int
    """Its index in both verdicts."""
    before: str
    after: str
    why_before: str
    why_after: str
    begins: tuple[str, ...]
    """The rules that begin to be violated."""
    ends: tuple[str, ...]
    """The rules that are violated no more."""
    findings: tuple[FindingChange, ...]

    @property
    def changes_verdict(self) -> bool:
        """Whether the image's verdict is another."""
        return self.before != self.after


def difference(old: Verdict, new: Verdict) -> tuple[ImageChange, ...]:
    """Return what changes from one verdict to another over the same evidence; nothing where nothing does."""
    pairs = zip(old.images, new.images, strict=True)
    changes = (_image_change(number, one, other) for number, (one, other) in enumerate(pairs))
    return tuple(change for change in changes if change is not None)


def unjudged(old: Verdict, new: Verdict) -> tuple[int, ...]:
    """Return the images of which neither verdict says anything, by their indexes: nothing can be compared there."""
    pairs = zip(old.images, new.images, strict=True)
    return tuple(number for number, pair in enumerate(pairs) if all(image.counts is None for image in pair))


def _image_change(number: int, old: ImageVerdict, new: ImageVerdict) -> ImageChange | None:
    broken = [{rule.name: None for rule in one.rules if rule.outcome in _VIOLATED} for one in (old, new)]
    findings = tuple(_finding_changes(old, new))
    begins = tuple(name for name in broken[1] if name not in broken[0])
    ends = tuple(name for name in broken[0] if name not in broken[1])
    if not (findings or begins or ends or old.verdict is not new.verdict):
        return None
    return ImageChange(
        image=number,
        before=old.verdict.value,
        after=new.verdict.value,
        why_before=old.reason,
        why_after=new.reason,
        begins=begins,
        ends=ends,
        findings=findings,
    )


def _finding_changes(old: ImageVerdict, new: ImageVerdict) -> Iterator[FindingChange]:
    before = {finding.key: finding for finding in old.findings}
    for finding in new.findings:
        was = before.get(finding.key)
        if was is not None and _end(was) != _end(finding):
            yield FindingChange(
                id=finding.id, before=_end(was), after=_end(finding), why_before=_why(was), why_after=_why(finding)
            )


def _end(finding: JudgedFinding) -> str:
    return f"{finding.disposition.value} as {finding.severity.value}"


def _why(finding: JudgedFinding) -> str:
    """Return what settled a finding and, where the policy rates it, by which entry."""
    adjusted = finding.adjusted
    rated = f"; rated {finding.severity.value} by severity.adjust entry {adjusted.by + 1}" if adjusted else ""
    return f"{finding.settled_by}{rated}"
