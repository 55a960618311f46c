"""What exists in the double's AWS: repositories, images with their timelines, tags that move, scanning settings."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from tests.aws_double.answers import ScanAnswer, scan_not_found
from tests.aws_double.builds import Builds
from tests.aws_double.clock import Now
from tests.aws_double.findings import ACCOUNT, digest_of
from tests.aws_double.inspector import Inspector

OCI_IMAGE = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
INDEXES = frozenset({OCI_INDEX, DOCKER_LIST})

SCAN_TAKES = 30.0
"""Seconds after which a scan ends that was started by hand."""
Steps = Sequence[tuple[float, ScanAnswer]]
"""A timeline: (seconds from the double's start, what is said from then on), in order of time."""


class ImageScript(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One image and everything that will be said of it."""

    registry: str
    repository: str
    digest: str
    manifest: str
    media_type: str
    artifact_media_type: str | None
    pushed_at: datetime
    image_status: str
    appears_at: float
    on_start: ScanAnswer | None
    steps: tuple[tuple[float, ScanAnswer], ...]

    def step_at(self, seconds: float) -> int:
        """Return which step holds at this time; -1 before the first one."""
        return sum(1 for begins, _ in self.steps if begins <= seconds) - 1

    def answer(self, step: int) -> tuple[float, ScanAnswer]:
        """Return a step; ScanNotFound before the first one."""
        return self.steps[step] if step >= 0 else (0.0, scan_not_found())


class Rule(msgspec.Struct, frozen=True):
    """One rule of the registry's scanning configuration."""

    frequency: str
    filter: str = "*"


class RegistryScanning(msgspec.Struct, frozen=True):
    """The registry's scanning configuration."""

    scan_type: str | None
    rules: tuple[Rule, ...]


class World(Builds):
    """Everything that the operations look at; tests write it, before or between requests."""

    def __init__(self, clock: Now) -> None:
        """Start now, by `clock`, with nothing in it."""
        super().__init__()
        self.clock = clock
        self.started = clock.now()
        self.account = ACCOUNT
        self.inspector = Inspector()
        self.images: dict[tuple[str, str], dict[str, ImageScript]] = {}
        self.scanning: RegistryScanning | None = None
        self.frequencies: dict[str, str] = {}
        self.external_ids: dict[str, str] = {}
        self.start_lag = 0.0
        """Seconds after StartImageScan for which the older scan is still to be seen."""
        self._tags: dict[tuple[str, str], list[tuple[float, str, str | None]]] = {}

    def seconds(self) -> float:
        """Return the seconds since the start."""
        return (self.clock.now() - self.started).total_seconds()

    def at(self, seconds: float) -> datetime:
        """Return the time that many seconds from the start."""
        return self.started + timedelta(seconds=seconds)

    def repository(self, name: str, registry: str = ACCOUNT) -> None:
        """Make an empty repository; adding an image makes its repository too."""
        self.images.setdefault((registry, name), {})

    def image(
        self,
        repository: str,
        *,
        tag: str | None = None,
        tags: Sequence[str] = (),
        steps: Steps = (),
        registry: str = ACCOUNT,
        digest: str | None = None,
        manifest: str | None = None,
        media_type: str = OCI_IMAGE,
        config_media_type: str = OCI_CONFIG,
        layer_media_types: Sequence[str] = (OCI_LAYER,),
        artifact_media_type: str | None = None,
        pushed_at: datetime | float = 0.0,
        image_status: str = "ACTIVE",
        appears_at: float = 0.0,
        on_start: ScanAnswer | None = None,
    ) -> ImageScript:
        """Add an image; the digest is that of the manifest unless given; `pushed_at` may be seconds from the start.

        `on_start` is what StartImageScan leads to, SCAN_TAKES seconds later; None: it was scanned within 24 hours.
        Neither the image nor its tags exist before `appears_at`, which is how a tag lags behind a push.
        """
        self.repository(repository, registry)
        held = self.images[registry, repository]
        unique = f"{repository} {tag} {len(held)}"
        text = manifest or _manifest(unique, media_type, config_media_type, layer_media_types)
        is_index = media_type in INDEXES
        script = ImageScript(
            registry=registry,
            repository=repository,
            digest=digest or f"sha256:{digest_of(text)}",
            manifest=text,
            media_type=media_type,
            artifact_media_type=artifact_media_type or (None if is_index else config_media_type),
            pushed_at=pushed_at if isinstance(pushed_at, datetime) else self.at(pushed_at),
            image_status=image_status,
            appears_at=appears_at,
            on_start=on_start,
            steps=tuple(sorted(steps, key=lambda step: step[0])),
        )
        held[script.digest] = script
        for name in (*((tag,) if tag else ()), *tags):
            self.move_tag(repository, name, to=script, at=appears_at, registry=registry)
        return script

    def move_tag(
        self, repository: str, tag: str, *, to: ImageScript | None, at: float, registry: str = ACCOUNT
    ) -> None:
        """From `at` seconds on the tag names that image; None: the tag is gone."""
        moves = self._tags.setdefault((registry, repository), [])
        moves.append((at, tag, to.digest if to else None))
        moves.sort(key=lambda move: move[0])

    def tags(self, registry: str, repository: str) -> dict[str, str]:
        """Return which digest each tag names now."""
        now = self.seconds()
        named: dict[str, str] = {}
        for at, tag, digest in self._tags.get((registry, repository), ()):
            if at <= now and digest:
                named[tag] = digest
            elif at <= now:
                named.pop(tag, None)
        return named

    def registry_scanning(
        self, scan_type: str | None, rules: Sequence[tuple[str, str]] = (("SCAN_ON_PUSH", "*"),)
    ) -> None:
        """Set the registry's type, BASIC or ENHANCED (None: the answer does not say), and (frequency, filter) rules."""
        self.scanning = RegistryScanning(scan_type, tuple(Rule(*rule) for rule in rules))

    def repository_scanning(self, repository: str, frequency: str) -> None:
        """Set what a repository answers for its scan frequency, whatever the registry's rules say."""
        self.repository(repository)
        self.frequencies[repository] = frequency

    def registry_configuration(self) -> RegistryScanning:
        """Return what was set, or else what fits the timelines: ENHANCED where one lists such findings."""
        if self.scanning is not None:
            return self.scanning
        answers = (answer for held in self.images.values() for image in held.values() for _, answer in image.steps)
        word = "ENHANCED" if any(answer.enhanced is not None for answer in answers) else "BASIC"
        return RegistryScanning(word, (Rule("SCAN_ON_PUSH"),))


def _manifest(unique: str, media_type: str, config_media_type: str, layer_media_types: Sequence[str]) -> str:
    def blob(kind: str, name: str) -> dict[str, object]:
        return {"mediaType": kind, "size": 1024, "digest": f"sha256:{digest_of(f'{unique} {name}')}"}

    document: dict[str, object] = {"schemaVersion": 2, "mediaType": media_type}
    if media_type in INDEXES:
        platform = {"architecture": "amd64", "os": "linux"}
        document["manifests"] = [blob(OCI_IMAGE, "child") | {"platform": platform}]
    else:
        document["config"] = blob(config_media_type, "config")
        document["layers"] = [blob(kind, f"layer {n}") for n, kind in enumerate(layer_media_types)]
    return msgspec.json.encode(document).decode()
