"""A target is told by its syntax alone, and what is wrong with it is said in one line."""

import re
from pathlib import Path

import pytest
from botocore.loaders import create_loader
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import UsageError
from gate.target import (
    DUAL_STACK_SUFFIXES,
    SUFFIXES,
    BuildTarget,
    EcrTarget,
    SavedTarget,
    is_build_version,
    parse_target,
)

ACCOUNT = "123456789012"
HEX = "sha256:" + "0123456789abcdef" * 4
PARTITIONS = create_loader().load_data("partitions")["partitions"]
REGIONS = [
    (partition["id"], partition["outputs"]["dnsSuffix"], region)
    for partition in PARTITIONS
    for region in partition["regions"]
    if not region.endswith("-global")
]


def ecr(text: str) -> EcrTarget:
    target = parse_target(text)
    assert isinstance(target, EcrTarget)
    assert target.text == text
    return target


def why(text: str) -> str:
    with pytest.raises(UsageError) as raised:
        parse_target(text)
    assert raised.value.message.isprintable()
    assert len(raised.value.message) < 500
    assert raised.value.hint.isprintable()
    return f"{raised.value.message} | {raised.value.hint}"


@pytest.mark.parametrize(
    ("text", "repository", "tag", "digest"),
    [
        ("team/app:v1", "team/app", "v1", None),
        (f"team/app@{HEX}", "team/app", None, HEX),
        (f"team/app:v1@{HEX}", "team/app", "v1", HEX),
        ("app:latest", "app", "latest", None),
        ("a/b/c/d:1.0_RC-2", "a/b/c/d", "1.0_RC-2", None),
        ("my-app__x.y--z/b_c:V", "my-app__x.y--z/b_c", "V", None),
        ("ab:" + "t" * 128, "ab", "t" * 128, None),
        ("a" * 256 + ":v1", "a" * 256, "v1", None),
        ("team/app.json:v1", "team/app.json", "v1", None),
        ("team/app:json", "team/app", "json", None),
        ("my.team/x/y:1", "my.team/x/y", "1", None),
    ],
)
def test_a_short_name_is_an_image_in_the_callers_own_registry(
    text: str, repository: str, tag: str | None, digest: str | None
) -> None:
    assert ecr(text) == EcrTarget(text=text, repository=repository, tag=tag, digest=digest)


@pytest.mark.parametrize(("partition", "suffix", "region"), REGIONS)
def test_every_region_that_botocore_knows_may_be_in_a_host(partition: str, suffix: str, region: str) -> None:
    target = ecr(f"{ACCOUNT}.dkr.ecr.{region}.{suffix}/team/app:v1")
    assert (target.registry, target.region, target.repository, target.tag) == (ACCOUNT, region, "team/app", "v1")


def test_the_suffixes_are_those_of_botocores_partitions() -> None:
    known = {(partition["outputs"]["dnsSuffix"], partition["id"]) for partition in PARTITIONS}
    # NOTE: GovCloud is a partition of its own with the suffix of the first one.
    assert known - {("amazonaws.com", "aws-us-gov")} == set(SUFFIXES.items())


def test_the_dual_stack_suffixes_are_those_of_the_user_guide() -> None:
    by_partition = {partition: suffix for suffix, partition in DUAL_STACK_SUFFIXES.items()}
    assert by_partition == {
        "aws": "on.aws",
        "aws-cn": "on.amazonwebservices.com.cn",
        "aws-eusc": "on.amazonwebservices.eu",
    }
    assert by_partition.keys() <= {partition["id"] for partition in PARTITIONS}


@pytest.mark.parametrize(
    ("host", "region"),
    [
        (f"{ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com", "us-east-1"),
        (f"{ACCOUNT}.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        (f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        (f"{ACCOUNT}.dkr-ecr.eu-west-1.on.aws", "eu-west-1"),
        (f"{ACCOUNT}.dkr-ecr-fips.us-west-2.on.aws", "us-west-2"),
        (f"{ACCOUNT}.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn", "cn-northwest-1"),
        (f"{ACCOUNT}.dkr-ecr.eusc-de-east-1.on.amazonwebservices.eu", "eusc-de-east-1"),
        (f"{ACCOUNT}.DKR.ECR.EU-WEST-1.AMAZONAWS.COM", "eu-west-1"),
    ],
)
@pytest.mark.parametrize("rest", ["team/app:v1", f"team/app@{HEX}", f"app:v1@{HEX}"])
def test_a_host_says_account_and_region(host: str, region: str, rest: str) -> None:
    target = ecr(f"{host}/{rest}")
    assert (target.registry, target.region) == (ACCOUNT, region)
    assert target.repository == re.split("[:@]", rest)[0]


@pytest.mark.parametrize(
    ("host", "said"),
    [
        (f"{ACCOUNT}.dkr.ecr.eu-west-1.example.com", "'example.com' is not the suffix of an AWS registry"),
        (f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com.evil.example", "is not the suffix"),
        (f"{ACCOUNT}.dkr.ecr.eu-west-1.on.aws", "'on.aws' is not the suffix"),
        (f"{ACCOUNT}.dkr-ecr.eu-west-1.amazonaws.com", "'amazonaws.com' is not the suffix"),
        (f"{ACCOUNT}.dkr.ecr.europe.amazonaws.com", "'europe' is not the name of a region"),
        (f"{ACCOUNT}.dkr.ecr..amazonaws.com", "looks like a registry host and is none"),
        (f"{ACCOUNT}.dkr.ecr.amazonaws.com", "is not the suffix"),
        (f"{ACCOUNT}.dkr.eu-west-1.amazonaws.com", "looks like a registry host and is none"),
        (f"{ACCOUNT}.dkr-ecr", "looks like a registry host and is none"),
        (f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com:443", "is not the suffix"),
        ("12345.dkr.ecr.eu-west-1.amazonaws.com", "the account '12345' is not 12 digits"),
        (".dkr.ecr.eu-west-1.amazonaws.com", "the account '' is not 12 digits"),
        ("١٢٣٤٥٦٧٨٩٠١٢.dkr.ecr.eu-west-1.amazonaws.com", "is not 12 digits"),
        (f"{ACCOUNT}\n.dkr.ecr.eu-west-1.amazonaws.com", "is not 12 digits"),
    ],
)
def test_a_host_that_looks_like_a_registry_and_is_none_is_an_error(host: str, said: str) -> None:
    assert said in why(f"{host}/team/app:v1")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("-", "-"),
        ("scan.json", "scan.json"),
        ("out/scan.json.gz", "out/scan.json.gz"),
        ("team/app:v1.json", "team/app:v1.json"),
        ("./image", "./image"),
        ("../image", "../image"),
        ("/srv/image", "/srv/image"),
        ("./team/app:v1", "./team/app:v1"),
        ("file:scan", "scan"),
        ("file:/tmp/scan", "/tmp/scan"),
        ("file:///tmp/scan", "/tmp/scan"),
        ("file://localhost/tmp/scan", "/tmp/scan"),
        ("my\nscan.json", "my\nscan.json"),
        ("arn:aws.json", "arn:aws.json"),
    ],
)
def test_a_path_is_saved_evidence(text: str, path: str) -> None:
    assert parse_target(text) == SavedTarget(text=text, path=path)


@pytest.mark.parametrize("name", ["app:v1", "evidence:v1"])
def test_a_file_that_is_named_like_an_image_is_never_its_evidence(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert ecr(name).tag == "v1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the target is empty"),
        (" \t\n", "the target is empty"),
        ("team/app", "neither a tag nor a digest, and `latest` is never assumed"),
        (f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/team/app", "`latest` is never assumed"),
        ("team/app:", "'' is not a tag"),
        ("team/app:-v1", "'-v1' is not a tag"),
        ("team/app:v1/x", "is not a tag"),
        ("localhost:5000/app:v1", "is not a tag"),
        ("team/app:" + "t" * 129, "is not a tag"),
        ("team/app:v1\n", "is not a tag"),
        ("team/app@", "'' is not a digest"),
        ("team/app@sha256:abc", "'sha256:abc' is not a digest"),
        (f"team/app@{HEX.upper()}", "is not a digest"),
        (f"team/app@{HEX}0", "is not a digest"),
        (f"team/app@{HEX}\n", "is not a digest"),
        ("team/app@sha512:" + "0" * 128, "Expected sha256:"),
        (f"team/app@{HEX}:v1", "is not a digest"),
        ("Team/App:v1", "'Team/App' is not the name of an ECR repository"),
        ("a:v1", "is not the name"),
        ("a" * 257 + ":v1", "is not the name"),
        ("team//app:v1", "is not the name"),
        ("team/app/:v1", "is not the name"),
        ("team app:v1", "is not the name"),
        ("--policy", "is not the name"),
        (":v1", "'' is not the name"),
        ("@" + HEX, "'' is not the name"),
        (f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/:v1", "'' is not the name"),
        ("https://example.com/team/app:v1", "an image is named without a scheme"),
        ("docker://team/app:v1", "an image is named without a scheme"),
        (f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/team/app", "this ARN is of no image that is judged"),
        (f"arn:aws:imagebuilder:eu-west-1:{ACCOUNT}:image-recipe/x/1.2.3", "this ARN is of no image that is judged"),
        (f"arn:aws:imagebuilder:eu-west-1:{ACCOUNT}:image/x", "this ARN is of no image that is judged"),
        (f"arn:aws:imagebuilder:eu-west-1:{ACCOUNT}:image/x/1.2.3/4/5", "this ARN is of no image that is judged"),
        (f"arn:aws:imagebuilder:eu-west-1:{ACCOUNT}:image/X/1.2.3/4", "this ARN is of no image that is judged"),
        (f"arn:aws:imagebuilder:europe:{ACCOUNT}:image/x/1.2.3/4", "this ARN is of no image that is judged"),
        ("arn:aws:imagebuilder:eu-west-1:12345:image/x/1.2.3/4", "this ARN is of no image that is judged"),
        (f"arn:aws:imagebuilder:eu-west-1:{ACCOUNT}:image/x/1.2.3/4\n", "this ARN is of no image that is judged"),
        (f"arn:aws:imagebuilder:eu-west-1:{ACCOUNT}:image/x/1.2.3", "one version has many builds"),
        (f"arn:aws:imagebuilder:eu-west-1:{ACCOUNT}:image/x/1.2.x", "one version has many builds"),
        (f"arn:aws:imagebuilder:eu-west-1:{ACCOUNT}:image/x/1.x.3/4", "one version has many builds"),
        (f"arn:aws:imagebuilder:eu-west-1:{ACCOUNT}:image/x/1.2.3/x", "one version has many builds"),
        ("arn:", "this ARN is of no image that is judged"),
        ("file:", "no path after file:"),
        ("file://", "no path after file:"),
        ("file://server/share/scan.json", "a file URL with a host is not read"),
        ("scan\x00.json", "is no image and no file name"),
        ("x" * 1_000_000 + ".json", "is no image and no file name"),
        ("x" * 1_000_000, "is no image and no file name"),
        ("::error::team/app:v1", "is not the name"),
        ("\x1b[31mteam/app:v1", "is not the name"),
        ("team/\u202eapp:v1", "is not the name"),
        ("team/\udce4pp:v1", "is not the name"),
    ],
)
def test_what_is_no_target_says_why(text: str, said: str) -> None:
    assert said in why(text)


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov", "aws-iso-b"])
@pytest.mark.parametrize(
    ("owner", "account", "path", "is_pipeline"),
    [
        (ACCOUNT, ACCOUNT, "image/golden-ami_2/1.2.3/4", False),
        ("aws", None, "image/amazon-linux-2-x86/2026.1.1/1", False),
        (ACCOUNT, ACCOUNT, "image-pipeline/golden-ami", True),
    ],
)
def test_an_arn_is_a_build_or_a_pipeline(
    partition: str, owner: str, account: str | None, path: str, *, is_pipeline: bool
) -> None:
    arn = f"arn:{partition}:imagebuilder:eu-west-1:{owner}:{path}"
    target = parse_target(arn)
    assert target == BuildTarget(text=arn, arn=arn, region="eu-west-1", account=account, is_pipeline=is_pipeline)
    assert is_build_version(arn) is not is_pipeline


@pytest.mark.parametrize("path", ["image/x/1.2.3", "image/x/1.x.3/4", "image/x", "image-pipeline/x", "image/x/1.2.3/x"])
def test_what_is_no_build_version(path: str) -> None:
    assert not is_build_version(f"arn:aws:imagebuilder:eu-west-1:{ACCOUNT}:{path}")


@pytest.mark.parametrize("region", [region for _, _, region in REGIONS])
def test_every_region_of_botocores_is_one_of_an_arn(region: str) -> None:
    target = parse_target(f"arn:aws:imagebuilder:{region}:{ACCOUNT}:image/x/1.2.3/4")
    assert isinstance(target, BuildTarget)
    assert target.region == region


def test_repository_names_that_invite_backtracking_are_refused_in_no_time() -> None:
    assert "is not the name" in why("a-" * 2_000 + ":v1")
    assert "is not the name" in why("a" * 4_000 + "/:v1")


@given(st.text())
def test_any_text_is_a_target_or_a_usage_error(text: str) -> None:
    try:
        target = parse_target(text)
    except UsageError as err:
        assert_one_line(err)
        return
    assert target.text == text


def assert_one_line(err: UsageError) -> None:
    assert err.message.isprintable()
    assert err.message


@pytest.mark.parametrize(
    "host",
    [
        "docker.io",
        "gcr.io",
        "GHCR.io",
        "index.docker.io",
        "mcr.microsoft.com",
        "public.ecr.aws",
        "quay.io",
        "registry.k8s.io",
    ],
)
def test_an_image_in_a_registry_that_is_no_private_ecr_is_refused(host: str) -> None:
    assert "is not a private ECR registry" in why(f"{host}/library/nginx:1")


def test_such_a_name_behind_a_private_registry_is_a_pull_through_cache() -> None:
    found = parse_target("123456789012.dkr.ecr.eu-west-1.amazonaws.com/quay.io/team/app:1")
    assert isinstance(found, EcrTarget)
    assert found.repository == "quay.io/team/app"
