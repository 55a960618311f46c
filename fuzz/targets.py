"""Everything that is fuzzed, by name; each takes any bytes, and an exception that gets out of it is a find."""

from collections.abc import Callable, Mapping

from fuzz.aws import fuzz_aws
from fuzz.documents import fuzz_report, fuzz_verdict_document
from fuzz.evidence import fuzz_bundle, fuzz_saved_evidence
from fuzz.facts import fuzz_epss, fuzz_kev, fuzz_target, fuzz_vex
from fuzz.policies import fuzz_policy, fuzz_policy_that_extends, fuzz_tests_of_a_policy
from fuzz.wire import fuzz_wire

Fuzz = Callable[[bytes], None]

TARGETS: Mapping[str, Fuzz] = {
    "policy": fuzz_policy,
    "policy-extends": fuzz_policy_that_extends,
    "policy-tests": fuzz_tests_of_a_policy,
    "saved-evidence": fuzz_saved_evidence,
    "bundle": fuzz_bundle,
    "wire": fuzz_wire,
    "aws": fuzz_aws,
    "target": fuzz_target,
    "vex": fuzz_vex,
    "kev": fuzz_kev,
    "epss": fuzz_epss,
    "verdict-document": fuzz_verdict_document,
    "report": fuzz_report,
}
