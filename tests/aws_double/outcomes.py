"""What an operation of the double comes to: an answer that is built when it is sent, or an error of AWS's."""

from collections.abc import Callable, Hashable

import msgspec

from tests.aws_double.findings import JsonObject


class Refused(Exception):  # noqa: N818  # it is an answer, not a mistake
    """An error that AWS answers with."""

    def __init__(self, code: str, message: str) -> None:
        """Keep AWS's code and words."""
        super().__init__(code, message)
        self.code = code
        self.message = message


class Prepared(msgspec.Struct, frozen=True, eq=False):
    """An answer not yet built; where there is a key, what was built for it once serves again."""

    build: Callable[[], JsonObject]
    key: Hashable = None
