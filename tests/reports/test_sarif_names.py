"""The names in a SARIF log: categories, rule ids, paths, references and links, whatever the text they come from."""

import re
from typing import Any

import pytest

from gate.model import Package, Refusal, Scan, ScanState
from gate.reports.sarif import render
from tests.builders import finding, image, judge, scan
from tests.reports.sarif_faults import faults, log_of
from tests.reports.sarif_runs import ALL_ALLOWED, judged, run_of, uris

# Categories


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        ([{}, {"tags": ("v2",)}, {"tags": ("v3",)}], ["team/app/", "team/app/2/", "team/app/3/"]),
        ([{}, {"repository": "team/app/2"}, {}], ["team/app/", "team/app/2/", "team/app/3/"]),
        ([{"platform": "linux/arm64/v8"}] * 2, ["team/app/linux-arm64-v8/", "team/app/linux-arm64-v8/2/"]),
        (
            [{}, {"region": "us-east-1"}, {"registry": "111122223333"}, {"registry": None, "region": None}],
            [
                "123456789012-eu-west-1/team/app/",
                "123456789012-us-east-1/team/app/",
                "111122223333-eu-west-1/team/app/",
                "team/app/",
            ],
        ),
        (
            [{}, {"region": None}, {"region": "us-east-1"}],
            ["123456789012-eu-west-1/team/app/", "123456789012/team/app/", "123456789012-us-east-1/team/app/"],
        ),
        ([{}, {"region": None, "repository": "team/b"}], ["team/app/", "team/b/"]),
        ([{"repository": None, "source": "saved", "target": "/evidence/scan.json"}], ["scan.json/"]),
        ([{"repository": None, "source": "saved", "target": "-"}], ["image/"]),
        ([{"repository": "Été/..//../☃"}], ["t/image/image/image/image/"]),
    ],
)
def test_categories_are_unique_and_stable(images: list[dict[str, Any]], expected: list[str]) -> None:
    verdict = judge(ALL_ALLOWED, *(scan(image=image(**fields)) for fields in images))
    text = render(verdict)

    assert faults(text) == []
    assert [run["automationDetails"]["id"] for run in log_of(text)["runs"]] == [
        f"scan-gate/{name}" for name in expected
    ]


def test_an_image_never_gets_the_category_of_one_without_verdict() -> None:
    pending = Scan(image=image(tags=("v1",)), state=ScanState.PENDING, reason="still scanning")
    run = run_of(judge(ALL_ALLOWED, pending, scan(image=image(tags=("v2",)))))

    assert run["automationDetails"]["id"] == "scan-gate/team/app/2/"


def test_a_refusal_of_one_image_renames_no_other() -> None:
    denied = Refusal(
        image=image(registry=None, region=None, repository="team/b", digest=None), exit_code=5, reason="no"
    )
    for other in (denied, scan(image=image(repository="team/b"))):
        log = log_of(render(judge(ALL_ALLOWED, scan(), other)))

        assert log["runs"][0]["automationDetails"]["id"] == "scan-gate/team/app/"


# Ids of rules


@pytest.mark.parametrize(
    ("vulnerability", "expected"),
    [
        ("CVE-2026-1", "CVE-2026-1"),
        ("ALAS2-2026-1/x y", "ALAS2-2026-1/x y"),
        ("", "~[0-9a-f]{12}"),
        ("   ", "~[0-9a-f]{12}"),
        ("CVE\x00-1", "CVE\ufffd-1~[0-9a-f]{12}"),
        ("\x1b[2JCVE-1", "CVE-1~[0-9a-f]{12}"),
        ("A" * 9_999, "A{241}…~[0-9a-f]{12}"),
        ("\ud800", "\ufffd~[0-9a-f]{12}"),
        ("##[error]x", r"# #\[error\]x~[0-9a-f]{12}"),
    ],
)
def test_rule_ids(vulnerability: str, expected: str) -> None:
    (rule,) = judged(finding(vulnerability, title="", description=""))["tool"]["driver"]["rules"]

    assert re.fullmatch(expected, rule["id"])
    assert rule["shortDescription"]["text"] == rule["id"]


def test_ids_that_look_the_same_stay_two_rules() -> None:
    rules = judged(finding("CVE-1"), finding("CVE-1 "), finding("CVE\x00-1"), finding("CVE\x01-1"))["tool"]["driver"][
        "rules"
    ]

    assert len(rules) == 4


def test_an_id_made_to_equal_another_rule_s_id_joins_that_rule() -> None:
    (rule,) = judged(finding("CVE\x00-1"))["tool"]["driver"]["rules"]
    both = judged(finding("CVE\x00-1"), finding(rule["id"]))

    assert [held["id"] for held in both["tool"]["driver"]["rules"]] == [rule["id"]]
    assert len(both["results"]) == 2


# Paths, references, links


@pytest.mark.parametrize(
    ("kind", "name", "path"),
    [
        ("OS", "openssl", "OS/openssl"),
        (None, "openssl", "package/openssl"),
        ("OS", "libstdc++6", "OS/libstdc%2B%2B6"),
        ("NPM", "@scope/x", "NPM/%40scope/x"),
        ("GOBINARY", "github.com/a/b", "GOBINARY/github.com/a/b"),
        ("JAR", "org.x:y", "JAR/org.x%3Ay"),
        ("OS", "../..", "OS/..~/..~"),
        ("OS", "...", "OS/...~"),
        ("OS", "a/./b//c", "OS/a/.~/b/c"),
        ("OS", "/etc/passwd", "OS/etc/passwd"),
        ("OS", "/", "OS/~"),
        ("OS", "C:\\x", "OS/C%3A%5Cx"),
        ("OS", "javascript:alert(1)", "OS/javascript%3Aalert%281%29"),
        ("http://", "%2e%2e", "http%3A/%252e%252e"),
        ("OS", "😀", "OS/%F0%9F%98%80"),
        ("OS", "\ud800", "OS/%EF%BF%BD~[0-9a-f]{12}"),
        ("OS", "a\nb", "OS/a%20b~[0-9a-f]{12}"),
        ("OS", "", "OS/~[0-9a-f]{12}"),
        ("OS", "x" * 1_000_000, "OS/x{286}%E2%80%A6~[0-9a-f]{12}"),
    ],
)
def test_paths(kind: str | None, name: str, path: str) -> None:
    run = judged(finding(packages=(Package(name=name, type=kind),)))

    assert re.fullmatch(f"team/app/{path}", uris(run)[0])


@pytest.mark.parametrize(
    ("fields", "reference"),
    [
        ({"target": "team/app@sha256:1"}, f"team/app@{image().digest}"),
        ({"source": "saved", "target": "a/b.json", "tags": ("v7", "v8")}, f"team/app:v7@{image().digest}"),
        ({"source": "saved", "target": "a/b.json", "tags": (), "digest": None, "repository": None}, "b.json"),
    ],
)
def test_the_full_reference_is_in_properties_and_logical_locations(fields: dict[str, Any], reference: str) -> None:
    run = judged(finding(), image=image(**fields))

    assert run["properties"]["image"] == reference
    assert run["results"][0]["locations"][0]["logicalLocations"] == [
        {"name": "openssl", "fullyQualifiedName": reference, "kind": "package"}
    ]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://nvd.nist.gov/vuln/detail/CVE-2026-1", True),
        ("http://a.example/x?y=1&z=%20#frag", True),
        ("https://a.example?q", True),
        ("https://a.example", True),
        (None, False),
        ("", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://a.example/x y", False),
        ("https://a.example/)[x](http://b.example", False),
        ("https://a.example/%zz", False),
        ("https://a.example/#a#b", False),
        ("https://user@a.example/", False),
        ("https://a.example/\n", False),
        ("https://a.example/" + "x" * 2_048, False),
    ],
)
def test_only_plain_web_addresses_become_links(url: str | None, kept: bool) -> None:
    (rule,) = judged(finding(url=url))["tool"]["driver"]["rules"]

    assert rule.get("helpUri") == (url if kept else None)
    assert ("](" in rule["help"]["markdown"]) is kept
