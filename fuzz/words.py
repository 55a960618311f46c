"""Words that the readers of each target know, for mutations to put in: a word is hard to come by, bit by bit."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from fuzz.corpus import inputs_of
from fuzz.draw import TEXTS
from gate.policy.schema import policy_schema
from gate.sources.listing import STATES

_WORD = re.compile(rb"[A-Za-z_@$][\w.@$+:-]{2,40}")
_HOSTILE = tuple(text.encode("utf-8", "surrogatepass") for text in TEXTS if text)
_JSON = (
    b"null", b"true", b"false", b"-1", b"0", b"1e999", b"NaN", b"9223372036854775808", b"1" * 30, b'""', b"[]", b"{}",
    b'"\\ud800"', b'"\\u0000"', b"[[[[", b'{"a":', b"\xff", b"\xef\xbb\xbf", b"1e-400", b"0001-01-01T00:00:00Z",
    b"9999-12-31T23:59:59+14:00", b"-62135596800", b"%d" % 253_402_300_800, b"1700000000000",
)  # fmt: skip
_YAML = (
    b": ", b"- ", b"\n", b"\n  ", b"{", b"}", b"[", b"]", b"&a ", b"*a", b"<<: *a", b"!!str ", b"|\n ", b">-\n ", b"? ",
    b"---\n", b"...\n", b"# ", b"'", b'"', b"~", b"\t", b"\r\n", b"%YAML 1.2\n", b"0x1F", b"1_000", b"012",
    b"2026-02-30",
    b"2026-11-20", b"90d+", b"7.0+", b"4.0..6.9", b"high+", b"[2026-11-30, fixed]", b"0d", b"36501d", b"linux/arm64/v8",
)  # fmt: skip


def words_of(name: str) -> tuple[bytes, ...]:
    """Return the words of a target: those of its corpus and its language, and what is hostile everywhere."""
    seen = {word for data in inputs_of(name).values() for word in _WORD.findall(data)}
    return tuple(sorted({*seen, *_HOSTILE, *_OWN.get(name, _JSON)}))


def _of_policies() -> tuple[bytes, ...]:
    return tuple(sorted({text.encode() for text in _names(policy_schema())} | {*_YAML}))


def _names(schema: object) -> Iterator[str]:
    """Yield the keys that a JSON Schema knows, and the words that may be their values."""
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        yield from (word for word in schema.get("enum", ()) if isinstance(word, str))
        for below in schema.values():
            yield from _names(below)
    elif isinstance(schema, list | tuple):
        for below in schema:
            yield from _names(below)


def _of_aws() -> tuple[bytes, ...]:
    states = [msgspec.json.encode(word) for word in STATES]
    return (*_JSON, *states, b'"SUPPRESSED"', b'"CLOSED"', b'"UNTRIAGED"', b'"NotAvailable"', b'"nextToken":"a"')


_OWN: Mapping[str, tuple[bytes, ...]] = {
    "policy": _of_policies(),
    "policy-extends": _of_policies(),
    "policy-tests": _of_policies(),
    "saved-evidence": _of_aws(),
    "bundle": _of_aws(),
    "wire": _of_aws(),
    "aws": (*_of_aws(), b"[400,{", b"[500,", b'"__type":"AccessDeniedException"', b'"__type":"ScanNotFoundException"'),
    "target": (
        b"sha256:",
        b"@sha256:",
        b".dkr.ecr.",
        b".dkr-ecr.",
        b"-fips",
        b"file://",
        b".json.gz",
        b"arn:aws",
        b"/x",
    ),
    "epss": (b"#model_version:v1,score_date:", b"cve,epss,percentile\n", b"1.0", b"1e1", b"1e-9999", b"\r\n", b"\x0b"),
}
