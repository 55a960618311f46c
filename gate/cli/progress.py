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
        self._last = ""
        self._said_at = 0.0
        self._open = False

    def __call__(self, waited_for: str, seconds: float) -> None:
        """Tell that `waited_for` has been waited for, for `seconds`."""
        if self._quiet:
            return
        text = f"waiting for {one_line(waited_for, 60)}, {int(seconds) // 60}:{int(seconds) % 60:02} so far"
        if self._live:
            talk(f"\r\x1b[K{text}")
            self._open = True
        elif waited_for != self._last or seconds - self._said_at >= _EVERY:
            say(f"gate: {text}")
            self._said_at = seconds
        self._last = waited_for

    def close(self) -> None:
        """Remove the live line."""
        if self._open:
            talk("\r\x1b[K")
            self._open = False
