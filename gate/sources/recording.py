"""Keeps AWS's answers as they came, for evidence that is to be saved."""

import re
from threading import Lock

import msgspec
from msgspec import Struct

from gate.model import Image

_PAGING = frozenset({"nextToken", "maxResults"})


class Answer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer: the operation, what was asked, and the body as AWS sent it."""

    operation: str
    asked: str
    """The request's members but for its paging, as JSON."""
    body: str


class Recording:
    """The answers of one run, of each question only the pages of the last listing; threads may share it."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._lock = Lock()
        self._kept: dict[tuple[str, str, str], list[Answer]] = {}

    def keep(self, operation: str, members: dict[str, object], body: bytes, subject: str = "") -> None:
        """Keep a body that was understood; a question that is no further page forgets what it was answered before.

        `subject` is what was asked about, for questions whose members do not name the image.
        """
        plain = {name: value for name, value in members.items() if name not in _PAGING}
        asked = msgspec.json.encode(plain, order="sorted").decode()
        answer = Answer(operation=operation, asked=asked, body=body.decode("utf-8", "replace"))
        question = (operation, asked, subject)
        with self._lock:
            before = self._kept.get(question, []) if "nextToken" in members else []
            self._kept[question] = [*before, answer]

    def about(self, image: Image) -> tuple[Answer, ...]:
        """Return the answers to what was asked about this image, by its digest or its ARN, in question or subject."""
        # NOTE: build 4 of a version is not build 40.
        names = "|".join(re.escape(name) for name in (image.digest, image.arn) if name)
        named = re.compile(rf"(?:{names})(?!\w)" if names else r"(?!)")
        with self._lock:
            return tuple(
                answer
                for (_, asked, subject), answers in sorted(self._kept.items())
                if named.search(asked) or named.search(subject)
                for answer in answers
            )
