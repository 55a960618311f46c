"""The reports to GitHub Actions: annotations as workflow commands, and the outputs of a step."""

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from gate.errors import ReportError
from gate.model import WORST_FIRST
from gate.plain import one_line
from gate.policy.verdict import ImageVerdict, Outcome, RuleOutcome, RuleVerdict, Verdict
from gate.reports import details, summary
from gate.reports.figures import subject_digest, totals

MOST_ANNOTATIONS = 9
"""A step may have ten errors and ten warnings (docs.github.com, "Workflow commands"); one is left to the user."""
_LONGEST_TITLE = 200
_LONGEST_MESSAGE = 4_000
"""The runner cuts messages at 4,096 characters (github.com/actions/runner, ExecutionContext.cs)."""
_MOST_LISTED = 5
_MOST_DELIMITERS = 10
_KINDS = {RuleOutcome.FAIL: "error", RuleOutcome.WARN: "warning"}
# Source: github.com/actions/toolkit, packages/core/src/command.ts; the percent sign comes first.
_IN_MESSAGES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = {**_IN_MESSAGES, ":": "%3A", ",": "%2C"}


class _Annotation(Struct, frozen=True, kw_only=True):
    kind: str
    title: str
    lines: tuple[str, ...]
    rank: tuple[int, int, float] = (0, 0, 0.0)


def annotations(verdict: Verdict) -> str:
    """Return at most nine workflow commands, a line each: for each violated rule, and each image without verdict.

    The worst come first. They must be printed as they are. Empty when there is nothing to say.
    """
    found = sorted(_annotations(verdict), key=lambda one: one.rank)
    if not found and verdict.verdict in {Outcome.FAIL, Outcome.NO_VERDICT}:
        found = [_Annotation(kind="error", title="scan-gate", lines=(summary.headline(verdict),))]
    if summary.cannot_fail(verdict):
        found.insert(0, _Annotation(kind="warning", title="scan-gate", lines=(summary.CANNOT_FAIL,)))
    left = len(found) - MOST_ANNOTATIONS + 1
    if left > 1:
        text = f"{left} {details.MORE}, or the summary of this step"
        found[MOST_ANNOTATIONS - 1 :] = [_Annotation(kind=found[-left].kind, title="scan-gate", lines=(text,))]
    return "".join(f"{_command(one)}\n" for one in found)


def outputs(verdict: Verdict, paths: Mapping[str, str], delimiter: Callable[[], str]) -> str:
    """Return what is appended to the file of a step's outputs; `paths` are of the reports written, by their format.

    `delimiter` returns another random word each time; a value that holds it gets the next. What is not known is empty.
    """
    counted = {one.severity: one for one in totals(verdict)}
    values = {
        "verdict": verdict.verdict.value,
        "exit-code": str(verdict.exit_code),
        "digest": subject_digest(verdict) or "",
        "reason": one_line(verdict.reason, 1_000),
    }
    for severity in WORST_FIRST:
        total = counted.get(severity)
        values[f"found-{severity.value}"] = str(total.found) if total else ""
        values[f"counted-{severity.value}"] = str(total.counted) if total else ""
    values |= {f"report-{name.replace('+', '-')}": path for name, path in paths.items()}
    return "".join(_output(name, value, delimiter) for name, value in values.items())


def _annotations(verdict: Verdict) -> Iterator[_Annotation]:
    for index, image in enumerate(verdict.images):
        label = summary.image_label(image)
        for rule in image.rules:
            if rule.outcome in _KINDS:
                yield _of_rule(verdict, index, rule, label)
        if image.verdict is Outcome.NO_VERDICT:
            hint = (f"To do: {one_line(image.hint)}",) if image.hint else ()
            why = one_line(image.reason, 1_000) or "no reason is given"
            yield _Annotation(kind="error", title=f"no verdict: {label}", lines=(why, *hint), rank=(1, 0, 0.0))


def _of_rule(verdict: Verdict, index: int, rule: RuleVerdict, label: str) -> _Annotation:
    image, name = verdict.images[index], one_line(rule.name, 100)
    findings = details.findings_of(image, rule)
    badness = details.badness(findings[0]) if findings else (len(WORST_FIRST), 0.0)
    return _Annotation(
        kind=_KINDS[rule.outcome],
        title=f"{name}: {label}",
        lines=(f"{name}: {one_line(rule.why)}", *_lines(verdict, index, image, rule)),
        rank=(0 if rule.outcome is RuleOutcome.FAIL else 2, *badness),
    )


def _lines(verdict: Verdict, index: int, image: ImageVerdict, rule: RuleVerdict) -> Iterator[str]:
    findings = details.findings_of(image, rule)
    yield from (f"- {details.finding_line(finding)}" for finding in findings[:_MOST_LISTED])
    if len(findings) > _MOST_LISTED:
        yield f"{len(findings) - _MOST_LISTED} {details.MORE}"
    remedies = details.remedies(verdict, index, findings)
    yield from (f"To do: upgrade {details.upgrade_text(upgrade)}" for upgrade in remedies[:_MOST_LISTED])
    if findings and not remedies:
        yield f"To do: {details.NO_UPGRADE}"


def _command(one: _Annotation) -> str:
    title = _replaced(one_line(one.title, _LONGEST_TITLE), _IN_PROPERTIES)
    text = "\n".join(one.lines)
    short = text if len(text) <= _LONGEST_MESSAGE else f"{text[: _LONGEST_MESSAGE - 1]}…"
    return f"::{one.kind} title={title}::{_replaced(short, _IN_MESSAGES)}"


def _replaced(text: str, replacements: Mapping[str, str]) -> str:
    return "".join([replacements.get(character, character) for character in text])


def _output(name: str, value: str, delimiter: Callable[[], str]) -> str:
    for _ in range(_MOST_DELIMITERS):
        mark = delimiter()
        if mark not in value:
            return f"{name}<<{mark}\n{value}\n{mark}\n"
    raise ReportError(f"no delimiter was found that the step's output {name} does not hold")
