"""HTTP/1.1 on 127.0.0.1 for the double: reads AWS requests, writes replies in one go, breaks connections on demand."""

import json
import re
import socket
import struct
import sys
from collections.abc import Callable, Mapping
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from urllib.parse import parse_qsl

import msgspec

from tests.aws_double import shapes
from tests.aws_double.faults import Manner, Reply
from tests.aws_double.findings import JsonObject
from tests.aws_double.rest import told_by

_SCOPE = re.compile(r"Credential=[^/]*/\d{8}/([^/]+)/([^/]+)/")
_REQUEST_ID = "00000000-0000-4000-8000-000000000000"
_NO_LINGER = struct.pack("ii", 1, 0)


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A request, decoded."""

    operation: str
    input: JsonObject
    headers: Mapping[str, str]
    region: str


class LoopbackServer(ThreadingHTTPServer):
    """Listens on 127.0.0.1 and hands every request to `answer`; what goes wrong in here goes to `complain`."""

    daemon_threads = True

    def __init__(
        self, port: int, answer: Callable[[Incoming], Reply], complain: Callable[[str], None], stopping: Event
    ) -> None:
        """Bind the port (0: any free one); do not serve yet."""
        super().__init__(("127.0.0.1", port), _Handler)
        self.answer = answer
        self.complain = complain
        self.stopping = stopping
        self._open: set[socket.socket] = set()

    def server_bind(self) -> None:
        """Bind, without asking a name server what this machine is called."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        """Remember the connection, so that closing the server ends it."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        """Close the connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Close the listening socket and end every connection that is kept alive."""
        super().server_close()
        for connection in tuple(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: object, client_address: object) -> None:
        """Complain of what a handler raised; clients that go away are none of our business."""
        error = sys.exception()
        if not isinstance(error, ConnectionError):
            self.complain(f"the double itself failed: {type(error).__name__}: {error}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: LoopbackServer

    def do_POST(self) -> None:
        """Answer an AWS request."""
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length)
        if len(content) < length:
            self.close_connection = True  # NOTE: a client that was ended while it asked
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        scope = _SCOPE.search(headers.get("authorization", ""))
        operation, members = self._told(content, headers.get("x-amz-target", ""), scope.group(2) if scope else "")
        region = scope.group(1) if scope else ""
        self._send(self.server.answer(Incoming(operation=operation, input=members, headers=headers, region=region)))

    def do_GET(self) -> None:
        """Answer an AWS request of a service that tells operations by method and path; complain of any other."""
        scope = _SCOPE.search(self.headers.get("authorization", ""))
        if scope:
            self.do_POST()
            return
        self.server.complain(f"GET {self.path}: the double only knows signed requests")
        self._send(Reply(status=404))

    def _told(self, content: bytes, target: str, service: str) -> tuple[str, JsonObject]:
        if target:
            return target.partition(".")[2], json.loads(content or b"{}")
        if service in shapes.REST_SERVICES:
            return told_by(service, self.command, self.path, json.loads(content or b"{}"))
        form = dict(parse_qsl(content.decode()))
        return form.get("Action", ""), dict(form)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Say nothing; the double keeps its own record."""

    def _send(self, reply: Reply) -> None:
        if reply.manner is Manner.TRICKLE:
            self._trickle(reply)
            return
        if reply.delay:
            self.server.stopping.wait(reply.delay)
        if reply.manner is not Manner.KEEP:
            self.close_connection = True
        if reply.manner is Manner.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self.connection.close()
        elif reply.manner is not Manner.HANG_UP:
            # NOTE: one write, else a delayed acknowledgement may cost 40 ms.
            self.wfile.write(_head(reply) + reply.body)

    def _trickle(self, reply: Reply) -> None:
        self.close_connection = True
        self.wfile.write(_head(reply))
        for place in range(len(reply.body)):
            if self.server.stopping.wait(reply.delay):
                return
            self.wfile.write(reply.body[place : place + 1])


def _head(reply: Reply) -> bytes:
    length = len(reply.body) if reply.length is None else reply.length
    headers = [
        ("x-amzn-RequestId", _REQUEST_ID),
        ("Content-Type", reply.content_type),
        ("Content-Length", str(length)),
        *((("Date", reply.date),) if reply.date else ()),
        *reply.headers,
    ]
    lines = [f"HTTP/1.1 {reply.status} {responses.get(reply.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
