"""A bundle: one image's evidence in one file, with AWS's answers as they came, sealed by a hash, to be judged again."""

import gzip
import hashlib
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from gate import __version__
from gate.errors import EvidenceError
from gate.model import Finding, Scan
from gate.plain import one_line
from gate.sources.listing import Listing
from gate.sources.recording import Answer
from gate.sources.wire import Page, UndecodableError, decode

_FORMAT: Literal["scan-gate evidence"] = "scan-gate evidence"
_AGAIN = "Save the evidence again (gate check --save-evidence)."
_LISTING = "DescribeImageScanFindings"
_PAGE = msgspec.json.Decoder(Page)


class Content(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the seal covers."""

    gate: str
    captured_at: datetime | None
    scan: Scan
    """The image and the facts of its scan; its findings only where they are not in the answers."""
    from_answers: bool
    """Whether the findings are to be read from the answers."""
    answers: tuple[Answer, ...]


class _Sealed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: Literal["scan-gate evidence"]
    version: int
    sha256: str
    content: msgspec.Raw


_SEALED = msgspec.json.Decoder(_Sealed)
_CONTENT = msgspec.json.Decoder(Content)


def pack(scan: Scan, answers: tuple[Answer, ...]) -> bytes:
    """Return the bundle of one scan: gzip over JSON, the same bytes for the same evidence."""
    from_answers = bool(scan.findings) and _findings(scan, answers) == scan.findings
    content = msgspec.json.encode(
        Content(
            gate=__version__,
            captured_at=scan.captured_at,
            scan=msgspec.structs.replace(scan, findings=()) if from_answers else scan,
            from_answers=from_answers,
            answers=answers,
        )
    )
    seal = hashlib.sha256(content).hexdigest()
    sealed = _Sealed(format=_FORMAT, version=1, sha256=seal, content=msgspec.Raw(content))
    return gzip.compress(msgspec.json.encode(sealed), compresslevel=6, mtime=0)


def is_bundle(data: bytes) -> bool:
    """Tell whether unpacked evidence says that it is a bundle."""
    return f'"{_FORMAT}"'.encode() in data[:200]


def unpack(data: bytes) -> Scan:
    """Return the scan that an unpacked bundle holds, replayed; EvidenceError when it is not as it was saved."""
    try:
        sealed = decode(data, _SEALED)
        if sealed.version != 1:
            raise EvidenceError(
                f"this is a bundle of version {sealed.version}, and this gate reads version 1",
                hint="Judge it with the version of scan-gate that saved it.",
            )
        if hashlib.sha256(bytes(sealed.content)).hexdigest() != sealed.sha256:
            raise EvidenceError("the bundle was changed after it was saved: its hash is another", hint=_AGAIN)
        content = decode(bytes(sealed.content), _CONTENT)
        scan = content.scan
        times = (getattr(scan, name) for name in Scan.__struct_fields__)
        if any(isinstance(time, datetime) and time.tzinfo is None for time in times):
            raise EvidenceError("the bundle cannot be read: one of its times has no zone", hint=_AGAIN)
        if content.from_answers:
            scan = msgspec.structs.replace(scan, findings=_findings(scan, content.answers))
    except UndecodableError as err:
        raise EvidenceError(f"the bundle cannot be read: {one_line(err.message, 300)}", hint=_AGAIN) from err
    return msgspec.structs.replace(scan, replayed=True)


def _findings(scan: Scan, answers: tuple[Answer, ...]) -> tuple[Finding, ...]:
    pages = tuple(decode(answer.body.encode(), _PAGE) for answer in answers if answer.operation == _LISTING)
    if not pages or scan.captured_at is None:
        return ()
    return Listing(pages=pages, read_at=scan.captured_at).read(scan.image.digest).findings
