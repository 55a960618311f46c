"""A JUnit file: suites of cases, written by junit-xml, made fit for strict readers, and read back before it is used."""

from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from msgspec import Struct

from gate.errors import ReportError

if TYPE_CHECKING:
    from junit_xml import TestCase, TestSuite

MOST_BYTES = 30_000_000
"""GitLab reads no larger file (docs.gitlab.com, "Unit test reports")."""
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_TOTALS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


class Result(Enum):
    """How a case came out; the values are JUnit's element names, and a pass has none."""

    PASS = ""
    FAILURE = "failure"
    ERROR = "error"
    SKIPPED = "skipped"


class Case(Struct, frozen=True, kw_only=True):
    """One test case; all its text is neutral, and `text` is not empty unless it passed."""

    classname: str
    name: str
    result: Result
    text: str
    """What is said of the result; on a pass it is the case's output."""
    kind: str = ""
    """The `type` of a failure or an error."""
    seconds: float = 0.0


class Suite(Struct, frozen=True, kw_only=True):
    """The cases of one image."""

    name: str
    cases: tuple[Case, ...]
    timestamp: str
    properties: tuple[tuple[str, str], ...] = ()
    output: str = ""


def write(suites: tuple[Suite, ...], *, comment: str = "") -> str:
    """Return the file; ReportError when it would not say what the suites say, or its readers would not take it."""
    from junit_xml import to_xml_report_string

    plain = to_xml_report_string([_suite(suite) for suite in suites], prettyprint=False, encoding="utf-8")
    root = ET.fromstring(plain)  # noqa: S314 - our own output, which has no DTD
    _fit(root)
    note = f"<!-- {comment} -->\n" if comment else ""
    text = f"{_DECLARATION}{note}{ET.tostring(root, encoding='unicode')}\n"
    _check(text, suites)
    return text


def _suite(suite: Suite) -> "TestSuite":
    from junit_xml import TestSuite

    return TestSuite(
        suite.name,
        [_case(case) for case in suite.cases],
        timestamp=suite.timestamp,
        properties=dict(suite.properties),
        stdout=suite.output,
    )


def _case(case: Case) -> "TestCase":
    from junit_xml import TestCase

    made = TestCase(case.name, case.classname, elapsed_sec=case.seconds)
    match case.result:
        case Result.PASS:
            made.stdout = case.text
        case Result.SKIPPED:
            made.add_skipped_info(case.text, case.text)
        case Result.ERROR:
            made.add_error_info(case.text, case.text, case.kind)
        case _:
            made.add_failure_info(case.text, case.text, case.kind)
    return made


def _fit(root: ET.Element) -> None:
    """Make the tree one that Jenkins' schema accepts (junit-10.xsd), and indent it."""
    for element in (root, *root):
        # NOTE: the schema has no `disabled`, and allows three decimals in the time of a suite.
        element.attrib.pop("disabled", None)
        element.set("time", f"{float(element.get('time', 0)):.3f}")
    for case in root.iter("testcase"):
        # NOTE: junit-xml leaves a time of zero out; dorny/test-reporter and others expect one.
        case.set("time", f"{float(case.get('time', 0)):.3f}")
    ET.indent(root)


def _check(text: str, suites: tuple[Suite, ...]) -> None:
    if len(text.encode()) > MOST_BYTES:
        raise ReportError(f"the JUnit report would be larger than {MOST_BYTES:,} bytes, which its readers refuse")
    try:
        root = ET.fromstring(text)  # noqa: S314 - our own output, which has no DTD
    except ET.ParseError as err:
        raise ReportError(f"the JUnit report would not be XML ({err})") from err
    read = Counter(map(_read_case, root.iter("testcase")))
    meant = Counter((case.classname, case.name, case.result.value) for suite in suites for case in suite.cases)
    if read != meant or max(read.values(), default=0) > 1:
        raise ReportError("the JUnit report would not say what the verdict says")
    for suite in root:
        said = {name: int(suite.get(name, -1)) for name in ("tests", *_TOTALS)}
        held = {name: len(suite.findall(f"testcase/{tag}")) for name, tag in _TOTALS.items()}
        if said != {"tests": len(suite.findall("testcase")), **held}:
            raise ReportError("the counts in the JUnit report would not add up")


def _read_case(case: ET.Element) -> tuple[str | None, str | None, str]:
    results = [child.tag for child in case if child.tag in _TOTALS.values()]
    return case.get("classname"), case.get("name"), " ".join(results)
