"""What each fault comes to at each stage of a check: written by hand, from what the exit codes mean."""

import re

import msgspec

from tests.faults.stages import STAGES, Stage

# The exit code, and the letter of what is read on stderr (SAYINGS). A dot: there is no such cell, by `can_be`.
GRID = """
fault        claim role  tag   first wait  later kind  none  cover index child insp  build blist again write print
refused      .     4n    4n    4n    4n    4n    4n    4n    4n    4n    4n    4n    4n    4n    4g    .     .
reset-x3     .     0     0     0     0     0     0     0     0     0     0     0     0     0     0     .     .
reset        .     4n    4n    4n    4n    4n    0     3m    0     4n    4n    4n    4n    4n    4g    .     .
trickle      .     4n    4n    4n    4n    4n    0     3m    0     4n    4n    4n    4n    4n    4g    .     .
tls          .     4t    4t    .     .     .     .     .     0     .     .     4t    4t    .     .     .     .
cut-x2       .     0     0     0     0     0     0     0     0     0     0     0     0     0     0     .     .
cut          .     4u    4u    4u    4u    4u    0     3m    0     4u    4u    4u    4u    4u    4g    .     .
too-long     .     0     0     0     0     0     0     0     0     0     0     0     0     0     0     .     .
too-short    .     4u    4u    4u    4u    4u    0     3m    0     4u    4u    4u    4u    4u    4g    .     .
gzip-x2      .     0     0     0     0     0     0     0     0     0     0     0     0     0     0     .     .
gzip         .     4u    4u    4u    4u    4u    0     3m    0     4u    4u    4u    4u    4u    4g    .     .
500-x3       .     0     0     0     0     0     0     0     0     0     0     0     0     0     0     .     .
500          .     4s    4s    4s    4s    4s    0     3m    0     4s    4s    4s    4s    4s    4g    .     .
503-x3       .     0     0     0     0     0     0     0     0     0     0     0     0     0     0     .     .
503          .     4s    4s    4s    4s    4s    0     3m    0     4s    4s    4s    4s    4s    4g    .     .
throttled-x3 .     0     0     0     0     0     0     0     0     0     0     0     0     0     0     .     .
throttled    .     4h    4h    4h    4h    4h    0     3m    0     4h    4h    4h    4h    4h    4g    .     .
ahead        .     3o    3o    3o    3o    3o    0     3o    3o    3o    3o    0     0     0     0     .     .
behind       .     3d    3d    3d    3d    4w    0     3d    4w    3d    3d    0     0     0     0     .     .
expired      .     5c    5c    5c    5c    5c    5c    5c    5c    5c    5c    5c    5c    5c    4g    .     .
sigterm      143x  143x  143x  143x  143x  143x  143x  143x  143x  143x  143x  143x  143x  143x  143x  143x  143x
sigint       130i  130i  130i  130i  130i  130i  130i  130i  130i  130i  130i  130i  130i  130i  130i  130i  130i
disk-full    2f    .     .     .     .     .     .     .     .     .     .     .     .     .     .     70f   70f
permission   2p    .     .     .     .     .     .     .     .     .     .     .     .     .     .     70p   .
two-gates    0     .     .     .     .     .     .     .     .     .     .     .     .     .     .     0     .
"""
SAYINGS = {
    "n": "no verdict: … AWS could not be reached: … — Check the network …",
    "t": "no verdict: … TLS to AWS failed: … AWS_CA_BUNDLE …",
    "u": "no verdict: … the answer cannot be read: … — Check what stands between this job and AWS (a proxy?), …",
    "s": "no verdict: … — AWS may answer the next run; retry the job.…",
    "h": "no verdict: … — AWS is throttling this account. AWS may answer the next run; retry the job.",
    "c": "no verdict: … Expired… — The credentials are expired or wrong: log in again, or renew the job's role.",
    "g": "no verdict: … the tag v1 could not be looked at again: … — Run the gate again, or name the image …",
    "m": "no verdict: … AWS has no scan of this image …",
    "o": "no verdict: … the scan is … old (from …), and the policy allows … (scan.max_age) …",
    "d": "no verdict: … the scan is dated …, after now (…), so its age cannot be judged (scan.max_age) …",
    "w": "no verdict: … its findings have not settled yet (…) …",
    "f": "… No space left on device…",
    "p": "… cannot be written: Permission denied …",
    "x": "terminated: there is no verdict",
    "i": "interrupted: there is no verdict",
}
"""What is read, after `gate: `; `…` is what differs."""
WHEN = {
    "request": "where AWS is asked something",
    "connection": "where a service is asked for the first time, since TLS is agreed on once for a connection",
    "bytes": "where the gate writes",
    "files": "where the gate makes files; what is open already needs no permission",
    "": "everywhere",
}


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of fault: its name in GRID, what happens, and at which stages it can happen (a key of WHEN)."""

    name: str
    what: str
    needs: str = "request"


FAULTS = (
    Fault(name="refused", what="the endpoint goes away: that request is reset, each later connection refused"),
    Fault(name="reset-x3", what="the connection is reset, three times"),
    Fault(name="reset", what="the connection is reset, each time"),
    Fault(name="trickle", what="the answer comes a byte at a time, without end (a slow loris), each time"),
    Fault(name="tls", what="what answers at the service's https:// endpoint speaks no TLS", needs="connection"),
    Fault(name="cut-x2", what="the body is cut off, twice"),
    Fault(name="cut", what="the body is cut off, each time"),
    Fault(name="too-long", what="Content-Length promises more than there is: the body itself is whole"),
    Fault(name="too-short", what="Content-Length promises less than there is, so that the end is lost"),
    Fault(name="gzip-x2", what="the body says that it is gzip and is not, twice"),
    Fault(name="gzip", what="the body says that it is gzip and is not, each time"),
    Fault(name="500-x3", what="status 500, three times"),
    Fault(name="500", what="status 500, each time"),
    Fault(name="503-x3", what="status 503, three times"),
    Fault(name="503", what="status 503, each time"),
    Fault(name="throttled-x3", what="AWS throttles, three times"),
    Fault(name="throttled", what="AWS throttles, each time"),
    Fault(name="ahead", what="from there on AWS's clock (`Date`) is a year ahead"),
    Fault(name="behind", what="from there on AWS's clock is a year behind"),
    Fault(name="expired", what="from there on the credentials have expired"),
    Fault(name="sigterm", what="SIGTERM", needs=""),
    Fault(name="sigint", what="SIGINT (Ctrl-C)", needs=""),
    Fault(name="disk-full", what="the disk is full (of stdout: the file that it goes to)", needs="bytes"),
    Fault(name="permission", what="the folder may not be written any more", needs="files"),
    Fault(name="two-gates", what="another gate does the same, for the same paths, at the same time", needs="files"),
)


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """What one fault at one stage must come to."""

    fault: Fault
    stage: Stage
    code: int
    letter: str

    @property
    def name(self) -> str:
        """How it is called in a test's id."""
        return f"{self.fault.name}-{self.stage.column}"

    def is_said_by(self, line: str) -> bool:
        """Tell whether a line of stderr is what is to be read."""
        pattern = ".*".join(re.escape(part) for part in f"gate: {SAYINGS[self.letter]}".split("…"))
        return re.fullmatch(pattern, line) is not None


def can_be(fault: Fault, stage: Stage) -> bool:
    """Tell whether a fault can happen at a stage."""
    has = {
        "request": bool(stage.operation),
        "connection": stage.opens,
        "bytes": bool(stage.writes),
        "files": stage.writes == "files",
        "": True,
    }
    return has[fault.needs]


def rows() -> tuple[tuple[str, ...], ...]:
    """Return GRID as rows of words, its head first."""
    return tuple(tuple(line.split()) for line in GRID.strip().splitlines())


def cells(*names: str) -> tuple[Cell, ...]:
    """Return the cells of these faults, or of all."""
    found = []
    for fault, row in zip(FAULTS, rows()[1:], strict=True):
        for stage, word in zip(STAGES, row[1:], strict=True):
            if word != "." and (not names or fault.name in names):
                code, letter = re.fullmatch(r"(\d+)([a-z]?)", word).groups()  # type: ignore[union-attr]
                found.append(Cell(fault=fault, stage=stage, code=int(code), letter=letter))
    return tuple(found)
