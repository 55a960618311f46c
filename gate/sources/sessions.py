"""The sessions that clients are made from: the caller's own, or one whose credentials are those of an assumed role."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, Credentials, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, NoCredentialsError
from botocore.session import Session

from gate import __version__
from gate.sources.models import use_models
from gate.sources.refusals import translate
from gate.sources.role import Role
from gate.sources.waiting import Clock

# NOTE: standard mode retries throttling, 5xx and connection errors, and never a refusal (tried, reference in
# CONTRIBUTING): four attempts with the SDK's own backoff.
CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 4},
    connect_timeout=5,
    read_timeout=30,
    user_agent_extra=f"scan-gate/{__version__}",
)


class _Assumed(Session):
    """A session whose credentials are the role's; botocore asks STS when they are first used, and before they end."""

    def __init__(self, credentials: DeferredRefreshableCredentials, profile: str | None) -> None:
        super().__init__(profile=profile)
        use_models(self)
        self._assumed = credentials

    def get_credentials(self) -> Credentials:
        return self._assumed


def own_session(profile: str | None, region: str | None) -> Session:
    """Return a session as the settings of this machine say it; a profile that does not exist is a UsageError.

    It is botocore's, which boto3's would only wrap: importing that takes as long as three requests.
    """
    try:
        session = Session(profile=profile or None)
        if region:
            session.set_config_variable("region", region)
        session.get_scoped_config()
        use_models(session)
    except (BotoCoreError, ValueError) as err:
        raise translate(err, "the session", "AWS") from err
    return session


def assumed_session(own: Session, role: Role, profile: str | None, region: str | None, clock: Clock) -> Session:
    """Return a session with the role's credentials, which STS in `region` gives; nothing is asked yet.

    The credentials are renewed before they expire, so that a wait may be longer than they last.
    """
    extra = {"RoleSessionName": role.session_name} | ({"ExternalId": role.external_id} if role.external_id else {})

    def fetch() -> Mapping[str, Any]:
        source = own.get_credentials()
        if source is None:
            raise NoCredentialsError
        create = partial(own.create_client, region_name=region, config=CONFIG)
        return AssumeRoleCredentialFetcher(create, source, role.arn, extra_args=extra).fetch_credentials()

    credentials = DeferredRefreshableCredentials(fetch, "assume-role", time_fetcher=clock.now)
    return _Assumed(credentials, profile)
