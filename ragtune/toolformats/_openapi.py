"""Operations of an OpenAPI 3 document as records: parameters and body merged into one schema of the arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ragtune.toolformats._walking import follow, place, rebuild

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
MAX_DEFINITIONS = 2_000
_DROPPED = ("xml", "externalDocs", "discriminator", "example", "nullable")


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Mapping[str, Any], list[Any]]]:
    """Place, method, path, operation and the parameters of its path, in the order of the document."""
    paths = document.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        item = _meant(document, item)
        for method in METHODS:
            operation = item.get(method) if isinstance(item, dict) else None
            if isinstance(operation, dict):
                shared = item.get("parameters")
                yield f"paths.{path}.{method}", method, path, operation, shared if isinstance(shared, list) else []


def record_of(
    document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any], shared: list[Any]
) -> dict[str, Any]:
    """Name, texts, tags and schema of an operation."""
    told, summary = operation.get("description") or "", operation.get("summary") or ""
    name = operation.get("operationId") or re.sub(r"[\W_]+", "_", f"{method}_{path}").strip("_")
    return {
        "name": name,
        "description": told or summary,
        "title": summary if told else "",
        "tags": operation.get("tags") or [],
        "schema": _Arguments(document, place("paths", path, method)).of(operation, shared),
    }


class _Arguments:
    """The schema of an operation's arguments, with what it refers to brought along."""

    def __init__(self, document: Mapping[str, Any], at: str) -> None:
        self.document = document
        self.own = f"#/{at}/requestBody/content/application~1json/schema"
        self.names: dict[str, str] = {}
        self.found: dict[str, Any] = {}

    def of(self, operation: Mapping[str, Any], shared: list[Any]) -> dict[str, Any]:
        """Parameters first, then the body: its properties where it is an object, else as `body`."""
        given = operation.get("parameters")
        said = [_meant(self.document, one) for one in (*shared, *(given if isinstance(given, list) else ()))]
        parameters = {
            (one.get("in"), one.get("name")): one for one in said if isinstance(one, dict) and one.get("name")
        }
        body, needed = self._body(operation)
        if not parameters and isinstance(body, dict) and body.get("type") == "object" and needed:
            return self._with_definitions(self.local(body))
        schema: dict[str, Any] = {"type": "object", "properties": {}}
        required: list[str] = []
        for (where, name), one in parameters.items():
            key = str(name) if str(name) not in schema["properties"] else f"{name}_{where}"
            schema["properties"][key] = self._parameter(one)
            if one.get("required") is True:
                required.append(key)
        if body is not None:
            self._merge(schema, required, self.local(self._seen(body)), needed)
        if required:
            schema["required"] = required
        return self._with_definitions(schema)

    def _parameter(self, one: Mapping[str, Any]) -> dict[str, Any]:
        schema = one.get("schema")
        content = one.get("content")
        if schema is None and isinstance(content, dict) and content:
            schema = next(iter(content.values())).get("schema")
        found = self.local(schema if isinstance(schema, dict) else {})
        return {**found, "description": one["description"]} if one.get("description") else found

    def _body(self, operation: Mapping[str, Any]) -> tuple[Any, bool]:
        """The schema of the request's body, and whether it must be given."""
        body = _meant(self.document, operation.get("requestBody"))
        content = body.get("content") if isinstance(body, dict) else None
        if not isinstance(content, dict) or not content:
            return None, False
        kind = next((word for word in content if "json" in word), next(iter(content)))
        media = content[kind]
        return (media.get("schema") if isinstance(media, dict) else None), body.get("required") is True

    def _seen(self, body: Any) -> Any:
        """The body itself where it is a reference, so that its properties can be merged."""
        meant = _meant(self.document, body)
        return meant if isinstance(meant, dict) and isinstance(meant.get("properties"), dict) else body

    def _merge(self, schema: dict[str, Any], required: list[str], body: Any, needed: bool) -> None:
        properties = body.get("properties") if isinstance(body, dict) else None
        if isinstance(properties, dict) and not set(properties) & set(schema["properties"]):
            schema["properties"].update(properties)
            required += [name for name in body.get("required", ()) if needed]
            return
        schema["properties"]["body"] = body
        required += ["body"] if needed else []

    def local(self, schema: Any) -> Any:
        """A schema whose references point into `$defs`, in today's words."""
        if not isinstance(schema, dict):
            return schema
        found = rebuild(schema, lambda _, inner: self.local(inner))
        reference = found.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/"):
            found["$ref"] = self._defined(reference)
        if found.get("nullable") is True and isinstance(found.get("type"), str):
            found["type"] = [found["type"], "null"]
            if isinstance(found.get("enum"), list) and None not in found["enum"]:
                found["enum"] = [*found["enum"], None]
        if "example" in found and "examples" not in found:
            found["examples"] = [found["example"]]
        return {word: value for word, value in found.items() if word not in _DROPPED}

    def _defined(self, reference: str) -> str:
        if reference == self.own or reference.startswith(f"{self.own}/"):
            return f"#{reference[len(self.own) :]}"
        if reference not in self.names:
            if len(self.names) >= MAX_DEFINITIONS:
                return reference
            base = re.sub(r"[^A-Za-z0-9_.-]", "_", reference.rpartition("/")[2]) or "schema"
            taken = set(self.names.values())
            self.names[reference] = next(
                name for name in (base, *(f"{base}_{i}" for i in range(2, MAX_DEFINITIONS + 2))) if name not in taken
            )
        return f"#/$defs/{self.names[reference]}"

    def _with_definitions(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema with everything that it refers to, and what that refers to."""
        while len(self.found) < len(self.names):
            for reference in [one for one in self.names if one not in self.found]:
                self.found[reference] = {}
                meant = follow(self.document, reference)
                self.found[reference] = self.local(meant) if meant is not None else {"$ref": reference}
        if not self.found:
            return schema
        definitions = {self.names[reference]: value for reference, value in self.found.items()}
        return {**schema, "$defs": {**schema.get("$defs", {}), **definitions}}


def _meant(document: Mapping[str, Any], value: Any) -> Any:
    """What a same-document reference names, at most 20 of them on the way."""
    for _ in range(20):
        if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
            return value
        value = follow(document, value["$ref"])
    return None


def operation_of(name: str, texts: Mapping[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """An operation that takes the arguments as its body."""
    own = f"#/{place('paths', f'/{name}', 'post')}/requestBody/content/application~1json/schema"

    def moved(inner: Any) -> Any:
        if not isinstance(inner, dict):
            return inner
        found = rebuild(inner, lambda _, value: moved(value))
        reference = found.get("$ref")
        if isinstance(reference, str) and reference.startswith("#"):
            found["$ref"] = own + reference[1:]
        return found

    return {
        "operationId": name,
        **{word: value for word, value in texts.items() if value},
        "requestBody": {"required": True, "content": {"application/json": {"schema": moved(schema)}}},
        "responses": {"200": {"description": "the result"}},
    }
