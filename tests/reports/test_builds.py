"""A build of Image Builder's is named by its ARN, its pipeline and what it made, in every report."""

import json
from typing import Any

import pytest

from gate.model import Refusal, Severity
from gate.policy.clauses import Max
from gate.policy.verdict import Verdict
from gate.reports import REPORTS, summary
from gate.reports.sarif_names import categories, reference, short_name
from tests.builders import finding, image, judge, policy, scan
from tests.reports.samples import HOSTILE

BUILD = "arn:aws:imagebuilder:eu-west-1:123456789012:image/golden-ami/1.2.3/4"
PIPELINE = "arn:aws:imagebuilder:eu-west-1:123456789012:image-pipeline/nightly"
AMI = "eu-west-1:ami-0123456789abcdef0"


def of(**fields: Any) -> Any:
    filled = {"repository": None, "digest": None, "tags": (), "source": "imagebuilder", "target": BUILD, "arn": BUILD}
    return image(**{**filled, "outputs": (AMI,), **fields})


def verdict(**fields: Any) -> Verdict:
    return judge(policy(max=Max(high=0)), scan(finding(severity=Severity.HIGH), image=of(**fields)))


# NOTE: the others are files whose format has no place for them: numbers, links, variables, statements about digests.
WITH_IDENTITY = ("console", "json", "sarif", "sarif+suppressed", "markdown", "markdown+comment", "html")


@pytest.mark.parametrize("name", WITH_IDENTITY)
@pytest.mark.parametrize("word", [BUILD, PIPELINE, AMI])
def test_every_report_that_says_what_an_image_is_names_build_pipeline_and_ami(name: str, word: str) -> None:
    text = REPORTS[name](verdict(pipeline=PIPELINE))
    assert word in text.replace("\n           ", "")


def test_junit_names_them_as_properties_and_keeps_the_suites_name() -> None:
    text = REPORTS["junit"](verdict(pipeline=PIPELINE))
    for name, word in (("build", BUILD), ("pipeline", PIPELINE), ("made", AMI)):
        assert f'<property name="{name}" value="{word}"' in text
    assert 'name="scan-gate nightly"' in text
    assert 'name="scan-gate golden-ami"' in REPORTS["junit"](verdict())


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({}, f"golden-ami/1.2.3/4 ({AMI})"),
        ({"outputs": ()}, "golden-ami/1.2.3/4"),
        ({"outputs": (AMI, "us-east-1:ami-1", "us-east-2:ami-2")}, f"golden-ami/1.2.3/4 ({AMI} and 2 more)"),
        ({"arn": None, "pipeline": PIPELINE, "target": PIPELINE, "outputs": ()}, PIPELINE),
        ({"arn": "no arn at all"}, f"no arn at all ({AMI})"),
    ],
)
def test_the_label_is_the_build_and_what_it_made(fields: dict[str, Any], label: str) -> None:
    assert summary.image_label(verdict(**fields).images[0]) == label


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "golden-ami"),
        ({"pipeline": PIPELINE}, "nightly"),
        ({"pipeline": PIPELINE, "arn": None}, "nightly"),
        ({"arn": BUILD.replace("1.2.3/4", "2.0.0/1")}, "golden-ami"),
    ],
)
def test_names_are_the_same_for_the_next_build(fields: dict[str, Any], name: str) -> None:
    judged = verdict(**fields).images[0]
    assert (summary.stable_name(judged), short_name(judged)) == (name, name)
    assert categories([judged]) == [f"scan-gate/{name}/"]


def test_the_reference_is_the_arn() -> None:
    assert reference(verdict(pipeline=PIPELINE).images[0]) == BUILD
    run = json.loads(REPORTS["sarif"](verdict(pipeline=PIPELINE)))["runs"][0]
    properties = run["properties"]
    assert (properties["build"], properties["pipeline"], properties["made"]) == (BUILD, PIPELINE, [AMI])


def test_the_console_speaks_of_an_account_where_there_is_no_registry() -> None:
    text = REPORTS["console"](verdict(registry="123456789012"))
    assert "account    123456789012 in eu-west-1" in text
    assert "registry" not in text


def test_a_pipeline_that_aws_refuses_is_named() -> None:
    refusal = Refusal(image=of(arn=None, pipeline=PIPELINE, target=PIPELINE), exit_code=5, reason="denied")
    found = judge(policy(), refusal)
    assert summary.headline(found).startswith(f"NO VERDICT: {PIPELINE}")
    assert 'name="scan-gate nightly"' in REPORTS["junit"](found)


@pytest.mark.parametrize("name", REPORTS)
def test_hostile_names_do_no_harm(name: str) -> None:
    text = REPORTS[name](verdict(arn=f"arn:{HOSTILE}/{HOSTILE}", pipeline=HOSTILE, outputs=(HOSTILE,) * 30))
    assert "\x1b" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    assert "##[error]owned" not in text.replace("\\u0023", "#") or name == "json"
