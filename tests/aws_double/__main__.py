"""The double as a process of its own, answers made beforehand: `python -m tests.aws_double --findings 5000`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from threading import Event

from tests.aws_double.answers import ENHANCED_PAGE, basic, enhanced
from tests.aws_double.clock import SystemClock
from tests.aws_double.faults import slow
from tests.aws_double.findings import basic_findings, enhanced_findings
from tests.aws_double.server import ANY, AwsDouble

DAY = 86_400.0


def main(arguments: Sequence[str] | None = None, stop: Event | None = None) -> int:
    """Serve one image, say where on the first line of stdout, and go on until SIGINT, SIGTERM or `stop`."""
    options = _options().parse_args(arguments)
    stop = stop or _stopped_by_signals()
    double = AwsDouble(SystemClock(), port=options.port)
    _script(double, options)
    if options.latency:
        double.fail(ANY, slow(options.latency), times=None)
    double.start()
    sys.stdout.write(f"{double.url}\n")
    sys.stdout.flush()
    stop.wait()
    try:
        double.stop()
    except AssertionError as complaints:
        sys.stderr.write(f"{complaints}\n")
        return 1
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.aws_double", description=__doc__)
    parser.add_argument("--findings", type=int, default=50, help="how many findings the scan lists")
    parser.add_argument("--kind", choices=("basic", "enhanced"), default="enhanced", help="which scanner")
    parser.add_argument("--page-size", type=int, default=ENHANCED_PAGE, help="enhanced findings on a page")
    parser.add_argument("--age", type=float, default=7.0, help="days since the push and the scan")
    parser.add_argument("--repository", default="team/app")
    parser.add_argument("--tag", default="v1")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    return parser


def _stopped_by_signals() -> Event:
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _script(double: AwsDouble, options: argparse.Namespace) -> None:
    began = -DAY * options.age
    if options.kind == "basic":
        answer = basic(basic_findings(options.findings))
    else:
        answer = enhanced(enhanced_findings(options.findings), page_size=options.page_size)
    image = double.image(options.repository, tag=options.tag, pushed_at=began - 60, steps=[(began, answer)])
    # NOTE: by digest, in pages of 1,000 and of 100: what a listing asks for. Others are built when asked for.
    for size in (1000, None) if options.kind == "basic" else (1000, 100, None):
        request = {"repositoryName": options.repository, "imageId": {"imageDigest": image.digest}}
        if size:
            request["maxResults"] = size
        token: object = ""
        while token is not None:
            page = double.bake("DescribeImageScanFindings", request | ({"nextToken": token} if token else {}))
            token = page.get("nextToken")


if __name__ == "__main__":
    sys.exit(main())
