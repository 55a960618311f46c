"""botocore's models of services, found and read in less time: they are a third of what it takes to make a client."""

import gzip
from pathlib import Path

import msgspec
from botocore.loaders import JSONFileLoader, Loader
from botocore.session import Session

from gate.plain import one_line


class ModelFiles(JSONFileLoader):
    """Reads models by msgspec, which takes a part of the standard library's time."""

    def load_file(self, file_path: str) -> object:
        """Return the model at a path that lacks its suffix; None where there is no such file."""
        for suffix, opened in ((".json", Path.open), (".json.gz", _unzipped)):
            path = Path(f"{file_path}{suffix}")
            if path.is_file():
                with opened(path, "rb") as file:
                    return _decoded(path, file.read())
        return None


class ModelLoader(Loader):
    """Finds models by the name of their service; botocore first reads the folders of all 440, twice for a client."""

    FILE_LOADER_CLASS = ModelFiles

    def __init__(self, search_paths: tuple[str, ...]) -> None:
        """Look in these folders, the first of them first."""
        super().__init__(list(search_paths), include_default_search_paths=False)
        self._named: set[str] = set()

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002 - as botocore has it
        """Return the services that were asked for: botocore holds a name against these before it looks it up."""
        return sorted(self._named)

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> object:
        """Return a service's model; DataNotFoundError where there is none."""
        self._named.add(service_name)
        return super().load_service_model(service_name, type_name, api_version)


def use_models(session: Session) -> None:
    """Have a session load models in this way, from the folders that its settings name; ValueError as botocore."""
    paths = tuple(session.get_component("data_loader").search_paths)
    session.register_component("data_loader", ModelLoader(paths))


def _decoded(path: Path, data: bytes) -> object:
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError as err:
        # NOTE: as the standard library's; such a file can only be one of the user's own (AWS_DATA_PATH).
        raise ValueError(f"the model {one_line(str(path), 300)} is not JSON: {one_line(str(err), 200)}") from err


def _unzipped(path: Path, mode: str) -> gzip.GzipFile:
    return gzip.GzipFile(path, mode)
