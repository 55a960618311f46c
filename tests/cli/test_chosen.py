"""Which policy a run is judged by, and that what is wrong with it can be told later."""

from pathlib import Path

import pytest

from gate.cli.chosen import chosen, chosen_or_fault
from gate.errors import PolicyError, UsageError
from gate.policy.loader import Loaded

TEXT = "version: 1\nname: mine\nmax: {critical: 0}\n"


def test_the_one_that_is_named_else_the_one_that_is_here_else_the_built_in(capsys: pytest.CaptureFixture[str]) -> None:
    Path("named.yaml").write_text(TEXT, encoding="utf-8")

    assert chosen("named.yaml", ()).files == ("named.yaml",)
    assert chosen(None, ("high=1",)).files == ()
    assert capsys.readouterr().err == ""
    assert chosen(None, ()).files == ("(built in)",)
    assert capsys.readouterr().err == "gate: the policy is the built-in default (name another with --policy)\n"
    Path("named.yaml").rename("gate.yaml")
    assert chosen(None, ()).name == "mine"
    assert capsys.readouterr().err == "gate: the policy is gate.yaml in the working directory\n"


@pytest.mark.parametrize(
    ("policy", "maxima", "kind"),
    [
        ("none.yaml", (), PolicyError),
        ("bad.yaml", (), PolicyError),
        ("gate.yaml", ("high=1",), UsageError),
        (None, ("hgh=1",), UsageError),
    ],
)
def test_what_is_wrong_is_an_error_or_handed_back(
    policy: str | None, maxima: tuple[str, ...], kind: type[Exception]
) -> None:
    Path("bad.yaml").write_text("version: 1\n", encoding="utf-8")
    with pytest.raises(kind) as raised:
        chosen(policy, maxima)
    found = chosen_or_fault(policy, maxima)

    assert type(found) is kind
    assert str(found) == str(raised.value)


def test_a_policy_without_fault_is_handed_back_as_it_is() -> None:
    assert isinstance(chosen_or_fault(None, ("high=1",)), Loaded)


@pytest.mark.parametrize("word", ["true", "1"])
def test_in_ci_none_is_taken_by_itself(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", word)
    with pytest.raises(UsageError, match=r"no policy is named, and there is no gate\.yaml"):
        chosen(None, ())
