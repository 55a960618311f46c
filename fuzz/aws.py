"""AWS's answers from any bytes, through botocore: nothing passes that AWS did not call ready.

The input is a JSON object: for each operation the answers in order, the last one again and again. An answer is a body,
or a text that is sent as it is; a list of a status code and a body is an error of AWS's.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast
from urllib.parse import urlsplit

from botocore.awsrequest import AWSRequest, AWSResponse, HeadersDict
from botocore.config import Config
from botocore.session import Session

from fuzz.checks import check_judged
from gate.model import Scan, ScanState
from gate.policy.verdict import Outcome
from gate.sources.aws import Caller, Connections
from gate.sources.ecr import EcrSource
from gate.sources.imagebuilder import ImageBuilderSource
from gate.sources.waiting import Waiting
from gate.target import BuildTarget, EcrTarget, parse_target
from tests.builders import NOW

_TARGETS = ("team/app:v1", "arn:aws:imagebuilder:eu-west-1:123456789012:image/web/1.2.3/4")
_READY = ("COMPLETE", "ACTIVE", "COMPLETED")
_WAIT = 60.0
_ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1}, parameter_validation=False)
_HEADERS = HeadersDict({"date": f"{NOW:%a, %d %b %Y %H:%M:%S} GMT", "content-type": "application/x-amz-json-1.1"})
_MOST_CALLS = 3_000


class _Clock:
    """Stands still until somebody sleeps on it."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        self.elapsed += seconds


class _Raw:
    """The body of an answer, as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> list[bytes]:
        return [self._body]


class _Script:
    """What AWS answers, and the callers that ask for it."""

    def __init__(self) -> None:
        self.clock = _Clock()
        self._answers: dict[str, list[Any]] = {}
        self._calls = 0
        self._callers: dict[str, Caller] = {}

    def begin(self, answers: Mapping[str, list[Any]]) -> None:
        """Take other answers, at noon."""
        self.clock.elapsed = 0.0
        self._answers = {name: list(each) for name, each in answers.items()}
        self._calls = 0

    def caller(self, service: str, region: str | None, *, once: bool = False) -> Caller:
        """Return the one caller for a service."""
        assert region or not once, "no region"
        if service not in self._callers:
            session = Session()
            session.set_credentials("testing", "testing")
            client = session.create_client(service, region_name="eu-west-1", config=_ONCE)
            client.meta.events.register("before-send.*.*", self._answer)  # type: ignore[arg-type]  # it may answer
            self._callers[service] = Caller(client, self.clock)
        return self._callers[service]

    def _answer(self, request: AWSRequest, event_name: str, **_: object) -> AWSResponse:
        self._calls += 1
        assert self._calls <= _MOST_CALLS, "AWS is asked without an end"
        left = self._answers.get(event_name.rpartition(".")[2], [{}])
        answer = left.pop(0) if len(left) > 1 else (left or [{}])[0]
        status, body = answer if _is_error(answer) else (200, answer)
        data = body if isinstance(body, str) else json.dumps(body)
        url = request.url or ""
        assert urlsplit(url).scheme == "https", "not encrypted"
        raw = _Raw(data.encode("utf-8", "surrogatepass"))
        return AWSResponse(url, status, _HEADERS, raw)  # type: ignore[arg-type]  # as botocore's own tests make them


def fuzz_aws(data: bytes) -> None:
    """Ask ECR and Image Builder, which answer from the input, and judge what the sources make of it."""
    try:
        answers: Any = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(answers, dict) or not all(isinstance(one, list) for one in answers.values()):
        return
    for text in _TARGETS:
        _check(text, answers, data)


def _check(text: str, answers: dict[str, list[Any]], data: bytes) -> None:
    script = _script()
    script.begin(answers)
    connections = cast("Connections", script)
    waiting = Waiting(script.clock, _WAIT, lambda _what, _for: None)
    target = parse_target(text)
    if isinstance(target, BuildTarget):
        scans = ImageBuilderSource(connections, waiting).scans(target)
    else:
        assert isinstance(target, EcrTarget)
        source = EcrSource(
            connections,
            script.clock,
            waiting,
            timedelta(minutes=5),
            inspector="ListFindings" in answers,
            undecided=_every_arn,
            start_scan="StartImageScan" in answers,
        )
        scans = source.scans(target)
    verdict = check_judged(scans)
    if verdict.verdict in {Outcome.PASS, Outcome.WARN}:
        assert scans, "nothing passed"
        assert all(isinstance(one, Scan) and one.state is ScanState.COMPLETE for one in scans), "no evidence passed"
        assert any(word.encode() in data for word in _READY), "what AWS never called ready passed"


def _every_arn(scan: Scan) -> tuple[str, ...]:
    return tuple(finding.arn for finding in scan.findings if finding.arn)


def _is_error(answer: object) -> bool:
    return isinstance(answer, list) and len(answer) == 2 and answer[0] in {400, 403, 404, 500, 503}


@cache
def _script() -> _Script:
    return _Script()
