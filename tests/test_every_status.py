"""Every status word that AWS's models know has a row in a table of ours, so that a new one fails here first."""

from collections.abc import Mapping

import pytest
from botocore.loaders import create_loader

from gate.model import ScanState
from gate.sources.coverage import REASONS
from gate.sources.imagebuilder import IMAGE_STATES, SCAN_STATES, SCAN_TYPES
from gate.sources.listing import STATES

TABLES: dict[tuple[str, str], Mapping[str, object]] = {
    ("ecr", "ScanStatus"): STATES,
    ("imagebuilder", "ImageStatus"): IMAGE_STATES,
    ("imagebuilder", "ImageScanStatus"): SCAN_STATES,
    ("imagebuilder", "ImageScanningType"): SCAN_TYPES,
    ("inspector2", "ScanStatusReason"): REASONS,
}
READY = {"COMPLETE", "ACTIVE", "AVAILABLE", "DEPRECATED", "DISABLED", "COMPLETED"}
"""The words after which a scan may be looked at; whoever adds one answers for it."""
_load = create_loader().load_service_model


@pytest.mark.parametrize(("service", "shape"), TABLES)
def test_every_word_of_the_model_has_a_row_and_no_other(service: str, shape: str) -> None:
    assert set(TABLES[service, shape]) == set(_load(service, "service-2")["shapes"][shape]["enum"])


@pytest.mark.parametrize(("service", "shape"), TABLES)
def test_few_words_are_ready_and_none_of_them_by_accident(service: str, shape: str) -> None:
    ready = {word for word, worth in TABLES[service, shape].items() if worth is ScanState.COMPLETE}
    assert ready <= READY


@pytest.mark.parametrize("text", REASONS.values())
def test_a_reason_of_inspectors_is_a_sentence_of_ours(text: str) -> None:
    assert text.isprintable()
    assert not text.isupper()
