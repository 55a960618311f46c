"""What is said of an index is whole and short, however many platforms it holds and however long their names are."""

import pytest

from gate.model import Refusal, Scan, ScanState
from gate.sources.index import Index
from gate.sources.manifest import Descriptor, Manifest, Platform
from tests.builders import DIGEST, OTHER_DIGEST, image, scan

LONG = "s" * 500
HINT = "Push an index that holds the image, or ask for another platform."


def held(*platforms: str | None, wanted: tuple[str, ...] = ()) -> Index:
    """Return an index that holds an image for each of these platforms; None leaves the platform out."""
    entries = tuple(
        Descriptor(digest=OTHER_DIGEST, platform=Platform(os="linux", architecture=name) if name else None)
        for name in platforms
    )
    return Index(image(), Manifest(manifests=entries), wanted)


def only(found: tuple[Scan | Refusal, ...]) -> Scan:
    """Return the one thing that is said, which is a scan."""
    [one] = found
    assert isinstance(one, Scan)
    return one


def cut(text: str, most: int) -> str:
    """Return a text as it is cut to so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


@pytest.mark.parametrize("wanted", ["linux/s390x", f"linux/{'z' * 500}"])
@pytest.mark.parametrize(
    ("platforms", "said"),
    [
        (("amd64", "arm64"), "linux/amd64, linux/arm64"),
        ((None, "amd64", None), f"{OTHER_DIGEST[:18]}…, linux/amd64"),
        (
            tuple(f"arm{number:03}" for number in range(100)),
            ", ".join(f"linux/arm{number:03}" for number in range(100)),
        ),
        ((LONG,), cut(f"linux/{LONG}", 100)),
        ((), "no image"),
    ],
)
def test_a_platform_that_is_absent_is_named_with_what_is_there(
    wanted: str, platforms: tuple[str | None, ...], said: str
) -> None:
    absent = only(held(*platforms, wanted=(wanted,)).whole(()))

    asked = cut(wanted, 100)
    assert absent.state is ScanState.INCOMPLETE
    assert absent.image.platform == asked
    assert absent.reason == f"{asked} was asked for (--platform), and the index holds {cut(said, 300)}"
    assert absent.hint == HINT


def test_an_index_that_holds_nothing_says_what_to_do() -> None:
    empty = only(held().whole(()))

    assert empty.reason == (
        "this image index holds no image that can be judged (it has 0 entries, attestations among them: 0)"
    )
    assert empty.hint == HINT


def test_many_platforms_that_are_left_out_are_cut() -> None:
    names = [f"arm{number:03}" for number in range(100)]

    judged = only(held("amd64", *names, wanted=("linux/amd64",)).whole((scan(),)))

    left_out = cut(", ".join(f"linux/{name}" for name in names), 300)
    assert judged.warnings == (f"the index {DIGEST} is not wholly judged: --platform leaves out {left_out}",)


@pytest.mark.parametrize("name", ["amd64", LONG])
def test_an_image_of_an_index_has_its_platforms_name_cut(name: str) -> None:
    index = held(name)

    [entry] = index.chosen
    assert index.image_of(entry).platform == cut(f"linux/{name}", 100)
