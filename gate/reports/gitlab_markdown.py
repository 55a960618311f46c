"""Text as GitLab Flavored Markdown that shows it as it is: no markup, no HTML, no mention, no reference."""

import re

# What GitLab takes for a mention or a reference (of a person, issue, merge request, label …) when a word follows. Not
# every version of it minds a backslash there, since it looks at what Markdown leaves; none looks into code.
_REFERENCE = re.compile(r"""(?P<reference>[@#!$~%&^](?=[\w"']))|[\\`*_\[\]<>|~#&]""")
_OPENING = re.compile(r"([0-9]{0,9})([-+=.)])")
"""What begins a list or a rule, where a line begins with it."""


def plain_markdown(text: str) -> str:
    """Return one line of text so that GitLab shows just that text."""
    line = _REFERENCE.sub(_escaped, text)
    opening = _OPENING.match(line)
    return f"{opening[1]}\\{line[opening.start(2) :]}" if opening else line


def _escaped(match: re.Match[str]) -> str:
    return f"`{match.group()}`" if match["reference"] else f"\\{match.group()}"
