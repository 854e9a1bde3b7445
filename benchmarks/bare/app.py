"""The reference: the least that answers a POST with Powertools, logging and counting as our function does."""

import json
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.metrics import MetricUnit, single_metric

logger = Logger()
api = APIGatewayHttpResolver()


@api.post("/v1/requests")
def request() -> Response[str]:
    body = api.current_event.json_body
    with single_metric(name="Asked", unit=MetricUnit.Count, value=1, namespace="Bare") as line:
        line.add_dimension(name="service", value="bare")
    answer = {"request_id": body["request_id"], "next_step": "proceed"}
    return Response(status_code=201, content_type="application/json", body=json.dumps(answer))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
