"""The OpenAPI document, made from the routes and what stands beside their views."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from app.api.operations import Operation, operation_of
from app.api.problems import MEDIA_TYPE
from app.api.schemas import ProblemOut
from app.organizations.queries import LARGEST_ID

_ABOUT = (
    "Organizations, their needs and offers, register numbers and matches, with the rights of the person whose token is "
    "sent. Make a token on your account page and send it as `Authorization: Bearer <token>`. Errors are problems of "
    "RFC 9457. Changes of what others may change too need If-Match with the ETag that was read. A POST that makes "
    "something may be repeated safely under the same Idempotency-Key, for a day."
)
_REFERENCE = "#/components/schemas/{model}"
_ALWAYS = (401, 429, 503)


def document(app: Flask) -> dict[str, Any]:
    """The whole document, made once."""
    if "openapi" not in app.extensions:
        app.extensions["openapi"] = _made(app)
    return dict(app.extensions["openapi"])


def _made(app: Flask) -> dict[str, Any]:
    found = [(rule, *each) for rule in app.url_map.iter_rules() for each in _operations(app, rule)]
    found.sort(key=lambda one: one[0].rule)
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, operation in found:
        paths.setdefault(_path(rule), {})[method.lower()] = _described(rule, operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sangam", "version": "1", "description": _ABOUT},
        "servers": [{"url": app.config["BASE_URL"]}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas([operation for _rule, _method, operation in found]),
        },
    }


def _operations(app: Flask, rule: Rule) -> Iterator[tuple[str, Operation]]:
    operation = operation_of(app.view_functions[rule.endpoint])
    if operation is not None:
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, operation


def _path(rule: Rule) -> str:
    return re.sub(r"<(?:[^<>:]+:)?([^<>]+)>", r"{\1}", rule.rule)


def _described(rule: Rule, operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": rule.endpoint.rpartition(".")[2],
        "summary": operation.summary,
        "parameters": [*_in_path(rule), *_in_query(operation), *_in_headers(operation)],
        "responses": _responses(rule, operation),
    }
    if operation.takes is not None:
        content = {"application/json": {"schema": _reference(operation.takes)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _in_path(rule: Rule) -> list[dict[str, Any]]:
    schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema} for name in sorted(rule.arguments)
    ]


def _in_query(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    schema = operation.query.model_json_schema(ref_template=_REFERENCE)
    inner = schema.get("$defs", {})
    return [
        {"name": name, "in": "query", "required": False, "schema": _inlined(one, inner)}
        for name, one in schema["properties"].items()
    ]


def _inlined(schema: Any, inner: dict[str, Any]) -> Any:
    """Parameters stand alone: what they refer to is put in."""
    if isinstance(schema, list):
        return [_inlined(each, inner) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if reference := schema.get("$ref"):
        return inner[reference.rpartition("/")[2]]
    return {name: _inlined(each, inner) for name, each in schema.items()}


def _in_headers(operation: Operation) -> list[dict[str, Any]]:
    found = []
    if operation.is_guarded:
        text = {"type": "string", "pattern": r'^("[0-9]{1,9}"|\*)$'}
        found.append({"name": "If-Match", "in": "header", "required": True, "schema": text})
    if operation.is_replayable:
        text = {"type": "string", "pattern": r"^[A-Za-z0-9._:-]{1,200}$"}
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": text})
    return found


def _responses(rule: Rule, operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {str(operation.status): _success(operation)}
    for code in sorted(_problems(rule, operation)):
        found[str(code)] = {
            "description": HTTPStatus(code).phrase,
            "content": {MEDIA_TYPE: {"schema": _reference(ProblemOut)}},
        }
    return found


def _success(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if operation.gives is not None:
        found["content"] = {"application/json": {"schema": _reference(operation.gives)}}
    if operation.has_etag or operation.is_guarded:
        found["headers"] = {"ETag": {"schema": {"type": "string"}}}
    if operation.status == HTTPStatus.CREATED:
        found.setdefault("headers", {})["Location"] = {"schema": {"type": "string"}, "required": True}
    return found


def _problems(rule: Rule, operation: Operation) -> set[int]:
    found = {*operation.problems, *_ALWAYS}
    found |= {404} if rule.arguments else set()
    found |= {422} if operation.query else set()
    found |= {400, 413, 415, 422} if operation.takes else set()
    found |= {412, 422, 428} if operation.is_guarded else set()
    found |= {409, 422} if operation.is_replayable else set()
    return found


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=model.__name__)}


def _schemas(operations: list[Operation]) -> dict[str, Any]:
    taken = {one.takes for one in operations if one.takes is not None}
    given = {one.gives for one in operations if one.gives is not None} | {ProblemOut}
    both: list[Any] = [(model, "validation") for model in sorted(taken, key=lambda model: model.__name__)]
    both += [(model, "serialization") for model in sorted(given, key=lambda model: model.__name__)]
    _map, found = models_json_schema(both, ref_template=_REFERENCE)
    return dict(found["$defs"])
