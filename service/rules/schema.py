"""The JSON Schema of a policy file, for editors: which keys there are and what each looks like.

Built from the shapes, so that it cannot fall behind them. It is coarser than `check`, which reads values and how they go
together: whatever `check` accepts fits, and not the other way round.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from service.rules.hints import NEEDED
from service.rules.shapes import PolicyShape
from service.rules.values import as_list

#: What stands in a file is text; an editor that reads YAML may take `1` and `true` for more than that.
_ONE_VALUE: Final = {"type": ["string", "number", "boolean"]}


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a policy file."""
    found = PolicyShape.model_json_schema(schema_generator=_Written)
    shapes: dict[str, Any] = found["$defs"]
    shapes["PreconditionShape"] = {"anyOf": [shapes["PreconditionShape"], {"$ref": "#/$defs/EventShape"}]}
    for shape in (found, *shapes.values()):
        _describe(shape)
    return {"$schema": GenerateJsonSchema.schema_dialect, **found, "title": "Policy file of slaclock"}


def _describe(shape: dict[str, Any]) -> None:
    """Say what the keys are for that have to be there, and nothing that only the code is about."""
    shape.pop("title", None)
    shape.pop("description", None)
    for key, about in shape.get("properties", {}).items():
        about.pop("title", None)
        about.pop("default", None)
        if key in shape.get("required", ()):
            about["description"] = NEEDED[key]


class _Written(GenerateJsonSchema):
    """Values as they are written, before they are read."""

    def function_plain_schema(self, schema: core_schema.PlainValidatorFunctionSchema) -> JsonSchemaValue:
        seen = schema["json_schema_input_schema"]
        return dict(_ONE_VALUE) if seen["type"] == "any" else self.generate_inner(seen)

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        whole = self.generate_inner(schema["schema"])
        if schema["function"]["function"] is not as_list:
            return {"anyOf": [dict(_ONE_VALUE), whole]}
        alone: JsonSchemaValue = whole["items"]
        return {"anyOf": [alone, whole]}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        # None stands where something was cut out; no file can hold it.
        return self.generate_inner(schema["schema"])
