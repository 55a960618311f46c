"""What the made-up images hold: packages, how many findings each has, and whether an upgrade removes them."""

from typing import NamedTuple


class Row(NamedTuple):
    """One package and its findings; a severity word stands for one finding, in the order in which they are made."""

    name: str
    version: str
    fixed_in: str | None
    manager: str
    severities: str
    """One letter a finding: C critical, H high, M medium, L low, I informational, U untriaged."""
    path: str | None = None
    sisters: tuple[str, ...] = ()
    """Packages built from the same source, which the same findings name too."""
    shipped: bool = True
    """False when only the sisters are installed, not the package that the source is named after."""
    summary: str | None = None
    """What the findings say; None takes one of SUMMARIES."""


SUMMARIES = (
    "A crafted input makes the parser read past the end of a buffer",
    "An integer overflow leads to a heap buffer that is too small",
    "A missing check lets a remote peer exhaust memory",
    "A use after free can be reached through an error path",
    "A file name is not checked before it is opened",
    "A regular expression takes exponential time on a crafted text",
    "A certificate is accepted although its name does not match",
)
CHECKOUT_API = (
    Row("openssl", "3.0.15-1~deb12u1", "3.0.17-1~deb12u3", "OS", "CHHMMML", sisters=("libssl3",)),
    Row("curl", "7.88.1-10+deb12u8", "7.88.1-10+deb12u14", "OS", "HHMMMMLL", sisters=("libcurl4",)),
    Row("libxml2", "2.9.14+dfsg-1.3~deb12u1", "2.9.14+dfsg-1.3~deb12u4", "OS", "CHMML"),
    Row("glibc", "2.36-9+deb12u8", "2.36-9+deb12u13", "OS", "HMML", sisters=("libc-bin", "libc6"), shipped=False),
    Row("perl", "5.36.0-7+deb12u1", "5.36.0-7+deb12u3", "OS", "HML", sisters=("perl-base",)),
    Row(
        "krb5",
        "1.20.1-2+deb12u2",
        "1.20.1-2+deb12u4",
        "OS",
        "HMM",
        sisters=("libgssapi-krb5-2", "libkrb5-3"),
        shipped=False,
    ),
    Row("git", "1:2.39.5-0+deb12u1", "1:2.39.5-0+deb12u2", "OS", "HHML"),
    Row("imagemagick", "8:6.9.11.60+dfsg-1.6+deb12u2", "8:6.9.11.60+dfsg-1.6+deb12u4", "OS", "HHMMMMMMMMMMLLLLLLLL"),
    Row("tiff", "4.5.0-6+deb12u1", "4.5.0-6+deb12u3", "OS", "HMMMLLL", sisters=("libtiff6",), shipped=False),
    Row("openjpeg2", "2.5.0-2+deb12u1", None, "OS", "MMMLLLLI", sisters=("libopenjp2-7",), shipped=False),
    Row(
        "zlib",
        "1:1.2.13.dfsg-1",
        None,
        "OS",
        "CL",
        sisters=("zlib1g",),
        shipped=False,
        summary="An overflow in a part that Debian does not build",
    ),
    Row("systemd", "252.31-1~deb12u1", None, "OS", "MLLLLI", sisters=("libsystemd0", "libudev1")),
    Row("util-linux", "2.38.1-5+deb12u1", None, "OS", "MLLI", sisters=("libblkid1", "mount")),
    Row("ncurses", "6.4-4", None, "OS", "MLLI", sisters=("libtinfo6",), shipped=False),
    Row("binutils", "2.40-2", None, "OS", "M" * 6 + "L" * 22 + "I" * 6),
    Row(
        "linux-libc-dev",
        "6.1.119-1",
        "6.1.153-1",
        "OS",
        "H" * 14 + "M" * 62 + "L" * 30,
        summary="A use after free in a kernel driver",
    ),
    Row("apt", "2.6.1", None, "OS", "I"),
    Row("coreutils", "9.1-1", None, "OS", "LI"),
    Row("python3.11", "3.11.2-6+deb12u3", "3.11.2-6+deb12u6", "OS", "HMMMLL", sisters=("libpython3.11-stdlib",)),
    Row("axios", "1.7.2", "1.12.0", "NODE", "HMM", path="app/node_modules/axios/package.json"),
    Row("tar", "6.2.0", "6.2.1", "NODE", "M", path="usr/local/lib/node_modules/npm/node_modules/tar/package.json"),
    Row("cross-spawn", "7.0.3", "7.0.5", "NODE", "H", path="app/node_modules/cross-spawn/package.json"),
    Row("path-to-regexp", "0.1.7", "0.1.12", "NODE", "HM", path="app/node_modules/path-to-regexp/package.json"),
    Row(
        "form-data",
        "4.0.0",
        "4.0.4",
        "NODE",
        "C",
        path="app/node_modules/form-data/package.json",
        summary="It chooses boundary values that can be guessed",
    ),
    Row("brace-expansion", "1.1.11", "1.1.12", "NODE", "LL", path="app/node_modules/brace-expansion/package.json"),
    Row("xml-crypto", "3.2.0", None, "NODE", "U", path="app/node_modules/xml-crypto/package.json"),
    Row("stdlib", "1.22.5", "1.24.8", "GO", "HMMM", path="usr/local/bin/migrate"),
)
BATCH_WORKER = (
    Row("expat", "2.5.0-1", None, "OS", "MM"),
    Row("gnutls28", "3.7.9-2", None, "OS", "MLL"),
    Row("pam", "1.5.2-6", None, "OS", "ML"),
    Row("shadow", "1:4.13+dfsg1-1", None, "OS", "LI"),
    Row("tar", "1.34+dfsg-1.2", None, "OS", "LI"),
)
