"""What each ECR operation answers, as functions of the world and the decoded request."""

from collections.abc import Callable, Mapping

import msgspec

from tests.aws_double.answers import Place, in_progress, read_token, write_token
from tests.aws_double.bodies import image_detail, repository_scanning, scan_page
from tests.aws_double.findings import JsonObject
from tests.aws_double.outcomes import Prepared, Refused
from tests.aws_double.world import INDEXES, SCAN_TAKES, ImageScript, World

DEFAULT_PAGE = 100


class Identifier(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a request names an image."""

    imageDigest: str | None = None  # noqa: N815  # AWS's spelling
    imageTag: str | None = None  # noqa: N815


class Filter(msgspec.Struct, frozen=True):
    """What DescribeImages may be asked to leave out."""

    tagStatus: str = "ANY"  # noqa: N815
    # NOTE: archived images look absent unless one asks for ANY.
    imageStatus: str = "ACTIVE"  # noqa: N815


class Request(msgspec.Struct, frozen=True):
    """The members that any of the requests may have; the double has checked them against botocore's shapes before."""

    repositoryName: str = ""  # noqa: N815
    repositoryNames: tuple[str, ...] = ()  # noqa: N815
    registryId: str | None = None  # noqa: N815
    imageId: Identifier = Identifier()  # noqa: N815
    imageIds: tuple[Identifier, ...] | None = None  # noqa: N815
    filter: Filter = Filter()
    maxResults: int | None = None  # noqa: N815
    nextToken: str | None = None  # noqa: N815


def describe_images(world: World, request: Request) -> Prepared:
    """DescribeImages: by tag or digest, else all of the repository, in pages."""
    registry, held = _repository(world, request)
    tags = world.tags(registry, request.repositoryName)
    if request.imageIds is not None:
        if request.maxResults is not None or request.nextToken is not None:
            raise Refused("InvalidParameterException", "maxResults and nextToken cannot be used with imageIds")
        found = [_image(world, request, identifier) for identifier in request.imageIds]
        if not all(_wanted(request.filter, image, tags) for image in found):
            raise _image_not_found(request.imageIds[0], registry, request.repositoryName)
        return Prepared(lambda: {"imageDetails": [image_detail(image, tags) for image in found]})
    images = [image for image in held.values() if _exists(world, image) and _wanted(request.filter, image, tags)]
    size = request.maxResults or DEFAULT_PAGE
    offset = _offset(request).offset
    body: JsonObject = {"imageDetails": [image_detail(image, tags) for image in images[offset : offset + size]]}
    if offset + size < len(images):
        body["nextToken"] = write_token(Place(0, offset + size))
    return Prepared(lambda: body)


def describe_image_scan_findings(world: World, request: Request) -> Prepared:
    """DescribeImageScanFindings: what the image's timeline says now; a token goes on with the listing it came from."""
    _repository(world, request)
    image = _image(world, request, request.imageId)
    current = image.step_at(world.seconds())
    place = Place(current) if request.nextToken is None else _offset(request)
    if place.step >= len(image.steps):
        raise Refused("InvalidParameterException", "Invalid parameter at 'nextToken'")
    begins, answer = image.answer(place.step)
    if answer.enhanced is not None and image.registry != world.account:
        # NOTE: aws/containers-roadmap#2541: what Inspector found in another account is never found.
        raise Refused("ScanNotFoundException", _no_scan(request.imageId, image))
    if answer.error:
        message = answer.description or _no_scan(request.imageId, image)
        raise Refused(answer.error, message)
    size = request.maxResults or DEFAULT_PAGE
    return Prepared(
        lambda: scan_page(world, image, request.imageId.imageTag, place, size),
        (answer, image.digest, request.imageId, place, size, begins),
    )


def get_registry_scanning_configuration(world: World, _request: Request) -> Prepared:
    """GetRegistryScanningConfiguration: always the caller's own registry."""
    scanning = world.registry_configuration()
    configuration: JsonObject = {
        "rules": [
            {
                "scanFrequency": rule.frequency,
                "repositoryFilters": [{"filter": rule.filter, "filterType": "WILDCARD"}],
            }
            for rule in scanning.rules
        ]
    }
    if scanning.scan_type is not None:
        configuration["scanType"] = scanning.scan_type
    return Prepared(lambda: {"registryId": world.account, "scanningConfiguration": configuration})


def batch_get_repository_scanning_configuration(world: World, request: Request) -> Prepared:
    """BatchGetRepositoryScanningConfiguration: the frequency that was set, or that the registry's rules give."""
    known = [name for name in request.repositoryNames if (world.account, name) in world.images]
    failures = [
        {
            "repositoryName": name,
            "failureCode": "REPOSITORY_NOT_FOUND",
            "failureReason": _no_repository(name, world.account),
        }
        for name in request.repositoryNames
        if name not in known
    ]
    configurations = [repository_scanning(world, name) for name in known]
    return Prepared(lambda: {"scanningConfigurations": configurations, "failures": failures})


def batch_get_image(world: World, request: Request) -> Prepared:
    """BatchGetImage: the manifests; what is not there is a failure in the answer, not an error."""
    registry, _ = _repository(world, request)
    images: list[JsonObject] = []
    failures: list[JsonObject] = []
    for identifier in request.imageIds or ():
        try:
            image = _image(world, request, identifier)
        except Refused as refused:
            named = msgspec.to_builtins(identifier)
            failures.append({"imageId": named, "failureCode": "ImageNotFound", "failureReason": refused.message})
            continue
        named = {"imageDigest": image.digest} | ({"imageTag": identifier.imageTag} if identifier.imageTag else {})
        images.append(
            {
                "registryId": registry,
                "repositoryName": image.repository,
                "imageId": named,
                "imageManifest": image.manifest,
                "imageManifestMediaType": image.media_type,
            }
        )
    return Prepared(lambda: {"images": images, "failures": failures})


def start_image_scan(world: World, request: Request) -> Prepared:
    """StartImageScan: basic registries only, and once in 24 hours."""
    registry, held = _repository(world, request)
    image = _image(world, request, request.imageId)
    if world.registry_configuration().scan_type == "ENHANCED":
        raise Refused("ValidationException", "This feature is disabled")
    if image.media_type in INDEXES:
        raise Refused("UnsupportedImageTypeException", f"Images of type {image.media_type} cannot be scanned")
    if image.image_status == "ARCHIVED":
        raise Refused("ImageArchivedException", "The image is archived")
    if image.on_start is None:
        raise Refused("LimitExceededException", "The scan quota per image has been exceeded. Wait and try again.")
    now = world.seconds()
    before = [step for step in image.steps if step[0] <= now]
    steps = (*before, (now + world.start_lag, in_progress()), (now + SCAN_TAKES, image.on_start))
    held[image.digest] = msgspec.structs.replace(image, steps=steps, on_start=None)
    body: JsonObject = {
        "registryId": registry,
        "repositoryName": image.repository,
        "imageId": {"imageDigest": image.digest},
        "imageScanStatus": {"status": "IN_PROGRESS"},
    }
    return Prepared(lambda: body)


OPERATIONS: Mapping[str, Callable[[World, Request], Prepared]] = {
    "BatchGetImage": batch_get_image,
    "BatchGetRepositoryScanningConfiguration": batch_get_repository_scanning_configuration,
    "DescribeImageScanFindings": describe_image_scan_findings,
    "DescribeImages": describe_images,
    "GetRegistryScanningConfiguration": get_registry_scanning_configuration,
    "StartImageScan": start_image_scan,
}


def _repository(world: World, request: Request) -> tuple[str, dict[str, ImageScript]]:
    registry = request.registryId or world.account
    held = world.images.get((registry, request.repositoryName))
    if held is None:
        raise Refused("RepositoryNotFoundException", _no_repository(request.repositoryName, registry))
    return registry, held


def _image(world: World, request: Request, identifier: Identifier) -> ImageScript:
    registry, held = _repository(world, request)
    if identifier == Identifier():
        raise Refused("InvalidParameterException", "Invalid parameter: imageId needs an imageTag or an imageDigest")
    tagged = world.tags(registry, request.repositoryName).get(identifier.imageTag or "")
    digest = identifier.imageDigest or tagged or ""
    image = held.get(digest)
    mismatch = identifier.imageTag is not None and tagged != digest
    if image is None or mismatch or not _exists(world, image):
        raise _image_not_found(identifier, registry, request.repositoryName)
    return image


def _no_repository(name: str, registry: str) -> str:
    return f"The repository with name '{name}' does not exist in the registry with id '{registry}'"


def _image_not_found(identifier: Identifier, registry: str, repository: str) -> Refused:
    where = f"within the repository with name '{repository}' in the registry with id '{registry}'"
    message = f"The image with imageId {_named(identifier)} does not exist {where}"
    return Refused("ImageNotFoundException", message)


def _no_scan(identifier: Identifier, image: ImageScript) -> str:
    where = f"in the repository with name '{image.repository}' in the registry with id '{image.registry}'"
    return f"Image scan does not exist for the image with '{_named(identifier)}' {where}"


def _named(identifier: Identifier) -> str:
    return f"{{imageDigest:'{identifier.imageDigest or 'null'}', imageTag:'{identifier.imageTag or 'null'}'}}"


def _exists(world: World, image: ImageScript) -> bool:
    return image.appears_at <= world.seconds()


def _wanted(wanted: Filter, image: ImageScript, tags: Mapping[str, str]) -> bool:
    is_tagged = image.digest in tags.values()
    right_tag = wanted.tagStatus == "ANY" or (wanted.tagStatus == "TAGGED") == is_tagged
    return right_tag and wanted.imageStatus in {"ANY", image.image_status}


def _offset(request: Request) -> Place:
    place = read_token(request.nextToken) if request.nextToken is not None else Place(0)
    if place is None:
        raise Refused("InvalidParameterException", "Invalid parameter at 'nextToken' failed to satisfy constraint")
    return place
