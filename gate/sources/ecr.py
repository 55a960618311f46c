"""ECR: resolves a tag once, has the scan of each image that it names watched, and looks at the tag again at last."""

from datetime import timedelta
from functools import partial

import msgspec
from botocore.exceptions import ClientError

from gate.errors import AccessError, EvidenceError, GateError, NotYetError
from gate.model import Image, Kind, Refusal, Scan, ScanState, TagMove
from gate.plain import one_line
from gate.sources.aws import Caller, Connections
from gate.sources.configuration import Configuration
from gate.sources.coverage import Coverage
from gate.sources.finding_details import FindingDetails, Undecided
from gate.sources.index import Index
from gate.sources.inspector import InspectorListing
from gate.sources.lookup import Lookup
from gate.sources.manifest import INDEXES, Descriptor, Manifest, Manifests
from gate.sources.refusals import DeniedError
from gate.sources.scanning import Watch
from gate.sources.side_by_side import side_by_side
from gate.sources.starting import Starting
from gate.sources.states import explain
from gate.sources.times import to_time
from gate.sources.waiting import Clock, Waiting
from gate.sources.wire import ImageDetail
from gate.target import EcrTarget

_KNOWN = frozenset({ScanState.COMPLETE, ScanState.UNSUPPORTED})
"""The states with which an image may be judged or accepted."""
_EPSS_HINT = "A rule needs EPSS: it may be given as a file (--epss FILE), for which Inspector need not be asked."


class EcrSource:
    """Scans of images in ECR registries; all targets of a run share one deadline."""

    def __init__(  # noqa: PLR0913 - everything that a run's scans depend on, by name
        self,
        connections: Connections,
        clock: Clock,
        waiting: Waiting,
        settle: timedelta,
        *,
        max_age: timedelta | None = None,
        inspector: bool = False,
        epss: bool = False,
        with_suppressed: bool = True,
        undecided: Undecided | None = None,
        registry_id: str | None = None,
        platforms: tuple[str, ...] = (),
        start_scan: bool = False,
    ) -> None:
        """Take the run's one wait; `registry_id` is the registry of targets that name none.

        `platforms` are the only ones of an index that are judged; none means all. `inspector` joins Inspector's own
        listing to every scan, `epss` to those of enhanced scanning alone, and `undecided` names the findings whose
        details Inspector is then asked for.
        """
        self._connections = connections
        self._clock = clock
        self._waiting = waiting
        self._settle = settle
        self._max_age = max_age
        self._inspector = inspector
        self._epss = epss
        self._listing = InspectorListing(connections, with_suppressed=with_suppressed)
        self._details = FindingDetails(connections, undecided) if undecided else None
        self._coverage = Coverage(connections)
        self._registry_id = registry_id
        self._platforms = platforms
        self._start_scan = start_scan

    def scans(self, target: EcrTarget) -> tuple[Scan | Refusal, ...]:
        """Return what AWS says of every image that the target names, once it is ready and settled, or why it does not.

        Raises UsageError when the AWS settings of this machine are wrong.
        """
        started = self._waiting.elapsed
        image = Image(
            target=target.text,
            source="ecr",
            registry=target.registry or self._registry_id,
            region=target.region,
            repository=target.repository,
            digest=target.digest,
            tags=(target.tag,) if target.tag else (),
        )
        moved: TagMove | None = None
        try:
            ecr = self._connections.caller("ecr", target.region)
            detail = Lookup(ecr, target, self._registry_id).resolve(self._waiting)
            image = _resolved(image, ecr, detail)
            found = self._all_of(ecr, target, image, detail)
            moved = self._tag_move(ecr, target, image, found)
        except (EvidenceError, AccessError, NotYetError) as err:
            found = (_without(image, err),)
        waited = round(self._waiting.elapsed - started, 1)
        return tuple(_ended(one, moved, waited) for one in found)

    def _all_of(self, ecr: Caller, target: EcrTarget, image: Image, detail: ImageDetail) -> tuple[Scan | Refusal, ...]:
        if detail.image_manifest_media_type in INDEXES:
            return self._of_index(ecr, target, image)
        return (self._of_image(ecr, image, detail),)

    def _of_image(self, ecr: Caller, image: Image, detail: ImageDetail) -> Scan:
        if self._platforms:
            raise EvidenceError(
                f"{', '.join(self._platforms)} was asked for (--platform), and this is a single image, whose platform "
                "AWS does not say",
                hint="Leave --platform out, or push an index that names the platform (docker buildx does).",
            )
        return self._watched(ecr, image, detail, self._waiting)

    def _of_index(self, ecr: Caller, target: EcrTarget, image: Image) -> tuple[Scan | Refusal, ...]:
        manifests = Manifests(ecr, image.registry, target.repository)
        index = Index(image, manifests.of(image.digest or ""), self._platforms)
        asks = [partial(self._of_entry, ecr, target, index.image_of(entry), entry) for entry in index.chosen]
        return index.whole(side_by_side(asks))

    def _of_entry(self, ecr: Caller, target: EcrTarget, image: Image, entry: Descriptor) -> Scan | Refusal | None:
        """Return what AWS says of one image of an index; None when it is an attestation after all."""
        waiting = self._waiting.named(image.platform or one_line(entry.digest or "", 19))
        try:
            if entry.has_no_platform and self._manifest(ecr, image).is_attestation:
                return None
            named = msgspec.structs.replace(target, tag=None, digest=entry.digest)
            detail = _looked_at(entry, image, Lookup(ecr, named, self._registry_id).find(waiting))
            return self._watched(ecr, image, detail, waiting)
        except (EvidenceError, AccessError, NotYetError) as err:
            return _without(image, err)

    def _watched(self, ecr: Caller, image: Image, detail: ImageDetail, waiting: Waiting) -> Scan:
        if detail.image_status == "ARCHIVED":
            reason, hint = explain(ScanState.EXPIRED, "IMAGE_ARCHIVED", "the image is archived")
            return Scan(image=image, state=ScanState.EXPIRED, status="IMAGE_ARCHIVED", reason=reason, hint=hint)
        starting = self._starting(ecr, image)
        watch = Watch(
            ecr=ecr,
            clock=self._clock,
            waiting=waiting,
            settle=self._settle,
            image=image,
            configuration=Configuration(ecr, image.registry, image.repository or ""),
            coverage=self._coverage,
            pushed_at=to_time(detail.image_pushed_at, "imagePushedAt"),
            max_age=self._max_age,
            starting=starting,
        )
        scan = watch.run()
        if starting:
            scan = msgspec.structs.replace(scan, notes=(*scan.notes, *starting.notes))
        scan = self._joined(scan)
        # NOTE: what lists nothing could pass, and what AWS cannot scan may be accepted: it must be an image.
        if scan.state in _KNOWN and not scan.findings:
            manifest = self._manifest(ecr, image)
            if not manifest.is_image:
                reason = f"this is no container image (it holds {manifest.contents})"
                hint = "Name a container image: AWS scans nothing else."
                return msgspec.structs.replace(scan, state=ScanState.INCOMPLETE, reason=reason, hint=hint)
        return scan

    def _joined(self, scan: Scan) -> Scan:
        """Return the scan with what Inspector itself says of its findings, as far as that is wanted."""
        if scan.state is ScanState.COMPLETE and self._inspector:
            scan = self._listing.joined(scan)
        elif scan.state is ScanState.COMPLETE and self._epss and scan.kind is Kind.ENHANCED:
            try:
                scan = self._listing.joined(scan)
            except DeniedError as err:
                # NOTE: nobody has named Inspector on the command line, so that its refusal would come as a surprise.
                raise AccessError(err.message, hint=f"{err.hint} {_EPSS_HINT}") from err
        return self._details.filled(scan) if self._details else scan

    def _starting(self, ecr: Caller, image: Image) -> Starting | None:
        if not self._start_scan:
            return None
        name = f"{image.repository}@{image.digest} (region {ecr.region})"
        return Starting(self._connections.caller("ecr", ecr.region, once=True), image, name)

    def _manifest(self, ecr: Caller, image: Image) -> Manifest:
        return Manifests(ecr, image.registry, image.repository or "").of(image.digest or "")

    def _tag_move(
        self, ecr: Caller, target: EcrTarget, image: Image, found: tuple[Scan | Refusal, ...]
    ) -> TagMove | None:
        """Look at the tag again, once for all images of an index, and not where there is nothing to judge."""
        if target.tag is None or not any(map(_is_known, found)):
            return None
        try:
            digest = Lookup(ecr, target, self._registry_id).digest_of_tag(target.tag)
        except (EvidenceError, AccessError, NotYetError) as err:
            # NOTE: no refusal of the image: what was found in it is known, and a known violation stays one.
            return TagMove(tag=target.tag, to=None, pinned=target.digest is not None, unknown=err.message)
        if digest == image.digest:
            return None
        return TagMove(tag=target.tag, to=digest, pinned=target.digest is not None)


def _resolved(image: Image, ecr: Caller, detail: ImageDetail) -> Image:
    return msgspec.structs.replace(
        image,
        registry=detail.registry_id or image.registry,
        region=ecr.region,
        digest=detail.image_digest,
        tags=tuple(sorted(detail.image_tags or ())),
    )


def _without(image: Image, err: GateError) -> Scan | Refusal:
    """Return what an error says of an image: evidence that is not whole, or no facts at all."""
    if isinstance(err, EvidenceError):
        return Scan(image=image, state=ScanState.INCOMPLETE, reason=err.message, hint=err.hint)
    return Refusal(image=image, exit_code=int(err.exit_code), reason=err.message, hint=err.hint)


def _is_known(one: Scan | Refusal) -> bool:
    return isinstance(one, Scan) and one.state in _KNOWN


def _ended(one: Scan | Refusal, moved: TagMove | None, waited: float) -> Scan | Refusal:
    if isinstance(one, Refusal):
        return one
    return msgspec.structs.replace(one, tag_move=moved if one.state in _KNOWN else None, waited_seconds=waited)


def _looked_at(entry: Descriptor, image: Image, found: ImageDetail | ClientError) -> ImageDetail:
    """Return what ECR knows of an entry of an index; EvidenceError when it is absent, or an index itself."""
    if isinstance(found, ClientError):
        raise EvidenceError(
            f"the index names {image.platform or 'an image'} ({entry.digest}), which is not in the repository",
            hint="Push the index again, with all of its images.",
        )
    if INDEXES & {entry.media_type, found.image_manifest_media_type}:
        raise EvidenceError(
            f"the index names another index ({entry.digest}), and those are not looked into",
            hint="Push an index that names its images directly.",
        )
    return found
