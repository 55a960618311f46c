"""What the loopback AWS does for the faults here: answers that trickle, an endpoint that goes away, half a request."""

import json
import socket
import time
from contextlib import closing

import pytest

from tests.aws_double.answers import enhanced
from tests.aws_double.faults import trickling
from tests.aws_double.server import AwsDouble

BODY = b'{"repositoryName":"team/app","imageIds":[{"imageTag":"v1"}]}'
HEAD = (
    "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonEC2ContainerRegistry_V20150921.DescribeImages\r\n"
    f"Content-Length: {len(BODY)}\r\n\r\n"
).encode()


def connected(double: AwsDouble) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(double.url.rpartition(":")[2])), timeout=10)


def test_an_answer_that_trickles_is_the_honest_one_in_the_end_and_comes_in_pieces(double: AwsDouble) -> None:
    double.image("team/app", tag="v1", steps=[(0.0, enhanced())])
    double.fail("DescribeImages", trickling(0.001))
    with connected(double) as connection:
        connection.sendall(HEAD + BODY)
        began = time.monotonic()
        pieces = list(iter(lambda: connection.recv(65_536), b""))
    answer = b"".join(pieces).partition(b"\r\n\r\n")[2]

    assert json.loads(answer)["imageDetails"][0]["imageTags"] == ["v1"]
    assert len(pieces) > 2
    assert time.monotonic() - began >= 0.001 * len(answer)


def test_an_answer_that_trickles_never_holds_up_the_end(double: AwsDouble) -> None:
    double.image("team/app", tag="v1", steps=[(0.0, enhanced())])
    double.fail("DescribeImages", trickling(60.0))
    with connected(double) as connection:
        connection.sendall(HEAD + BODY)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 OK\r\n")
        double.stop()


def test_an_endpoint_that_went_away_refuses_whoever_connects(double: AwsDouble) -> None:
    double.deafen()

    with pytest.raises(ConnectionRefusedError):
        connected(double)


def test_a_client_that_ends_in_the_middle_of_a_request_has_asked_nothing(double: AwsDouble) -> None:
    with closing(connected(double)) as connection:
        connection.sendall(HEAD + BODY[:10])
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65_536) == b""

    assert double.calls == ()
