"""Asks ECR for the findings of one image: a page, or all pages of a listing."""

import msgspec
from botocore.exceptions import ClientError

from gate.errors import EvidenceError
from gate.model import Image
from gate.plain import one_line
from gate.sources.aws import Caller
from gate.sources.listing import Listing
from gate.sources.paging import MOST_PAGES
from gate.sources.refusals import translate
from gate.sources.wire import Page

_PAGE = msgspec.json.Decoder(Page)
OPERATION = "DescribeImageScanFindings"


class Reader:
    """The findings of one image, by its digest."""

    def __init__(self, ecr: Caller, image: Image) -> None:
        """Keep what is asked about."""
        self._ecr = ecr
        self._image = image
        self.subject = one_line(f"{image.repository}@{image.digest} (region {image.region})", 200)

    def page(self, **members: object) -> Page:
        """Return one page; AWS's own errors are let through, since some of them are answers."""
        if self._image.registry:
            members["registryId"] = self._image.registry
        page = self._ecr.ask(
            OPERATION,
            _PAGE,
            self.subject,
            repositoryName=self._image.repository,
            imageId={"imageDigest": self._image.digest},
            **members,
        )
        self._check_subject(page)
        return page

    def _check_subject(self, page: Page) -> None:
        """Raise EvidenceError when the answer says that it is about another image than the one asked about."""
        digest = page.image_id.image_digest if page.image_id else None
        for name, said, asked in (
            ("registry", page.registry_id, self._image.registry),
            ("repository", page.repository_name, self._image.repository),
            ("digest", digest, self._image.digest),
        ):
            if said is not None and asked is not None and said != asked:
                raise EvidenceError(f"AWS answered about another {name}, {one_line(said, 100)} instead of {asked}")

    def list(self, first: Page | None) -> Listing:
        """Read all pages; EvidenceError when they never end or a token comes twice."""
        pages = [first or self._next()]
        tokens: set[str] = set()
        while token := pages[-1].next_token:
            if token in tokens:
                raise EvidenceError("AWS answered the same page token twice, so the list of findings cannot be whole")
            if len(pages) >= MOST_PAGES:
                raise EvidenceError(f"AWS answered more than {MOST_PAGES} pages of findings")
            tokens.add(token)
            pages.append(self._next(nextToken=token))
        return Listing(pages=tuple(pages), read_at=self._ecr.now)

    def _next(self, **members: object) -> Page:
        try:
            return self.page(maxResults=1000, **members)
        except ClientError as err:
            raise translate(err, OPERATION, self.subject) from err
