"""The figures of a verdict in OpenMetrics, for GitLab's metrics widget and for Prometheus' node exporter."""

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from gate.model import WORST_FIRST
from gate.plain import one_line
from gate.policy.verdict import Disposition, ImageVerdict, Outcome, RuleOutcome, Verdict
from gate.reports import summary
from gate.reports.completeness import is_judged

_Labels = tuple[tuple[str, str], ...]
_Samples = list[tuple[_Labels, int]]
# NOTE: all are gauges: node exporters read the older text format too, which knows neither `stateset` nor `info`. No
# time and no age is among them: what differs each time would be shown as a change in each merge request.
_HELP = {
    "scan_gate_exit_code": "The exit code of the verdict.",
    "scan_gate_verdict": "1 for what the verdict is, and 0 for what it is not.",
    "scan_gate_image_verdict": "The same for each image.",
    "scan_gate_findings": "Findings by severity and by where they ended; none of an image that was not judged.",
    "scan_gate_rule_violated": "Whether a rule is violated, of the rules that were judged.",
    "scan_gate_rule_findings": "How many findings a rule counts.",
    "scan_gate_rule_limit": "How many it allows; none where any number is allowed.",
    "scan_gate_upgrades": "Packages whose upgrade clears violations.",
    "scan_gate_warnings": "Warnings of the run.",
}
# NOTE: GitLab cuts each line at a `#` (ee/lib/gitlab/ci/parsers/metrics/generic.rb), and then refuses the whole file.
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "#": "_"})
_LONGEST = 250
_JUDGED = frozenset({RuleOutcome.PASS, RuleOutcome.WARN, RuleOutcome.FAIL})


class _Family(Struct, frozen=True):
    name: str
    samples: _Samples


def render(verdict: Verdict) -> str:
    """Return the metrics; names of images hold no tag and no digest, so that the next build has the same series."""
    names = _unique([_place(verdict, image) for image in verdict.images])
    found: dict[str, _Samples] = {name: [] for name in _HELP}
    found["scan_gate_exit_code"].append(((), verdict.exit_code))
    found["scan_gate_verdict"] += _states(verdict.verdict, ())
    for name, image in zip(names, verdict.images, strict=True):
        labels = (("image", name),)
        found["scan_gate_image_verdict"] += _states(image.verdict, labels)
        found["scan_gate_findings"] += _findings(image, labels)
        _add_rules(found, image, labels)
    found["scan_gate_upgrades"].append(((), len(verdict.upgrades)))
    found["scan_gate_warnings"].append(((), len(verdict.warnings)))
    families = (_Family(name, samples) for name, samples in found.items() if samples)
    return "\n".join([*(line for family in families for line in _lines(family)), "# EOF"]) + "\n"


def _states(outcome: Outcome, labels: _Labels) -> _Samples:
    return [((*labels, ("verdict", one.value)), int(one is outcome)) for one in Outcome]


def _findings(image: ImageVerdict, labels: _Labels) -> _Samples:
    if image.counts is None or not is_judged(image):
        return []
    found: _Samples = []
    for severity in WORST_FIRST:
        tally = image.counts.of(severity)
        for disposition in Disposition:
            count: int = getattr(tally, disposition.value)
            # NOTE: what counts is told even where it is none; 36 zeros more would only hide it.
            if count or disposition is Disposition.COUNTED:
                named = (("severity", severity.value), ("disposition", disposition.value))
                found.append(((*labels, *named), count))
    return found


def _add_rules(found: dict[str, _Samples], image: ImageVerdict, labels: _Labels) -> None:
    rules = [rule for rule in image.rules if rule.outcome in _JUDGED] if is_judged(image) else []
    for name, rule in zip(_unique([rule.name for rule in rules]), rules, strict=True):
        named = (*labels, ("rule", name))
        found["scan_gate_rule_violated"].append((named, int(rule.outcome in summary.VIOLATED)))
        found["scan_gate_rule_findings"].append((named, rule.count))
        if rule.max is not None:
            found["scan_gate_rule_limit"].append((named, rule.max))


def _place(verdict: Verdict, image: ImageVerdict) -> str:
    place = (image.registry, image.region) if summary.are_several(verdict.images) else ()
    return " ".join([*(word for word in place if word), summary.stable_name(image)])


def _unique(names: list[str]) -> list[str]:
    """Return the names as values of labels, the n-th of those that are equal with `(n)`."""
    seen: Counter[str] = Counter()
    unique: dict[str, None] = {}
    for name in names:
        value = candidate = one_line(name, _LONGEST).translate(_ESCAPES)
        while candidate in unique:
            seen[value] += 1
            candidate = f"{value} ({seen[value] + 1})"
        unique[candidate] = None
    return list(unique)


def _lines(family: _Family) -> Iterator[str]:
    yield f"# TYPE {family.name} gauge"
    yield f"# HELP {family.name} {_HELP[family.name]}"
    for labels, value in family.samples:
        named = ",".join([f'{name}="{text}"' for name, text in labels])
        yield f"{family.name}{{{named}}} {value}" if named else f"{family.name} {value}"
