"""What code scanning asks of a SARIF log and no schema says, as one function that lists every fault."""

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_URI = re.compile(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_LEVELS = {"error", "warning", "note"}
_WHOLE_REGION = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}


def log_of(text: str) -> Any:
    """Read a log, after making sure that it is one line that no CI system obeys."""
    assert text.endswith("}\n")
    assert text.count("\n") == 1
    assert "##[" not in text
    assert "##vso[" not in text.lower()
    return json.loads(text)


def faults(text: str) -> list[str]:
    """Return everything that is wrong with a log."""
    return list(_log_faults(log_of(text), text))


def _log_faults(log: Any, text: str) -> Iterator[str]:
    runs = log["runs"]
    if len(gzip.compress(text.encode(), 6)) > 10_000_000:
        yield "over 10 MB"
    if not 1 <= len(runs) <= 20:
        yield f"{len(runs)} runs"
    categories = [run["automationDetails"]["id"] for run in runs]
    if len(set(categories)) != len(categories):
        yield "two runs of one category"
    for run in runs:
        yield from _run_faults(run)
    yield from (f"unseen character in {path}" for path, value in _texts(log, "") if _UNSEEN.search(value))


def _run_faults(run: Any) -> Iterator[str]:
    if not re.fullmatch(r"scan-gate/(?:[A-Za-z0-9._-]+/)+", run["automationDetails"]["id"]):
        yield f"category {run['automationDetails']['id']!r}"
    rules, results = run["tool"]["driver"]["rules"], run["results"]
    ids = [rule["id"] for rule in rules]
    if len(set(ids)) != len(ids):
        yield "two rules with one id"
    if len(results) > 5_000:
        yield "over 5,000 results"
    for rule in rules:
        yield from (f"rule {rule['id'][:40]!r}: {fault}" for fault in _rule_faults(rule))
    for result in results:
        yield from (f"result {result['ruleId'][:40]!r}: {fault}" for fault in _result_faults(result, ids))
    fingerprints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in results]
    if len(set(fingerprints)) != len(fingerprints):
        yield "two results with one fingerprint"
    if len({"suppressions" in result for result in results}) > 1:
        yield "suppressions on some results only"
    if len({result["ruleId"] for result in results}) != len(rules):
        yield "a rule without a result"


def _rule_faults(rule: Any) -> Iterator[str]:
    if not 0 < len(rule["id"].strip()) <= 255:
        yield "id"
    for key in ("shortDescription", "fullDescription"):
        if not 0 < len(rule[key]["text"].strip()) <= 1_024:
            yield key
    if not rule["help"]["text"].strip() or not rule["help"]["markdown"].startswith("| Severity | Package |"):
        yield "help"
    rows = rule["help"]["markdown"].split("\n\n")[0].split("\n")
    if any(len(re.findall(r"(?<!\\)\|", row)) != 6 for row in rows):
        yield "the help's table has rows of other lengths"
    if rule["properties"].get("security-severity") not in {None, "9.5", "8.0", "5.5", "2.0"}:
        yield "security-severity"
    if rule["defaultConfiguration"]["level"] not in _LEVELS or len(rule["properties"]["tags"]) > 10:
        yield "level or tags"
    if not re.fullmatch(r"https?://[!-~]{1,2040}", rule.get("helpUri", "https://a")):
        yield f"helpUri {rule['helpUri']!r}"


def _result_faults(result: Any, ids: list[str]) -> Iterator[str]:
    if ids[result["ruleIndex"]] != result["ruleId"]:
        yield "ruleIndex"
    if result["level"] not in _LEVELS:
        yield f"level {result['level']!r}"
    message = result["message"]["text"]
    if not 0 < len(message) <= 2_000 or re.search(r"[\[\]{}]", message):
        yield f"message {message!r}"
    (location,) = result["locations"]
    place = location["physicalLocation"]
    uri = place["artifactLocation"]["uri"]
    if not _URI.fullmatch(uri) or _SCHEME.match(uri) or uri.startswith("/") or "//" in uri or len(uri) > 10_000:
        yield f"uri {uri!r}"
    if any(not segment.strip(".") for segment in uri.replace("%2E", ".").split("/")):
        yield f"dot segment in {uri!r}"
    if place["region"] != _WHOLE_REGION:
        yield "region"
    if not location["logicalLocations"][0]["fullyQualifiedName"] or not location["logicalLocations"][0]["name"]:
        yield "logical location"


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value.replace("\n", " ") if path.endswith((".text", ".markdown")) else value
    elif isinstance(value, dict):
        for key, held in value.items():
            yield from _texts(held, f"{path}.{key}")
    elif isinstance(value, list):
        for held in value:
            yield from _texts(held, path)
