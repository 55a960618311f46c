"""The bodies of what ECR answers: an image's details, its scan, and how a repository is scanned."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from tests.aws_double.answers import Place, ScanAnswer, page
from tests.aws_double.findings import REGION, JsonObject
from tests.aws_double.world import INDEXES, ImageScript, World


def image_detail(image: ImageScript, tags: Mapping[str, str]) -> JsonObject:
    """Return what DescribeImages says of an image."""
    named = sorted(tag for tag, digest in tags.items() if digest == image.digest)
    detail: JsonObject = {
        "registryId": image.registry,
        "repositoryName": image.repository,
        "imageDigest": image.digest,
        "imagePushedAt": image.pushed_at.timestamp(),
        "imageManifestMediaType": image.media_type,
        "imageStatus": image.image_status,
    }
    if image.media_type not in INDEXES:
        detail["imageSizeInBytes"] = 52_428_800
    if image.artifact_media_type:
        detail["artifactMediaType"] = image.artifact_media_type
    return detail | ({"imageTags": named} if named else {})


def scan_page(world: World, image: ImageScript, tag: str | None, place: Place, size: int) -> JsonObject:
    """Return a page of what DescribeImageScanFindings says of an image, which was asked about by this tag."""
    begins, answer = image.answer(place.step)
    body: JsonObject = {
        "registryId": image.registry,
        "repositoryName": image.repository,
        "imageId": {"imageDigest": image.digest} | ({"imageTag": tag} if tag else {}),
    }
    return body | _with_resources(page(answer, place, size, world.at(begins)), answer, image)


def repository_scanning(world: World, name: str) -> JsonObject:
    """Return how a repository is scanned, as it was set or as the registry's rules say."""
    rules = [rule for rule in world.registry_configuration().rules if _matches(name, rule.filter)]
    by_rule = [rule.frequency for rule in rules]
    # NOTE: a continuous rule wins over scan on push, and no rule means that nobody scans by itself.
    ruled = "CONTINUOUS_SCAN" if "CONTINUOUS_SCAN" in by_rule else (by_rule[0] if by_rule else "MANUAL")
    frequency = world.frequencies.get(name, ruled)
    return {
        "repositoryArn": f"arn:aws:ecr:{REGION}:{world.account}:repository/{name}",
        "repositoryName": name,
        "scanOnPush": frequency == "SCAN_ON_PUSH",
        "scanFrequency": frequency,
        "appliedScanFilters": [{"filter": rule.filter, "filterType": "WILDCARD"} for rule in rules],
    }


def _with_resources(body: JsonObject, answer: ScanAnswer, image: ImageScript) -> JsonObject:
    """Fill in which image a finding is about, where the script leaves that open."""
    found = body.get("imageScanFindings")
    if answer.enhanced and isinstance(found, dict):
        resource = _resource(image)
        found["enhancedFindings"] = [{"resources": [resource]} | finding for finding in found["enhancedFindings"]]
    return body


def _resource(image: ImageScript) -> JsonObject:
    place = f"arn:aws:ecr:{REGION}:{image.registry}:repository/{image.repository}/{image.digest}"
    details: JsonObject = {
        "architecture": "amd64",
        "imageHash": image.digest,
        "platform": "DEBIAN_12",
        "pushedAt": image.pushed_at.timestamp(),
        "registry": image.registry,
        "repositoryName": image.repository,
    }
    return {"id": place, "type": "AWS_ECR_CONTAINER_IMAGE", "tags": {}, "details": {"awsEcrContainerImage": details}}


def _matches(name: str, pattern: str) -> bool:
    # NOTE: a filter without a wildcard matches whatever contains it.
    return fnmatchcase(name, pattern if "*" in pattern else f"*{pattern}*")
