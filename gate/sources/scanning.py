"""Watches the scan of one digest: polls until it is ready, lists until the list has settled, and says what it is."""

from datetime import datetime, timedelta

import msgspec
from botocore.exceptions import ClientError
from msgspec import Struct

from gate.model import Image, Kind, Scan, ScanState
from gate.plain import one_line
from gate.sources.aws import Caller
from gate.sources.configuration import Configuration
from gate.sources.coverage import NOT_COVERED, Coverage
from gate.sources.listing import Listing, state_of
from gate.sources.reader import OPERATION, Reader
from gate.sources.refusals import code_of, translate
from gate.sources.starting import DISABLED_HINT, Starting
from gate.sources.states import PENDING_HINT, explain, missing_hint
from gate.sources.waiting import FIRST_DELAY, Clock, Waiting
from gate.sources.wire import Page

_NO_SCAN = "a scan to begin"
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
_EXPLAINED = frozenset({ScanState.PENDING, ScanState.FAILED, ScanState.UNSUPPORTED, ScanState.MISSING})


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
        settle: timedelta,
        image: Image,
        configuration: Configuration,
        coverage: Coverage,
        pushed_at: datetime | None,
        max_age: timedelta | None = None,
        starting: Starting | None = None,
    ) -> None:
        """Keep what is watched; a scan that finished more than `settle` ago has settled. Nothing is asked yet."""
        self._ecr = ecr
        self._clock = clock
        self._waiting = waiting
        self._settle = settle
        self._image = image
        self._configuration = configuration
        self._coverage = coverage
        self._max_age = max_age
        self._starting = starting
        self._reader = Reader(ecr, image)
        self._pushed_at = pushed_at
        self._started = clock.monotonic()
        self._polls = 0
        self._ready_since: datetime | None = None
        self._scanned_at: datetime | None = None

    def run(self) -> Scan:
        """Wait until the scan is ready and settled, or the time is up; EvidenceError names what makes no sense."""
        refused = self._started_anew()
        if refused is not None:
            return self._unready(refused)
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

    def _started_anew(self) -> _Look | None:
        """Start a scan where nobody else does, whatever older one there is; return a refusal that ends the wait."""
        if self._starting is None or not self._configuration.is_by_hand:
            return None
        begun = self._starting.start()
        return _Look(state=begun.state, reason=begun.reason) if begun.ends_the_wait else None

    def _poll(self) -> tuple[_Look, str]:
        # NOTE: the first question asks for a whole page, since an old scan is ready at once; while waiting, a page of
        # one finding says as much as a long one.
        self._polls += 1
        page_size = 1000 if self._polls == 1 else 1
        try:
            page = self._reader.page(maxResults=page_size)
        except ClientError as err:
            look = self._without_page(err)
        else:
            status = page.image_scan_status
            state = state_of(status.status if status else None, status.description if status else None)
            look = _Look(state=state, page=page)
            if self._starting is not None and self._starting.is_before(page):
                look = _Look(state=ScanState.PENDING, page=page, reason="the scan that was started")
        if look.state is not ScanState.PENDING:
            return look, ""
        return look, look.reason or f"the scan ({look.status or 'no status yet'})"

    def _without_page(self, err: ClientError) -> _Look:
        """Return what an error that is an answer says; other errors are raised in our words."""
        code = code_of(err)
        if code == "ScanNotFoundException":
            return self._no_scan()
        if code == "ImageNotFoundException" and self._clock.monotonic() - self._started < IMAGE_LAG:
            return _Look(state=ScanState.PENDING, reason="the image to be visible")
        if code == "ImageArchivedException":
            return _Look(state=ScanState.EXPIRED, reason="the image is archived")
        raise translate(err, OPERATION, self._reader.subject) from err

    def _no_scan(self) -> _Look:
        by_itself = self._configuration.scans_by_itself
        if self._starting is not None and not (by_itself and self._is_young()):
            begun = self._starting.start()
            if begun.state is not ScanState.MISSING:
                return _Look(state=begun.state, reason=begun.reason)
        if by_itself or (by_itself is None and self._is_young()):
            return _Look(state=ScanState.PENDING, reason=_NO_SCAN)
        return self._missing()

    def _missing(self) -> _Look:
        return _Look(state=ScanState.MISSING, hint=self._missing_hint())

    def _missing_hint(self) -> str:
        if self._starting is not None and self._starting.is_disabled:
            return DISABLED_HINT
        in_index = self._image.index_digest is not None
        return missing_hint(self._configuration.frequency, self._configuration.kind, in_index=in_index)

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
        finished = False
        while True:
            listing = self._reader.list(first)
            if state_of(listing.status, listing.description) is not ScanState.COMPLETE:
                self._ready_since = None
                return None
            kind = self._kind(listing)
            now = listing.fingerprint()
            if finished or self._is_settled(listing, kind, before, now):
                return self._complete(listing, Kind.ENHANCED if finished and kind is Kind.UNKNOWN else kind)
            # NOTE: what Inspector says counts for a listing that is read after it.
            first, finished = None, self._has_finished()
            if finished:
                continue
            paused = self._waiting.pause(LISTING_GAP, "the findings to settle")
            if not paused:
                return self._unsettled(listing, kind)
            # NOTE: the last pause may be cut short by the deadline, and then the two listings prove nothing.
            before = now if paused >= LISTING_GAP else None

    def _has_finished(self) -> bool:
        self._scanned_at = self._coverage.finished_at(self._image, self._pushed_at)
        return self._scanned_at is not None

    def _is_settled(
        self, listing: Listing, kind: Kind, before: tuple[object, ...] | None, now: tuple[object, ...]
    ) -> bool:
        if kind is Kind.BASIC or listing.is_settled(self._settle):
            return True
        watched = listing.read_at - (self._ready_since or listing.read_at)
        return watched >= FIRST_SETTLE and before == now and listing.completed_at is not None

    def _kind(self, listing: Listing) -> Kind:
        return listing.kind if listing.kind is not Kind.UNKNOWN else self._configuration.kind

    def _complete(self, listing: Listing, kind: Kind) -> Scan:
        reading = listing.read(self._image.digest)
        state = ScanState.INCOMPLETE if reading.problem else ScanState.COMPLETE
        return msgspec.structs.replace(
            self._scan(listing, kind),
            state=state,
            reason=reading.problem,
            hint="Retry later; if it stays so, ask AWS support." if reading.problem else "",
            scanned_at=self._last_scanned_at(listing, kind),
            notes=self._coverage.notes(self._image),
            findings=reading.findings,
            warnings=reading.warnings,
        )

    def _last_scanned_at(self, listing: Listing, kind: Kind) -> datetime | None:
        """Return when Inspector last scanned, where that is known, or where the age of the scan hangs on it."""
        known = [time for time in (listing.completed_at, listing.data_at) if time]
        limit = self._max_age
        is_young = limit is None or (known and listing.read_at - max(known) <= limit)
        if self._scanned_at or is_young or kind is Kind.BASIC or listing.status != "ACTIVE":
            return self._scanned_at
        return self._coverage.scanned_at(self._image)

    def _unsettled(self, listing: Listing, kind: Kind) -> Scan:
        done = listing.completed_at
        since = f"AWS says that it finished at {done:%H:%M:%S} UTC" if done else "AWS does not say when it finished"
        return msgspec.structs.replace(
            self._scan(listing, kind),
            reason=self._explained(f"the scan is {listing.status}, and its findings have not settled yet ({since})"),
            hint=PENDING_HINT,
            notes=self._coverage.notes(self._image),
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
        elif look.reason:
            reason = look.reason
        if look.state in _EXPLAINED and self._configuration.kind is not Kind.BASIC:
            reason = self._explained(reason, NOT_COVERED if self._configuration.kind is Kind.ENHANCED else "")
        return Scan(
            image=self._image,
            state=look.state,
            status=look.status,
            description=look.description,
            captured_at=self._ecr.now,
            reason=reason,
            hint=look.hint or hint,
            notes=self._coverage.notes(self._image),
        )

    def _explained(self, reason: str, absent: str = "") -> str:
        """Return the reason, with what Inspector says of it where it can be asked."""
        said = self._coverage.explain(self._image, absent=absent)
        return f"{reason}; {said}" if said else reason


def _being(status: str | None) -> str:
    return f"is {one_line(status, 60)}" if status else "has no status yet"
