"""The verdict document as JSON: written so that it is harmless to print, and read back strictly."""

import re
import unicodedata

import msgspec
from msgspec.structs import replace

from gate.errors import EvidenceError
from gate.plain import one_line
from gate.policy.scalars import decode_scalar, encode_scalar
from gate.policy.verdict import Verdict

LARGEST = 256 * 1024 * 1024
"""Bytes of the largest document that is read."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SUSPECT = re.compile(r"[^\x20-\x7e\xa1-\xac\xae-\u02ff]")
_PLAIN_BYTES = bytes(range(0x7F))
_LOG_COMMAND = re.compile(r"##(?=\[|vso\[)", re.IGNORECASE)
_HINT = "Give the file that `gate check -o json=PATH` wrote, whole and unchanged."


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    """What tells whether the rest can be understood at all."""

    schema: int | None = None
    gate: str = "unknown"


def render(verdict: Verdict) -> str:
    """Return the document on one line; what cannot be seen and what CI logs obey is escaped, which readers undo."""
    document = _encode(verdict)
    text = document.decode()
    if _has_unseen(document):
        text = _SUSPECT.sub(_escaped, text)
    if "##" in text:
        # NOTE: outside of strings JSON has no `#`, and an escape never ends in one.
        text = _LOG_COMMAND.sub(r"#\\u0023", text)
    return text + "\n"


def as_written(verdict: Verdict) -> Verdict:
    """Return what the document will say of this verdict, so that reports of today and of a later `render` are the same.

    Only names can differ, as those of files that are not UTF-8; text of findings is JSON's from the start.
    """
    images = tuple(replace(image, findings=()) for image in verdict.images)
    try:
        msgspec.json.encode(replace(verdict, images=images), enc_hook=encode_scalar)
    except UnicodeEncodeError:
        return msgspec.json.decode(_encode(verdict), type=Verdict, dec_hook=_decode_scalar)
    return verdict


def read(data: bytes, *, file: str = "the verdict document") -> Verdict:
    """Read a document that `render` wrote; EvidenceError (exit 3) says in one line why it is none."""
    name = one_line(file, 300)
    if len(data) > LARGEST:
        raise EvidenceError(f"{name}: larger than {LARGEST // 1024**2} MiB; that is no verdict document", hint=_HINT)
    try:
        _check_schema(name, msgspec.json.decode(data, type=_Head))
        verdict = msgspec.json.decode(data, type=Verdict, dec_hook=_decode_scalar)
    except msgspec.ValidationError as err:
        raise EvidenceError(f"{name}: not a verdict document: {one_line(str(err), 300)}", hint=_HINT) from err
    except UnicodeDecodeError as err:
        raise EvidenceError(f"{name}: not UTF-8 (byte {err.start})", hint=_HINT) from err
    except msgspec.DecodeError as err:
        raise EvidenceError(f"{name}: not JSON, or cut off: {one_line(str(err), 300)}", hint=_HINT) from err
    except RecursionError as err:
        raise EvidenceError(f"{name}: nested too deep for a verdict document", hint=_HINT) from err
    _check_indexes(name, verdict)
    return verdict


def _encode(verdict: Verdict) -> bytes:
    try:
        return msgspec.json.encode(verdict, enc_hook=encode_scalar)
    except UnicodeEncodeError:
        # NOTE: a lone surrogate, as Python puts one into the name of a file that is not UTF-8. JSON has no way to write
        # it that readers accept, so it becomes U+FFFD.
        import json

        text = json.dumps(msgspec.to_builtins(verdict, enc_hook=encode_scalar), ensure_ascii=False)
        whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return msgspec.json.encode(msgspec.json.decode(whole))


def _has_unseen(document: bytes) -> bool:
    # NOTE: first all plain bytes are deleted, at the speed of memory: a regular expression over the 4 MB of 5,000
    # findings takes 30 ms, four times what writing them takes.
    rest = document.translate(None, _PLAIN_BYTES).decode()
    return any(unicodedata.category(character) in _UNSEEN for character in frozenset(rest))


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    if unicodedata.category(character) not in _UNSEEN:
        return character
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))


def _check_schema(name: str, head: _Head) -> None:
    if head.schema is None:
        raise EvidenceError(f"{name}: not a verdict document: it names no `schema`", hint=_HINT)
    if head.schema != 1:
        raise EvidenceError(
            f"{name}: schema version {head.schema} (written by scan-gate {one_line(head.gate, 40)}); this one reads 1",
            hint="Use the same version of scan-gate for both commands.",
        )


def _check_indexes(name: str, verdict: Verdict) -> None:
    images = range(len(verdict.images))
    named = [warned.image for warned in verdict.warnings if warned.image is not None]
    named += [image for upgrade in verdict.upgrades for image in upgrade.images]
    if any(index not in images for index in named):
        raise EvidenceError(f"{name}: names an image that it does not hold", hint=_HINT)
    for image in verdict.images:
        findings = range(len(image.findings))
        if any(index not in findings for rule in image.rules for index in rule.findings):
            raise EvidenceError(f"{name}: a rule names a finding that the document does not hold", hint=_HINT)


def _decode_scalar(kind: type, value: object) -> object:
    try:
        return decode_scalar(kind, value)
    except NotImplementedError as err:
        raise ValueError(f"expected text, got {type(value).__name__}") from err
