"""Unpacks what may be gzip, as evidence and the files of facts may be, and takes none that is not whole."""

import zlib

_GZIP = b"\x1f\x8b"


class NotWholeError(ValueError):
    """The gzip data is cut off, or something follows it; another copy of the file may be whole."""


def unpacked(data: bytes, most: int) -> bytes:
    """Return `data`, unpacked if it is gzip; at most `most` bytes are.

    Raises ValueError, whose text goes after the file's name: what is wrong, in one line. NotWholeError, which is one,
    says it in a sentence of its own.
    """
    if data.startswith(_GZIP):
        data = _gunzipped(data, most)
    if len(data) > most:
        raise ValueError(f"is larger than {most // 1024**2} MiB")
    return data


def _gunzipped(data: bytes, most: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        # NOTE: one byte more than may be, and no further: a small file can unpack to any size.
        found = unpacker.decompress(data, most + 1)
    except zlib.error as err:
        raise ValueError(f"is no gzip file: {err}") from err
    if not unpacker.eof and len(found) <= most:
        raise NotWholeError("the gzip file is cut off")
    # NOTE: tape and block devices fill up with zeros; anything else would be passed over in silence.
    if unpacker.unused_data.strip(b"\0"):
        raise NotWholeError("something follows the gzip data, and would not be judged")
    return found
