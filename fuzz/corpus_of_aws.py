"""What AWS answers, for the corpus: saved by people, sealed in a bundle, and asked for by the gate."""

import gzip
import json
from typing import Any

import msgspec

from examples.make_evidence import evidence
from fuzz.corpus import Inputs
from fuzz.evidence import sealed
from gate.sources.bundle import Content
from gate.sources.recording import Answer
from tests.builders import DIGEST, finding, fixable, scan

ARN = "arn:aws:imagebuilder:eu-west-1:123456789012:image/web/1.2.3/4"


def saved_answers() -> Inputs:
    """Return files as people save them."""
    made, pages = evidence(), _pages()
    rows = pages[-1]["imageScanFindings"]["enhancedFindings"]
    return {
        "basic.json": text_of(json.loads(made["batch-worker.json"])),
        "empty.json": text_of(json.loads(made["status-page.json"])),
        "pages.json": text_of(pages),
        "page.json.gz": packed(text_of(pages[-1])),
        "pending.json": text_of({"imageScanStatus": {"status": "PENDING"}, "imageScanFindings": _few(_NOTHING)}),
        "failed.json": text_of({"imageScanStatus": {"status": "FAILED", "description": "UnsupportedImageError"}}),
        "inspector.json": text_of({"findings": rows[:1]}),
        "builder.json": text_of({"findings": _built(rows[:1])}),
    }


def _pages() -> list[dict[str, Any]]:
    """Return a listing of two pages, of two findings each."""
    pages: Any = json.loads(evidence()["checkout-api.json"])
    few = [{**page, "imageScanFindings": _few(page["imageScanFindings"])} for page in pages[:2]]
    few[-1].pop("nextToken", None)
    return few


_NOTHING: dict[str, Any] = {"enhancedFindings": []}


def _few(found: dict[str, Any]) -> dict[str, Any]:
    rows = found["enhancedFindings"][:2]
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["severity"]] = counts.get(row["severity"], 0) + 1
    return {**found, "enhancedFindings": rows, "findingSeverityCounts": counts}


def _built(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return findings as Image Builder lists them."""
    absent = {"status", "findingArn", "resources", "exploitAvailable"}
    return [{**{key: row[key] for key in row if key not in absent}, "imageBuildVersionArn": ARN} for row in rows]


def bundles() -> Inputs:
    """Return bundles, and what stands in them."""
    page = text_of(_pages()[-1]).decode()
    answer = Answer(operation="DescribeImageScanFindings", asked="{}", body=page)
    seen = scan(finding(), fixable(names=("openssl", "libssl")))
    content = Content(gate="1.0.0", captured_at=seen.captured_at, scan=seen, from_answers=False, answers=())
    from_answers = msgspec.structs.replace(content, from_answers=True, answers=(answer,))
    return {
        "whole.json": sealed(msgspec.json.encode(content)),
        "content.json": msgspec.json.encode(content),
        "answers.json": msgspec.json.encode(from_answers),
    }


def answers() -> Inputs:
    """Return what AWS answers, operation by operation."""
    page, nothing = _page()
    rows = page["imageScanFindings"]["enhancedFindings"]
    details = [{"findingArn": row["findingArn"], "cisaData": {"dateDue": 1_763_600_000}} for row in rows]
    refused = [400, {"__type": "AccessDeniedException", "message": "not authorized to perform: ecr:DescribeImages"}]
    missing = [400, {"__type": "ScanNotFoundException", "message": "no scan"}]
    described = {"DescribeImages": [{"imageDetails": [_detail(page)]}]}
    return {
        "found.json": text_of({**described, "DescribeImageScanFindings": [page], "ListFindings": [missing]}),
        "clean.json": text_of({
            **described,
            "DescribeImageScanFindings": [{**nothing, "imageScanStatus": {"status": "PENDING"}}, nothing],
            "GetRegistryScanningConfiguration": [{"scanningConfiguration": {"scanType": "BASIC"}}],
            "BatchGetImage": [{"images": [_manifest(page)]}],
        }),
        "index.json": text_of(_index(page, nothing)),
        "started.json": text_of({
            **described,
            "DescribeImageScanFindings": [missing, page],
            "StartImageScan": [{"imageScanStatus": {"status": "PENDING"}}],
            "BatchGetFindingDetails": [{"findingDetails": details}],
        }),
        "refused.json": text_of({"DescribeImages": [refused], "GetImage": [refused]}),
        "built.json": text_of({**_BUILT, "ListImageScanFindings": [{"findings": _built(rows[:1])}]}),
    }  # fmt: skip


def _page() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a page of findings, and one that is the same but for listing none."""
    page = {**_pages()[-1], "repositoryName": "team/app"}
    return page, {**page, "imageScanFindings": {**page["imageScanFindings"], **_few(_NOTHING)}}


def _detail(page: dict[str, Any]) -> dict[str, Any]:
    return {
        "registryId": "123456789012",
        "imageDigest": page["imageId"]["imageDigest"],
        "imageTags": ["v1"],
        "imagePushedAt": 1_763_600_000,
        "imageManifestMediaType": _IMAGE["mediaType"],
    }


def _manifest(page: dict[str, Any]) -> dict[str, Any]:
    return {"imageId": {"imageDigest": page["imageId"]["imageDigest"]}, "imageManifest": text_of(_IMAGE).decode()}


def _index(page: dict[str, Any], nothing: dict[str, Any]) -> dict[str, Any]:
    """Return the answers about an index of one image, in which nothing is found."""
    detail, digest = _detail(page), page["imageId"]["imageDigest"]
    index = {**detail, "imageDigest": DIGEST, "imageManifestMediaType": _INDEX["mediaType"]}
    entry = {"mediaType": _IMAGE["mediaType"], "digest": digest, "platform": {"os": "linux", "architecture": "amd64"}}
    listed = {"imageId": {"imageDigest": DIGEST}, "imageManifest": text_of({**_INDEX, "manifests": [entry]}).decode()}
    return {
        "DescribeImages": [{"imageDetails": [one]} for one in (index, detail, index)],
        "BatchGetImage": [{"images": [listed, _manifest(page)]}],
        "DescribeImageScanFindings": [nothing],
    }


_BUILT = {
    "GetImage": [
        {
            "image": {
                "arn": ARN,
                "state": {"status": "AVAILABLE"},
                "scanState": {"status": "COMPLETED"},
                "imageScanningConfiguration": {"imageScanningEnabled": True},
                "dateCreated": "2026-11-19T06:00:00Z",
            }
        }
    ],
    "ListImageScanFindingAggregations": [
        {"responses": [{"imageAggregation": {"imageBuildVersionArn": ARN, "severityCounts": {"all": 1}}}]}
    ],
}
_INDEX = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json"}
_IMAGE: dict[str, Any] = {
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json"},
    "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip"}],
}


def text_of(value: object) -> bytes:
    """Return JSON, as short as it can be."""
    return json.dumps(value, separators=(",", ":")).encode()


def packed(data: bytes) -> bytes:
    """Return gzip, the same each time."""
    return gzip.compress(data, mtime=0)
