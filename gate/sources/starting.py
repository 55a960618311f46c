"""Starts the basic scan of an image, once, and knows what ECR's refusals to do so mean."""

from datetime import datetime

import msgspec
from botocore.exceptions import ClientError
from msgspec import Struct

from gate.model import Image, ScanState
from gate.sources.aws import Caller
from gate.sources.refusals import code_of, translate
from gate.sources.times import to_time
from gate.sources.wire import Page

OPERATION = "StartImageScan"
_STARTED = msgspec.json.Decoder(Page)
LIMITED = "ECR scans an image at most once in 24 hours, and has done so: no scan was started, and that one is used"
DISABLED = "no scan was started: the registry uses enhanced scanning, where AWS alone decides when to scan"
DISABLED_HINT = (
    "The registry uses enhanced scanning, where nobody can start a scan: push the image again, or add its "
    "repository to the scanning filters."
)
# What ECR answers instead of a scan. Source: the errors of StartImageScan in the Amazon ECR API reference, and
# https://github.com/aws/containers-roadmap/issues/1226 for what the limit means.
_ANSWERS = {
    "LimitExceededException": (ScanState.PENDING, "the scan of the last 24 hours"),
    "UnsupportedImageTypeException": (ScanState.UNSUPPORTED, "AWS cannot scan this type of image"),
    "ImageArchivedException": (ScanState.EXPIRED, "the image is archived"),
}


class Begun(Struct, frozen=True, kw_only=True):
    """What came of starting a scan: the state of the image, and why, or what is waited for."""

    state: ScanState
    reason: str

    @property
    def ends_the_wait(self) -> bool:
        """Whether there will never be a scan of this image."""
        return self.state not in {ScanState.PENDING, ScanState.MISSING}


class Starting:
    """The start of one image's scan; nothing is asked before `start`."""

    def __init__(self, once: Caller, image: Image, subject: str) -> None:
        """Take a caller that never retries: botocore takes the limit of one scan a day for throttling."""
        self._once = once
        self._image = image
        self._subject = subject
        self._begun: Begun | None = None
        self._at: datetime | None = None
        self.notes: tuple[str, ...] = ()

    @property
    def is_disabled(self) -> bool:
        """Whether the registry turned out to use enhanced scanning."""
        return DISABLED in self.notes

    def start(self) -> Begun:
        """Start the scan, the first time; GateError in our words for a refusal that says nothing of the image."""
        if self._begun is None:
            self._begun = self._start()
        return self._begun

    def _start(self) -> Begun:
        registry: dict[str, object] = {"registryId": self._image.registry} if self._image.registry else {}
        try:
            self._once.ask(
                OPERATION,
                _STARTED,
                self._subject,
                repositoryName=self._image.repository,
                imageId={"imageDigest": self._image.digest},
                **registry,
            )
        except ClientError as err:
            return self._refused(err)
        self._at = self._once.now
        return Begun(state=ScanState.PENDING, reason="the scan that was started")

    def _refused(self, err: ClientError) -> Begun:
        code = code_of(err)
        if code == "ValidationException" and "disabled" in str(err):
            self.notes = (DISABLED,)
            return Begun(state=ScanState.MISSING, reason="AWS has no scan of this image")
        if code not in _ANSWERS:
            raise translate(err, OPERATION, self._subject) from err
        self.notes = (LIMITED,) if code == "LimitExceededException" else ()
        state, reason = _ANSWERS[code]
        return Begun(state=state, reason=reason)

    def is_before(self, page: Page) -> bool:
        """Tell whether the page is of a scan that had finished when this one was started."""
        found = page.image_scan_findings
        done = to_time(found.image_scan_completed_at, "imageScanCompletedAt") if found else None
        return self._at is not None and done is not None and done < self._at
