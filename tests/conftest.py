"""What holds for every test: no settings of this machine, no credentials, no AWS, and no waiting inside the SDK."""

import gc
import os
import signal
import time
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace

import botocore.session
import pytest

from gate.sources.models import ModelLoader

_SCRUBBED = ("AWS_", "GITHUB_", "GATE_")
_SETTINGS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scrub what the environment says of AWS, CI and the gate, and give credentials that are none."""
    for name in list(os.environ):
        if name.startswith(_SCRUBBED) or name in {"CI", "NO_COLOR"}:
            monkeypatch.delenv(name)
    for name, value in _SETTINGS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def no_sdk_sleep(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let botocore's own retries come at once; the list holds for how long they would have slept."""
    slept: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=slept.append, time=time.time))
    return slept


@pytest.fixture(autouse=True, scope="session")
def shared_models() -> Iterator[None]:
    """Read botocore's service models once for all tests: each session of its own would read them again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", cache(botocore.session.create_loader))
        patch.setattr("gate.sources.models.ModelLoader", cache(ModelLoader))
        yield


@pytest.fixture(autouse=True, scope="session")
def interruptible() -> None:
    """Obey Ctrl-C, and let what is started obey it, also where a shell started the tests with it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def garbage_collected() -> Iterator[None]:
    """Collect garbage again after a test in which `gate check`, made for a short process, switched that off."""
    yield
    gc.enable()
