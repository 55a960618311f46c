"""How the caller's registry is set up to scan: asked only where an answer does not tell, and only if permitted."""

from functools import cached_property

import msgspec

from gate.errors import AccessError, NotYetError
from gate.model import Kind
from gate.sources.aws import Caller
from gate.sources.wire import RegistryConfiguration, RepositoryConfigurations

_REGISTRY = msgspec.json.Decoder(RegistryConfiguration)
_REPOSITORIES = msgspec.json.Decoder(RepositoryConfigurations)
_KINDS = {"BASIC": Kind.BASIC, "ENHANCED": Kind.ENHANCED}


class Configuration:
    """The scanning configuration for one repository, as far as the caller may see it.

    `GetRegistryScanningConfiguration` takes no registry id: it speaks of the caller's own registry, so that it says
    nothing of an image in another one (Amazon ECR API reference).
    """

    def __init__(self, ecr: Caller, registry: str | None, repository: str) -> None:
        """Ask nothing yet."""
        self._ecr = ecr
        self._registry = registry
        self._repository = repository

    @cached_property
    def kind(self) -> Kind:
        """The kind of scanning that the registry says is on; unknown when it is another's, or may not be asked."""
        try:
            answer = self._ecr.call("GetRegistryScanningConfiguration", _REGISTRY, "the registry")
        except (AccessError, NotYetError):
            return Kind.UNKNOWN
        if self._registry is None or answer.registry_id != self._registry or answer.scanning_configuration is None:
            return Kind.UNKNOWN
        return _KINDS.get(answer.scanning_configuration.scan_type or "", Kind.UNKNOWN)

    @cached_property
    def frequency(self) -> str | None:
        """AWS's word for when this repository is scanned (SCAN_ON_PUSH, CONTINUOUS_SCAN, MANUAL); None: not known."""
        if self.kind is Kind.UNKNOWN:
            return None
        try:
            answer = self._ecr.call(
                "BatchGetRepositoryScanningConfiguration",
                _REPOSITORIES,
                self._repository,
                repositoryNames=[self._repository],
            )
        except (AccessError, NotYetError):
            return None
        named = (one for one in answer.scanning_configurations or () if one.repository_name == self._repository)
        return next((one.scan_frequency for one in named), None)

    @property
    def is_by_hand(self) -> bool:
        """Whether this is basic scanning where nothing is scanned unless somebody asks for it."""
        return self.kind is Kind.BASIC and self.frequency == "MANUAL"

    @property
    def scans_by_itself(self) -> bool | None:
        """Whether a pushed image is scanned without anybody asking; None when that is not known."""
        return {"SCAN_ON_PUSH": True, "CONTINUOUS_SCAN": True, "MANUAL": False}.get(self.frequency or "")
