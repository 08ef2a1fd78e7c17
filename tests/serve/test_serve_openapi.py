"""Requests made up from the server's own OpenAPI document, right ones and wrong ones: none may break it."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serve_tools import Server, serving

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def fuzz(server: Server, operation: Any, mode: schemathesis.GenerationMode, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(checks=CHECKS)

    ask()


def fuzz_all(examples: int) -> set[str]:
    with serving("--judge", "shorter") as server:
        schema = schemathesis.openapi.from_url(f"{server.address}openapi.json")
        operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
        for operation in operations:
            fuzz(server, operation, schemathesis.GenerationMode.POSITIVE, examples if operation.body else 1)
            if operation.body:
                fuzz(server, operation, schemathesis.GenerationMode.NEGATIVE, examples)
        assert server.compare().status_code == 200
        return {operation.path for operation in operations}


def test_no_request_breaks_the_server_and_every_answer_is_as_documented() -> None:
    assert {"/v1/compare", "/v1/rank", "/v1/rerank", "/health", "/metrics"} <= fuzz_all(40)


@pytest.mark.slow
def test_nor_do_many() -> None:
    fuzz_all(1000)
