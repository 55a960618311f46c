"""The entry point: imports nothing but sys, so that whatever breaks later meets one boundary and never exits with 1."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        import gc

        gc.disable()  # NOTE: a short process that keeps what it makes; collecting costs a tenth of a run (measured)
        from gate.cli.exits import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    except BaseException as err:  # noqa: BLE001 - exit code 1 is the policy's alone, and an ImportError would exit with it
        code = 70
        _clear_leavings()
        try:  # noqa: SIM105 - contextlib is one more import that could fail
            sys.stderr.write(f"gate: this installation is broken: {type(err).__name__}: {str(err)!a}\n")
        except BaseException:  # noqa: BLE001, S110 - a stderr that takes nothing must not make it a 1
            pass
    sys.exit(code)


def _clear_leavings() -> None:
    """Leave no pass of an earlier run where this one was to write."""
    try:
        from gate.cli.clearing import clear

        clear(sys.argv[1:])
    except BaseException:  # noqa: BLE001, S110 - it is tried on the way out, which must not make it a 1
        pass


if __name__ == "__main__":
    main()
