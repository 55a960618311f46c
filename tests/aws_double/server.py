"""A loopback AWS: speaks enough of ECR's JSON protocol for real boto3 clients, and says what a test scripted."""

import json
from collections.abc import Hashable, Iterable, Mapping
from copy import copy
from datetime import timedelta
from email.utils import format_datetime
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

import msgspec

from tests.aws_double import builds, inspector, security, shapes
from tests.aws_double.clock import Now, VirtualClock
from tests.aws_double.faults import Fault, Reply, error_reply
from tests.aws_double.findings import JsonObject
from tests.aws_double.operations import OPERATIONS, Request
from tests.aws_double.outcomes import Prepared, Refused
from tests.aws_double.wire import Incoming, LoopbackServer
from tests.aws_double.world import World

REST = {**inspector.OPERATIONS, **builds.OPERATIONS}
"""The operations that take their input as it is, by name: those of the services with the protocol rest-json."""
ANY = "*"
"""Stands for every operation, in `fail`."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request as it came in, and how it was answered."""

    operation: str
    input: JsonObject
    headers: Mapping[str, str]
    """Names in lower case."""
    region: str
    """The region that the request was signed for."""
    seconds: float
    """When it came, in seconds from the double's start."""
    status: int = 0
    error: str | None = None

    @property
    def user_agent(self) -> str:
        """The client's `User-Agent`."""
        return self.headers.get("user-agent", "")


class _Planned(msgspec.Struct, frozen=True, kw_only=True):
    operation: str
    fault: Fault
    calls: range
    """Which calls of the operation, counted from 1."""


class AwsDouble(World):
    """The double: a `World` to script, served at `url` between `start` and `stop` (or within `with`).

    Whatever breaks the protocol, on either side, is a complaint; `stop` raises AssertionError if there is one.
    """

    def __init__(self, clock: Now | None = None, *, skew: timedelta = timedelta(0), port: int = 0) -> None:
        """Bind 127.0.0.1 (port 0: any free one); `skew` is how far AWS's clock (`Date`) is ahead of `clock`."""
        super().__init__(clock or VirtualClock())
        self.skew = skew
        self._lock = Lock()
        self._calls: list[Call] = []
        self._complaints: list[str] = []
        self._plans: list[_Planned] = []
        self._counts: dict[str, int] = {}
        self._bodies: dict[Hashable, bytes] = {}
        self._stopping = Event()
        self._server = LoopbackServer(port, self.answer, self.complain, self._stopping)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens: the value for AWS_ENDPOINT_URL or `endpoint_url`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every request so far, in order."""
        with self._lock:
            return tuple(self._calls)

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of the operations called so far, in order."""
        return tuple(call.operation for call in self.calls)

    @property
    def complaints(self) -> tuple[str, ...]:
        """Everything that was wrong with the script or with a request."""
        with self._lock:
            return tuple(self._complaints)

    def called(self, operation: str) -> tuple[Call, ...]:
        """Return the requests for one operation so far."""
        return tuple(call for call in self.calls if call.operation == operation)

    def fail(self, operation: str, fault: Fault, *, first: int = 1, times: int | None = 1) -> None:
        """From the operation's `first` call on (counted from 1) spoil `times` answers; None: all the rest.

        `operation` may be ANY. Of several faults for one call the one planned first counts.
        """
        if operation not in {ANY, *OPERATIONS, *REST, *security.OPERATIONS}:
            message = f"the double has no operation {operation!r}; it knows {sorted(OPERATIONS)}"
            raise ValueError(message)
        calls = range(first, 1_000_000_000 if times is None else first + times)
        self._plans.append(_Planned(operation=operation, fault=fault, calls=calls))

    def forget_faults(self) -> None:
        """Plan no faults any more."""
        self._plans.clear()

    def complain(self, what: str) -> None:
        """Remember something wrong; it fails the test at `stop`."""
        with self._lock:
            self._complaints.append(what)

    def deafen(self) -> None:
        """Listen no more: whoever connects from now on is refused. For faults; requests that are under way go on."""
        self._server.shutdown()
        self._server.socket.close()

    def start(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving; raise AssertionError with all complaints, if there are any."""
        self._stopping.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        if self.complaints:
            raise AssertionError("the AWS double complains:\n" + "\n".join(self.complaints))

    def __enter__(self) -> Self:
        """Begin to serve."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; complaints are raised, or noted on what was raised already."""
        try:
            self.stop()
        except AssertionError as complaints:
            if raised is None:
                raise
            raised.add_note(str(complaints))

    def answer(self, incoming: Incoming) -> Reply:
        """Answer one request, spoil the answer if that was planned, and keep a record."""
        call = Call(
            operation=incoming.operation,
            input=incoming.input,
            headers=incoming.headers,
            region=incoming.region,
            seconds=self.seconds(),
        )
        with self._lock:
            count = self._counts[call.operation] = self._counts.get(call.operation, 0) + 1
            place = len(self._calls)
            self._calls.append(call)
        honest = self._seen_by(security.account_of(incoming.headers, self.account))._honest(incoming)  # noqa: SLF001  # itself
        reply = self._spoilt(call.operation, count, honest)
        if reply.error and not self._may_say(reply.error, call.operation):
            self.complain(f"{call.operation} never answers with {reply.error}; if it shall, make the code an Unknown")
        with self._lock:
            self._calls[place] = msgspec.structs.replace(call, status=reply.status, error=reply.error)
        return self._with_date(reply)

    def bake(self, operation: str, request: Mapping[str, object]) -> JsonObject:
        """Build, check and keep an answer before anybody asks for it; return it."""
        honest = self._honest(Incoming(operation=operation, input=dict(request), headers={}, region=""))
        answer: JsonObject = json.loads(honest.body)
        return answer

    def _seen_by(self, account: str) -> Self:
        """Return this double as a caller of another account meets it; all else is shared."""
        if account == self.account:
            return self
        seen = copy(self)
        seen.account = account
        return seen

    def _honest(self, incoming: Incoming) -> Reply:
        name = incoming.operation
        if name in security.OPERATIONS:
            return security.OPERATIONS[name](self, incoming.input)
        model = shapes.operation(name)
        if name not in {*OPERATIONS, *REST} or model is None:
            self.complain(f"the double has no operation {name!r}")
            return error_reply("UnknownOperationException", "", 400)
        wrong = shapes.faults(incoming.input, model.input_shape, request=True)
        if wrong:
            self._complain_all(f"request {name}", wrong)
            return error_reply("InvalidParameterException", "; ".join(wrong), 400)
        try:
            return Reply(body=self._body(name, self._prepared(name, incoming.input)))
        except Refused as refused:
            return error_reply(refused.code, refused.message, shapes.error_status(refused.code, name) or 400)

    def _prepared(self, name: str, members: JsonObject) -> Prepared:
        if name in REST:
            return REST[name](self, members)
        return OPERATIONS[name](self, msgspec.convert(members, Request))

    def _body(self, name: str, prepared: Prepared) -> bytes:
        key = (name, prepared.key)
        if prepared.key is not None and key in self._bodies:
            return self._bodies[key]
        answer = prepared.build()
        model = shapes.operation(name)
        shape = model.output_shape if model else None
        self._complain_all(f"answer {name}", shapes.faults(answer, shape))
        # NOTE: the standard library's json, since it writes lone surrogates too.
        encoded = json.dumps(answer, separators=(",", ":")).encode()
        if prepared.key is not None:
            self._bodies[key] = encoded
        return encoded

    def _spoilt(self, operation: str, count: int, honest: Reply) -> Reply:
        for plan in tuple(self._plans):
            total = len(self.calls) if plan.operation == ANY else count
            if plan.operation in {ANY, operation} and total in plan.calls:
                return plan.fault(honest)
        return honest

    def _may_say(self, code: str, operation: str) -> bool:
        return isinstance(code, shapes.Unknown) or shapes.error_status(code, operation) is not None

    def _with_date(self, reply: Reply) -> Reply:
        if reply.date != "":
            return reply
        return msgspec.structs.replace(reply, date=format_datetime(self.clock.now() + self.skew, usegmt=True))

    def _complain_all(self, where: str, wrong: Iterable[str]) -> None:
        for what in wrong:
            self.complain(f"{where}: {what}")
