"""The JUnit report: a suite for each image, a case for each rule, and a skipped case for each ignored finding."""

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from gate.plain import one_line
from gate.policy.verdict import ImageVerdict, JudgedFinding, Outcome, RuleOutcome, RuleVerdict, Verdict
from gate.policy.wording import UNUSED_REMEDY
from gate.reports import details, summary
from gate.reports.junit_file import Case, Result, Suite, write

MOST_CASES = 500
"""AWS CodeBuild reads no more (docs.aws.amazon.com, "Test reports")."""
_MOST_LISTED = 20
_LONGEST_TEXT = 3_000
_LONGEST_NAME = 250
_CLASS = "scan-gate"
_SCAN = "scan-complete"
_RESULTS = {
    RuleOutcome.PASS: Result.PASS,
    # NOTE: a failure would turn the job's test widget red under a policy that cannot fail, and a pass would hide what
    # was found: readers show the text of a skipped case.
    RuleOutcome.WARN: Result.SKIPPED,
    RuleOutcome.FAIL: Result.FAILURE,
    RuleOutcome.SKIPPED: Result.SKIPPED,
    RuleOutcome.NO_VERDICT: Result.ERROR,
}
_URGENT = (Result.FAILURE, Result.ERROR)


def render(verdict: Verdict) -> str:
    """Return the report: a violated rule is a failure, a missing verdict an error, an ignored finding a skipped case.

    Names hold no version, date, count or tag, so that the same case is the same in the next run.
    """
    names = _unique(_suite_names(verdict))
    suites = tuple(_suite(verdict, index, name) for index, name in enumerate(names))
    whole = (*suites, *_run_suite(verdict, suites))
    comment = summary.CANNOT_FAIL if summary.cannot_fail(verdict) else ""
    unnamed = sum(max(len(_ignored(image)) - MOST_CASES, 0) for image in verdict.images)
    return write(_limited(verdict, whole, unnamed), comment=comment)


def _suite_names(verdict: Verdict) -> Iterator[str]:
    places = [" ".join(one_line(word, 60) for word in (i.registry, i.region) if word) for i in verdict.images]
    several = summary.are_several(verdict.images)
    for image, place in zip(verdict.images, places, strict=True):
        prefix = f"{place} " if several and place else ""
        yield _named(f"{prefix}{summary.stable_name(image)}")


def _suite(verdict: Verdict, index: int, name: str) -> Suite:
    image = verdict.images[index]
    classname = f"{_CLASS}.{name}"
    cases = [*_rule_cases(verdict, index, classname), *_ignored_cases(image, f"{classname}.ignored")]
    return Suite(
        name=f"{_CLASS} {name}",
        cases=tuple(_numbered(cases)),
        timestamp=_timestamp(verdict),
        properties=_properties(verdict, image),
        output="\n".join(summary.opening(verdict)),
    )


def _rule_cases(verdict: Verdict, index: int, classname: str) -> Iterator[Case]:
    image = verdict.images[index]
    scan = [rule for rule in image.rules if rule.name == _SCAN]
    yield _scan_case(image, scan[0] if scan else None, classname)
    for rule in image.rules:
        if rule.name != _SCAN:
            yield _rule_case(verdict, index, rule, classname)
    if image.verdict is Outcome.FAIL and not any(rule.outcome is RuleOutcome.FAIL for rule in image.rules):
        yield _case(classname, "verdict", Result.FAILURE, _reason(image), kind="verdict")


def _scan_case(image: ImageVerdict, rule: RuleVerdict | None, classname: str) -> Case:
    """Return the case that is always there: an error whenever the image has no verdict, whatever its rules say."""
    waited = image.scan.waited_seconds if image.scan else 0.0
    if image.verdict is Outcome.NO_VERDICT:
        hint = f"\nTo do: {one_line(image.hint)}" if image.hint else ""
        case = _case(classname, _SCAN, Result.ERROR, f"No verdict: {_reason(image)}{hint}", kind="no-verdict")
    elif rule is None:
        case = _case(classname, _SCAN, Result.PASS, "the scan is complete")
    else:
        case = _case(classname, _SCAN, _RESULTS[rule.outcome], _rule_text(rule), kind=_SCAN)
    return replace(case, seconds=min(max(waited, 0.0), 1e6))


def _rule_case(verdict: Verdict, index: int, rule: RuleVerdict, classname: str) -> Case:
    image, name = verdict.images[index], one_line(rule.name, _LONGEST_NAME) or "(no name)"
    if image.verdict is Outcome.NO_VERDICT and rule.outcome is not RuleOutcome.FAIL:
        return _case(classname, name, Result.SKIPPED, f"not judged: {_reason(image)}")
    lines = [_rule_text(rule)]
    if rule.outcome in summary.VIOLATED:
        lines += _violation_lines(verdict, index, rule)
    return _case(classname, name, _RESULTS[rule.outcome], "\n".join(lines), kind=name)


def _violation_lines(verdict: Verdict, index: int, rule: RuleVerdict) -> Iterator[str]:
    image = verdict.images[index]
    findings = details.findings_of(image, rule)
    yield f"in {summary.image_label(image)}"
    if rule.name == "relaxations.unused":
        yield f"To do: {UNUSED_REMEDY}"
    upgrades = details.remedies(verdict, index, findings)
    yield from (f"To do: upgrade {details.upgrade_text(upgrade)}" for upgrade in upgrades[:3])
    if len(upgrades) > 3:
        yield f"To do: {len(upgrades) - 3} more upgrades: see the JSON document"
    if findings and not upgrades:
        yield f"To do: {details.NO_UPGRADE}"
    yield from (f"- {details.finding_line(finding)}" for finding in findings[:_MOST_LISTED])
    if len(findings) > _MOST_LISTED:
        yield f"{len(findings) - _MOST_LISTED} {details.MORE}"


def _ignored(image: ImageVerdict) -> tuple[JudgedFinding, ...]:
    """Return what somebody said need not count: by an `ignore` entry, or by VEX."""
    return tuple(finding for finding in image.findings if finding.ignored_by is not None or finding.vex is not None)


def _ignored_cases(image: ImageVerdict, classname: str) -> Iterator[Case]:
    # NOTE: no more than the whole file may hold: there may be tens of thousands.
    for finding in _ignored(image)[:MOST_CASES]:
        accepted = finding.ignored_by
        why = f"ignored: {details.accepted_text(accepted)}" if accepted else f"VEX: {one_line(finding.settled_by)}"
        text = f"{why}\n{details.finding_line(finding)}"
        yield _case(classname, one_line(finding.key, _LONGEST_NAME) or "(no id)", Result.SKIPPED, text)


def _run_suite(verdict: Verdict, suites: tuple[Suite, ...]) -> tuple[Suite, ...]:
    """Return a suite about the run as a whole where no image's suite shows what the run came to."""
    shown = {case.result for suite in suites for case in suite.cases}
    reason = one_line(verdict.reason) or "no reason is given"
    if verdict.verdict is Outcome.FAIL and Result.FAILURE not in shown:
        case = _case(_CLASS, "verdict", Result.FAILURE, reason, kind="verdict")
    elif not suites or (verdict.verdict is Outcome.NO_VERDICT and Result.ERROR not in shown):
        hint = f"\nTo do: {one_line(verdict.hint)}" if verdict.hint else ""
        case = _case(_CLASS, _SCAN, Result.ERROR, f"No verdict: {reason}{hint}", kind="no-verdict")
    else:
        return ()
    return (_extra_suite(verdict, case),)


def _extra_suite(verdict: Verdict, case: Case) -> Suite:
    output = "\n".join(summary.opening(verdict))
    return Suite(name=_CLASS, cases=(case,), timestamp=_timestamp(verdict), output=output)


def _limited(verdict: Verdict, suites: tuple[Suite, ...], unnamed: int) -> tuple[Suite, ...]:
    """Return suites of at most MOST_CASES cases: ignored findings are left out first, violations last.

    `unnamed` ignored findings have no case to begin with.
    """
    places = [(s, c) for s, suite in enumerate(suites) for c in range(len(suite.cases))]
    if len(places) + unnamed <= MOST_CASES:
        return suites
    ranked = sorted(places, key=lambda place: (_priority(suites[place[0]].cases[place[1]]), place))
    kept, left_out = frozenset(ranked[: MOST_CASES - 1]), ranked[MOST_CASES - 1 :]
    cut = [
        replace(suite, cases=tuple(case for c, case in enumerate(suite.cases) if (s, c) in kept))
        for s, suite in enumerate(suites)
    ]
    worst = [suites[s].cases[c].result for s, c in left_out if suites[s].cases[c].result in _URGENT]
    result = worst[0] if worst else Result.SKIPPED
    text = f"{len(left_out) + unnamed} more cases were left out, {len(worst)} of them failed: see the JSON document"
    last = _case(_CLASS, "cases left out", result, text, kind="left-out")
    return (*(suite for suite in cut if suite.cases), _extra_suite(verdict, last))


def _priority(case: Case) -> int:
    if case.result in _URGENT:
        return 0
    if case.classname.endswith(".ignored"):
        return 3
    return 1 if case.name == _SCAN else 2


def _properties(verdict: Verdict, image: ImageVerdict) -> tuple[tuple[str, str], ...]:
    facts = [
        ("image", summary.image_label(image)),
        ("target", image.target),
        ("registry", image.registry),
        ("region", image.region),
        ("digest", image.digest),
        ("build", image.arn),
        ("pipeline", image.pipeline),
        ("made", ", ".join(one_line(made, 100) for made in image.outputs[:10])),
        ("tags", ", ".join(one_line(tag, 60) for tag in image.tags[:10])),
        ("platform", image.platform),
        ("scanner", image.kind.value),
        ("policy", summary.policy_text(verdict)),
        ("gate", verdict.gate),
        ("verdict", summary.WORDS[image.verdict]),
        ("reason", image.reason),
    ]
    facts += [
        (f"found.{row.severity.value}", f"{row.found} found, {row.counted} counted, {row.allowed} allowed")
        for row in summary.count_rows(verdict, image)
    ]
    return tuple((name, one_line(value, 300)) for name, value in facts if value)


def _case(classname: str, name: str, result: Result, text: str, *, kind: str = "") -> Case:
    short = text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
    return Case(classname=classname, name=name, result=result, text=short, kind=one_line(kind, 100))


def _rule_text(rule: RuleVerdict) -> str:
    words = {RuleOutcome.WARN: "WARN, does not fail: ", RuleOutcome.SKIPPED: "did not apply: "}
    why = one_line(rule.why) or summary.RULE_WORDS[rule.outcome]
    return f"{words.get(rule.outcome, '')}{one_line(rule.name, 100)}: {why}"


def _reason(image: ImageVerdict) -> str:
    return one_line(image.reason) or "no reason is given"


def _timestamp(verdict: Verdict) -> str:
    return verdict.judged_at.replace(microsecond=0, tzinfo=None).isoformat()


def _named(name: str) -> str:
    return one_line(name, _LONGEST_NAME)


def _unique(names: Iterable[str]) -> list[str]:
    """Return the names, the n-th of those that are equal with `(n)`, in the order of the targets."""
    seen: Counter[str] = Counter()
    unique: dict[str, None] = {}
    for name in names:
        seen[name] += 1
        candidate = name if seen[name] == 1 else f"{name} ({seen[name]})"
        while candidate in unique:
            seen[name] += 1
            candidate = f"{name} ({seen[name]})"
        unique[candidate] = None
    return list(unique)


def _numbered(cases: list[Case]) -> Iterator[Case]:
    names = _unique(f"{case.classname}\n{case.name}" for case in cases)
    return (replace(case, name=name.partition("\n")[2]) for case, name in zip(cases, names, strict=True))
