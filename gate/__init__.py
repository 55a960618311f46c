"""scan-gate: judges AWS's own image scan results against a short policy, and never passes without evidence."""

__version__ = "0.1.0"
