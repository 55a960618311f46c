"""Image indexes: which of the manifests that one holds are judged, and what is said of the others."""

from functools import cached_property

import msgspec

from gate.model import Image, Refusal, Scan, ScanState, offers
from gate.plain import one_line
from gate.sources.manifest import Descriptor, Manifest, children

_HINT = "Push an index that holds the image, or ask for another platform."


class Index:
    """One index: what it holds, and which platforms of it were asked for (none: all of them)."""

    def __init__(self, image: Image, manifest: Manifest, wanted: tuple[str, ...]) -> None:
        """Read the manifest; EvidenceError when its entries make no sense."""
        self._image = image
        self._wanted = wanted
        # NOTE: one digest under two platforms is two images of the verdict; one platform twice (gzip, zstd) is, too.
        # Named as an image and as an attestation it is an image, the last of the two in this order.
        ordered = sorted(children(manifest), key=lambda entry: not entry.is_called_attestation)
        self._entries = tuple({(entry.digest, entry.platform_text): entry for entry in ordered}.values())
        self._images = tuple(entry for entry in self._entries if not entry.is_called_attestation)

    @cached_property
    def chosen(self) -> tuple[Descriptor, ...]:
        """The entries to judge, in the index's order."""
        return tuple(entry for entry in self._images if not self._wanted or self._is_wanted(entry))

    @cached_property
    def _left_out(self) -> tuple[Descriptor, ...]:
        return tuple(entry for entry in self._images if entry not in self.chosen)

    def image_of(self, entry: Descriptor) -> Image:
        """Return what an entry is: its own digest and platform, under the name of the index."""
        return self._named(entry.digest, _platform(entry))

    def whole(self, found: tuple[Scan | Refusal | None, ...]) -> tuple[Scan | Refusal, ...]:
        """Return what was found of the chosen entries (None: an attestation) with what is to be said of the rest."""
        judged = [one for one in found if one is not None]
        attestations = len(self._entries) - len(self._images) + len(found) - len(judged)
        judged += [self._absent(name) for name in self._missing]
        if not judged:
            noun = "entry" if len(self._entries) == 1 else "entries"
            said = f"it has {len(self._entries)} {noun}, attestations among them: {attestations}"
            return (self._incomplete(self._image, f"this image index holds no image that can be judged ({said})"),)
        for place, one in enumerate(judged):
            if isinstance(one, Scan):
                judged[place] = self._with_words(one, attestations)
                break
        return tuple(judged)

    @property
    def _missing(self) -> tuple[str, ...]:
        held = [entry.platform_text for entry in self._images]
        return tuple(name for name in self._wanted if not any(offers(platform, name) for platform in held))

    def _is_wanted(self, entry: Descriptor) -> bool:
        return any(offers(entry.platform_text, name) for name in self._wanted)

    def _absent(self, name: str) -> Scan:
        image = self._named(None, one_line(name, 100))
        held = ", ".join(dict.fromkeys(_name_of(entry) for entry in self._images)) or "no image"
        reason = f"{one_line(name, 100)} was asked for (--platform), and the index holds {one_line(held, 300)}"
        return self._incomplete(image, reason)

    def _named(self, digest: str | None, platform: str | None) -> Image:
        return msgspec.structs.replace(
            self._image,
            digest=digest,
            index_digest=self._image.digest,
            platform=platform,
            narrowed=bool(self._left_out),
        )

    def _incomplete(self, image: Image, reason: str) -> Scan:
        return Scan(image=image, state=ScanState.INCOMPLETE, reason=reason, hint=_HINT)

    def _with_words(self, scan: Scan, attestations: int) -> Scan:
        """Return the scan with what is to be said of the index, once."""
        if self._left_out:
            names = one_line(", ".join(dict.fromkeys(map(_name_of, self._left_out))), 300)
            text = f"the index {self._image.digest} is not wholly judged: --platform leaves out {names}"
            scan = msgspec.structs.replace(scan, warnings=(*scan.warnings, text))
        if attestations:
            text = f"attestations in the index, which are no images and were not judged: {attestations}"
            scan = msgspec.structs.replace(scan, notes=(*scan.notes, text))
        return scan


def _platform(entry: Descriptor) -> str | None:
    return one_line(entry.platform_text, 100) if entry.platform_text else None


def _name_of(entry: Descriptor) -> str:
    return _platform(entry) or one_line(entry.digest or "-", 19)
