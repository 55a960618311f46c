"""STS as the double plays it: who is calling, and roles that are assumed; its protocol is XML over forms."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from tests.aws_double.faults import Fault, Reply
from tests.aws_double.findings import JsonObject
from tests.aws_double.world import World

LASTS = timedelta(hours=1)
"""How long the credentials of a role are good for."""
_KEY = re.compile(r"Credential=assumed-(\d{12})/")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(?:.*/)?([^/]+)")
_XMLNS = "https://sts.amazonaws.com/doc/2011-06-15/"


def account_of(headers: Mapping[str, str], own: str) -> str:
    """Return the account of the credentials that signed a request: a role's, or else the caller's own."""
    found = _KEY.search(headers.get("authorization", ""))
    return found[1] if found else own


def get_caller_identity(world: World, _members: JsonObject) -> Reply:
    """GetCallerIdentity: a role's session in the caller's account."""
    arn = f"arn:aws:sts::{world.account}:assumed-role/ci/session"
    return _answer(
        "GetCallerIdentity", f"<Arn>{arn}</Arn><UserId>AROAEXAMPLE:session</UserId><Account>{world.account}</Account>"
    )


def assume_role(world: World, members: JsonObject) -> Reply:
    """AssumeRole: credentials in the role's account, if the external id is the one that the role asks for."""
    arn = str(members.get("RoleArn", ""))
    match = _ROLE.fullmatch(arn)
    if match is None or world.external_ids.get(arn, members.get("ExternalId")) != members.get("ExternalId"):
        return refused("AccessDenied", f"User is not authorized to perform: sts:AssumeRole on resource: {arn}")
    return _session("AssumeRole", world, match, members)


def assume_role_with_web_identity(world: World, members: JsonObject) -> Reply:
    """AssumeRoleWithWebIdentity: the same for who shows a token, as a CI job does; any token but an empty one."""
    match = _ROLE.fullmatch(str(members.get("RoleArn", "")))
    if match is None or not members.get("WebIdentityToken"):
        return refused("InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider", 400)
    return _session("AssumeRoleWithWebIdentity", world, match, members)


def _session(operation: str, world: World, role: re.Match[str], members: JsonObject) -> Reply:
    account, name = role.groups()
    until = (world.clock.now() + LASTS).strftime("%Y-%m-%dT%H:%M:%SZ")
    session = f"arn:aws:sts::{account}:assumed-role/{name}/{members.get('RoleSessionName')}"
    return _answer(
        operation,
        f"<Credentials><AccessKeyId>assumed-{account}</AccessKeyId><SecretAccessKey>none</SecretAccessKey>"
        f"<SessionToken>none</SessionToken><Expiration>{until}</Expiration></Credentials>"
        f"<AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:ci</AssumedRoleId><Arn>{session}</Arn></AssumedRoleUser>",
    )


OPERATIONS: Mapping[str, Callable[[World, JsonObject], Reply]] = {
    "AssumeRole": assume_role,
    "AssumeRoleWithWebIdentity": assume_role_with_web_identity,
    "GetCallerIdentity": get_caller_identity,
}


def refused(code: str, message: str, status: int = 403) -> Reply:
    """Return an error as STS writes it."""
    body = (
        f'<ErrorResponse xmlns="{_XMLNS}"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>'
        "</Error><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>"
    )
    return Reply(status=status, body=body.encode(), content_type="text/xml")


def denied(action: str) -> Fault:
    """STS says no."""
    return lambda _: refused("AccessDenied", f"User is not authorized to perform: {action}")


def _answer(operation: str, result: str) -> Reply:
    name = f"{operation}Response"
    body = f'<{name} xmlns="{_XMLNS}"><{operation}Result>{result}</{operation}Result></{name}>'
    return Reply(body=body.encode(), content_type="text/xml")
