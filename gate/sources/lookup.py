"""Looks an image up in ECR by the name that a target gives it: its digest, its tags, when it was pushed."""

from typing import Any

import msgspec
from botocore.exceptions import ClientError

from gate.errors import EvidenceError
from gate.sources.aws import Caller
from gate.sources.refusals import code_of, translate
from gate.sources.waiting import Waiting
from gate.sources.wire import ImageDetail, ImageDetails
from gate.target import EcrTarget

_DETAILS = msgspec.json.Decoder(ImageDetails)
TAG_LAG = 20.0
"""Seconds for which an image that was just pushed may not be found by its tag."""


class Lookup:
    """One image as a target names it; by its digest, if it has one."""

    def __init__(self, ecr: Caller, target: EcrTarget, registry: str | None) -> None:
        """Ask nothing yet; `registry` is that of targets that name none, None the caller's own."""
        self._ecr = ecr
        self._target = target
        self._registry = target.registry or registry

    def resolve(self, waiting: Waiting) -> ImageDetail:
        """Return what ECR knows of the image; AccessError where there is none."""
        found = self.find(waiting)
        if isinstance(found, ClientError):
            raise translate(found, "DescribeImages", self._subject) from found
        return found

    def find(self, waiting: Waiting) -> ImageDetail | ClientError:
        """Return the same, or AWS's error; it may be invisible for a moment after its push, so that is waited for."""
        digest = self._target.digest
        name: dict[str, str | None] = {"imageDigest": digest} if digest else {"imageTag": self._target.tag}

        def ask() -> tuple[ImageDetail | ClientError, str]:
            try:
                return self._detail(name), ""
            except ClientError as err:
                return err, "the image to be visible"

        return waiting.until(ask, most=TAG_LAG)

    def digest_of_tag(self, tag: str) -> str | None:
        """Return which digest a tag names now; None when there is no such tag."""
        try:
            return self._detail({"imageTag": tag}).image_digest
        except ClientError:
            return None

    def _detail(self, name: dict[str, str | None]) -> ImageDetail:
        """Return what ECR knows of one image; a ClientError when (and only when) there is no such image."""
        members: dict[str, Any] = {"registryId": self._registry} if self._registry else {}
        try:
            # NOTE: without this filter an archived image looks absent (Amazon ECR API reference, DescribeImagesFilter).
            answer = self._ecr.ask(
                "DescribeImages",
                _DETAILS,
                self._subject,
                repositoryName=self._target.repository,
                imageIds=[name],
                filter={"imageStatus": "ANY"},
                **members,
            )
        except ClientError as err:
            if code_of(err) == "ImageNotFoundException":
                raise
            raise translate(err, "DescribeImages", self._subject) from err
        if not answer.image_details or not answer.image_details[0].image_digest:
            raise EvidenceError(f"DescribeImages for {self._subject} answered without a digest")
        return answer.image_details[0]

    @property
    def _subject(self) -> str:
        target = self._target
        where = f"registry {self._registry}, " if self._registry else ""
        name = f"{target.repository}{f':{target.tag}' if target.tag else ''}"
        return f"{name}{f'@{target.digest[:19]}…' if target.digest else ''} ({where}region {self._ecr.region})"
