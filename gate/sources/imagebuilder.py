"""EC2 Image Builder: waits until a build and its scan are done, and lists what Inspector found in it."""

import msgspec
from msgspec import Struct

from gate.errors import AccessError, EvidenceError, NotYetError
from gate.model import Image, Kind, Refusal, Scan, ScanState
from gate.plain import one_line
from gate.sources.aws import Connections
from gate.sources.build_listing import Builder
from gate.sources.states import PENDING_HINT, unknown_word
from gate.sources.times import to_time
from gate.sources.waiting import Waiting
from gate.sources.wire_builder import BuiltImage, GotImage, ImageState, PipelineImages, ScanningConfiguration
from gate.target import BuildTarget, is_build_version

# Image Builder's words to what they are worth. Source: ImageStatus and ImageScanStatus in botocore's model. An image
# that is deprecated or disabled was built; whether it was scanned is for its scan's status to say.
IMAGE_STATES = {
    "PENDING": ScanState.PENDING,
    "CREATING": ScanState.PENDING,
    "BUILDING": ScanState.PENDING,
    "TESTING": ScanState.PENDING,
    "DISTRIBUTING": ScanState.PENDING,
    "INTEGRATING": ScanState.PENDING,
    "AVAILABLE": ScanState.COMPLETE,
    "DEPRECATED": ScanState.COMPLETE,
    "DISABLED": ScanState.COMPLETE,
    "CANCELLED": ScanState.FAILED,
    "FAILED": ScanState.FAILED,
    "DELETED": ScanState.FAILED,
}
SCAN_STATES = {
    "PENDING": ScanState.PENDING,
    "SCANNING": ScanState.PENDING,
    "COLLECTING": ScanState.PENDING,
    "COMPLETED": ScanState.COMPLETE,
    "ABANDONED": ScanState.FAILED,
    "FAILED": ScanState.FAILED,
    "TIMED_OUT": ScanState.FAILED,
}
# Whether Image Builder lists what this type of scan finds. Source: ImageScanningType in botocore's model, which says
# that the findings of an on-demand scan are EC2's to list.
SCAN_TYPES = {"TEST_INSTANCE_CVE": True, "ON_DEMAND_AMI_CVE": False}
NOT_ENABLED = "image scanning was not enabled for this build"
NOT_ENABLED_HINT = (
    "Switch on image scanning (imageScanningConfiguration) and image tests in the pipeline, and build again."
)
ON_DEMAND = "the AMI is scanned on demand (ON_DEMAND_AMI_CVE), and Image Builder does not list what such a scan finds"
ON_DEMAND_HINT = "Set imageScanningTypes to TEST_INSTANCE_CVE in the pipeline, and build again."
BUILD_FAILED_HINT = "Look at the build's log, and build again."
SCAN_FAILED_HINT = "Build again to have it scanned again."
NO_IMAGE = "the pipeline has made no image, or there is no such pipeline"
NO_IMAGE_HINT = "Check the ARN, and run the pipeline."
DIFFERS_HINT = "Retry later; if it stays so, ask AWS support."
_IMAGE = msgspec.json.Decoder(GotImage)
_PIPELINE = msgspec.json.Decoder(PipelineImages)


class _Worth(Struct, frozen=True):
    """What a build and its scan are worth: the state, why (or what is waited for), and what to do."""

    state: ScanState
    why: str = ""
    hint: str = ""


class ImageBuilderSource:
    """Scans of Image Builder's images: AMIs and containers, by build version or by pipeline."""

    def __init__(self, connections: Connections, waiting: Waiting) -> None:
        """Take the run's one wait."""
        self._connections = connections
        self._waiting = waiting

    def scans(self, target: BuildTarget) -> tuple[Scan | Refusal, ...]:
        """Return the scan of the one image that the target names."""
        return (self.scan(target),)

    def scan(self, target: BuildTarget) -> Scan | Refusal:
        """Return what Image Builder says of the target once build and scan are done, or why nothing can be said.

        Raises UsageError when the AWS settings of this machine are wrong.
        """
        started = self._waiting.elapsed
        image = Image(
            target=target.text,
            source="imagebuilder",
            registry=target.account,
            region=target.region,
            arn=None if target.is_pipeline else target.arn,
            pipeline=target.arn if target.is_pipeline else None,
        )
        try:
            builder = Builder(self._connections.caller("imagebuilder", target.region), self._waiting)
            if image.pipeline:
                image = msgspec.structs.replace(image, arn=_newest(builder, image.pipeline))
            scan = self._watched(builder, image)
        except EvidenceError as err:
            scan = Scan(image=image, state=ScanState.INCOMPLETE, reason=err.message, hint=err.hint)
        except (AccessError, NotYetError) as err:
            return Refusal(image=image, exit_code=int(err.exit_code), reason=err.message, hint=err.hint)
        return msgspec.structs.replace(scan, waited_seconds=round(self._waiting.elapsed - started, 1))

    def _watched(self, builder: Builder, image: Image) -> Scan:
        """Wait for build and scan, then list; EvidenceError names what makes no sense."""
        arn = str(image.arn)

        def look() -> tuple[BuiltImage, str]:
            built = _look(builder, arn)
            worth = _worth(built)
            return built, worth.why if worth.state is ScanState.PENDING else ""

        built = self._waiting.until(look)
        worth = _worth(built)
        waited = f"after {self._waiting.elapsed:.0f} s still waiting for " if worth.state is ScanState.PENDING else ""
        scan = Scan(
            image=_with_outputs(image, built),
            state=worth.state,
            kind=Kind.ENHANCED,
            status=_status(built),
            description=built.scan_state.reason if built.scan_state else None,
            reason=f"{waited}{worth.why}",
            hint=worth.hint,
            captured_at=builder.caller.now,
        )
        return _with_findings(builder, scan, arn) if worth.state is ScanState.COMPLETE else scan


def _with_findings(builder: Builder, scan: Scan, arn: str) -> Scan:
    ready_since = builder.caller.now
    listing = builder.listing(arn)
    pipeline = scan.image.pipeline
    return msgspec.structs.replace(
        scan,
        state=ScanState.INCOMPLETE if listing.problem else ScanState.COMPLETE,
        reason=listing.problem,
        hint=DIFFERS_HINT if listing.problem else "",
        findings=listing.findings,
        warnings=(*listing.warnings, *(_overtaken(builder, pipeline, arn) if pipeline else ())),
        ready_since=ready_since,
        captured_at=builder.caller.now,
    )


def _newest(builder: Builder, pipeline: str) -> str:
    """Return the build version ARN of the newest image of a pipeline; one without ARN or date might be the newest."""
    found = []
    for page in builder.pages("ListImagePipelineImages", _PIPELINE, pipeline, imagePipelineArn=pipeline):
        for one in page.image_summary_list or ():
            created = to_time(one.date_created, "dateCreated")
            if created is None or not one.arn or not is_build_version(one.arn):
                raise EvidenceError("the pipeline lists an image without the ARN of a build, or without date")
            found.append((created, one.arn))
    if not found:
        raise EvidenceError(NO_IMAGE, hint=NO_IMAGE_HINT)
    return max(found)[1]


def _overtaken(builder: Builder, pipeline: str, arn: str) -> tuple[str, ...]:
    """Return a warning when the image that was judged is no longer the newest of its pipeline, or nobody knows."""
    try:
        newest = _newest(builder, pipeline)
    except (AccessError, EvidenceError, NotYetError) as err:
        # NOTE: no refusal of the image: what was found in it is known, and a known violation stays one.
        return (f"whether the pipeline made a newer image meanwhile is not known: {err.message}",)
    return () if newest == arn else (f"the pipeline made a newer image meanwhile, {one_line(newest, 200)}",)


def _look(builder: Builder, arn: str) -> BuiltImage:
    built = builder.ask("GetImage", _IMAGE, arn, imageBuildVersionArn=arn).image
    if built is None:
        raise EvidenceError(f"GetImage for {arn} answered without an image")
    if built.arn not in {None, arn}:
        raise EvidenceError(f"GetImage for {arn} answered with another image, {one_line(str(built.arn), 200)}")
    return built


def _worth(built: BuiltImage) -> _Worth:
    """Return what build and scan are worth; a build that is never scanned is not waited for."""
    word = built.state.status if built.state else None
    build = _state(IMAGE_STATES, word, "image status")
    if build is ScanState.FAILED:
        return _Worth(build, f"the build is {_said(built.state)}", BUILD_FAILED_HINT)
    unscanned = _unscanned(built, is_built=build is ScanState.COMPLETE)
    if unscanned is not None:
        return unscanned
    if build is ScanState.PENDING:
        return _Worth(build, f"the build, which {_being(word)}", PENDING_HINT)
    word = built.scan_state.status if built.scan_state else None
    scan = _state(SCAN_STATES, word, "image scan status")
    if scan is ScanState.FAILED:
        return _Worth(scan, f"the scan of this build is {_said(built.scan_state)}", SCAN_FAILED_HINT)
    if scan is ScanState.PENDING:
        return _Worth(scan, f"the scan, which {_being(word)}", PENDING_HINT)
    return _Worth(scan)


def _unscanned(built: BuiltImage, *, is_built: bool) -> _Worth | None:
    """Return why no scan of this build will ever be listed; None when one is, or may be."""
    settings = built.image_scanning_configuration or ScanningConfiguration()
    has_scan = built.scan_state is not None and built.scan_state.status is not None
    if settings.image_scanning_enabled is False or (
        settings.image_scanning_enabled is None and is_built and not has_scan
    ):
        return _Worth(ScanState.MISSING, NOT_ENABLED, NOT_ENABLED_HINT)
    types = settings.image_scanning_types or ()
    for word in types:
        if word not in SCAN_TYPES:
            raise unknown_word("image scanning type", word)
    if types and not all(SCAN_TYPES[word] for word in types):
        return _Worth(ScanState.MISSING, ON_DEMAND, ON_DEMAND_HINT)
    return None


def _state(table: dict[str, ScanState], word: str | None, name: str) -> ScanState:
    if word is None:
        return ScanState.PENDING
    if word not in table:
        raise unknown_word(name, word)
    return table[word]


def _being(word: str | None) -> str:
    return f"is {word}" if word else "has no status yet"


def _said(state: ImageState | None) -> str:
    words = (state.status, state.reason) if state else ()
    return ": ".join(one_line(word, 300) for word in words if word)


def _status(built: BuiltImage) -> str | None:
    """Return the scan's status word; before there is one, the build's."""
    scanned = built.scan_state.status if built.scan_state else None
    return scanned or (built.state.status if built.state else None)


def _with_outputs(image: Image, built: BuiltImage) -> Image:
    """Return the image with what the build made: its AMIs, or where its container was pushed."""
    made = built.output_resources
    amis = sorted(f"{ami.region or '?'}:{ami.image}" for ami in (made.amis if made else None) or () if ami.image)
    uris = sorted(uri for one in (made.containers if made else None) or () for uri in one.image_uris or ())
    return msgspec.structs.replace(image, outputs=(*amis, *uris))
