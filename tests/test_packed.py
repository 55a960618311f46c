"""What may be gzip is unpacked up to a limit, and taken only whole."""

import gzip
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.packed import NotWholeError, unpacked

MIB = 1024**2
TEXT = b"what is known of a vulnerability\n" * 40


def why(data: bytes, most: int = MIB) -> str:
    with pytest.raises(ValueError, match=r"^is |gzip") as raised:
        unpacked(data, most)
    text = str(raised.value)
    assert text.isprintable()
    assert len(text) < 200
    return text


@pytest.mark.parametrize("data", [b"", b"{}", b"\x1f", b"\x8b\x1f", TEXT])
def test_what_is_not_packed_is_returned_as_it_is(data: bytes) -> None:
    assert unpacked(data, MIB) is data


@pytest.mark.parametrize("data", [b"", b"{}", TEXT])
def test_what_is_packed_is_unpacked(data: bytes) -> None:
    assert unpacked(gzip.compress(data, mtime=0), MIB) == data


def test_zeros_after_the_gzip_data_are_padding() -> None:
    assert unpacked(gzip.compress(TEXT, mtime=0) + b"\0" * 512, MIB) == TEXT


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_at_most_so_many_bytes_are_taken(pack: Callable[[bytes], bytes]) -> None:
    assert len(unpacked(pack(b"x" * 2 * MIB), 2 * MIB)) == 2 * MIB
    assert why(pack(b"x" * (2 * MIB + 1)), 2 * MIB) == "is larger than 2 MiB"


def test_a_gzip_bomb_is_not_unpacked_further_than_that() -> None:
    bomb = gzip.compress(bytes(32 * MIB), mtime=0)
    tracemalloc.start()
    said = why(bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert said == "is larger than 1 MiB"
    assert most < 8 * MIB


def test_gzip_data_that_is_cut_off_anywhere_is_refused() -> None:
    packed = gzip.compress(TEXT, mtime=0)
    for kept in range(2, len(packed)):
        with pytest.raises(NotWholeError, match="the gzip file is cut off"):
            unpacked(packed[:kept], MIB)


def test_gzip_data_that_is_none_or_was_changed_is_refused() -> None:
    changed = bytearray(gzip.compress(TEXT, mtime=0))
    changed[-6] ^= 0xFF
    assert why(bytes(changed)).startswith("is no gzip file: Error -3 ")
    assert why(b"\x1f\x8b" + b"x" * 100).startswith("is no gzip file: Error -3 ")


@pytest.mark.parametrize("more", [b"{}", gzip.compress(b"more", mtime=0), b"\0\0x"])
def test_what_follows_the_gzip_data_is_not_passed_over(more: bytes) -> None:
    with pytest.raises(NotWholeError, match="something follows the gzip data"):
        unpacked(gzip.compress(TEXT, mtime=0) + more, MIB)


@settings(derandomize=True, deadline=None)
@given(st.binary(max_size=200).map(lambda tail: b"\x1f\x8b\x08" + tail))
def test_any_bytes_are_unpacked_or_refused(data: bytes) -> None:
    try:
        found = unpacked(data, 1_000)
    except ValueError:
        why(data, 1_000)
    else:
        assert len(found) <= 1_000
