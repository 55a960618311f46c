"""Higher limits: a policy under which rules that are violated just hold, and in words what is other in it."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from gate.policy.clauses import Budget, Limit, Override, Rule
from gate.policy.directions import is_looser_limit
from gate.policy.document import Policy
from gate.policy.relaxing import selected_text
from gate.policy.verdict import ImageVerdict, RuleVerdict

_TOP = 10.0


def raised(policy: Policy, violated: Iterable[tuple[ImageVerdict, RuleVerdict]]) -> tuple[str, Policy] | None:
    """Return what to change so that these rules hold with what their images have, and the policy with all of it.

    A limit is raised where it stands: in the overrides that set it for the image, and in the policy, since no override
    of these need then relax it. None where nothing can be raised: `relaxations.never`, and what counts no findings.
    """
    raising = _Raising(policy)
    for image, rule in violated:
        raising.add(image, rule)
    texts = raising.texts()
    return (" and ".join(texts), raising.policy) if texts else None


class _Raising:
    """A policy whose limits are raised one after the other."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._counts: dict[tuple[str, str], int] = {}
        """The words before and behind the number of each text, and the highest number."""
        self._floors: dict[str, float | None] = {}

    def add(self, image: ImageVerdict, rule: RuleVerdict) -> None:
        section, _, rest = rule.name.partition(".")
        if section == "max":
            self._raise_limit(image, rule, *rest.partition(".")[::2])
        elif rule.name == "cvss_floor":
            self._raise_floor(image, rule)
        else:
            # NOTE: no rule has a name that the gate gives itself, so that nothing is raised for relaxations.
            self._raise_rule(image, rule)

    def texts(self) -> list[str]:
        """Return what was changed, one text for each place and limit."""
        texts = [f"{before}{count}{behind}" for (before, behind), count in self._counts.items()]
        for behind, floor in self._floors.items():
            texts.append(f"remove cvss_floor{behind}" if floor is None else f"raise cvss_floor to {floor}{behind}")
        return texts

    def _raise_limit(self, image: ImageVerdict, rule: RuleVerdict, severity: str, part: str) -> None:
        for index in (*image.overrides, None):
            source = self.policy.max if index is None else self.policy.overrides[index].max
            own: Limit | None = getattr(source, severity, None)
            if source is None or own is None:
                continue
            more = _more(own, part, rule.count)
            if more is not None and is_looser_limit(more, own):
                self._put(index, "max", replace(source, **{severity: more}))
                self._note(f"raise {rule.name} to ", rule.count, index)

    def _raise_floor(self, image: ImageVerdict, rule: RuleVerdict) -> None:
        scores = [image.findings[index].cvss for index in rule.findings]
        top = max((score.score for score in scores if score is not None), default=_TOP)
        # NOTE: a finding without a score counts as what `cvss.missing` says, which no floor need be above.
        floor = None if None in scores or top >= _TOP else min(round(top + 0.1, 1), _TOP)
        for index in (*image.overrides, None):
            own = (self.policy if index is None else self.policy.overrides[index]).cvss_floor
            if own is not None and (floor is None or own < floor):
                self._put(index, "cvss_floor", floor)
                self._floors[self._where(index)] = floor

    def _raise_rule(self, image: ImageVerdict, rule: RuleVerdict) -> None:
        for index in (*image.overrides, None):
            rules = (self.policy if index is None else self.policy.overrides[index]).rules or ()
            if any(own.name == rule.name and own.max < rule.count for own in rules):
                self._put(index, "rules", tuple(_allowing(own, rule) for own in rules))
                self._note(f"raise max of rule {rule.name} to ", rule.count, index)

    def _note(self, before: str, count: int, index: int | None) -> None:
        # NOTE: a limit is raised only to more than it is, so that the last number is the highest.
        self._counts[before, self._where(index)] = count

    def _where(self, index: int | None) -> str:
        if index is None:
            return ""
        return f" in override {index + 1} (for {selected_text(self.policy.overrides[index].for_)})"

    def _put(self, index: int | None, name: str, value: Any) -> None:  # noqa: ANN401 - the value of any key
        if index is None:
            self.policy = replace(self.policy, **{name: value})
            return
        overrides: list[Override] = list(self.policy.overrides)
        overrides[index] = replace(overrides[index], **{name: value})
        self.policy = replace(self.policy, overrides=tuple(overrides))


def _more(own: Limit, part: str, count: int) -> Limit | None:
    """Return a limit that allows `count`, of the findings of a part where it has parts; None where that is not told."""
    if isinstance(own, Budget):
        return replace(own, **{part: count}) if part else None
    return count


def _allowing(rule: Rule, violated: RuleVerdict) -> Rule:
    return replace(rule, max=max(rule.max, violated.count)) if rule.name == violated.name else rule
