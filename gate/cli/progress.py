"""What is seen while a scan is waited for: a live line on a terminal, and few lines in a log."""

import sys

from gate.cli.terminal import is_terminal, say, talk
from gate.plain import one_line

_EVERY = 60.0


class Progress:
    """Tells what is waited for; quiet when asked to be."""

    def __init__(self, *, quiet: bool) -> None:
        """Look once whether stderr is a terminal."""
        self._quiet = quiet
        self._live = is_terminal(sys.stderr)
        self._said: dict[str, float] = {}
        self._open = False

    def __call__(self, waited_for: str, seconds: float) -> None:
        """Tell that `waited_for` has been waited for, for `seconds`."""
        if self._quiet:
            return
        text = f"waiting for {one_line(waited_for, 60)}, {int(seconds) // 60}:{int(seconds) % 60:02} so far"
        if self._live:
            talk(f"\r\x1b[K{text}")
            self._open = True
        elif self._is_news(waited_for, seconds):
            say(f"gate: {text}")
            self._said[waited_for] = seconds

    def _is_news(self, waited_for: str, seconds: float) -> bool:
        """Tell whether it was not said in the last minute; several images are waited for in turns."""
        said_at = self._said.get(waited_for)
        return said_at is None or seconds - said_at >= _EVERY

    def close(self) -> None:
        """Remove the live line."""
        if self._open:
            talk("\r\x1b[K")
            self._open = False
