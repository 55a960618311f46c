"""A double that holds one scanned image, team/app:v1, and the bytes that it answers with when asked about it."""

import socket

from tests.aws_double.answers import enhanced
from tests.aws_double.findings import enhanced_finding
from tests.aws_double.server import AwsDouble

SCAN = "DescribeImageScanFindings"
TARGET = f"AmazonEC2ContainerRegistry_V20150921.{SCAN}"


def scripted(*findings: dict[str, object]) -> AwsDouble:
    """Return a double whose image has these findings, or one."""
    double = AwsDouble()
    double.image("team/app", tag="v1", steps=[(0, enhanced(findings or [enhanced_finding()]))])
    return double


def raw(
    double: AwsDouble, target: str = TARGET, body: bytes = b'{"repositoryName":"team/app","imageId":{"imageTag":"v1"}}'
) -> bytes:
    """Return all bytes of one answer, as they came over the wire."""
    with socket.create_connection(("127.0.0.1", int(double.url.rpartition(":")[2]))) as connection:
        headers = ["Host: x", "Connection: close", f"X-Amz-Target: {target}", f"Content-Length: {len(body)}"]
        connection.sendall("\r\n".join(["POST / HTTP/1.1", *headers, "", ""]).encode() + body)
        return b"".join(iter(lambda: connection.recv(65536), b""))
