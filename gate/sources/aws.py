"""AWS clients: one for each service and region, with typed answers, AWS's own clock, and errors in our words."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import boto3
import msgspec
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from gate import __version__
from gate.errors import NotYetError
from gate.plain import one_line
from gate.sources.refusals import translate
from gate.sources.waiting import Clock
from gate.sources.wire import ErrorBody, UndecodableError, decode

# NOTE: standard mode retries throttling, 5xx and connection errors, and never a refusal (tried
# against a loopback server): four attempts with the SDK's own backoff.
_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 4},
    connect_timeout=5,
    read_timeout=30,
    user_agent_extra=f"scan-gate/{__version__}",
)
_DECODE_ATTEMPTS = 3
_TYPED = "scan-gate-typed"
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ERROR_BODY = msgspec.json.Decoder(ErrorBody)
# NOTE: what botocore's own parser raises over bodies that are no JSON object of the types it expects (tried).
_STUMBLES = (ValueError, RecursionError, AttributeError, TypeError, KeyError)
T = TypeVar("T")


class Connections:
    """The session of one run, and its clients."""

    def __init__(self, clock: Clock, *, profile: str | None = None, region: str | None = None) -> None:
        """Open the session; a profile that does not exist is a UsageError."""
        try:
            self._session = boto3.Session(profile_name=profile or None, region_name=region or None)
        except (BotoCoreError, ValueError) as err:
            raise translate(err, "the session", "AWS") from err
        self._clock = clock
        self._callers: dict[tuple[str, str | None], Caller] = {}

    @property
    def region(self) -> str | None:
        """The region of the caller's settings."""
        return self._session.region_name

    def caller(self, service: str, region: str | None) -> "Caller":
        """Return the caller for a service in a region, the same one each time; None is the caller's own region."""
        where = (service, region or self.region)
        if where not in self._callers:
            try:
                client = self._session.client(service, region_name=where[1], config=_CONFIG)
            except (BotoCoreError, ValueError) as err:
                raise translate(err, f"the {service} client", "AWS") from err
            self._callers[where] = Caller(client, self._clock)
        return self._callers[where]


class Caller:
    """Calls operations of one service and decodes their bodies straight into types."""

    def __init__(self, client: BaseClient, clock: Clock) -> None:
        """Wrap a client; AWS's time is not known before the first answer."""
        self._client = client
        self._clock = clock
        self._typed: set[str] = set()
        self._answered_at: datetime | None = None

    @property
    def now(self) -> datetime:
        """The time of AWS's last answer (its Date header), or this machine's before there is one."""
        return self._answered_at or self._clock.now()

    @property
    def region(self) -> str:
        """The region that is asked."""
        return str(self._client.meta.region_name)

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
                return self._send(operation, decoder, members)
            except UndecodableError as err:
                if attempt == _DECODE_ATTEMPTS:
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

    def _send(self, operation: str, decoder: "msgspec.json.Decoder[T]", members: dict[str, object]) -> T:
        method = getattr(self._client, _WORD.sub("_", operation).lower())
        try:
            answer = method(**members)
        except BotoCoreError:
            raise
        except _STUMBLES as err:
            raise UndecodableError(
                f"it is no answer of AWS's ({type(err).__name__}: {one_line(str(err), 200)})"
            ) from err
        metadata = answer.pop("ResponseMetadata", {})
        self._take_date(metadata)
        typed: T | None = answer.pop(_TYPED, None)
        # NOTE: the hook is not documented; where it does not fire, botocore's own parse says the same, only slower.
        return typed if typed is not None else decode(_encoded(answer), decoder)

    def _expect(self, operation: str, decoder: "msgspec.json.Decoder[T]") -> None:
        """Register the hook by which botocore hands over the body before it parses it."""
        if operation not in self._typed:
            service = self._client.meta.service_model.service_id.hyphenize()
            self._client.meta.events.register(f"before-parse.{service}.{operation}", _typed_by(decoder))
            self._typed.add(operation)

    def _take_date(self, metadata: Mapping[str, Any]) -> None:
        header = metadata.get("HTTPHeaders", {}).get("date", "")
        try:
            time = parsedate_to_datetime(header)
            self._answered_at = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            return


def _typed_by(decoder: "msgspec.json.Decoder[T]") -> Callable[..., None]:
    def take(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object) -> None:
        if response_dict["status_code"] == 200:
            customized_response_dict[_TYPED] = decode(response_dict["body"], decoder)
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
