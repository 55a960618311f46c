"""Made-up findings and policies of any size, the same for the same size."""

from datetime import UTC, datetime, timedelta
from random import Random

from gate.model import Cvss, Finding, Fix, Image, Kev, Kind, Package, Scan, ScanState, Severity, keyed, stem

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
_RATED = tuple(Severity)[:5]
_CONDITIONS = (
    "{{severity: high+, cvss: {n}.5+}}",
    "{{epss: 0.{n}+, cvss: 7.0+}}",
    '{{package: "pkg{n}*"}}',
    "{{fix: available, published: {n}0d+}}",
    "{{kev: true, cvss: {n}.0+}}",
    "{{any: [{{exploit: true}}, {{cvss: 9.0+}}], not: {{package: pkg{n}}}}}",
)


def scan_of(count: int) -> Scan:
    """Return a complete scan with this many findings, in one to three packages each."""
    source = Random(count)  # noqa: S311 - the same numbers in every run
    image = Image(
        target="team/app:v1",
        source="ecr",
        registry="123456789012",
        region="eu-west-1",
        repository="team/app",
        digest="sha256:" + "ab" * 32,
        tags=("v1",),
    )
    hour = NOW - timedelta(hours=1)
    return Scan(
        image=image,
        state=ScanState.COMPLETE,
        kind=Kind.ENHANCED,
        status="COMPLETE",
        completed_at=hour,
        data_at=hour,
        captured_at=NOW,
        findings=keyed(_finding(source) for _ in range(count)),
    )


def policy_of(rules: int, entries: int) -> bytes:
    """Return a policy with so many rules and `ignore` entries, as YAML."""
    source = Random(rules * 100_003 + entries)  # noqa: S311 - as above
    lines = ["version: 1", "max: {critical: 1000000}"]
    lines += ["rules:"] if rules else []
    for number in range(rules):
        when = _CONDITIONS[number % len(_CONDITIONS)].format(n=1 + number // len(_CONDITIONS) % 9)
        lines += [f"- name: rule-{number}", "  max: 1000000", f"  when: {when}"]
    lines += ["ignore:"] if entries else []
    for number in range(entries):
        more = f"package: pkg{number % 3000}" if number % 3 else "unless: {severity: critical+}"
        lines.append(f"- {{id: {_id(source)}, {more}, reason: made up, owner: nobody, until: 2027-01-01}}")
    return "\n".join([*lines, ""]).encode()


def _id(source: Random) -> str:
    return f"CVE-20{source.randrange(10, 27)}-{source.randrange(10_000, 60_000)}"


def _finding(source: Random) -> Finding:
    name = _id(source)
    packages = tuple(
        Package(name=f"pkg{source.randrange(3000)}", version=f"1.{source.randrange(50)}", type="OS", fixed_in="2.0")
        for _ in range(source.choice((1, 1, 1, 2, 3)))
    )
    severity = source.choice(_RATED)
    score = Cvss(score=round(source.uniform(0.1, 10), 1), version="3.1", source="inspector", vector=_VECTOR)
    return Finding(
        key=stem(name, packages),
        id=name,
        severity=severity,
        aws_severity=severity.value.upper(),
        fix=source.choice(tuple(Fix)),
        title=f"{name} - {packages[0].name}",
        description="A made-up fault. " * 10,
        scores=(score,),
        exploit=source.random() < 0.1,
        epss=round(source.random(), 5),
        epss_source="inspector",
        kev=Kev(listed=source.random() < 0.01, source="inspector"),
        published=NOW - timedelta(days=source.randrange(900)),
        packages=packages,
        arn=f"arn:aws:inspector2:eu-west-1:123456789012:finding/{source.getrandbits(128):032x}",
    )
