"""What would turn a verdict: upgrades, accepted risks, higher limits; each is tried by judging again."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from gate.model import Scan
from gate.plain import one_line
from gate.policy.clauses import Ignore
from gate.policy.document import Policy
from gate.policy.evaluate import evaluate
from gate.policy.raising import raised
from gate.policy.rejudge import evidence_of
from gate.policy.scalars import Until
from gate.policy.upgrades import is_clearable, violating
from gate.policy.verdict import ImageVerdict, JudgedFinding, Outcome, PolicyUsed, RuleOutcome, RuleVerdict, Verdict
from gate.policy.versions import highest

_VIOLATED = {RuleOutcome.FAIL, RuleOutcome.WARN}
_DAYS = 90
"""How long a risk is accepted in what is tried, where the policy allows no less."""
_MOST_NAMED = 3
_BETTER = {Outcome.FAIL: 0, Outcome.NO_VERDICT: 1, Outcome.WARN: 2, Outcome.PASS: 3}


class Change(Struct, frozen=True, kw_only=True):
    """Something to do, and what the verdict is then."""

    text: str
    verdict: Outcome
    """Of the whole run, after the change."""
    image: Outcome
    """Of the image."""
    reason: str
    """Why the image, or else the run, is no better."""
    turns: bool
    """Whether the run's verdict is better than before."""
    turns_image: bool
    """Whether the image's is."""


class _Tried(Struct, frozen=True, kw_only=True):
    text: str
    policy: Policy
    """The policy with the change in it."""
    without: frozenset[tuple[int, str]] = frozenset()
    """The findings that are gone then: the image's index and the finding's key."""


class Changes:
    """The changes that would turn a verdict; what is the same for all findings is tried once."""

    def __init__(self, verdict: Verdict) -> None:
        """Try nothing yet."""
        assert verdict.policy is not None  # noqa: S101 - the command refuses an unfinished document
        self._verdict = verdict
        self._used: PolicyUsed = verdict.policy
        self._policy = verdict.policy.resolved
        most = self._policy.relaxations.max_days
        self._until: date = verdict.judged_at.date() + timedelta(days=min(_DAYS, most or _DAYS))

    def of(self, image: int, index: int) -> tuple[Change, ...]:
        """Return what would turn the verdict as far as it hangs on one finding; what does comes first.

        One change alone where one is enough; where none is, all of a kind together too. Nothing for a finding that
        violates nothing.
        """
        judged = self._verdict.images[image]
        if index not in violating(judged):
            return ()
        singles = tuple(self._singles(image, judged.findings[index], index))
        found = [self._judged(image, one) for one in singles]
        if not any(one.turns for one in found):
            done = [(one.policy, one.without) for one in singles]
            found += [self._judged(image, one) for one in self._together if (one.policy, one.without) not in done]
        return tuple(sorted(found, key=lambda change: (not change.turns, not change.turns_image)))

    def _judged(self, image: int, tried: _Tried) -> Change:
        scans, now, beside = evidence_of(self._verdict)
        left = tuple(
            replace(scan, findings=tuple(one for one in scan.findings if (number, one.key) not in tried.without))
            if isinstance(scan, Scan)
            else scan
            for number, scan in enumerate(scans)
        )
        found = evaluate(replace(self._used, resolved=tried.policy), left, now, beside)
        before, after = self._verdict.images[image], found.images[image]
        turns_image = _BETTER[after.verdict] > _BETTER[before.verdict]
        return Change(
            text=tried.text,
            verdict=found.verdict,
            image=after.verdict,
            reason=found.reason if turns_image else after.reason,
            turns=_BETTER[found.verdict] > _BETTER[self._verdict.verdict],
            turns_image=turns_image,
        )

    def _singles(self, image: int, finding: JudgedFinding, index: int) -> Iterator[_Tried]:
        judged = self._verdict.images[image]
        if is_clearable(finding):
            yield self._upgrade(image, finding)
        if finding.id.strip():
            yield self._ignoring((finding.id,), one_line(finding.id, 60))
        for rule in _violated(judged):
            if index in rule.findings and (found := raised(self._policy, [(judged, rule)])):
                yield _Tried(text=found[0], policy=found[1])

    @cached_property
    def _together(self) -> tuple[_Tried, ...]:
        """Each kind of change for everything that violates, in all images."""
        images = self._verdict.images
        violated = [one.findings[index] for one in images for index in violating(one)]
        tried = [self._upgrades()] if self._verdict.upgrades else []
        found = raised(self._policy, [(one, rule) for one in images for rule in _violated(one)])
        tried += [_Tried(text=found[0], policy=found[1])] if found else []
        ids = tuple(dict.fromkeys(one.id for one in violated if one.id.strip()))
        tried += [self._ignoring(ids, f"all {len(ids)} vulnerabilities that violate")] if len(ids) > 1 else []
        return tuple(tried)

    def _upgrades(self) -> _Tried:
        upgrades = self._verdict.upgrades
        names = ", ".join(one_line(one.name, 60) for one in upgrades[:_MOST_NAMED])
        more = f" and {len(upgrades) - _MOST_NAMED} more" if len(upgrades) > _MOST_NAMED else ""
        gone = frozenset(
            (number, one.findings[index].key)
            for number, one in enumerate(self._verdict.images)
            for index in violating(one)
            if is_clearable(one.findings[index])
        )
        return _Tried(text=f"make all upgrades: {names}{more}", policy=self._policy, without=gone)

    def _upgrade(self, image: int, finding: JudgedFinding) -> _Tried:
        """Return the upgrade of a finding's packages, with all that it clears in the image."""
        targets: dict[tuple[str, str | None], list[str]] = {}
        for package in finding.packages:
            targets.setdefault((package.name, package.type), [])
        cleared = [
            one
            for one in self._verdict.images[image].findings
            if is_clearable(one) and all((package.name, package.type) in targets for package in one.packages)
        ]
        for one in cleared:
            for package in one.packages:
                targets[package.name, package.type].append(str(package.fixed_in))
        texts = [f"{one_line(name, 80)} to {one_line(highest(to), 60)}" for (name, _), to in targets.items()]
        count = f"{len(cleared)} {'finding' if len(cleared) == 1 else 'findings'}"
        return _Tried(
            text=f"upgrade {' and '.join(texts)} (clears {count})",
            policy=self._policy,
            without=frozenset((image, one.key) for one in cleared),
        )

    def _ignoring(self, ids: tuple[str, ...], what: str) -> _Tried:
        until = Until(self._until, fixed=False)
        entry = Ignore(id=ids, reason="tried by explain", owner="-", ticket="-", until=until)
        words = ", ".join(word for word in self._policy.relaxations.require if word != "until")
        asked = f" (which takes {words})" if words else ""
        policy = replace(self._policy, ignore=(*self._policy.ignore, entry))
        return _Tried(text=f"ignore {what} until {self._until}{asked}", policy=policy)


def _violated(image: ImageVerdict) -> list[RuleVerdict]:
    return [rule for rule in image.rules if rule.outcome in _VIOLATED]
