"""The pages on CI systems: what they show is what stands in the recipe, and what they link to exists."""

import re
from pathlib import Path

import pytest

from tests.ci.runner import ROOT

PAGES = {
    "argocd": "argocd-presync.yaml",
    "azure": "azure-pipelines.yml",
    "circleci": "circleci-config.yml",
    "codebuild": "codebuild-buildspec.yml",
    "codepipeline": "codepipeline-pre-deploy.yml",
    "jenkins": "Jenkinsfile",
    "pre-commit": "pre-commit-config.yaml",
    "terraform": "terraform/main.tf",
}
EXAMPLES = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")


def page(name: str) -> Path:
    """Return the path of the page on a system."""
    return ROOT / "docs" / "ci" / f"{name}.md"


@pytest.mark.parametrize(("name", "recipe"), PAGES.items())
def test_a_page_shows_a_verbatim_part_of_its_recipe(name: str, recipe: str) -> None:
    text = page(name).read_text(encoding="utf-8")
    shown = re.findall(r"^```(?:yaml|groovy|hcl)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)

    assert shown
    assert f"](../../examples/{recipe})" in text
    for block in shown:
        assert block in (ROOT / "examples" / recipe).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_links_to_what_exists(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page(name).read_text(encoding="utf-8"))

    assert "../iam.md" in links
    assert [link for link in links if not (page(name).parent / link).exists()] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_ends_with_what_was_tried_and_what_was_not(name: str) -> None:
    last = page(name).read_text(encoding="utf-8").rstrip().split("\n\n")[-1].replace("\n", " ")

    assert re.fullmatch(r"Tried: .+; not tried: .+\.", last)


@pytest.mark.parametrize("recipe", PAGES.values())
def test_a_recipe_says_first_what_is_to_be_adapted_and_is_listed(recipe: str) -> None:
    lines = (ROOT / "examples" / recipe).read_text(encoding="utf-8").splitlines()
    comment = [line for line in lines[:8] if line.startswith(("#", "//"))]

    assert lines[0] in comment
    assert any(re.match(r"(#|//) Adapt: ", line) for line in comment)
    assert f"`{recipe.partition('/')[0]}" in EXAMPLES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_to_do_on_each_exit_code(name: str) -> None:
    text = page(name).read_text(encoding="utf-8")
    _, _, table = text.partition("## When it fails")
    named = {int(code) for code in re.findall(r"^\| (?:.*exit )?(\d)(?: \||\))", table, re.MULTILINE)}

    assert named == ({1, 2} if name == "pre-commit" else {1, 2, 3, 4, 5})
