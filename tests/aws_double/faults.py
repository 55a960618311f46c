"""What may go wrong between AWS and its client: each fault turns the honest reply into what is sent instead."""

import json
import re
from collections.abc import Callable
from enum import Enum

import msgspec

from tests.aws_double.findings import ACCOUNT, JsonObject

AWS_JSON = "application/x-amz-json-1.1"
LONGEST_DELAY = 5.0
GZIP_START = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
HTML = b"<!DOCTYPE html><html><head><title>Proxy</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class Manner(Enum):
    """How the connection ends."""

    KEEP = "keep"
    CLOSE = "close after the body"
    HANG_UP = "close without an answer"
    RESET = "reset"
    TRICKLE = "send the body a byte at a time"


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What goes over the wire."""

    status: int = 200
    body: bytes = b""
    content_type: str = AWS_JSON
    headers: tuple[tuple[str, str], ...] = ()
    error: str | None = None
    """The AWS error code, so that it can be held against those the operation knows."""
    length: int | None = None
    """A Content-Length that is not the body's."""
    date: str | None = ""
    """A `Date` header that is not the clock's; None: no such header."""
    manner: Manner = Manner.KEEP
    delay: float = 0.0
    """Seconds before the answer; of one that trickles, before each byte of its body."""


Fault = Callable[[Reply], Reply]


def error_reply(code: str, message: str, status: int) -> Reply:
    """Return an error as ECR's protocol writes it."""
    # NOTE: the standard library's json, since it writes lone surrogates too.
    body = json.dumps({"__type": code, "message": message}).encode()
    return Reply(status=status, body=body, error=code, headers=(("x-amzn-ErrorType", code),))


def aws_error(code: str, message: str = "Refused by the script.", status: int = 400) -> Fault:
    """Answer with an AWS error; a code that botocore does not know for the operation must be an `Unknown`."""
    return lambda _: error_reply(code, message, status)


def access_denied(action: str = "ecr:DescribeImages") -> Fault:
    """IAM says no, in IAM's words."""
    who = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/ci/session"
    why = f"because no identity-based policy allows the {action} action"
    return aws_error("AccessDeniedException", f"{who} is not authorized to perform: {action} on resource: * {why}")


def throttled() -> Fault:
    """Too many requests."""
    return aws_error("ThrottlingException", "Rate exceeded")


def server_error() -> Fault:
    """ECR's own internal error."""
    return aws_error("ServerException", "An internal server error occurred.", 500)


def expired_token() -> Fault:
    """The session's credentials have run out."""
    return aws_error("ExpiredTokenException", "The security token included in the request is expired")


def unrecognized_client() -> Fault:
    """The access key is none that AWS knows."""
    return aws_error("UnrecognizedClientException", "The security token included in the request is invalid.")


def invalid_signature() -> Fault:
    """The signature does not match, or the client's clock is off."""
    message = "Signature expired: 20260301T000000Z is now earlier than 20260302T115500Z"
    return aws_error("InvalidSignatureException", message)


def html(status: int = 200) -> Fault:
    """A proxy answers instead of AWS."""
    return lambda _: Reply(status=status, body=HTML, content_type="text/html")


def body(content: bytes, status: int = 200) -> Fault:
    """Exactly these bytes, with an honest length."""
    return lambda honest: replaced(honest, body=content, status=status)


def empty_body(status: int = 200) -> Fault:
    """No bytes at all."""
    return body(b"", status)


def cut_off(keep: float = 0.5) -> Fault:
    """Promise the whole body, send this part of it, and close."""

    def cut(honest: Reply) -> Reply:
        kept = honest.body[: int(len(honest.body) * keep)]
        return replaced(honest, body=kept, length=len(honest.body), manner=Manner.CLOSE)

    return cut


def wrong_length(by: int) -> Fault:
    """Promise `by` bytes more than there are (the client waits, then sees the end), or fewer (it reads a part)."""
    return lambda honest: replaced(honest, length=max(0, len(honest.body) + by), manner=Manner.CLOSE)


def bad_utf8(member: str = "description") -> Fault:
    """Put bytes that are no UTF-8 at the front of the first text of that member."""
    return lambda honest: replaced(honest, body=_spoilt(honest.body, member, b"\xff\xfe\xc3"))


def lone_surrogate(member: str = "description") -> Fault:
    """Put half of a surrogate pair, escaped, at the front of the first text of that member."""
    return lambda honest: replaced(honest, body=_spoilt(honest.body, member, rb"\ud800"))


def deep_nesting(depth: int = 100_000, member: str = "nextToken") -> Fault:
    """Answer with a member that holds this many lists in each other."""
    content = b'{"' + member.encode() + b'":' + b"[" * depth + b"]" * depth + b"}"
    return body(content)


def altered(change: Callable[[JsonObject], object]) -> Fault:
    """Send what `change` makes of the decoded honest answer, unchecked: wrong types, members gone, invented ones."""
    return lambda honest: replaced(honest, body=json.dumps(change(json.loads(honest.body))).encode())


def reset() -> Fault:
    """Reset the connection (RST) without an answer."""
    return lambda honest: replaced(honest, status=0, manner=Manner.RESET)


def hang_up() -> Fault:
    """Close the connection without an answer."""
    return lambda honest: replaced(honest, status=0, manner=Manner.HANG_UP)


def slow(seconds: float) -> Fault:
    """Send the honest answer late, by the real clock; at most LONGEST_DELAY, and not after the double has stopped."""
    return lambda honest: replaced(honest, delay=min(seconds, LONGEST_DELAY))


def trickling(pause: float = 0.05) -> Fault:
    """Send the honest answer's body a byte at a time (a slow loris), with a pause by the real clock before each."""
    return lambda honest: replaced(honest, manner=Manner.TRICKLE, delay=pause)


def gzip_garbage() -> Fault:
    """Say that the body is gzip, begin like gzip, and go on with the plain answer."""
    encoding = ("Content-Encoding", "gzip")
    return lambda honest: replaced(honest, body=GZIP_START + honest.body, headers=(*honest.headers, encoding))


def dated(text: str | None) -> Fault:
    """Send the honest answer with this `Date` header, or without one."""
    return lambda honest: replaced(honest, date=text)


def replaced(reply: Reply, **changes: object) -> Reply:
    """Return the reply with these members changed."""
    return msgspec.structs.replace(reply, **changes)


def _spoilt(content: bytes, member: str, insert: bytes) -> bytes:
    start = re.compile(rb'"' + re.escape(member.encode()) + rb'":\s*"')
    spoilt, times = start.subn(lambda match: match.group() + insert, content, count=1)
    if not times:
        message = f"the honest answer has no text called {member!r} to spoil: {content[:200]!r}"
        raise ValueError(message)
    return spoilt
