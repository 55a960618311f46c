"""Verdicts whose every text is drawn from bytes, as evidence, policies and command lines could bring them."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from fuzz.draw import Drawn
from gate.model import Cvss, Finding, FindingStatus, Fix, Image, Kev, Kind, Package, Refusal, Scan, ScanState, Severity
from gate.policy.clauses import Budget, Grace, Ignore, Justification, Max
from gate.policy.document import Policy
from gate.policy.loader import loads
from gate.policy.scalars import Duration, Until
from gate.policy.verdict import Setting, Upgrade, Verdict, Warned
from tests.builders import DIGEST, NOW, OTHER_DIGEST, finding, image, judge, policy, scan

_URLS = ("https://nvd.nist.gov/vuln/detail/CVE-2026-1000", "http://example.com/", "https://example.com/%zz|`x`<>")
_RULE = loads(b"version: 1\nrules: [{name: x, when: {severity: high+}, action: warn}]\n", file="x").policy.rules[0]
_MOMENTS = (
    *(NOW - timedelta(days=days) for days in (1, 40, 400)), None, NOW, NOW + timedelta(days=9),
    datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), datetime(999, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
)  # fmt: skip
_DAYS = tuple(moment and moment.date() for moment in _MOMENTS)
_UNTIL = tuple(Until(day=day, fixed=fixed) for day in _DAYS if day for fixed in (True, False))
_JUSTIFICATIONS: tuple[Justification | None, ...] = ("component_not_present", "inline_mitigations_already_exist", None)


def drawn_verdict(drawn: Drawn) -> Verdict:
    """Return a verdict over up to three images that is true to itself."""
    rules = _policy(drawn)
    listed = drawn.several(lambda: _finding(drawn), 5)
    scans = [_scan(drawn, listed) for _ in range(1 + drawn.byte() % 3)]
    settings = drawn.several(lambda: Setting(name=drawn.text(), variable=drawn.text()), 2)
    return judge(rules, *scans, env=drawn.maybe(drawn.text), settings=settings, warn_exit=drawn.flag())


def overwritten(verdict: Verdict, drawn: Drawn) -> Verdict:
    """Return the verdict with hostile text where the gate writes its own, as a document of another's may have it."""
    text = drawn.text()
    images = tuple(
        replace(
            one,
            reason=drawn.text(),
            hint=drawn.text(),
            rules=tuple(replace(rule, name=drawn.text() or rule.name, why=drawn.text()) for rule in one.rules),
        )
        for one in verdict.images
    )
    upgrade = Upgrade(
        name=drawn.text(), type=drawn.maybe(drawn.text), installed=(text,), to=text, clears=1, images=(0,)
    )
    return replace(
        verdict,
        gate=drawn.text(),
        reason=text,
        hint=drawn.text(),
        images=images,
        upgrades=(*verdict.upgrades, upgrade),
        warnings=(*verdict.warnings, Warned(text=text, image=0), Warned(text=drawn.text(), image=None)),
    )


def _policy(drawn: Drawn) -> Policy:
    entry = Ignore(
        id=drawn.one_of(("CVE-2026-1*", "*")),
        reason=_said(drawn),
        owner=drawn.maybe(lambda: _said(drawn)),
        ticket=drawn.maybe(lambda: _said(drawn)),
        justification=drawn.one_of(_JUSTIFICATIONS),
        since=drawn.one_of(_DAYS),
        until=drawn.one_of((None, Until(day=None, fixed=True), *_UNTIL)),
    )
    rule = replace(_RULE, name=_said(drawn), why=_said(drawn))
    return policy(
        name=drawn.maybe(lambda: _said(drawn)),
        mode=drawn.one_of(("enforce", "warn")),
        max=Max(critical=0, high=Budget(fixable=drawn.byte() % 3), unknown="unlimited"),
        grace=Grace(high=Duration(drawn.one_of((1, 86_400, 3_153_600_000)))) if drawn.flag() else None,
        rules=(rule,) if drawn.flag() else (),
        ignore=(entry,) if drawn.flag() else (),
    )


def _said(drawn: Drawn) -> str:
    """Return a text as the loader lets it into a policy."""
    return drawn.text()[:2_000] or "said"


def _package(drawn: Drawn) -> Package:
    kinds = (None, "OS", "JAR", "NPM", "GOMOD", "PIP", "COMPOSER", "GENERIC", drawn.listed())
    return Package(
        name=drawn.listed(),
        version=drawn.maybe(drawn.listed),
        fixed_in=drawn.maybe(drawn.listed),
        type=drawn.one_of(kinds),
        path=drawn.maybe(drawn.listed),
        arch=drawn.maybe(drawn.listed),
    )


def _finding(drawn: Drawn) -> Finding:
    score = Cvss(score=drawn.byte() % 101 / 10, version=drawn.listed(), source=drawn.listed(), vector=drawn.listed())
    return finding(
        drawn.one_of(("CVE-2026-1000", "CVE-2026-1001", "GHSA-aaaa-bbbb-cccc", drawn.listed())),
        drawn.one_of(tuple(Severity)),
        packages=drawn.several(lambda: _package(drawn), 3),
        title=drawn.listed(),
        description=drawn.listed(),
        url=drawn.one_of((None, drawn.listed(), *_URLS)),
        references=drawn.several(drawn.listed, 2),
        aliases=drawn.several(drawn.listed, 2),
        cwes=drawn.several(drawn.listed, 2),
        fix=drawn.one_of(tuple(Fix)),
        status=drawn.one_of((FindingStatus.ACTIVE, FindingStatus.ACTIVE, *FindingStatus)),
        aws_severity=drawn.listed(),
        epss=drawn.maybe(lambda: drawn.byte() / 255),
        kev=drawn.maybe(lambda: Kev(listed=drawn.flag(), added=drawn.one_of(_DAYS), due=drawn.one_of(_DAYS))),
        exploit=drawn.maybe(drawn.flag),
        published=drawn.one_of(_MOMENTS),
        first_seen=drawn.one_of(_MOMENTS),
        updated=drawn.one_of(_MOMENTS),
        scores=(score,) if drawn.flag() else (),
    )


def _image(drawn: Drawn) -> Image:
    return image(
        target=drawn.text() or "team/app:v1",
        repository=drawn.one_of(("team/app", None, drawn.text())),
        registry=drawn.one_of(("123456789012", None, drawn.text())),
        region=drawn.one_of(("eu-west-1", None, drawn.text())),
        digest=drawn.one_of((DIGEST, OTHER_DIGEST, None, drawn.text())),
        index_digest=drawn.one_of((None, OTHER_DIGEST, drawn.text())),
        tags=drawn.several(drawn.text, 2),
        platform=drawn.one_of((None, "linux/arm64", drawn.text())),
        arn=drawn.one_of((None, "arn:aws:imagebuilder:eu-west-1:123456789012:image/web/1.2.3/4", drawn.text())),
    )


def _scan(drawn: Drawn, listed: tuple[Finding, ...]) -> Scan | Refusal:
    if drawn.byte() % 8 == 1:
        return Refusal(image=_image(drawn), exit_code=drawn.one_of((3, 4, 5)), reason=drawn.text(), hint=drawn.text())
    return scan(
        *listed,
        image=_image(drawn),
        state=drawn.one_of((ScanState.COMPLETE,) * 6 + tuple(ScanState)),
        kind=drawn.one_of(tuple(Kind)),
        status=drawn.maybe(drawn.text),
        description=drawn.maybe(drawn.text),
        reason=drawn.text(),
        hint=drawn.text(),
        warnings=drawn.several(drawn.text, 2),
        declared=drawn.maybe(lambda: {drawn.text(): 0}),
        waited_seconds=float(drawn.byte()) * drawn.one_of((1, 1, 1e300)),
        completed_at=drawn.one_of(_MOMENTS),
        data_at=drawn.one_of(_MOMENTS),
        ready_since=drawn.one_of(_MOMENTS),
        captured_at=drawn.one_of(_MOMENTS),
        scanned_at=drawn.one_of(_MOMENTS),
    )
