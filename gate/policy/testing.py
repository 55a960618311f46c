"""Runs the `tests:` of a policy without AWS: made-up findings are judged, and what comes out is held against it."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta

from msgspec import Struct

from gate.model import (
    Cvss,
    Finding,
    FindingStatus,
    Fix,
    Image,
    Kev,
    Kind,
    Package,
    Scan,
    ScanState,
    Severity,
    keyed,
    stem,
)
from gate.policy.baseline import Compared
from gate.policy.cases import Case, CaseFinding
from gate.policy.evaluate import Beside, evaluate
from gate.policy.limits import judge_limits
from gate.policy.loaded import Loaded
from gate.policy.nodes import Mapping
from gate.policy.scores import IMPLIED
from gate.policy.verdict import BaselineUsed, Outcome, RuleOutcome, RuleVerdict, Sight, Verdict

_ACCOUNT = "123456789012"
_DIGEST = "sha256:" + "0" * 64
_WORST_FIRST = (Outcome.FAIL, Outcome.NO_VERDICT, Outcome.WARN)
_FIRED = {RuleOutcome.FAIL, RuleOutcome.WARN}
_UNKNOWN = "max.unknown"
_HARMLESS = "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L"


class CaseResult(Struct, frozen=True, kw_only=True):
    """How one test came out, and what it was held against."""

    name: str
    place: str
    expected: str
    got: str
    expected_by: tuple[str, ...] | None
    """The rules that should be violated; None where the test does not say."""
    got_by: tuple[str, ...]
    reason: str
    rules: tuple[RuleVerdict, ...]

    @property
    def passed(self) -> bool:
        """Whether everything that the test says came out."""
        return self.expected == self.got and self.expected_by in {None, self.got_by}


def run_cases(loaded: Loaded, now: datetime) -> tuple[CaseResult, ...]:
    """Judge every test of a policy, as of its own day, else as of `now` (aware, UTC)."""
    return tuple(_run(loaded, index, case, now) for index, case in enumerate(loaded.policy.tests))


def unfired(loaded: Loaded, results: tuple[CaseResult, ...]) -> tuple[str, ...]:
    """Return the limits and rules of a policy that no test makes fire, in the policy's order."""
    policy = loaded.policy
    judged = (*judge_limits(policy, ()), *(rule for result in results for rule in result.rules))
    named = [rule.name for rule in judged if _limits(rule)]
    named += [rule.name for rule in policy.rules]
    named += [rule.name for override in policy.overrides for rule in override.rules or ()]
    fired = {name for result in results for name in result.got_by}
    skipped = fired if _writes_unknown(loaded) else fired | {_UNKNOWN}
    return tuple(name for name in dict.fromkeys(named) if name not in skipped)


def _limits(rule: RuleVerdict) -> bool:
    return rule.max is not None and not rule.name.startswith("relaxations.")


def _writes_unknown(loaded: Loaded) -> bool:
    """Tell whether a file says itself what may be of unknown severity; 0 is what holds where none does."""
    limits = [layer.tree.get("max") for layer in loaded.layers]
    return any(isinstance(one, Mapping) and one.has("unknown") for one in limits)


def _run(loaded: Loaded, index: int, case: Case, now: datetime) -> CaseResult:
    if case.today is not None:
        now = datetime.combine(case.today, time(12), UTC)
    platforms = [one.plain for one in loaded.policy.scan.platforms or ()]
    chosen: list[str | None] = [case.platform] if case.platform else [*platforms] or [None]
    scans = tuple(_scan(case, platform, now) for platform in chosen)
    compared = tuple(_compared(case, scan, now) for scan in scans)
    judged = evaluate(loaded.used, scans, now, Beside(env=case.env, vex=loaded.statements, compared=compared))
    rules = tuple(rule for image in judged.images for rule in image.rules)
    violated = dict.fromkeys(rule.name for rule in rules if rule.outcome in _FIRED)
    got, reason = _outcome(judged)
    return CaseResult(
        name=case.name,
        place=loaded.place("tests", index),
        expected=case.expect,
        got=got.value,
        expected_by=tuple(sorted(set(case.by))) if case.by is not None else None,
        got_by=tuple(sorted(violated)),
        reason=reason,
        rules=rules,
    )


def _outcome(verdict: Verdict) -> tuple[Outcome, str]:
    """Return the worst verdict of the images, and why; what is said of the policy as a whole is no matter here."""
    for outcome in _WORST_FIRST:
        for image in verdict.images:
            if image.verdict is outcome:
                return outcome, image.reason
    warned = [one.text for one in verdict.warnings if one.image is not None]
    return (Outcome.WARN, warned[0]) if warned else (Outcome.PASS, verdict.images[0].reason)


def _scan(case: Case, platform: str | None, now: datetime) -> Scan:
    image = Image(
        target=f"{case.repository}:{case.tag}",
        source="ecr",
        registry=case.account or _ACCOUNT,
        region="eu-west-1",
        repository=case.repository,
        digest=_DIGEST,
        tags=(case.tag,),
        platform=platform,
    )
    scanned = now - timedelta(minutes=30)
    return Scan(
        image=image,
        state=ScanState.COMPLETE,
        kind=Kind(case.kind),
        status="COMPLETE",
        completed_at=scanned,
        data_at=scanned,
        captured_at=now,
        findings=keyed(_finding(one, case.kind, now) for one in case.findings),
    )


def _finding(made: CaseFinding, kind: str, now: datetime) -> Finding:
    is_basic = kind == "basic"
    packages = () if made.without_package else (_package(made, is_basic=is_basic),)
    kev = _kev(made, now)
    return Finding(
        key=stem(made.id, packages),
        id=made.id,
        aliases=made.aliases,
        severity=Severity(made.severity),
        aws_severity=made.severity.upper(),
        status=FindingStatus.SUPPRESSED if made.suppressed else FindingStatus.ACTIVE,
        fix=Fix(made.fix or ("unknown" if is_basic else "none")),
        title=made.id,
        scores=_scores(made),
        exploit=_known(made.exploit, harmless=None if is_basic else False),
        in_use=_known(made.in_use, harmless=None if is_basic else False),
        epss=None if made.epss == "unknown" else made.epss or 0.0,
        kev=kev,
        published=now - made.published.delta if made.published else None,
        first_seen=now - made.age.delta if made.age else None,
        packages=packages,
    )


def _known(said: bool | str | None, *, harmless: bool | None) -> bool | None:  # noqa: FBT001 - a fact or a word
    return harmless if said is None else None if isinstance(said, str) else said


def _package(made: CaseFinding, *, is_basic: bool) -> Package:
    return Package(
        name=made.package or "example",
        version=made.version or "1.0.0",
        type=made.package_type or (None if is_basic else "os"),
        path=made.path or (None if is_basic else "example"),
        fixed_in=made.fixed_in,
    )


def _scores(made: CaseFinding) -> tuple[Cvss, ...]:
    """Return the score that is named, else the lowest that its severity has."""
    if made.cvss == "unknown" or (made.cvss is None and made.severity == "unknown"):
        return ()
    score = made.cvss if isinstance(made.cvss, float) else IMPLIED[Severity(made.severity)]
    vector = made.vector or _HARMLESS
    version = vector.removeprefix("CVSS:").partition("/")[0] if vector.startswith("CVSS:") else "2.0"
    return (Cvss(score=score, version=version, source="inspector", vector=vector),)


def _kev(made: CaseFinding, now: datetime) -> Kev | None:
    if made.kev_due is None:
        return None if made.kev == "unknown" else Kev(listed=bool(made.kev))
    # NOTE: a due date ends with its day, so that what is due within seven days is due on the sixth after today.
    return Kev(listed=True, due=(now + made.kev_due.within).date() - timedelta(days=1))


def _compared(case: Case, scan: Scan, now: datetime) -> Compared:
    known = Counter(_finding(one, case.kind, now).key for one in case.findings if one.in_baseline)
    sights = {}
    for finding in scan.findings:
        # NOTE: of findings that share a key, and are numbered for it, as many are in the baseline as are said to be.
        key, _, number = finding.key.partition(" #")
        if known[key] >= int(number or 1):
            sights[finding.key] = Sight(
                severity=finding.severity,
                fix=finding.fix,
                exploit=finding.exploit,
                kev=finding.kev.listed if finding.kev else None,
                first_seen=finding.first_seen,
            )
    return Compared(used=BaselineUsed(target="the baseline of the test"), sights=sights)
