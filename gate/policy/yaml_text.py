"""Writes a policy as YAML that the loader reads back to an equal policy."""

from decimal import Decimal
from typing import Any

import yaml
from msgspec import UNSET, Struct
from msgspec.structs import FieldInfo, fields

from gate.policy.document import Policy
from gate.policy.scalars import Duration, Until, Word

_SAFE: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_DAY = 86_400


class _Dumper(_SAFE):  # type: ignore[misc]  # libyaml's has no types
    """Writes what the loader takes: no alias where a value stands twice, and 0.00001 for 1.0e-05."""

    def ignore_aliases(self, _data: object) -> bool:
        """Write everything out."""
        return True


_Dumper.add_representer(
    float,
    lambda dumper, number: dumper.represent_scalar("tag:yaml.org,2002:float", f"{Decimal(repr(number)):f}"),
)


def yaml_of(policy: Policy) -> str:
    """Return a policy as YAML, with the values that hold where the file names none."""
    text: str = yaml.dump(_plain(policy), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of a policy
    """Return a value as mappings, lists and words; days stay what they are, since YAML writes them without quotes."""
    if isinstance(value, Struct):
        pairs = ((field, getattr(value, field.name)) for field in fields(value))
        written = {field.encode_name: _plain(one) for field, one in pairs if not _is_absent(field, one)}
        return {key: one for key, one in written.items() if one != {}}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return _word(value) if isinstance(value, Word) else value


def _is_absent(field: FieldInfo, value: object) -> bool:
    """Tell whether a key is left out: the loader takes no null, and an empty list may mean something."""
    return value is None or value is UNSET or value == () == field.default


def _word(value: Word) -> Any:  # noqa: ANN401 - as above
    """Return a word as people write it: 40d, and not 5w5d."""
    if isinstance(value, Duration) and value.seconds and value.seconds % _DAY == 0:
        return f"{value.seconds // _DAY}d"
    if isinstance(value, Until) and value.day is not None:
        return [value.day, "fixed"] if value.fixed else value.day
    return value.plain
