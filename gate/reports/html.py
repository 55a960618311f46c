"""The HTML report: one page that needs no network and no JavaScript, and lets nothing in that it did not bring."""

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.resources import files

import msgspec

from gate.policy.verdict import Verdict


def render(verdict: Verdict) -> str:
    """Return the page, a pure function of the verdict document; the template engine escapes all that it says."""
    from gate.reports.html_page import page_of

    return _drawn()(page=page_of(verdict))


@cache
def _drawn() -> Callable[..., str]:
    """Return what draws a page: the template, with all that is the same on every page."""
    from jinja2 import Environment, StrictUndefined

    from gate.reports.html_bars import KINDS
    from gate.reports.html_scatter import across, up

    style, script = _read("page.css"), _read("page.js")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.policies["json.dumps_function"] = _json
    environment.globals |= {
        "kinds": KINDS,
        "across": across,
        "up": up,
        "style": style,
        "script": script,
        "policy": _policy(style, script),
    }
    return environment.from_string(_read("page.html.j2")).render


def _policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy: nothing is loaded or sent, and text becomes neither markup nor script."""
    rules = (
        "default-src 'none'",
        f"style-src '{_hash(style)}'",
        f"script-src '{_hash(script)}'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
    return "; ".join(rules)


def _json(value: object, **_: object) -> str:
    """Return JSON, which the template's filter for it makes harmless inside of a script element."""
    return msgspec.json.encode(value).decode()


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _read(name: str) -> str:
    return (files("gate.reports") / "page" / name).read_text(encoding="utf-8")
