"""The `intoto` report: an unsigned in-toto Statement that says how the images of a verdict fared, for others to sign.

Source: https://github.com/in-toto/attestation, spec/v1/statement.md and spec/predicates/test-result.md. Whoever reads a
statement takes it for all of its subjects, so it is about what holds for all of them: it is not written when an image
has no verdict or no digest, and a rule's outcome is its worst one. What could not have failed is never PASSED.
"""

import re
from typing import Literal

import msgspec
from msgspec import Struct, field

from gate.policy.verdict import ImageVerdict, Outcome, PolicyUsed, RuleOutcome, Verdict
from gate.reports.image_names import pinned, sha256_of
from gate.reports.sarif_names import distinct

_RESULTS: dict[Outcome, Literal["PASSED", "WARNED", "FAILED"]] = {
    Outcome.PASS: "PASSED",
    Outcome.WARN: "WARNED",
    Outcome.FAIL: "FAILED",
}
_WORST_FIRST = (RuleOutcome.FAIL, RuleOutcome.WARN, RuleOutcome.PASS)
_SCAN_RULE = "scan-complete"
_HEXADECIMAL = re.compile(r"[0-9a-f]{64}")
_ENCODER = msgspec.json.Encoder()


class DigestSet(Struct, frozen=True, kw_only=True):
    """What identifies bytes."""

    sha256: str


class ResourceDescriptor(Struct, frozen=True, kw_only=True):
    """A thing by name and digest."""

    name: str
    digest: DigestSet


class TestResult(Struct, frozen=True, kw_only=True, rename="camel"):
    """The predicate: how it came out, by which policy, and each rule by its name."""

    result: Literal["PASSED", "WARNED", "FAILED"]
    configuration: tuple[ResourceDescriptor, ...]
    passed_tests: tuple[str, ...]
    warned_tests: tuple[str, ...]
    failed_tests: tuple[str, ...]


class Statement(Struct, frozen=True, kw_only=True, rename="camel"):
    """What is said, and about what."""

    kind: Literal["https://in-toto.io/Statement/v1"] = field(name="_type")
    subject: tuple[ResourceDescriptor, ...]
    predicate_type: Literal["https://in-toto.io/attestation/test-result/v0.1"]
    predicate: TestResult


def render(verdict: Verdict) -> str:
    """Return the statement; the empty string, which means no file, where none can be made about all that was asked."""
    result, subjects = _RESULTS.get(verdict.verdict), _subjects(verdict.images)
    policy = verdict.policy
    has_verdicts = all(image.verdict is not Outcome.NO_VERDICT for image in verdict.images)
    if (
        result is None
        or not subjects
        or not has_verdicts
        or policy is None
        or not _HEXADECIMAL.fullmatch(policy.sha256)
    ):
        return ""
    if result == "PASSED" and not all(map(_could_fail, verdict.images)):
        result = "WARNED"
    tests = _tests(verdict.images)
    statement = Statement(
        kind="https://in-toto.io/Statement/v1",
        subject=subjects,
        predicate_type="https://in-toto.io/attestation/test-result/v0.1",
        predicate=TestResult(
            result=result,
            configuration=(_configuration(policy),),
            passed_tests=tests[RuleOutcome.PASS],
            warned_tests=tests[RuleOutcome.WARN],
            failed_tests=tests[RuleOutcome.FAIL],
        ),
    )
    return _ENCODER.encode(statement).decode() + "\n"


def _subjects(images: tuple[ImageVerdict, ...]) -> tuple[ResourceDescriptor, ...]:
    """Return every digest judged, and that of each index whose images all were; none if an image has no digest."""
    found: dict[str, str] = {}
    for image in images:
        digits = sha256_of(image.digest)
        if digits is None:
            return ()
        found.setdefault(digits, pinned(image, image.digest))
        index = None if image.narrowed else sha256_of(image.index_digest)
        if index is not None:
            found.setdefault(index, pinned(image, image.index_digest))
    return tuple(ResourceDescriptor(name=name, digest=DigestSet(sha256=digits)) for digits, name in found.items())


def _could_fail(image: ImageVerdict) -> bool:
    """Tell whether an image was judged by anything that could have failed it."""
    asked = (rule for rule in image.rules if rule.name != _SCAN_RULE and rule.outcome is not RuleOutcome.SKIPPED)
    return image.mode == "enforce" and any(rule.action == "fail" for rule in asked)


def _tests(images: tuple[ImageVerdict, ...]) -> dict[RuleOutcome, tuple[str, ...]]:
    """Return the names of the rules by how they came out in the image where they fared worst, in the policy's order."""
    outcomes: dict[str, set[RuleOutcome]] = {}
    for image in images:
        for rule in image.rules:
            outcomes.setdefault(distinct(rule.name, 200), set()).add(rule.outcome)
    found: dict[RuleOutcome, list[str]] = {outcome: [] for outcome in _WORST_FIRST}
    for name, seen in outcomes.items():
        worst = next((outcome for outcome in _WORST_FIRST if outcome in seen), None)
        if worst is not None:
            found[worst].append(name)
    return {outcome: tuple(names) for outcome, names in found.items()}


def _configuration(policy: PolicyUsed) -> ResourceDescriptor:
    return ResourceDescriptor(name=distinct(policy.name, 200), digest=DigestSet(sha256=policy.sha256))
