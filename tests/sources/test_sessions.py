"""A role is assumed when AWS is first asked, renewed before its credentials end, and refused in one line."""

from datetime import timedelta

import msgspec
import pytest

from gate.errors import AccessError, NotYetError, UsageError
from gate.sources.aws import Connections
from gate.sources.role import Role
from gate.sources.sessions import assumed_session, own_session
from gate.sources.wire import RegistryConfiguration
from tests.aws_double import faults, security
from tests.aws_double.answers import basic
from tests.aws_double.findings import basic_finding
from tests.sources.live import OLD, REGISTRY, Live, ecr_target

OTHER = "111122223333"
ROLE = Role(arn=f"arn:aws:iam::{OTHER}:role/ci/gate")
_REGISTRY = msgspec.json.Decoder(RegistryConfiguration)
ASSUME = "AssumeRole"


def connections(live: Live, role: Role = ROLE, region: str | None = None) -> Connections:
    return Connections(live.clock, role=role, region=region)


def registry(made: Connections, region: str | None = None) -> str | None:
    """Ask whose registry the caller's own is."""
    return made.caller("ecr", region).call(REGISTRY, _REGISTRY, "the registry").registry_id


def test_nothing_is_assumed_before_aws_is_asked(live: Live) -> None:
    made = connections(live)
    caller = made.caller("ecr", None)
    assert live.double.calls == ()
    assert caller.call(REGISTRY, _REGISTRY, "the registry").registry_id == OTHER
    assert live.double.operations == (ASSUME, REGISTRY)


def test_the_role_is_asked_for_as_it_was_named(live: Live) -> None:
    live.double.external_ids[ROLE.arn] = "shared-word"
    role = Role(arn=ROLE.arn, external_id="shared-word", session_name="build-7")
    assert registry(connections(live, role)) == OTHER
    [call] = live.double.called(ASSUME)
    assert {name: call.input[name] for name in ("RoleArn", "ExternalId", "RoleSessionName")} == {
        "RoleArn": role.arn,
        "ExternalId": "shared-word",
        "RoleSessionName": "build-7",
    }


def test_the_session_has_a_name_of_ours_and_no_external_id_unless_told(live: Live) -> None:
    registry(connections(live))
    [call] = live.double.called(ASSUME)
    assert call.input["RoleSessionName"] == "scan-gate"
    assert "ExternalId" not in call.input


def test_one_role_and_one_client_serve_every_target_of_a_region(live: Live) -> None:
    made = connections(live, region="eu-west-1")
    assert made.caller("ecr", None) is made.caller("ecr", "eu-west-1")
    assert made.caller("ecr", "us-east-2") is not made.caller("ecr", "eu-west-1")
    assert made.caller("ecr", None, once=True) is not made.caller("ecr", None)
    assert [registry(made), registry(made, "us-east-2")] == [OTHER, OTHER]
    assert [(call.operation, call.region) for call in live.double.calls] == [
        (ASSUME, "eu-west-1"),
        (REGISTRY, "eu-west-1"),
        (REGISTRY, "us-east-2"),
    ]


def test_several_accounts_and_regions_are_judged_in_one_run(live: Live) -> None:
    hosts = ("123456789012.dkr.ecr.eu-west-1.amazonaws.com", f"{OTHER}.dkr.ecr.us-east-2.amazonaws.com")
    for registry_id in ("123456789012", OTHER):
        live.image(basic([basic_finding()]), registry=registry_id, pushed_at=OLD)
    source = live.source()
    found = [one for host in hosts for one in source.scans(ecr_target(f"{host}/team/app:v1"))]
    assert [(one.image.registry, one.image.region) for one in found] == [
        ("123456789012", "eu-west-1"),
        (OTHER, "us-east-2"),
    ]
    assert {call.region for call in live.double.calls} == {"eu-west-1", "us-east-2"}


def test_without_a_region_of_its_own_sts_is_asked_in_the_targets(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert registry(connections(live), "eu-west-3") == OTHER
    assert [call.region for call in live.double.calls] == ["eu-west-3", "eu-west-3"]


def test_credentials_are_renewed_before_they_end(live: Live) -> None:
    made = connections(live)
    registry(made)
    live.clock.advance((security.LASTS + timedelta(minutes=1)).total_seconds())
    assert registry(made) == OTHER
    assert len(live.double.called(ASSUME)) == 2


@pytest.mark.parametrize("external_id", [None, "another-word"])
def test_a_role_that_does_not_trust_the_caller_is_refused_in_one_line(live: Live, external_id: str | None) -> None:
    live.double.external_ids[ROLE.arn] = "shared-word"
    with pytest.raises(AccessError) as refused:
        registry(connections(live, Role(arn=ROLE.arn, external_id=external_id)))
    assert refused.value.message.startswith("AssumeRole for the registry: AccessDenied")
    assert "sts:AssumeRole" in refused.value.hint
    assert "external id" in refused.value.hint
    assert len(live.double.called(ASSUME)) == 1


def test_an_expired_login_is_what_is_told_and_not_the_role(live: Live) -> None:
    live.double.fail(ASSUME, lambda _: security.refused("ExpiredToken", "The security token has expired"))
    with pytest.raises(AccessError) as refused:
        registry(connections(live))
    assert "log in again" in refused.value.hint


def test_without_credentials_no_role_is_assumed(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(AccessError) as refused:
        registry(connections(live))
    assert "no usable AWS credentials" in refused.value.message
    assert live.double.calls == ()


def test_sts_out_of_reach_is_no_refusal(live: Live, no_sdk_sleep: list[float]) -> None:
    live.double.fail(ASSUME, faults.reset(), times=None)
    with pytest.raises(NotYetError, match="could not be reached"):
        registry(connections(live))
    assert len(no_sdk_sleep) == 3


def test_a_profile_that_is_not_there_is_a_setting(live: Live) -> None:
    with pytest.raises(UsageError, match="absent"):
        own_session("absent", None)


def test_the_session_of_a_role_has_no_other_credentials(live: Live) -> None:
    session = assumed_session(own_session(None, None), ROLE, None, "eu-west-1", live.clock)
    credentials = session.get_credentials()
    assert credentials is not None
    assert credentials.get_frozen_credentials().access_key == f"assumed-{OTHER}"
