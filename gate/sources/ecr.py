"""ECR: resolves a tag once, has the scan of that digest watched, and looks at the tag again at the end."""

from typing import Any

import msgspec
from botocore.exceptions import ClientError

from gate.errors import AccessError, EvidenceError, NotYetError
from gate.model import Image, Refusal, Scan, ScanState, TagMove
from gate.plain import one_line
from gate.sources.aws import Caller, Connections
from gate.sources.configuration import Configuration
from gate.sources.refusals import code_of, translate
from gate.sources.scanning import Patience, Watch
from gate.sources.states import explain
from gate.sources.times import to_time
from gate.sources.waiting import Clock, Narrate, Waiting
from gate.sources.wire import ImageDetail, ImageDetails
from gate.target import EcrTarget

_DETAILS = msgspec.json.Decoder(ImageDetails)
_INDEXES = frozenset({
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
})  # fmt: skip
_IMAGE_CONFIGS = frozenset({
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.oci.image.config.v1+json",
})  # fmt: skip
TAG_LAG = 20.0
"""Seconds for which an image that was just pushed may not be found by its tag."""


class EcrSource:
    """Scans of images in ECR registries; all targets of a run share one deadline."""

    def __init__(
        self,
        connections: Connections,
        clock: Clock,
        patience: Patience,
        narrate: Narrate,
        *,
        registry_id: str | None = None,
    ) -> None:
        """Start the wait now; `registry_id` is the registry of targets that name none."""
        self._connections = connections
        self._clock = clock
        self._patience = patience
        self._waiting = Waiting(clock, patience.wait, narrate)
        self._registry_id = registry_id

    def scan(self, target: EcrTarget) -> Scan | Refusal:
        """Return what AWS says of the target once it is ready and settled, or why nothing can be said of it.

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
        try:
            ecr = self._connections.caller("ecr", target.region)
            detail = self._resolve(ecr, target)
            image = _resolved(image, ecr, detail)
            scan = self._watched(ecr, target, image, detail)
        except EvidenceError as err:
            scan = Scan(image=image, state=ScanState.INCOMPLETE, reason=err.message, hint=err.hint)
        except (AccessError, NotYetError) as err:
            return Refusal(image=image, exit_code=int(err.exit_code), reason=err.message, hint=err.hint)
        return msgspec.structs.replace(scan, waited_seconds=round(self._waiting.elapsed - started, 1))

    def _resolve(self, ecr: Caller, target: EcrTarget) -> ImageDetail:
        """Look the image up; a tag may be invisible for a moment after its push, so that is waited for."""
        name: dict[str, str | None] = {"imageTag": target.tag}
        if target.digest:
            name = {"imageDigest": target.digest}
        missing: list[ClientError] = []

        def ask() -> tuple[ImageDetail | None, str]:
            try:
                return self._detail(ecr, target, name), ""
            except ClientError as err:
                missing.append(err)
                return None, "the image to be visible"

        detail = self._waiting.until(ask, most=TAG_LAG)
        if detail is None:
            raise translate(missing[-1], "DescribeImages", self._subject(ecr, target)) from missing[-1]
        return detail

    def _detail(self, ecr: Caller, target: EcrTarget, name: dict[str, str | None]) -> ImageDetail:
        """Return what ECR knows of one image; a ClientError when (and only when) there is no such image."""
        registry = target.registry or self._registry_id
        members: dict[str, Any] = {"registryId": registry} if registry else {}
        subject = self._subject(ecr, target)
        try:
            # NOTE: without this filter an archived image looks absent (Amazon ECR API reference, DescribeImagesFilter).
            answer = ecr.ask(
                "DescribeImages",
                _DETAILS,
                subject,
                repositoryName=target.repository,
                imageIds=[name],
                filter={"imageStatus": "ANY"},
                **members,
            )
        except ClientError as err:
            if code_of(err) == "ImageNotFoundException":
                raise
            raise translate(err, "DescribeImages", subject) from err
        if not answer.image_details or not answer.image_details[0].image_digest:
            raise EvidenceError(f"DescribeImages for {subject} answered without a digest")
        return answer.image_details[0]

    def _watched(self, ecr: Caller, target: EcrTarget, image: Image, detail: ImageDetail) -> Scan:
        if detail.image_manifest_media_type in _INDEXES:
            return Scan(
                image=image,
                state=ScanState.INCOMPLETE,
                reason="this is an image index (multi-platform), which AWS does not scan as such",
                hint="Judging every platform of an index is coming; until then name one platform's digest.",
            )
        if detail.image_status == "ARCHIVED":
            reason, hint = explain(ScanState.EXPIRED, "IMAGE_ARCHIVED", "the image is archived")
            return Scan(image=image, state=ScanState.EXPIRED, status="IMAGE_ARCHIVED", reason=reason, hint=hint)
        watch = Watch(
            ecr=ecr,
            clock=self._clock,
            waiting=self._waiting,
            patience=self._patience,
            image=image,
            configuration=Configuration(ecr, image.registry, target.repository),
            pushed_at=to_time(detail.image_pushed_at, "imagePushedAt"),
        )
        scan = watch.run()
        # NOTE: what AWS cannot scan may be accepted by the policy, so that it too must be an image, and the tag's own.
        if scan.state not in {ScanState.COMPLETE, ScanState.UNSUPPORTED}:
            return scan
        if not scan.findings and detail.artifact_media_type not in {None, *_IMAGE_CONFIGS}:
            config = one_line(str(detail.artifact_media_type), 100)
            return msgspec.structs.replace(
                scan,
                state=ScanState.INCOMPLETE,
                reason=f"this is no container image (its config is {config})",
                hint="Name a container image: AWS scans nothing else.",
            )
        return msgspec.structs.replace(scan, tag_move=self._tag_move(ecr, target, image))

    def _tag_move(self, ecr: Caller, target: EcrTarget, image: Image) -> TagMove | None:
        if target.tag is None:
            return None
        try:
            digest = self._detail(ecr, target, {"imageTag": target.tag}).image_digest
        except ClientError:
            digest = None
        except (AccessError, NotYetError) as err:
            # NOTE: no refusal of the image: what was found in it is known, and a known violation stays one.
            return TagMove(tag=target.tag, to=None, pinned=target.digest is not None, unknown=err.message)
        if digest == image.digest:
            return None
        return TagMove(tag=target.tag, to=digest, pinned=target.digest is not None)

    def _subject(self, ecr: Caller, target: EcrTarget) -> str:
        registry = target.registry or self._registry_id
        where = f"registry {registry}, " if registry else ""
        name = f"{target.repository}{f':{target.tag}' if target.tag else ''}"
        return f"{name}{f'@{target.digest[:19]}…' if target.digest else ''} ({where}region {ecr.region})"


def _resolved(image: Image, ecr: Caller, detail: ImageDetail) -> Image:
    return msgspec.structs.replace(
        image,
        registry=detail.registry_id or image.registry,
        region=ecr.region,
        digest=detail.image_digest,
        tags=tuple(sorted(detail.image_tags or ())),
    )
