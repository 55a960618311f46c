"""Watches the scan of one digest: polls until it is ready, lists until the list has settled, and says what it is."""

from datetime import datetime, timedelta

import msgspec
from botocore.exceptions import ClientError
from msgspec import Struct

from gate.errors import EvidenceError
from gate.model import Image, Kind, Scan, ScanState
from gate.plain import one_line
from gate.sources.aws import Caller
from gate.sources.configuration import Configuration
from gate.sources.listing import MOST_PAGES, Listing, state_of
from gate.sources.refusals import code_of, translate
from gate.sources.states import PENDING_HINT, explain, missing_hint
from gate.sources.waiting import FIRST_DELAY, Clock, Waiting
from gate.sources.wire import Page

_PAGE = msgspec.json.Decoder(Page)
_NO_SCAN = "a scan to begin"
OPERATION = "DescribeImageScanFindings"
IMAGE_LAG = 20.0
"""Seconds for which the findings of an image that was just pushed may not know it."""
SCAN_LAG = timedelta(seconds=90)
"""How long after its push an image may have no scan yet where nobody says whether one comes (30 to 90 s were seen)."""
OVERDUE = timedelta(minutes=15)
"""How long after its push an image without a scan at the deadline will not get one by being waited for."""
FIRST_SETTLE = timedelta(seconds=60)
"""How long the findings of a fresh scan are at least watched (aws/aws-sdk#289: ready, and nothing listed yet)."""
LISTING_GAP = 15.0
"""Seconds between two full listings that are compared."""


class Patience(Struct, frozen=True, kw_only=True):
    """How long to wait for a scan, and after which age of it nothing more arrives; both in seconds."""

    wait: float
    settle: float


class _Look(Struct, frozen=True, kw_only=True):
    """One poll's answer: the state, AWS's words, and the page if there was one."""

    state: ScanState
    page: Page | None = None
    reason: str = ""
    hint: str = ""

    @property
    def status(self) -> str | None:
        return self.page.image_scan_status.status if self.page and self.page.image_scan_status else None

    @property
    def description(self) -> str | None:
        return self.page.image_scan_status.description if self.page and self.page.image_scan_status else None


class Watch:
    """The scan of one image, from the first question to what can be said of it."""

    def __init__(  # noqa: PLR0913 - everything a scan depends on, by name
        self,
        *,
        ecr: Caller,
        clock: Clock,
        waiting: Waiting,
        patience: Patience,
        image: Image,
        configuration: Configuration,
        pushed_at: datetime | None,
    ) -> None:
        """Keep what is watched; nothing is asked yet."""
        self._ecr = ecr
        self._clock = clock
        self._waiting = waiting
        self._patience = patience
        self._image = image
        self._configuration = configuration
        self._pushed_at = pushed_at
        self._started = clock.monotonic()
        self._polls = 0
        self._ready_since: datetime | None = None

    def run(self) -> Scan:
        """Wait until the scan is ready and settled, or the time is up; EvidenceError names what makes no sense."""
        while True:
            look = self._waiting.until(self._poll)
            if look.state is not ScanState.COMPLETE:
                return self._unready(look)
            scan = self._settled(look)
            if scan is not None:
                return scan
            # NOTE: polled ready and listed unready; without a pause two servers that disagree would be asked for ever.
            if not self._waiting.pause(FIRST_DELAY, "the scan, which began again"):
                return self._unready(_Look(state=ScanState.PENDING, reason="the scan, which began again"))

    def _poll(self) -> tuple[_Look, str]:
        # NOTE: the first question asks for a whole page, since an old scan is ready at once; while waiting, a page of
        # one finding says as much as a long one.
        self._polls += 1
        page_size = 1000 if self._polls == 1 else 1
        try:
            page = self._page(maxResults=page_size)
        except ClientError as err:
            look = self._without_page(err)
        else:
            status = page.image_scan_status
            state = state_of(status.status if status else None, status.description if status else None)
            look = _Look(state=state, page=page)
        if look.state is not ScanState.PENDING:
            return look, ""
        return look, look.reason or f"the scan ({look.status or 'no status yet'})"

    def _page(self, **members: object) -> Page:
        if self._image.registry:
            members["registryId"] = self._image.registry
        page = self._ecr.ask(
            OPERATION,
            _PAGE,
            self._subject,
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

    def _without_page(self, err: ClientError) -> _Look:
        """Return what an error that is an answer says; other errors are raised in our words."""
        code = code_of(err)
        if code == "ScanNotFoundException":
            return self._no_scan()
        if code == "ImageNotFoundException" and self._clock.monotonic() - self._started < IMAGE_LAG:
            return _Look(state=ScanState.PENDING, reason="the image to be visible")
        if code == "ImageArchivedException":
            return _Look(state=ScanState.EXPIRED, reason="the image is archived")
        raise translate(err, OPERATION, self._subject) from err

    def _no_scan(self) -> _Look:
        by_itself = self._configuration.scans_by_itself
        if by_itself or (by_itself is None and self._is_young()):
            return _Look(state=ScanState.PENDING, reason=_NO_SCAN)
        return self._missing()

    def _missing(self) -> _Look:
        return _Look(
            state=ScanState.MISSING,
            reason="AWS has no scan of this image",
            hint=missing_hint(self._configuration.frequency, self._configuration.kind),
        )

    def _is_overdue(self) -> bool:
        """Tell whether a scan that has not begun will not begin any more, however often one retries."""
        return self._pushed_at is not None and self._ecr.now - self._pushed_at > OVERDUE

    def _is_young(self) -> bool:
        if self._pushed_at is None:
            return self._clock.monotonic() - self._started < SCAN_LAG.total_seconds()
        return self._ecr.now - self._pushed_at < SCAN_LAG

    def _settled(self, look: _Look) -> Scan | None:
        """List until the list has settled or the time is up; None when AWS went back to scanning."""
        self._ready_since = self._ready_since or self._ecr.now
        first = look.page if self._polls == 1 else None
        before: tuple[object, ...] | None = None
        while True:
            listing = self._list(first)
            if state_of(listing.status, listing.description) is not ScanState.COMPLETE:
                self._ready_since = None
                return None
            kind = self._kind(listing)
            now = listing.fingerprint()
            if self._is_settled(listing, kind, before, now):
                return self._complete(listing, kind)
            paused = self._waiting.pause(LISTING_GAP, "the findings to settle")
            if not paused:
                return self._unsettled(listing, kind)
            # NOTE: the last pause may be cut short by the deadline, and then the two listings prove nothing.
            first, before = None, now if paused >= LISTING_GAP else None

    def _is_settled(
        self, listing: Listing, kind: Kind, before: tuple[object, ...] | None, now: tuple[object, ...]
    ) -> bool:
        if kind is Kind.BASIC or listing.is_settled(timedelta(seconds=self._patience.settle)):
            return True
        watched = listing.read_at - (self._ready_since or listing.read_at)
        return watched >= FIRST_SETTLE and before == now and listing.completed_at is not None

    def _kind(self, listing: Listing) -> Kind:
        return listing.kind if listing.kind is not Kind.UNKNOWN else self._configuration.kind

    def _list(self, first: Page | None) -> Listing:
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
            return self._page(maxResults=1000, **members)
        except ClientError as err:
            raise translate(err, OPERATION, self._subject) from err

    def _complete(self, listing: Listing, kind: Kind) -> Scan:
        reading = listing.read(self._image.digest)
        state = ScanState.INCOMPLETE if reading.problem else ScanState.COMPLETE
        return msgspec.structs.replace(
            self._scan(listing, kind),
            state=state,
            reason=reading.problem,
            hint="Retry later; if it stays so, ask AWS support." if reading.problem else "",
            findings=reading.findings,
            warnings=reading.warnings,
        )

    def _unsettled(self, listing: Listing, kind: Kind) -> Scan:
        done = listing.completed_at
        since = f"AWS says that it finished at {done:%H:%M:%S} UTC" if done else "AWS does not say when it finished"
        return msgspec.structs.replace(
            self._scan(listing, kind),
            reason=f"the scan is {listing.status}, and its findings have not settled yet ({since})",
            hint=PENDING_HINT,
        )

    def _scan(self, listing: Listing, kind: Kind) -> Scan:
        return Scan(
            image=self._image,
            state=ScanState.PENDING,
            kind=kind,
            status=listing.status,
            description=listing.description,
            ready_since=self._ready_since,
            completed_at=listing.completed_at,
            data_at=listing.data_at,
            captured_at=listing.read_at,
            declared=listing.declared,
        )

    def _unready(self, look: _Look) -> Scan:
        if look.reason == _NO_SCAN and self._is_overdue():
            look = self._missing()
        reason, hint = explain(look.state, look.status, look.description)
        if look.state is ScanState.PENDING:
            waited = f"{self._waiting.elapsed:.0f} s"
            reason = f"after {waited} still waiting for {look.reason or f'the scan, which {_being(look.status)}'}"
        return Scan(
            image=self._image,
            state=look.state,
            status=look.status,
            description=look.description,
            captured_at=self._ecr.now,
            reason=(look.reason or reason) if look.state is not ScanState.PENDING else reason,
            hint=look.hint or hint,
        )

    @property
    def _subject(self) -> str:
        return one_line(f"{self._image.repository}@{self._image.digest} (region {self._image.region})", 200)


def _being(status: str | None) -> str:
    return f"is {one_line(status, 60)}" if status else "has no status yet"
