"""The stages of a check at which something may break: what is asked of AWS there, in which world, by which command."""

from collections.abc import Callable
from typing import Literal

import msgspec

from tests.aws_double.answers import ScanAnswer, basic, enhanced, in_progress, scan_not_found
from tests.aws_double.builds import BUILD, build_finding, built
from tests.aws_double.findings import enhanced_finding, enhanced_findings
from tests.aws_double.indexes import platforms
from tests.aws_double.server import AwsDouble

WEEK_AGO = -7 * 86_400.0
TARGET = "team/app:v1"
OTHER = "111122223333"
WAIT = 300.0
"""Seconds for which the policy lets a check wait."""
POLICY = "version: 1\nmax: {critical: 0}\nscan: {wait: 5m, max_age: 30d}\n"
"""Allows what every world lists, and limits the age of a scan, so that a wrong clock matters."""
POLICY_OF_BUILDS = "version: 1\nmax: {critical: 0}\nscan: {wait: 5m}\n"
"""Image Builder does not say when it scanned, so a policy for builds cannot ask how old that is."""
LOW = enhanced_finding(severity="LOW")


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of a check, and the request by which it is known."""

    column: str
    """How it is called at the head of a table."""
    what: str
    """What the gate does there."""
    world: Callable[[AwsDouble], object]
    """Makes an AWS in which a check comes to this stage, and passes."""
    operation: str = ""
    """What is asked of AWS there; empty where nothing is."""
    call: int = 1
    """Which call of that operation it is, in this world."""
    service: str = "ecr"
    opens: bool = False
    """Whether it is the first request to its service, for which a connection is made."""
    writes: Literal["", "files", "stdout"] = ""
    words: tuple[str, ...] = (TARGET,)
    policy: str = POLICY


def _scanned(answer: ScanAnswer, **options: object) -> Callable[[AwsDouble], object]:
    """Return what makes an image that was scanned a week ago."""

    def make(double: AwsDouble) -> object:
        steps = [(WEEK_AGO, answer)]
        return double.image("team/app", tag="v1", pushed_at=WEEK_AGO - 60, steps=steps, **options)  # type: ignore[arg-type]

    return make


def _waited_for(double: AwsDouble) -> object:
    steps = [(-1.0, in_progress()), (30.0, enhanced([LOW]))]
    return double.image("team/app", tag="v1", steps=steps)


def _empty(double: AwsDouble) -> object:
    double.registry_scanning("BASIC")
    return _scanned(basic())(double)


def _not_begun(double: AwsDouble) -> object:
    steps = [(-1.0, scan_not_found()), (150.0, enhanced([LOW]))]
    return double.image("team/app", tag="v1", steps=steps)


def _fresh(double: AwsDouble) -> object:
    return double.image("team/app", tag="v1", pushed_at=-60.0, steps=[(-10.0, enhanced([LOW]))])


def _index(double: AwsDouble) -> object:
    steps = [(WEEK_AGO, enhanced([LOW]))]
    return platforms(double, {"linux/amd64": steps, "linux/arm64": steps}, pushed_at=WEEK_AGO - 60)


def _built(double: AwsDouble) -> object:
    return double.build(built(build_finding(severity="LOW")))


_OLD = _scanned(enhanced([LOW]))
_LONG = _scanned(enhanced([finding | {"severity": "LOW"} for finding in enhanced_findings(250)]))

STAGES = (
    Stage(column="claim", what="takes the places of its reports", world=_OLD, writes="files"),
    Stage(
        column="role",
        what="assumes `--role-arn`",
        world=_scanned(enhanced([LOW]), registry=OTHER),
        operation="AssumeRole",
        service="sts",
        opens=True,
        words=(TARGET, "--role-arn", f"arn:aws:iam::{OTHER}:role/ci/gate"),
    ),
    Stage(column="tag", what="resolves the tag", world=_OLD, operation="DescribeImages", opens=True),
    Stage(
        column="first", what="asks for the first page of findings", world=_OLD, operation="DescribeImageScanFindings"
    ),
    Stage(
        column="wait",
        what="asks again while the scan runs",
        world=_waited_for,
        operation="DescribeImageScanFindings",
        call=2,
    ),
    Stage(
        column="later",
        what="asks for a later page of findings",
        world=_LONG,
        operation="DescribeImageScanFindings",
        call=2,
    ),
    Stage(
        column="kind",
        what="asks how the registry scans, since nothing is listed",
        world=_empty,
        operation="GetRegistryScanningConfiguration",
    ),
    Stage(
        column="none",
        what="asks how the registry scans, since there is no scan yet",
        world=_not_begun,
        operation="GetRegistryScanningConfiguration",
    ),
    Stage(
        column="cover",
        what="asks Inspector whether it has finished a fresh scan",
        world=_fresh,
        operation="ListCoverage",
        service="inspector2",
        opens=True,
    ),
    Stage(column="index", what="reads the manifest of an index", world=_index, operation="BatchGetImage"),
    Stage(
        column="child",
        what="asks for the findings of the images in an index",
        world=_index,
        operation="DescribeImageScanFindings",
    ),
    Stage(
        column="insp",
        what="reads Inspector's own list (`--source inspector`)",
        world=_OLD,
        operation="ListFindings",
        service="inspector2",
        opens=True,
        words=(TARGET, "--source", "inspector"),
    ),
    Stage(
        column="build",
        what="asks Image Builder for the build",
        world=_built,
        operation="GetImage",
        service="imagebuilder",
        opens=True,
        words=(BUILD,),
        policy=POLICY_OF_BUILDS,
    ),
    Stage(
        column="blist",
        what="reads Image Builder's list of findings",
        world=_built,
        operation="ListImageScanFindings",
        service="imagebuilder",
        words=(BUILD,),
        policy=POLICY_OF_BUILDS,
    ),
    Stage(column="again", what="looks at the tag again", world=_OLD, operation="DescribeImages", call=2),
    Stage(column="write", what="writes its reports", world=_LONG, writes="files"),
    Stage(column="print", what="prints, once the reports are written", world=_LONG, writes="stdout"),
)
