"""A verdict in which everything happens that a report can show: the page of the HTML report is looked at with it."""

from datetime import date, timedelta

from msgspec.structs import replace

from gate.facts.known import DataUsed, FactsUsed
from gate.model import Cvss, Finding, Fix, Image, Kev, Package, Scan, Severity, stem
from gate.policy.baseline import Compared
from gate.policy.clauses import VexChoice
from gate.policy.evaluate import Beside, evaluate
from gate.policy.loader import loads
from gate.policy.scalars import Until
from gate.policy.verdict import BaselineUsed, PolicyUsed, Setting, Sight, Verdict
from gate.policy.vex_document import VexProduct, VexStatement
from tests.builders import NOW, scan
from tests.reports.samples import FAILED_SCAN, subject

INDEX = "sha256:" + "4e8f" * 16
POLICY = b"""\
version: 1
name: payments
max: {critical: 0, high: {fixable: 0, unfixable: 3}, medium: 12}
cvss_floor: 9.0
grace: {high: 14d, medium: 30d, reason: Time to rebuild., owner: platform, until: 2027-06-30}
baseline: {image: prod, judge: worse, reason: Judge the change., owner: platform, until: 2026-12-15}
rules:
  - {name: known-exploited, why: CISA lists it as exploited in the wild., when: {kev: true}}
  - {name: likely-exploited, when: {epss: 0.10+, cvss: 7.0+}, if_unknown: warn, action: warn}
  - name: old-fixable-mediums
    when: {severity: medium, fix: available, published: 60d+}
    action: warn
    enforce_from: 2026-12-01
ignore:
  - id: CVE-2026-31544
    package: libxml2
    reason: The XSLT module is not compiled in.
    owner: team-payments
    ticket: SEC-123
    since: 2026-09-01
    until: 2026-11-28
  - package: linux-libc-dev
    reason: Headers only.
    owner: platform
    until: 2027-03-01
    unless: {severity: critical+}
  - {id: CVE-2025-9999, reason: Waited for Debian., owner: team-payments, until: 2026-11-10}
relaxations: {require: [reason, owner, until], never: {kev: true}}
scan: {settle: 5m}
"""
_WORDS = {
    "openssl": ("3.0.15-1~deb12u1", "3.0.17-1~deb12u2", "OS"),
    "libssl3": ("3.0.15-1~deb12u1", "3.0.17-1~deb12u2", "OS"),
    "log4j-core": ("2.14.1", "2.17.1", "JAR"),
    "libxml2": ("2.9.14+dfsg-1.3~deb12u1", "2.9.14+dfsg-1.3~deb12u2", "OS"),
    "curl": ("7.88.1-10+deb12u8", "7.88.1-10+deb12u12", "OS"),
    "libexpat1": ("2.5.0-1+deb12u1", "2.5.0-1+deb12u2", "OS"),
    "zlib1g": ("1:1.2.13.dfsg-1", None, "OS"),
    "perl-base": ("5.36.0-7+deb12u1", None, "OS"),
    "linux-libc-dev": ("6.1.123-1", "6.1.140-1", "OS"),
    "jackson-databind": ("2.13.2", "2.13.4.2", "JAR"),
    "spring-web": ("5.3.18", "5.3.39", "JAR"),
    "netty-codec-http": ("4.1.86.Final", "4.1.108.Final", "JAR"),
    "bash": ("5.2.15-2+b7", None, "OS"),
    "tar": ("1.34+dfsg-1.2", None, "OS"),
}
_TEXTS = (
    "A crafted message makes the parser write past a buffer: who can send one may run code as the process.",
    "A certificate chain with a loop makes verification run without end, so that a peer can keep the process busy.",
    "Improper limits on nested input lead to a stack overflow: whoever controls the input can stop the service.",
)


def flaw(
    id: str,  # noqa: A002 - the field's name
    severity: Severity,
    score: float | None,
    epss: float | None,
    *names: str,
    days: int = 90,
    kev: Kev | None = None,
    exploit: bool | None = None,
) -> Finding:
    """Return a finding in packages known by their names, published so many days before NOW."""
    packages = tuple(
        Package(name=name, version=_WORDS[name][0], fixed_in=_WORDS[name][1], type=_WORDS[name][2], path=_path(name))
        for name in names
    )
    fixes = [package.fixed_in for package in packages]
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    number = int(id.rpartition("-")[2])
    return Finding(
        key=stem(id, packages),
        id=id,
        severity=severity,
        aws_severity=severity.value.upper(),
        title=f"{id} - {', '.join(names)}",
        description=_TEXTS[number % 3],
        scores=() if score is None else (Cvss(score=score, version="3.1", source="nvd", vector=vector),),
        fix=Fix.FULL if all(fixes) else Fix.PARTIAL if any(fixes) else Fix.NONE,
        epss=epss,
        epss_source=None if epss is None else "file",
        kev=kev or Kev(listed=False),
        exploit=exploit,
        published=NOW - timedelta(days=days),
        updated=NOW - timedelta(days=days // 2),
        packages=packages,
        url=f"https://nvd.nist.gov/vuln/detail/{id}",
        references=(f"https://security-tracker.debian.org/tracker/{id}",),
    )


def _path(name: str) -> str | None:
    return f"app/lib/{name}-{_WORDS[name][0]}.jar" if _WORDS[name][2] == "JAR" else None


C, H, M, L, I = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFORMATIONAL)  # noqa: E741
LISTED = Kev(listed=True, added=date(2021, 12, 10), due=date(2021, 12, 24))
DUE = Kev(listed=True, added=date(2026, 11, 5), due=date(2026, 11, 26))
NEW = (
    flaw("CVE-2021-44228", C, 10.0, 0.944, "log4j-core", days=1800, kev=LISTED, exploit=True),
    flaw("CVE-2026-21043", C, 9.8, 0.312, "openssl", "libssl3", days=40),
    flaw("CVE-2026-30117", H, 8.1, 0.084, "curl", days=26, kev=DUE, exploit=True),
    flaw("CVE-2026-22871", H, 7.5, 0.0121, "openssl", "libssl3", days=45),
    flaw("CVE-2026-28810", H, 7.5, 0.0049, "libexpat1", days=51),
    flaw("CVE-2026-33902", H, 8.8, 0.0312, "spring-web", days=6),
    flaw("CVE-2026-34001", H, 7.2, 0.0021, "netty-codec-http", days=9),
    flaw("CVE-2026-33671", M, 5.9, 0.0007, "jackson-databind", days=12),
    flaw("CVE-2026-34120", M, 6.1, 0.0011, "curl", days=17),
    flaw("CVE-2026-31544", M, 5.9, 0.0016, "libxml2", days=60),
    flaw("CVE-2026-29988", M, 6.5, 0.0240, "openssl", "libssl3", days=70),
    flaw("CVE-2026-40001", H, 7.8, None, "bash", days=75),
)
OLD = (
    flaw("CVE-2023-45853", C, 9.8, 0.0063, "zlib1g", days=770),
    flaw("CVE-2023-31484", H, 8.1, 0.0106, "perl-base", days=900),
    flaw("CVE-2022-42003", H, 7.5, 0.0032, "jackson-databind", days=1100),
    flaw("CVE-2025-11187", M, 6.1, 0.0004, "openssl", days=200),
    flaw("CVE-2022-48303", M, 5.5, 0.0002, "tar", days=1300),
    *(
        flaw(f"CVE-2025-{38000 + 7 * n}", M if n % 3 else H, 5.5 + n % 3, 0.0001 * (n + 1), "linux-libc-dev")
        for n in range(18)
    ),
    *(
        flaw(f"CVE-2024-{26000 + 11 * n}", L, 2.5 + n % 4 / 2, 0.0003 * (n + 1), ("perl-base", "tar", "bash")[n % 3])
        for n in range(9)
    ),
    flaw("CVE-2011-3374", I, None, 0.0008, "tar", days=2500),
)
OWN_VEX = VexChoice(
    files=("security/app.vex.json",), reason="Our own analysis.", owner="security", until=Until.parse("2027-01-31")
)
BEFORE = Compared(
    used=BaselineUsed(target="payments/api:prod", digest="sha256:" + "77aa" * 16, captured_at=NOW - timedelta(hours=1)),
    sights={finding.key: Sight(severity=finding.severity, fix=finding.fix, kev=False) for finding in OLD},
)
VEX = VexStatement(
    file="security/app.vex.json",
    author="security@example.com",
    timestamp=NOW - timedelta(days=3),
    status="not_affected",
    ids=("CVE-2023-45853",),
    products=(VexProduct(purls=("pkg:deb/debian/zlib1g",)),),
    justification="vulnerable_code_not_present",
    note="MiniZip is not built.",
)


def showcase() -> Verdict:
    """Return the verdict: two platforms of one index against a baseline, an older image, and one whose scan failed."""
    amd, arm = (_platform(name, extra) for name, extra in (("linux/amd64", NEW), ("linux/arm64", NEW[1:])))
    web = scan(*OLD[3:6], image=subject("payments/web"), status="ACTIVE")
    return _judged((amd, arm, web, FAILED_SCAN), (BEFORE, BEFORE, BEFORE, None))


def single() -> Verdict:
    """Return the verdict over the first of these images alone: what README shows."""
    return _judged((_platform("linux/amd64", NEW),), (BEFORE,))


def _judged(scans: tuple[Scan, ...], compared: tuple[Compared | None, ...]) -> Verdict:
    # NOTE: the loader would look for the file of VEX statements, and there is none.
    rules = replace(loads(POLICY, file="policies/payments.yaml").policy, vex=OWN_VEX)
    used = PolicyUsed(name="payments", files=("policies/payments.yaml",), sha256="ab" * 32, resolved=rules)
    facts = FactsUsed(
        kev=DataUsed(file="kev.json", sha256="cd" * 32, dated=NOW - timedelta(days=1), entries=1_482),
        epss=DataUsed(file="epss.csv.gz", sha256="ef" * 32, dated=NOW - timedelta(hours=9), entries=301_220),
    )
    settings = (Setting(name="policy", variable="GATE_CHECK_POLICY"),)
    beside = Beside(used=facts, vex=(VEX,), compared=compared, env="prod", settings=settings)
    return replace(evaluate(used, scans, NOW, beside), gate="1.0.0")


def _platform(name: str, new: tuple[Finding, ...]) -> Scan:
    digest = "sha256:" + ("c0de" if "amd" in name else "beef") * 16
    image: Image = subject("payments/api", digest=digest, index_digest=INDEX, platform=name)
    return scan(*new, *OLD, image=image, status="ACTIVE", waited_seconds=12.5)
