"""The sentences and numbers that all reports share."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from gate.model import Kind, Severity
from gate.plain import neutral
from gate.policy.clauses import Budget, Limit, Max
from gate.policy.verdict import ImageVerdict, Outcome, RuleOutcome, Warned
from gate.reports import summary
from tests.builders import DIGEST, NOW, finding, image, judge, policy, scan
from tests.reports.samples import HOSTILE, REGISTRY, SAMPLES, unfinished


def _image(**fields: object) -> ImageVerdict:
    return replace(SAMPLES["pass"].images[0], **fields)


def test_the_headline_says_verdict_image_and_why() -> None:
    assert summary.headline(SAMPLES["pass"]) == "PASS: payments/api:v1.4.2@sha256:ab12ab12ab12: 7 rules hold"


def test_the_headline_of_several_images_leaves_the_subject_to_the_reason() -> None:
    assert summary.headline(SAMPLES["mixed"]).startswith("FAIL: 1 of 4 images violate the policy; ")


def test_the_headline_of_a_run_that_did_not_finish() -> None:
    assert summary.headline(unfinished()) == "NO VERDICT: the run did not finish"


def test_the_headline_without_a_reason_says_so() -> None:
    assert summary.headline(replace(unfinished(), reason="\x00\n".strip())).startswith("NO VERDICT: ")
    assert summary.headline(replace(unfinished(), reason="")) == "NO VERDICT: no reason is given"


def test_the_first_line_says_that_the_policy_cannot_fail_only_where_it_cannot() -> None:
    assert summary.opening(SAMPLES["warn"])[0] == summary.CANNOT_FAIL
    assert summary.opening(SAMPLES["fail"]) == (summary.headline(SAMPLES["fail"]),)
    assert not summary.cannot_fail(unfinished())


def test_every_outcome_has_a_word() -> None:
    assert list(summary.WORDS) == list(Outcome)
    assert list(summary.RULE_WORDS) == list(RuleOutcome)


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({}, "payments/api:v1.4.2@sha256:ab12ab12ab12"),
        ({"tags": ()}, "payments/api@sha256:ab12ab12ab12"),
        ({"digest": None}, "payments/api:v1.4.2"),
        ({"platform": "linux/arm64"}, "payments/api:v1.4.2@sha256:ab12ab12ab12 (linux/arm64)"),
        (
            {"tags": ("a", "v1.4.2"), "target": f"payments/api:v1.4.2@{DIGEST}"},
            "payments/api:v1.4.2@sha256:ab12ab12ab12",
        ),
        ({"tags": ("b", "a"), "target": f"payments/api@{DIGEST}"}, "payments/api:b@sha256:ab12ab12ab12"),
        ({"repository": None, "target": "./saved.json"}, "./saved.json"),
        ({"repository": None, "target": "-"}, "standard input"),
        ({"repository": None, "target": "\n"}, "(no name)"),
    ],
)
def test_an_image_has_a_short_name(fields: dict[str, object], label: str) -> None:
    assert summary.image_label(_image(**fields)) == label


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "payments/api"),
        ({"platform": "linux/arm64"}, "payments/api linux/arm64"),
        ({"repository": None, "target": f"team/app:v1@{DIGEST}"}, "team/app"),
        ({"repository": None, "target": "app:v1"}, "app"),
        ({"repository": None, "target": f"{REGISTRY}/team/app:v1"}, f"{REGISTRY}/team/app"),
        ({"repository": None, "source": "saved", "target": "evidence/app:v1.json"}, "evidence/app:v1.json"),
        ({"repository": None, "source": "saved", "target": "-"}, "standard input"),
        ({"repository": None, "target": "@x"}, "image"),
    ],
)
def test_a_stable_name_has_no_tag_and_no_digest(fields: dict[str, object], name: str) -> None:
    assert summary.stable_name(_image(**fields)) == name


def test_the_policy_is_named_with_files_and_fingerprint() -> None:
    assert summary.policy_text(SAMPLES["fail"]) == "payments (policies/payments.yaml; sha256 abababababab)"
    assert summary.policy_text(unfinished()) == "none: the run did not get that far"
    used = SAMPLES["fail"].policy
    assert used is not None
    given = replace(SAMPLES["fail"], policy=replace(used, name="", files=()))
    assert summary.policy_text(given) == "(no name) (command line; sha256 abababababab)"


def test_scan_facts_tell_the_age_of_the_data_when_aws_answered() -> None:
    facts = dict(summary.scan_facts(SAMPLES["fail"].images[0], NOW + timedelta(days=9)))
    assert facts == {
        "scan": "enhanced, complete; AWS says ACTIVE (Continuous scan is selected for image.)",
        "completed": "2026-11-20 10:00 UTC",
        "data of": "2026-11-20 10:00 UTC, 2h old when judged",
        "answered": "as of 2026-11-20 12:00 UTC",
        "waited": "12 s",
    }


def test_scan_facts_of_saved_evidence_say_that_it_was_replayed() -> None:
    judged = judge(policy(), scan(replayed=True, status=None, completed_at=None, data_at=None, kind=Kind.BASIC))
    facts = dict(summary.scan_facts(judged.images[0], NOW))
    assert facts == {"scan": "basic, complete; AWS says no status", "replayed": "as of 2026-11-20 12:00 UTC"}


@pytest.mark.parametrize(
    ("data_at", "text"),
    [
        (NOW - timedelta(days=15, seconds=59), "2w1d old when judged"),
        (NOW, "0s old when judged"),
        (NOW + timedelta(minutes=2), "which lies ahead"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), "old when judged"),
        (NOW.replace(tzinfo=None) - timedelta(hours=1), "1h old when judged"),
    ],
)
def test_the_age_of_data_at_any_time_is_told(data_at: datetime, text: str) -> None:
    judged = judge(policy(), scan(data_at=data_at, captured_at=None, status="COMPLETE"))
    assert dict(summary.scan_facts(judged.images[0], NOW))["data of"].endswith(text)


def test_nothing_is_known_of_the_scan_of_an_image_that_was_refused() -> None:
    assert summary.scan_facts(SAMPLES["mixed"].images[3], NOW) == (("scan", "nothing is known of it"),)


def test_counts_show_what_was_found_counted_ignored_and_allowed() -> None:
    rows = summary.count_rows(SAMPLES["pass"], SAMPLES["pass"].images[0])
    told = [(row.severity.value, row.found, row.counted, row.ignored, row.other, row.allowed) for row in rows]
    assert told == [
        ("critical", 0, 0, 0, 0, "0"),
        ("high", 0, 0, 0, 0, "0 fixable, 5 unfixable"),
        ("medium", 2, 1, 1, 0, "10"),
        ("informational", 1, 1, 0, 0, "unlimited"),
    ]


def test_unknown_severity_has_a_row_only_where_there_is_one() -> None:
    judged = judge(policy(), scan(finding(severity=Severity.UNKNOWN)))
    rows = summary.count_rows(judged, judged.images[0])
    assert [(row.severity, row.found, row.allowed) for row in rows] == [(Severity.UNKNOWN, 1, "0")]


def test_nothing_was_counted_without_a_verdict_or_a_policy() -> None:
    missing = SAMPLES["no_verdict"]
    assert summary.count_rows(missing, missing.images[0]) == ()
    assert summary.count_rows(replace(SAMPLES["pass"], policy=None), SAMPLES["pass"].images[0]) == ()


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (3, "3"),
        ("unlimited", "unlimited"),
        (Budget(fixable=0), "0 fixable, unlimited unfixable"),
        (Budget(fixable=1, unfixable=2, unknown=3), "1 fixable, 2 unfixable, 3 fix unknown"),
    ],
)
def test_a_limit_in_words(limit: Limit, text: str) -> None:
    assert summary.limit_text(limit) == text
    assert judge(policy(max=Max(high=limit))).verdict is Outcome.PASS


def test_warnings_name_their_image_only_among_several() -> None:
    two = judge(policy(), scan(warnings=("odd",)), scan(image=image(repository="team/web")))
    assert summary.warnings(two) == ("team/app:v1@sha256:ab12ab12ab12: odd",)
    assert summary.warnings(judge(policy(), scan(warnings=("odd",)))) == ("odd",)
    general = replace(two, warnings=(Warned(text="of the policy", image=None),))
    assert summary.warnings(general) == ("of the policy",)


def test_hints_are_told_once_and_name_their_image_among_several() -> None:
    assert summary.hints(SAMPLES["no_verdict"]) == ("Push the image again, or ask AWS support.",)
    mixed = summary.hints(SAMPLES["mixed"])
    assert mixed[0].startswith("Upgrade openssl")
    assert mixed[1:] == (
        "payments/worker:v1.4.2@sha256:cd34cd34cd34: Push the image again, or ask AWS support.",
        "secret/thing:v1.4.2: Grant ecr:DescribeImages to the caller.",
    )
    assert summary.hints(SAMPLES["pass"]) == ()


def test_an_images_own_hint_is_told_beside_the_runs() -> None:
    one = replace(SAMPLES["no_verdict"], hint="Another.")
    assert summary.hints(one) == ("Another.", "Push the image again, or ask AWS support.")


def test_a_moment_keeps_its_zone() -> None:
    assert summary.moment(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02 03:04 UTC"
    assert summary.moment(datetime(2026, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=2)))) == "2026-01-02 03:04+02:00"


def test_all_of_it_is_neutral_and_on_one_line_whatever_aws_says() -> None:
    hostile = SAMPLES["hostile"]
    told = [
        *summary.opening(hostile),
        *summary.warnings(hostile),
        *summary.hints(hostile),
        summary.policy_text(hostile),
        summary.image_label(hostile.images[0]),
        summary.stable_name(hostile.images[0]),
        *(text for _, text in summary.scan_facts(hostile.images[0], NOW)),
    ]
    assert HOSTILE in hostile.hint
    assert [text for text in told if neutral(text) != text or "\n" in text or len(text) > 2_000] == []


def test_plurals() -> None:
    assert [summary.plural(n, "finding") for n in (0, 1, 2)] == ["0 findings", "1 finding", "2 findings"]
