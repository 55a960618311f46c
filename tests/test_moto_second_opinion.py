"""moto, written by others, as a second opinion: what our own double cannot show to be wrong with itself."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from gate.errors import Exit
from gate.model import Kind, Refusal, Scan, ScanState
from gate.sources.aws import Connections
from gate.sources.ecr import EcrSource
from gate.sources.lookup import TAG_LAG
from gate.sources.waiting import Waiting
from gate.target import EcrTarget, parse_target
from tests.aws_double.clock import VirtualClock
from tests.aws_double.findings import SPRING, enhanced_finding, severities
from tests.aws_double.server import AwsDouble

ROOT = Path(__file__).parents[1]
REGION = "eu-west-1"
ACCOUNT = "123456789012"
# NOTE: moto needs a digest to be given: without one, manifests with equal layers get the same.
DIGEST = "sha256:" + "5e" * 32
MANIFEST = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 2, "digest": "sha256:" + "a1" * 32},
    "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "size": 2, "digest": "sha256:" + "b2" * 32}],
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    # NOTE: its default is to listen on every address of the machine.
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def url(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    post(server, "/moto-api/reset")
    settings = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_ENDPOINT_URL": server}
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        settings[name] = os.devnull
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return server


@pytest.fixture
def ecr(url: str) -> Any:
    client = boto3.Session("a", "b", region_name=REGION).client("ecr", endpoint_url=url)
    client.create_repository(repositoryName="team/app")
    client.put_image(repositoryName="team/app", imageManifest=json.dumps(MANIFEST), imageTag="v1", imageDigest=DIGEST)
    return client


def post(url: str, path: str, document: object = None) -> None:
    request = urllib.request.Request(url + path, data=json.dumps(document).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request) as answer:
        assert answer.status in {200, 201}


def queue_scan(url: str, ecr: Any, findings: list[dict[str, object]], counts: dict[str, int]) -> None:
    """Have moto answer with these findings once a scan was started."""
    answer = {
        "registryId": ACCOUNT,
        "repositoryName": "team/app",
        "imageId": {"imageDigest": DIGEST},
        "imageScanStatus": {"status": "COMPLETE", "description": "The scan was completed successfully."},
        "imageScanFindings": {
            "imageScanCompletedAt": SPRING.timestamp(),
            "enhancedFindings": findings,
            "findingSeverityCounts": counts,
        },
    }
    ecr.start_image_scan(repositoryName="team/app", imageId={"imageDigest": DIGEST})
    post(url, "/moto-api/static/ecr/scan-finding-results", {"region": REGION, "results": [answer]})


def judged(target: str, clock: VirtualClock | None = None) -> Scan | Refusal:
    """Ask the source about a target, as the command does."""
    clock = clock or VirtualClock()
    parsed = parse_target(target)
    assert isinstance(parsed, EcrTarget)
    connections = Connections(clock, region=REGION)
    return EcrSource(connections, clock, Waiting(clock, 600, lambda *_: None), timedelta(minutes=5)).scans(parsed)[0]


def test_a_tag_is_resolved_and_a_finished_scan_is_read(url: str, ecr: Any) -> None:
    findings = [enhanced_finding(), enhanced_finding("CVE-2026-10002", "UNTRIAGED")]
    queue_scan(url, ecr, findings, severities(findings))
    clock = VirtualClock()
    scan = judged("team/app:v1", clock)
    assert isinstance(scan, Scan)
    assert (scan.state, scan.kind, scan.reason) == (ScanState.COMPLETE, Kind.ENHANCED, "")
    assert (scan.image.digest, scan.image.registry, scan.image.tags) == (DIGEST, ACCOUNT, ("v1",))
    assert [finding.id for finding in scan.findings] == ["CVE-2026-10001", "CVE-2026-10002"]
    assert (scan.completed_at, scan.declared, scan.tag_move) == (SPRING, {"HIGH": 1, "UNTRIAGED": 1}, None)
    assert clock.sleeps == ()


def test_counts_that_the_listing_does_not_bear_out_are_no_evidence(url: str, ecr: Any) -> None:
    queue_scan(url, ecr, [enhanced_finding()], {"HIGH": 2})
    scan = judged(f"team/app@{DIGEST}")
    assert isinstance(scan, Scan)
    assert scan.state is ScanState.INCOMPLETE


def test_an_image_that_nobody_scanned_is_missing_evidence(ecr: Any) -> None:
    scan = judged("team/app:v1")
    assert isinstance(scan, Scan)
    assert scan.state is ScanState.MISSING


def test_a_tag_that_does_not_exist_is_waited_for_a_moment_and_then_refused(ecr: Any) -> None:
    clock = VirtualClock()
    refusal = judged("team/app:absent", clock)
    assert isinstance(refusal, Refusal)
    assert refusal.exit_code == Exit.REFUSED
    assert "ImageNotFoundException" in refusal.reason
    assert clock.monotonic() == TAG_LAG


def test_a_repository_that_does_not_exist_is_refused_at_once(ecr: Any) -> None:
    clock = VirtualClock()
    refusal = judged("team/absent:v1", clock)
    assert isinstance(refusal, Refusal)
    assert refusal.exit_code == Exit.REFUSED
    assert "RepositoryNotFoundException" in refusal.reason
    assert clock.sleeps == ()


@pytest.mark.parametrize(
    ("target", "limit", "code"),
    [
        ("team/app:v1", "high=1", Exit.PASS),
        ("team/app:v1", "high=0", Exit.VIOLATED),
        ("team/absent:v1", "high=0", Exit.REFUSED),
    ],
)
def test_the_command_exits_by_what_moto_answers(url: str, ecr: Any, target: str, limit: str, code: Exit) -> None:
    queue_scan(url, ecr, [enhanced_finding()], {"HIGH": 1})
    command = [sys.executable, "-m", "gate", "check", target, "--max", limit, "--region", REGION]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    assert done.returncode == code, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("describe_images", {"repositoryName": "team/absent", "imageIds": [{"imageTag": "v1"}]}),
        ("describe_images", {"repositoryName": "team/app", "imageIds": [{"imageTag": "absent"}]}),
        ("describe_image_scan_findings", {"repositoryName": "team/absent", "imageId": {"imageTag": "v1"}}),
        ("describe_image_scan_findings", {"repositoryName": "team/app", "imageId": {"imageDigest": DIGEST}}),
        ("describe_image_scan_findings", {"repositoryName": "team/app", "imageId": {"imageTag": "absent"}}),
        ("describe_image_scan_findings", {"repositoryName": "team/app", "imageId": {"imageTag": "v1"}}),
    ],
)
def test_moto_and_our_double_refuse_in_the_same_words(ecr: Any, operation: str, members: dict[str, Any]) -> None:
    with AwsDouble() as double:
        double.image("team/app", tag="v1", digest=DIGEST)
        ours = boto3.Session("a", "b", region_name=REGION).client("ecr", endpoint_url=double.url)
        said = [refused(partial(getattr(client, operation), **members)) for client in (ecr, ours)]
    assert said[0] == said[1]


def refused(call: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as raised:
        call()
    response = raised.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]
