"""Finds what each image is compared with: the policy's baseline, or the one that --baseline names."""

import re
from collections.abc import Callable
from pathlib import Path

import msgspec

from gate.cli.evidence import read_evidence
from gate.errors import EvidenceError, GateError, UsageError
from gate.facts.known import Facts
from gate.model import Image, Refusal, Scan
from gate.plain import one_line
from gate.policy.baseline import Candidate, Compared, compare
from gate.policy.loaded import Loaded
from gate.reports.json_document import read
from gate.target import EcrTarget, SavedTarget, Target, parse_target

_ALONE = re.compile(r"sha256:[0-9a-f]{64}|[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_FILES = (".json", ".json.gz")
Collect = Callable[[Target], tuple[Scan | Refusal, ...]]


class _Probe(msgspec.Struct):
    """What tells a verdict document from an answer of AWS."""

    gate: str
    judged_at: str
    policy: msgspec.Raw


def check_option(policy: Loaded, option: str | None) -> None:
    """Raise UsageError where --baseline does not fit the policy."""
    own = policy.policy.baseline
    if option is None:
        return
    if own is None:
        raise UsageError(
            "--baseline names an image to compare with, and the policy has no `baseline`",
            hint="Add `baseline: {judge: new}` to the policy: what may be left out is for the policy to say.",
        )
    if own.image is not None:
        raise UsageError("--baseline and the policy's baseline.image exclude each other", hint="Leave one of them out.")
    if not _is_alone(option):
        _parsed(option)


def file_named(policy: Loaded) -> str | None:
    """Return the file that the policy itself names as its baseline; None where it names none."""
    text = policy.policy.baseline.image if policy.policy.baseline is not None else None
    if text is None or _is_alone(text):
        return None
    try:
        target = _parsed(text)
    except UsageError:
        return None
    return str(_below(policy, target.path)) if isinstance(target, SavedTarget) else None


class Baselines:
    """The baselines of a run; each is fetched once, however many images are compared with it."""

    def __init__(self, policy: Loaded, option: str | None, collect: Collect, facts: Facts) -> None:
        """Fetch nothing yet."""
        own = policy.policy.baseline
        self._named = own.image if own is not None else None
        self._policy = policy
        self._option = option
        self._is_asked = own is not None
        self._collect = collect
        self._facts = facts
        self._fetched: dict[Target, tuple[Candidate, ...] | str] = {}

    def compared(self, scans: tuple[Scan | Refusal, ...]) -> tuple[Compared | None, ...]:
        """Return what each image is compared with; nothing where the policy asks for no baseline."""
        return tuple(map(self._compare, scans)) if self._is_asked else ()

    def _compare(self, scan: Scan | Refusal) -> Compared:
        text = self._named or self._option or ""
        if not text:
            return compare(scan, text, "the policy names no image for it, and neither does --baseline", self._facts)
        try:
            target = self._target(text, scan.image)
        except UsageError as err:
            return compare(scan, text, err.message, self._facts)
        if target not in self._fetched:
            self._fetched[target] = self._candidates(target)
        return compare(scan, target.text, self._fetched[target], self._facts)

    def _target(self, text: str, image: Image) -> Target:
        """Return what a baseline's name stands for; UsageError says why it stands for nothing."""
        if _is_alone(text):
            return _beside(image, text)
        target = _parsed(text)
        if isinstance(target, SavedTarget) and self._named is not None:
            return msgspec.structs.replace(target, path=str(_below(self._policy, target.path)))
        return target

    def _candidates(self, target: Target) -> tuple[Candidate, ...] | str:
        try:
            if isinstance(target, SavedTarget):
                data, _ = read_evidence(target)
                if _is_verdict(data):
                    return self._of_document(target, data)
            return self._collect(target)
        except GateError as err:
            return one_line(err.message, 300)

    def _of_document(self, target: SavedTarget, data: bytes) -> tuple[Candidate, ...]:
        if self._named is None:
            raise EvidenceError("a verdict document is a baseline only where the policy itself names it")
        found = read(data, file=target.path)
        if not found.finished:
            raise EvidenceError("the document is unfinished")
        return found.images


def _below(policy: Loaded, path: str) -> Path:
    """Return a path that the policy names: it is relative to the file that names it."""
    return Path(policy.folder_of("baseline", "image")) / path


def _is_alone(text: str) -> bool:
    """Tell whether it is a tag or a digest, which names an image of the same repository."""
    return _ALONE.fullmatch(text) is not None and not text.endswith(_FILES)


def _parsed(text: str) -> Target:
    target = parse_target(text)
    if isinstance(target, SavedTarget) and target.path == "-":
        raise UsageError("standard input is no baseline", hint="Name a file or an image.")
    return target


def _beside(image: Image, text: str) -> EcrTarget:
    """Return the image of the same repository that has this tag or digest."""
    if image.source != "ecr" or image.repository is None:
        raise UsageError("a tag or digest alone names an image in ECR only; name a file or another target")
    is_digest = text.startswith("sha256:")
    return EcrTarget(
        text=f"{image.repository}{'@' if is_digest else ':'}{text}",
        repository=image.repository,
        tag=None if is_digest else text,
        digest=text if is_digest else None,
        registry=image.registry,
        region=image.region,
    )


def _is_verdict(data: bytes) -> bool:
    try:
        msgspec.json.decode(data, type=_Probe)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
