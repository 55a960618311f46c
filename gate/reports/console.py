"""The console report: verdict and why in the first line, then what was judged, what violates and what to upgrade."""

from collections.abc import Iterator

from gate.plain import neutral, one_line
from gate.policy.verdict import ImageVerdict, JudgedFinding, Outcome, RuleOutcome, Verdict
from gate.reports import details, shared, summary
from gate.reports.identity import identity
from gate.reports.layout import Line, Span, Style, cut, line, plain, table, wrapped

WIDTH = 100
"""Columns of the report in a log."""
_LONGEST_ID = 24
_MOST_VIOLATIONS = 20
_MOST_UPGRADES = 15
_MOST_ACCEPTED = 15
_MOST_WARNINGS = 20
_OUTCOME_STYLES: dict[Outcome, Style] = {
    Outcome.PASS: "good",
    Outcome.WARN: "warn",
    Outcome.FAIL: "bad",
    Outcome.NO_VERDICT: "bad",
}
_RULE_STYLES: dict[RuleOutcome, Style] = {
    RuleOutcome.PASS: "good",
    RuleOutcome.WARN: "warn",
    RuleOutcome.FAIL: "bad",
    RuleOutcome.SKIPPED: "dim",
    RuleOutcome.NO_VERDICT: "bad",
}
_RICH_STYLES: dict[Style, str] = {
    "": "",
    "good": "green",
    "bad": "bold red",
    "warn": "yellow",
    "dim": "dim",
    "strong": "bold",
}


def render(verdict: Verdict) -> str:
    """Return the report as plain text for a log."""
    return neutral("\n".join(map(plain, _lines(verdict, WIDTH)))) + "\n"


def render_terminal(verdict: Verdict, *, width: int) -> str:
    """Return the same report for a terminal of `width` columns, with colours; no other control sequence is in it."""
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    # NOTE: everything that rich would ask the environment for is said here, so that same input means same bytes.
    out = StringIO()
    terminal = Console(
        file=out,
        width=width,
        height=25,
        force_terminal=True,
        force_jupyter=False,
        color_system="standard",
        no_color=False,
        legacy_windows=False,
        _environ={},
    )
    for content in _lines(verdict, width):
        text = Text.assemble(*((span.text, _RICH_STYLES[span.style]) for span in _guarded(content)))
        text.rstrip()
        terminal.print(text, soft_wrap=True)
    return out.getvalue()


def _guarded(content: Line) -> Line:
    # NOTE: each text in a line is neutral by itself; here the line is, too, where wrapping or joining made a command.
    text = plain(content)
    harmless = neutral(text)
    return content if harmless == text else line(harmless)


def _lines(verdict: Verdict, width: int) -> Iterator[Line]:
    if summary.cannot_fail(verdict):
        yield line(summary.CANNOT_FAIL, "warn")
    word, _, why = summary.headline(verdict).partition(": ")
    yield (Span(word, _OUTCOME_STYLES[verdict.verdict]), Span(f": {why}"))
    yield from wrapped(Span("policy: "), summary.policy_text(verdict), width, 0)
    for images in shared.groups(verdict.images):
        for image in images:
            yield from _image(verdict, image, width)
        yield from _violations(images, width)
        for image in images:
            yield from _accepted(verdict, image, width, several=len(images) > 1)
            yield from _otherwise(image, width, several=len(images) > 1)
    yield from _upgrades(verdict, width)
    yield from _listed("Warnings", summary.warnings(verdict), _MOST_WARNINGS, width)
    yield from _hints(verdict, width)


def _image(verdict: Verdict, image: ImageVerdict, width: int) -> Iterator[Line]:
    yield line()
    yield (Span("Image "), Span(summary.image_label(image), "strong"))
    if len(verdict.images) > 1:
        label = Span(f"{summary.WORDS[image.verdict]}: ", _OUTCOME_STYLES[image.verdict])
        yield from wrapped(label, one_line(image.reason, 1_000), width)
    for name, text in (*identity(image), *summary.scan_facts(image, verdict.judged_at)):
        yield from wrapped(Span(f"{name:<10} ", "dim"), text, width)
    yield from _counts(verdict, image, width)
    yield from _rules(image, width)


def _counts(verdict: Verdict, image: ImageVerdict, width: int) -> Iterator[Line]:
    rows = summary.count_rows(verdict, image)
    if not rows:
        return
    yield line()
    yield from table(
        ("severity", "found", "counted", "ignored", "other", "allowed"),
        [_count_cells(row) for row in rows],
        width,
        right=(1, 2, 3, 4),
        whole=(0,),
    )


def _count_cells(row: summary.CountRow) -> tuple[Span, ...]:
    numbers = map(str, (row.found, row.counted, row.ignored, row.other))
    return tuple(map(Span, (row.severity.value, *numbers, row.allowed)))


def _rules(image: ImageVerdict, width: int) -> Iterator[Line]:
    yield line()
    names = [one_line(rule.name, 60) for rule in image.rules]
    longest = max(map(len, names), default=0)
    for name, rule in zip(names, image.rules, strict=True):
        word = Span(f"{summary.RULE_WORDS[rule.outcome]:<10}  ", _RULE_STYLES[rule.outcome])
        first, *rest = wrapped(Span(f"{name:<{longest}}  "), one_line(rule.why, 600), width - 12)
        yield (Span("  "), word, *first[1:])
        yield from ((Span(" " * 12), *more) for more in rest)


def _violations(images: tuple[ImageVerdict, ...], width: int) -> Iterator[Line]:
    """Yield what violates in one image, or in all images of one index, with the platforms that have it."""
    found = shared.shared(images)
    if not found:
        return
    yield line()
    header: tuple[str, ...] = ("severity", "id", "cvss", "package", "installed", "fixed in", "rules")
    shown = [_violation(one.violation) for one in found[:_MOST_VIOLATIONS]]
    label = summary.image_label(images[0])
    if len(images) > 1:
        label = f"the {len(images)} images of {one_line(images[0].index_digest or '-', 19)}"
        header = (*header, "platforms")
        wheres = [shared.where_text(one, images) for one in found]
        shown = [(*row, Span(where)) for row, where in zip(shown, wheres, strict=False)]
    yield line(f"Violations in {label}: {len(found)}, worst first", "strong")
    yield from table(header, shown, width, right=(2,), whole=(0, 1, 2))
    yield from _rest(len(found) - _MOST_VIOLATIONS)


def _violation(violation: details.Violation) -> tuple[Span, ...]:
    finding = violation.finding
    fixes = details.versions_text(package.fixed_in for package in finding.packages)
    return (
        Span(finding.severity.value, "bad"),
        Span(cut(details.finding_name(finding), _LONGEST_ID)),
        Span(f"{finding.cvss.score:.1f}" if finding.cvss else "-"),
        Span(details.package_names(finding.packages)),
        Span(details.versions_text(package.version for package in finding.packages)),
        Span(fixes, "good" if fixes != "-" else ""),
        Span(violation.rules[0] + (f" +{len(violation.rules) - 1}" if len(violation.rules) > 1 else "")),
    )


def _accepted(verdict: Verdict, image: ImageVerdict, width: int, *, several: bool) -> Iterator[Line]:
    groups = details.accepted_risks(image)
    if not groups:
        return
    yield line()
    label = f" in {summary.image_label(image)}" if several else ""
    yield line(f"Ignored by the policy{label}: {sum(len(group.findings) for group in groups)}", "strong")
    for group in groups[:_MOST_ACCEPTED]:
        yield from wrapped(
            Span("- "), f"{_names(group.findings)}: {details.accepted_text(group.by, verdict.judged_at)}", width
        )
    yield from _rest(len(groups) - _MOST_ACCEPTED)


def _otherwise(image: ImageVerdict, width: int, *, several: bool) -> Iterator[Line]:
    """Yield what VEX settles, and what grace and the baseline postpone."""
    groups = details.settled_otherwise(image)
    label = f" in {summary.image_label(image)}" if several else ""
    for title in dict.fromkeys(group.title for group in groups):
        held = [group for group in groups if group.title == title]
        yield line()
        yield line(f"{title}{label}: {sum(len(group.findings) for group in held)}", "strong")
        for group in held[:_MOST_ACCEPTED]:
            yield from wrapped(Span("- "), f"{_names(group.findings)}: {group.why}", width)
        yield from _rest(len(held) - _MOST_ACCEPTED)


def _names(findings: tuple[JudgedFinding, ...]) -> str:
    ids = list(dict.fromkeys(map(details.finding_name, findings)))
    return ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")


def _upgrades(verdict: Verdict, width: int) -> Iterator[Line]:
    if not verdict.upgrades:
        return
    yield line()
    yield line("What to upgrade, what clears most first", "strong")
    for upgrade in verdict.upgrades[:_MOST_UPGRADES]:
        yield from wrapped(Span("- "), details.upgrade_text(upgrade), width)
    yield from _rest(len(verdict.upgrades) - _MOST_UPGRADES)
    yield from wrapped(Span(""), details.upgrades_outcome(verdict), width)


def _hints(verdict: Verdict, width: int) -> Iterator[Line]:
    hints = summary.hints(verdict)
    if hints:
        yield line()
    for hint in hints[:_MOST_WARNINGS]:
        yield from wrapped(Span("To do: ", "strong"), hint, width, 0)
    yield from _rest(len(hints) - _MOST_WARNINGS)


def _listed(title: str, texts: tuple[str, ...], most: int, width: int) -> Iterator[Line]:
    if not texts:
        return
    yield line()
    yield line(f"{title}: {len(texts)}", "strong")
    for text in texts[:most]:
        yield from wrapped(Span("! ", "warn"), text, width)
    yield from _rest(len(texts) - most)


def _rest(left: int) -> Iterator[Line]:
    if left > 0:
        yield line(f"  {left} {details.MORE}", "dim")
