"""Sample verdicts that the tests of all reports share: one for each way in which a judgement ends, one hostile."""

from typing import Any

from msgspec.structs import replace

from gate.errors import Exit
from gate.model import Cvss, Finding, Fix, Image, Package, Refusal, Scan, ScanState, Severity
from gate.policy.clauses import Budget, Ignore, Max
from gate.policy.document import Policy
from gate.policy.evaluate import Beside, evaluate
from gate.policy.scalars import Until
from gate.policy.verdict import Outcome, PolicyUsed, Setting, Upgrade, Verdict, Warned
from tests.builders import NOW, OTHER_DIGEST, finding, image, judge, package, policy, scan

REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
HOSTILE = (
    "\x1b[31mred\x1b[0m \x00\x07\x9b2J ]]> <script>alert(1)</script> & | `x` \ud800 \u202eevil\u2066 \u200b \ufeff"
    "\r\n::error::owned\n  ::set-output name=x::y\n##[error]owned\n##vso[task.complete result=Succeeded]\u2028 \u0085"
    " \ufffe \U000e0041"
)
ACCEPTED = Ignore(
    id="CVE-2026-0003",
    package="libxml2",
    reason="The XSLT module is not compiled in.",
    owner="team-payments",
    ticket="SEC-123",
    until=Until.parse("2026-12-31"),
)
POLICY = policy(
    name="payments",
    max=Max(critical=0, high=Budget(fixable=0, unfixable=5), medium=10),
    cvss_floor=9.0,
    ignore=(ACCEPTED,),
)


def flaw(
    vulnerability: str,
    severity: Severity,
    *packages: Package,
    score: float | None = 7.5,
    **fields: Any,
) -> Finding:
    """Return a finding with a score and, unless a package has none or `fix` is given, a fix."""
    held = packages or (openssl(),)
    fixes = [package.fixed_in for package in held]
    scores = () if score is None else (Cvss(score=score, version="3.1", source="nvd", vector="CVSS:3.1/AV:N/AC:L"),)
    filled = {
        "fix": Fix.FULL if all(fixes) else Fix.PARTIAL if any(fixes) else Fix.NONE,
        "scores": scores,
        "published": NOW.replace(month=9, day=1),
        "url": f"https://nvd.nist.gov/vuln/detail/{vulnerability}",
        **fields,
    }
    return finding(vulnerability, severity, packages=held, **filled)


def openssl(name: str = "openssl") -> Package:
    """Return a package that an upgrade fixes."""
    return package(name, version="3.0.2-0ubuntu1.10", fixed_in="3.0.2-0ubuntu1.18")


LOG4J = package("log4j-core", version="2.14.1", fixed_in="2.17.1", type="JAR", path="app/lib/log4j-core-2.14.1.jar")
SCORELESS = flaw("CVE-2026-0008", Severity.INFORMATIONAL, package("tar"), score=None, fix=Fix.UNKNOWN)
UNFIXABLE = flaw("CVE-2026-0007", Severity.MEDIUM, package("zlib", version="1.2.11"), score=5.5)
IGNORED = flaw("CVE-2026-0003", Severity.MEDIUM, package("libxml2", version="2.9.14", fixed_in="2.9.15"), score=5.9)
BAD = (
    flaw("CVE-2026-0001", Severity.CRITICAL, openssl(), openssl("libssl3"), score=9.8),
    flaw("CVE-2026-0002", Severity.CRITICAL, LOG4J, score=9.1),
    flaw("CVE-2026-0004", Severity.HIGH),
    flaw("CVE-2026-0005", Severity.HIGH, package("bash", version="5.1")),
)


def subject(repository: str = "payments/api", **fields: Any) -> Image:
    """Return an image in the sample registry."""
    target = f"{REGISTRY}/{repository}:v1.4.2"
    return image(**{"target": target, "repository": repository, "tags": ("v1.4.2",), **fields})


def scanned(*findings: Finding, **fields: Any) -> Scan:
    """Return a complete scan of the sample image."""
    filled = {"image": subject(), "status": "ACTIVE", "waited_seconds": 12.5, **fields}
    return scan(*findings, description="Continuous scan is selected for image.", **filled)


GOOD_SCAN = scanned(UNFIXABLE, IGNORED, SCORELESS)
BAD_SCAN = scanned(*BAD, UNFIXABLE, IGNORED)
FAILED_SCAN = Scan(
    image=subject("payments/worker", digest=OTHER_DIGEST),
    state=ScanState.FAILED,
    status="FAILED",
    description="The scan could not be completed.",
    reason="the scan failed; AWS says: The scan could not be completed.",
    hint="Push the image again, or ask AWS support.",
    captured_at=NOW,
)
REFUSED = Refusal(
    image=subject("secret/thing", digest=None),
    exit_code=int(Exit.REFUSED),
    reason="AWS refused ecr:DescribeImages",
    hint="Grant ecr:DescribeImages to the caller.",
)


def decided(rules: Policy, *scans: Scan | Refusal) -> Verdict:
    """Return the verdict of the sample policy's file over scans."""
    used = PolicyUsed(name=rules.name or "-", files=("policies/payments.yaml",), sha256="ab" * 32, resolved=rules)
    made = evaluate(used, scans, NOW, Beside(settings=(Setting(name="policy", variable="GATE_CHECK_POLICY"),)))
    return replace(made, gate="0.1.0")


def _hostile() -> Verdict:
    findings = (
        flaw(
            f"CVE-2026-6666 {HOSTILE}",
            Severity.CRITICAL,
            Package(name=HOSTILE, version=HOSTILE, fixed_in=HOSTILE, type=HOSTILE, path=HOSTILE),
            title=HOSTILE * 4,
            description=HOSTILE * 10,
            url=HOSTILE,
        ),
        flaw("", Severity.CRITICAL, Package(name="../../etc/passwd", version="", fixed_in="")),
        flaw("javascript:alert(1)", Severity.CRITICAL, package("C:\\x|y"), score=None, url="javascript:alert(1)"),
        flaw("A" * 3_000, Severity.CRITICAL, package("@scope/x" * 400), score=10.0),
        flaw("::error::CVE-2026-0003", Severity.LOW, package("😀")),
        flaw("\x1b[2JCVE-2026-0003", Severity.LOW, package("")),
        flaw("CVE-2026-0003", Severity.LOW, package("")),
        finding("CVE-2026-0009", Severity.LOW, packages=()),
    )
    accepted = Ignore(id="*CVE-2026-0003", reason=HOSTILE, owner=HOSTILE, ticket=HOSTILE, until=ACCEPTED.until)
    hostile_image = subject(
        f"evil/{HOSTILE}", target=f"./{HOSTILE}.json", source="saved", tags=(HOSTILE, "::warning::"), platform=HOSTILE
    )
    warned = scanned(
        *findings,
        image=hostile_image,
        status=HOSTILE,
        warnings=(HOSTILE, "::error::" * 200, "x" * 2_000),
        replayed=True,
        declared={HOSTILE: 1},
    )
    made = decided(replace(POLICY, name=HOSTILE, ignore=(accepted,)), warned)
    return replace(
        made,
        reason=f"{made.reason} {HOSTILE}",
        hint=HOSTILE,
        warnings=(*made.warnings, Warned(text=HOSTILE, image=None)),
        upgrades=(
            *made.upgrades,
            Upgrade(name=HOSTILE, type=HOSTILE, installed=(HOSTILE, ""), to=HOSTILE, clears=1, images=(0,)),
        ),
    )


def many(size: int = 10_000) -> Verdict:
    """Return a verdict over `size` findings, a tenth each critical, high and medium, and the rest low."""
    spread = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
    findings = (
        flaw(
            f"CVE-2026-{10_000 + n}",
            spread[min(n * 10 // size, 3)],
            package(f"package-{n % 400}", version=f"1.{n % 7}.0", fixed_in=f"1.{n % 7 + 1}.0"),
            score=round(9.9 - 9 * n / size, 1),
        )
        for n in range(size)
    )
    return decided(POLICY, scanned(*findings))


def many_ignored(size: int = 600) -> Verdict:
    """Return the failing sample with `size` ignored findings more."""
    more = (flaw(f"CVE-2025-{10_000 + n}", Severity.LOW, package("linux-libc-dev")) for n in range(size))
    headers = Ignore(package="linux-libc-dev", reason="Headers only.", owner="platform")
    return decided(replace(POLICY, ignore=(ACCEPTED, headers)), scanned(*BAD, *more))


def unfinished() -> Verdict:
    """Return the document that stands while a run is not finished."""
    return Verdict(
        gate="0.1.0",
        finished=False,
        judged_at=NOW,
        replayed=False,
        verdict=Outcome.NO_VERDICT,
        exit_code=int(Exit.NOT_YET),
        reason="the run did not finish",
        hint="Run the check again.",
    )


SAMPLES: dict[str, Verdict] = {
    "pass": decided(POLICY, GOOD_SCAN),
    "fail": decided(POLICY, BAD_SCAN),
    "warn": decided(replace(POLICY, mode="warn"), BAD_SCAN),
    "no_verdict": decided(POLICY, FAILED_SCAN),
    "hostile": _hostile(),
    "mixed": decided(
        POLICY,
        replace(BAD_SCAN, warnings=("AWS declares 1 finding less than it lists",)),
        replace(GOOD_SCAN, image=subject("payments/web", platform="linux/arm64")),
        FAILED_SCAN,
        REFUSED,
    ),
    "clean": judge(POLICY),
}
