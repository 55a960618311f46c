"""What explain tells of the stages of one finding, called CVE-1, under a policy that allows no high finding."""

from typing import Any

from gate.model import Finding
from gate.policy.explain import explain
from gate.policy.told import Stage
from tests.builders import finding, image, judge, scan
from tests.policy.written import naming_vex, policy_of

MAX = "max: {high: 0}\n"


def stages(text: str, seen: Finding | None = None, **beside: Any) -> list[Stage]:
    """Return the stages of a finding under a policy with these lines."""
    rules = policy_of(MAX + text)
    rules = naming_vex(rules) if "vex" in beside else rules
    one = seen or finding("CVE-1")
    [told] = explain(judge(rules, scan(one, image=image(tags=("v1",))), **beside), "CVE-1")
    return list(told.stages)


def texts(name: str, text: str, seen: Finding | None = None, **beside: Any) -> list[str]:
    """Return what the stages of one name say."""
    return [stage.text for stage in stages(text, seen, **beside) if stage.name == name]
