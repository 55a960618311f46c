"""AWS clients: one for each service and region, with typed answers, AWS's own clock, and errors in our words."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from threading import Lock, local
from typing import Any, TypeVar

import msgspec
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError
from botocore.parsers import ResponseParserError
from botocore.session import Session

from gate.errors import NotYetError
from gate.plain import one_line
from gate.sources.patience import LONGEST, LateError, Patience
from gate.sources.recording import Recording
from gate.sources.refusals import translate
from gate.sources.role import Role
from gate.sources.sessions import CONFIG, assumed_session, own_session
from gate.sources.waiting import Clock
from gate.sources.wire import ErrorBody, UndecodableError, decode

_ONCE = CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
_DECODE_ATTEMPTS = 3
_TYPED = "scan-gate-typed"
_BODY = "scan-gate-body"
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ERROR_BODY = msgspec.json.Decoder(ErrorBody)
# NOTE: what botocore's own parser raises over bodies that are no JSON object of the types it expects (tried), and over
# XML that is none: STS's answer, when a role is assumed on the way.
_STUMBLES = (ValueError, RecursionError, AttributeError, TypeError, KeyError, ResponseParserError)
T = TypeVar("T")


class Connections:
    """The session of one run, and its clients."""

    def __init__(
        self,
        clock: Clock,
        *,
        profile: str | None = None,
        region: str | None = None,
        role: Role | None = None,
        recording: Recording | None = None,
    ) -> None:
        """Open the session; a profile that does not exist is a UsageError. `role` is assumed when AWS is asked."""
        self._session = own_session(profile, region)
        self._profile = profile
        self._role = role
        self._recording = recording
        self._assumed: Session | None = None
        self._clock = clock
        self._callers: dict[tuple[str, str | None, bool], Caller] = {}
        # NOTE: images of an index are asked about from several threads; clients may be shared, making them may not.
        self._lock = Lock()

    @property
    def region(self) -> str | None:
        """The region of the caller's settings."""
        region: str | None = self._session.get_config_variable("region")
        return region

    def caller(self, service: str, region: str | None, *, once: bool = False) -> "Caller":
        """Return the caller for a service in a region, the same one each time; None is the caller's own region.

        With `once` it is one that never retries, for a question that changes something.
        """
        where = (service, region or self.region, once)
        with self._lock:
            if where not in self._callers:
                try:
                    client = self._create(region or self.region)(
                        service, region_name=where[1], config=_ONCE if once else CONFIG
                    )
                except (BotoCoreError, ValueError) as err:
                    raise translate(err, f"the {service} client", "AWS") from err
                self._callers[where] = Caller(
                    client, self._clock, self._recording, attempts=1 if once else _DECODE_ATTEMPTS
                )
            return self._callers[where]

    def identity(self, region: str | None) -> tuple[str, str]:
        """Return the ARN and the account of whoever is asking; GateError in our words when STS does not say."""
        try:
            sts: Any = self._create(region or self.region)("sts", region_name=region or self.region, config=_ONCE)
            answer = Patience().within(LONGEST, sts.get_caller_identity)
        except (BotoCoreError, ClientError, OSError, ValueError, ResponseParserError, LateError) as err:
            raise translate(err, "GetCallerIdentity", "the caller") from err
        return one_line(str(answer.get("Arn")), 300), one_line(str(answer.get("Account")), 60)

    def _create(self, region: str | None) -> Callable[..., BaseClient]:
        """Return what makes clients; STS is asked for the role's credentials in the first region that is needed."""
        if self._role is None:
            return self._session.create_client
        if self._assumed is None:
            self._assumed = assumed_session(self._session, self._role, self._profile, region, self._clock)
        return self._assumed.create_client


class Caller:
    """Calls operations of one service and decodes their bodies straight into types; threads may share it."""

    def __init__(
        self, client: BaseClient, clock: Clock, recording: Recording | None = None, *, attempts: int = _DECODE_ATTEMPTS
    ) -> None:
        """Wrap a client; AWS's time is not known before the first answer. Answers are kept in `recording`.

        A body that cannot be read is asked for so many times.
        """
        self._recording = recording
        self._attempts = attempts
        self._client = client
        self._clock = clock
        self._typed: set[str] = set()
        self._typing = Lock()
        self._answered = local()
        self._patience = Patience()

    @property
    def now(self) -> datetime:
        """The time of AWS's last answer to this thread (its Date header), or this machine's before there is one."""
        answered_at: datetime | None = getattr(self._answered, "at", None)
        return answered_at or self._clock.now()

    @property
    def region(self) -> str:
        """The region that is asked."""
        return str(self._client.meta.region_name)

    @property
    def partition(self) -> str:
        """The partition of that region, as ARNs name it."""
        return str(self._client.meta.partition)

    def most(self, operation: str, member: str) -> int | None:
        """Return the most that botocore's model allows a request's number to be; None where it names no limit."""
        shape = self._client.meta.service_model.operation_model(operation).input_shape
        limits = shape.members[member].metadata if shape and member in shape.members else {}
        most: int | None = limits.get("max")
        return most

    def call(self, operation: str, decoder: "msgspec.json.Decoder[T]", subject: str, **members: object) -> T:
        """Call `operation` (AWS's name) and return its decoded body; GateError in our words for every refusal.

        A botocore ClientError whose code the caller has a meaning for is let through by `ask`.
        """
        try:
            return self.ask(operation, decoder, subject, **members)
        except ClientError as err:
            raise translate(err, operation, subject) from err

    def ask(self, operation: str, decoder: "msgspec.json.Decoder[T]", subject: str, **members: object) -> T:
        """Do as `call`, but let AWS's own errors through, for a caller to whom some of them are answers."""
        self._expect(operation, decoder)
        attempt = 1
        while True:
            try:
                return self._send(operation, decoder, subject, members)
            except UndecodableError as err:
                if attempt == self._attempts:
                    raise NotYetError(
                        f"{operation} for {subject}: the answer cannot be read: {err.message}",
                        hint="Check what stands between this job and AWS (a proxy?), and retry.",
                    ) from err
                self._clock.sleep(float(attempt))
                attempt += 1
            except ClientError as err:
                self._take_date(err.response.get("ResponseMetadata", {}))
                raise
            except (BotoCoreError, OSError) as err:
                raise translate(err, operation, subject) from err

    def _send(self, operation: str, decoder: "msgspec.json.Decoder[T]", subject: str, members: dict[str, object]) -> T:
        method = getattr(self._client, _WORD.sub("_", operation).lower())
        try:
            answer = self._patience.within(LONGEST, partial(method, **members))
        except BotoCoreError:
            raise
        except LateError as err:
            raise ReadTimeoutError(endpoint_url=self._client.meta.endpoint_url) from err
        except _STUMBLES as err:
            raise UndecodableError(
                f"it is no answer of AWS's ({type(err).__name__}: {one_line(str(err), 200)})"
            ) from err
        metadata = answer.pop("ResponseMetadata", {})
        self._take_date(metadata)
        typed: T | None = answer.pop(_TYPED, None)
        body: bytes = answer.pop(_BODY, b"")
        if typed is None:
            # NOTE: the hook is not documented; where it does not fire, botocore's own parse says the same, only slower.
            body = _encoded(answer)
            typed = decode(body, decoder)
        if self._recording is not None:
            self._recording.keep(operation, members, body, subject)
        return typed

    def _expect(self, operation: str, decoder: "msgspec.json.Decoder[T]") -> None:
        """Register the hook by which botocore hands over the body before it parses it."""
        # NOTE: registered twice it would decode what it left of the body itself, an empty answer.
        with self._typing:
            if operation not in self._typed:
                service = self._client.meta.service_model.service_id.hyphenize()
                self._client.meta.events.register(f"before-parse.{service}.{operation}", _typed_by(decoder))
                self._typed.add(operation)

    def _take_date(self, metadata: Mapping[str, Any]) -> None:
        header = metadata.get("HTTPHeaders", {}).get("date", "")
        try:
            time = parsedate_to_datetime(header)
            self._answered.at = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            return


def _typed_by(decoder: "msgspec.json.Decoder[T]") -> Callable[..., None]:
    def take(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object) -> None:
        if response_dict["status_code"] == 200:
            customized_response_dict[_TYPED] = decode(response_dict["body"], decoder)
            customized_response_dict[_BODY] = response_dict["body"]
            response_dict["body"] = b"{}"
        else:
            response_dict["body"] = _error_body(response_dict["body"], response_dict["status_code"])

    return take


def _error_body(body: bytes, status: int) -> bytes:
    """Return the body of an error if botocore can read it; UndecodableError where AWS did not write it."""
    try:
        decode(body, _ERROR_BODY)
    except UndecodableError:
        if status < 500:
            raise
        return b"{}"  # NOTE: botocore retries by the status alone
    return body


def _encoded(answer: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(answer)
    except UnicodeEncodeError:  # NOTE: lone surrogates, which the standard library writes and `decode` mends
        return json.dumps(msgspec.to_builtins(answer)).encode()
