"""botocore's models are found and read as botocore does it, in less time."""

import json
import os
from pathlib import Path

import botocore
import pytest
from botocore.config import Config
from botocore.exceptions import DataNotFoundError
from botocore.loaders import JSONFileLoader, Loader
from botocore.session import Session

from gate.errors import GateError
from gate.sources.aws import Connections
from gate.sources.models import ModelFiles, ModelLoader
from gate.sources.role import Role
from gate.sources.sessions import assumed_session, own_session
from tests.aws_double.clock import VirtualClock

SERVICES = ("ecr", "imagebuilder", "inspector2", "sts", "sso", "sso-oidc")


@pytest.mark.parametrize("name", ["endpoints", "partitions", "ecr", "imagebuilder", "inspector2", "sts"])
def test_models_are_read_as_botocore_reads_them(name: str) -> None:
    data = Path(botocore.__file__).parent / "data"
    files = [file for file in data.glob(f"{name}*/**/*.json*") if file.is_file()] or [data / f"{name}.json"]
    for file in files:
        place = str(file).removesuffix(".gz").removesuffix(".json")
        expected = JSONFileLoader().load_file(place)
        assert ModelFiles().load_file(place) == expected
        assert json.dumps(ModelFiles().load_file(place)) == json.dumps(expected)
    assert ModelFiles().load_file(str(data / "absent")) is None


def test_every_session_reads_models_so() -> None:
    own = own_session(None, None)
    role = assumed_session(own, Role(arn="arn:aws:iam::111122223333:role/gate"), None, "eu-west-1", VirtualClock())
    for session in (own, role):
        loader = session.get_component("data_loader")
        assert isinstance(loader, ModelLoader)
        assert isinstance(loader.file_loader, ModelFiles)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("kind", ["service-2", "endpoint-rule-set-1"])
def test_a_model_is_found_as_botocore_finds_it(service: str, kind: str) -> None:
    expected = Loader().load_service_model(service, kind)
    loader = ModelLoader(tuple(Loader().search_paths))
    assert loader.load_service_model(service, kind) == expected
    version = Loader().determine_latest_version(service, kind)
    assert loader.load_service_model(service, kind, version) == expected


def test_no_other_service_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    session.register_component("data_loader", ModelLoader(tuple(Loader().search_paths)))
    listed: list[str] = []
    found = os.listdir

    def noted(path: str) -> list[str]:
        listed.append(path)
        return found(path)

    monkeypatch.setattr("botocore.loaders.os.listdir", noted)

    session.create_client("ecr", region_name="eu-west-1", config=Config())

    assert {Path(path).name for path in listed} == {"ecr"}


def test_a_service_that_is_not_there_is_said() -> None:
    with pytest.raises(DataNotFoundError, match="no-such-service"):
        ModelLoader(tuple(Loader().search_paths)).load_service_model("no-such-service", "service-2")


def test_a_model_of_the_users_own_comes_before_botocores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "ecr" / "2099-01-01"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text('{"metadata": {"own": true}}', encoding="utf-8")
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    session = own_session(None, None)

    assert session.get_component("data_loader").load_service_model("ecr", "service-2")["metadata"] == {"own": True}


def test_a_model_of_the_users_own_that_is_no_json_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "ecr" / "2015-09-21"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text("{", encoding="utf-8")
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))

    with pytest.raises(GateError, match=r"the model .*service-2\.json is not JSON"):
        Connections(VirtualClock(), region="eu-central-1").caller("ecr", None)
