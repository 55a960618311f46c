"""Writes the made-up scan answers of examples/, in the shape of AWS's DescribeImageScanFindings: always the same bytes.

Run it as `python -m examples.make_evidence`; nothing in it was recorded from a real account.
"""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from examples.catalogue import BATCH_WORKER, CHECKOUT_API, Row
from examples.findings import ACCOUNT, Json, basic, digest_of, enhanced

HERE = Path(__file__).parent
PAGE = 100
COMPLETED = datetime(2026, 11, 20, 6, 10, tzinfo=UTC)
DATA = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def evidence() -> dict[str, str]:
    """Return the text of every evidence file, by its name."""
    return {
        "checkout-api.json": _text(_enhanced_pages("shop/checkout-api", "2026.11.3", CHECKOUT_API)),
        "batch-worker.json": _text(_basic_answer("shop/batch-worker", "2026.11.1", BATCH_WORKER)),
        "status-page.json": _text(_enhanced_pages("shop/status-page", "2026.10.7", ())[0]),
    }


def main() -> None:
    """Write the evidence files beside this script."""
    for name, text in evidence().items():
        (HERE / name).write_text(text, encoding="utf-8")


def _enhanced_pages(repository: str, tag: str, rows: tuple[Row, ...]) -> list[Json]:
    image = _image(repository, tag)
    numbered = enumerate(((row, letter) for row in rows for letter in row.severities), start=1)
    findings = [enhanced(image, row, letter, number) for number, (row, letter) in numbered]
    # NOTE: Inspector lists findings in no order that means anything; neither do these files.
    findings.sort(key=lambda finding: str(finding["findingArn"]))
    starts = range(0, max(len(findings), 1), PAGE)
    pages = [_page(image, findings[start : start + PAGE]) for start in starts]
    for number, page in enumerate(pages[:-1], start=2):
        page["nextToken"] = digest_of(f"{repository} page {number}")
    return pages


def _page(image: Json, findings: list[Json]) -> Json:
    # NOTE: the counts are those of the page, over what is active: one of the readings that AWS's answers allow.
    counts = Counter(str(finding["severity"]) for finding in findings if finding["status"] == "ACTIVE")
    return {
        **image,
        "imageScanStatus": {"status": "ACTIVE", "description": "Continuous scan is selected for image."},
        "imageScanFindings": {
            "imageScanCompletedAt": COMPLETED.isoformat(),
            "vulnerabilitySourceUpdatedAt": DATA.isoformat(),
            "findingSeverityCounts": dict(sorted(counts.items())),
            "enhancedFindings": findings,
        },
    }


def _basic_answer(repository: str, tag: str, rows: tuple[Row, ...]) -> Json:
    numbered = enumerate(((row, letter) for row in rows for letter in row.severities), start=400)
    findings = [basic(row, letter, number) for number, (row, letter) in numbered]
    return {
        **_image(repository, tag),
        "imageScanStatus": {"status": "COMPLETE", "description": "The scan was completed successfully."},
        "imageScanFindings": {
            "imageScanCompletedAt": COMPLETED.timestamp(),
            "vulnerabilitySourceUpdatedAt": DATA.timestamp(),
            "findingSeverityCounts": dict(sorted(Counter(str(finding["severity"]) for finding in findings).items())),
            "findings": findings,
        },
    }


def _image(repository: str, tag: str) -> Json:
    image = {"imageDigest": f"sha256:{digest_of(f'{repository}:{tag}')}", "imageTag": tag}
    return {"registryId": ACCOUNT, "repositoryName": repository, "imageId": image}


def _text(document: Json | list[Json]) -> str:
    """Return JSON with one finding a line, so that a change of one finding is a change of one line."""
    lines = json.dumps(document, indent=None, separators=(", ", ": "))
    for start in ('{"awsAccountId": ', '{"name": "CVE', '{"registryId": "123456789012", "repositoryName": '):
        lines = lines.replace(f", {start}", f",\n{start}").replace(f"[{start}", f"[\n{start}")
    return f"{lines}\n"


if __name__ == "__main__":
    main()
