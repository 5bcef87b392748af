"""The arguments of a call break the tool's input schema, or are no JSON object."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._calls import ErrorMetric


@register
class SchemaInvalid(ErrorMetric):
    """schema_invalid: the arguments of a call break the tool's input schema, or are no JSON object. The share of all cases."""

    symbol: ClassVar[str] = "schema_invalid"
    error: ClassVar[str] = "schema-invalid"
