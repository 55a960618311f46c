"""The least that a script on boto3 can do: page the findings of an image. Usage: `only_pages.py REPOSITORY TAG`."""

import sys

import boto3


def main(repository: str, tag: str) -> int:
    """Return how many findings there are."""
    pages = boto3.client("ecr").get_paginator("describe_image_scan_findings")
    count = 0
    for page in pages.paginate(
        repositoryName=repository, imageId={"imageTag": tag}, PaginationConfig={"PageSize": 1_000}
    ):
        found = page["imageScanFindings"]
        count += len(found.get("findings", ())) + len(found.get("enhancedFindings", ()))
    return count


if __name__ == "__main__":
    sys.stdout.write(f"{main(*sys.argv[1:])}\n")
