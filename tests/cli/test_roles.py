"""`--role-arn` and what goes with it: refused where it is no role, and handed to AWS as it was written."""

import pytest

from gate.cli import check as command
from gate.sources.role import Role
from tests.command import Done, gate

ARN = "arn:aws:iam::111122223333:role/ci/gate"


def ran(*options: str) -> Done:
    return gate("check", "team/app:v1", "--max", "critical=0", *options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--role-arn", "gate"), "expected the ARN of a role"),
        (("--role-arn", "arn:aws:iam::1234:role/gate"), "expected the ARN of a role"),
        (("--role-arn", f"{ARN}\x1b[2J"), "expected the ARN of a role"),
        (("--role-arn", ARN, "--external-id", "x"), "expected 2 to 1,224"),
        (("--role-arn", ARN, "--role-session-name", "a b"), "expected 2 to 64"),
        (("--external-id", "shared-word"), "no role is named"),
        (("--role-session-name", "build-7"), "no role is named"),
    ],
)
def test_what_is_no_role_is_a_wrong_command_line(options: tuple[str, ...], said: str) -> None:
    done = ran(*options)
    assert done.code == 2
    assert said in done.err
    assert "\x1b" not in done.err


@pytest.mark.parametrize(
    ("options", "role"),
    [
        ((), None),
        (("--role-arn", ARN), Role(arn=ARN, session_name="scan-gate")),
        (
            ("--role-arn", ARN, "--external-id", "shared-word", "--role-session-name", "build-7"),
            Role(arn=ARN, external_id="shared-word", session_name="build-7"),
        ),
    ],
)
def test_the_role_is_handed_to_the_sources(
    options: tuple[str, ...], role: Role | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def collect(_targets: object, access: object, *_: object, **__: object) -> tuple[()]:
        seen.append(access)
        return ()

    monkeypatch.setattr(command, "collect", collect)
    assert ran(*options).code == 3
    assert [getattr(access, "role", "") for access in seen] == [role]
