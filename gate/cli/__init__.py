"""The command line: options, the clock, files, and the exit code. Everything is decided below."""
