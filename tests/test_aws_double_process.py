"""The loopback AWS as a process of its own: answers made beforehand, where it listens, and its end."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import boto3
import pytest

from tests.aws_double import __main__ as process
from tests.aws_double.answers import basic
from tests.aws_double.findings import basic_finding
from tests.aws_double.one_image import SCAN, raw, scripted

ROOT = Path(__file__).parents[1]


def test_an_answer_made_beforehand_is_the_one_served() -> None:
    double = scripted()
    image = double.image("team/app", tag="v2", steps=[(0, basic([basic_finding()]))])
    request = {"repositoryName": "team/app", "imageId": {"imageDigest": image.digest}}
    baked = double.bake(SCAN, request)
    with double:
        assert json.loads(raw(double, body=json.dumps(request).encode()).partition(b"\r\n\r\n")[2]) == baked
    assert double.operations == (SCAN,)


@pytest.mark.parametrize("kind", ["basic", "enhanced"])
def test_the_process_says_where_it_listens(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    stop = Event()
    stop.set()
    assert process.main(["--findings", "120", "--kind", kind, "--age", "1"], stop) == 0
    assert capsys.readouterr().out.startswith("http://127.0.0.1:")


def test_the_process_ends_on_sigterm() -> None:
    command = [sys.executable, "-m", "tests.aws_double", "--findings", "3"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONWARNINGS": "error"}, cwd=ROOT
    ) as running:
        assert running.stdout is not None
        url = running.stdout.readline().strip()
        ecr = boto3.client("ecr", "eu-west-1", endpoint_url=url, aws_access_key_id="a", aws_secret_access_key="b")
        answer = ecr.describe_image_scan_findings(repositoryName="team/app", imageId={"imageTag": "v1"})
        assert len(answer["imageScanFindings"]["enhancedFindings"]) == 3
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=10) == 0
