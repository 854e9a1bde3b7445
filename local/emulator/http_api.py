"""Gap: the OpenAPI ``Body`` that AWS::Serverless::HttpApi compiles to is stored and ignored: every route answers 404.

The body is imported here into the emulator's own authorizers, integrations and routes, as API Gateway imports it.
"""

from __future__ import annotations

from typing import Any

from ministack.services import apigateway
from ministack.services.cloudformation import provisioners

_TYPE = "AWS::ApiGatewayV2::Api"
_ANY_METHOD = "x-amazon-apigateway-any-method"


def _import_authorizers(api_id: str, body: dict[str, Any]) -> dict[str, str]:
    """Create the authorizers of the body's security schemes. Returns their ids by scheme name."""
    ids: dict[str, str] = {}
    for name, scheme in ((body.get("components") or {}).get("securitySchemes") or {}).items():
        authorizer = scheme.get("x-amazon-apigateway-authorizer") or {}
        source = authorizer.get("identitySource") or []
        jwt = authorizer.get("jwtConfiguration") or {}
        properties = {
            "ApiId": api_id,
            "Name": name,
            "AuthorizerType": authorizer.get("type", "jwt").upper(),
            "IdentitySource": source if isinstance(source, list) else [part.strip() for part in source.split(",")],
            "JwtConfiguration": {"Audience": jwt.get("audience", []), "Issuer": jwt.get("issuer", "")},
            "AuthorizerUri": authorizer.get("authorizerUri", ""),
            "AuthorizerPayloadFormatVersion": authorizer.get("authorizerPayloadFormatVersion", "2.0"),
            "AuthorizerResultTtlInSeconds": authorizer.get("authorizerResultTtlInSeconds", 300),
            "EnableSimpleResponses": authorizer.get("enableSimpleResponses", False),
        }
        ids[name], _ = provisioners._apigw_v2_authorizer_create(name, properties, "")
    return ids


def _authorization(api_id: str, operation: dict[str, Any], authorizers: dict[str, str]) -> dict[str, Any]:
    """The route properties for an operation's ``security``; empty when the route is open."""
    for requirement in operation.get("security") or []:
        for name, scopes in requirement.items():
            if name in authorizers:
                kind = apigateway._authorizers[api_id][authorizers[name]]["authorizerType"]
                return {
                    "AuthorizationType": "JWT" if kind == "JWT" else "CUSTOM",
                    "AuthorizerId": authorizers[name],
                    "AuthorizationScopes": scopes,
                }
    return {}


def _import_body(api_id: str, body: dict[str, Any]) -> None:
    # An update replaces what the last body made, as reimporting an API does.
    apigateway._routes[api_id] = {}
    apigateway._integrations[api_id] = {}
    apigateway._authorizers[api_id] = {}
    authorizers = _import_authorizers(api_id, body)
    for path, methods in (body.get("paths") or {}).items():
        for method, operation in methods.items():
            integration = (operation or {}).get("x-amazon-apigateway-integration")
            if not integration:
                continue
            integration_id, _ = provisioners._apigw_v2_integration_create(
                "",
                {
                    "ApiId": api_id,
                    "IntegrationType": integration.get("type", "aws_proxy").upper(),
                    "IntegrationUri": integration.get("uri", ""),
                    "IntegrationMethod": integration.get("httpMethod", "POST"),
                    "PayloadFormatVersion": integration.get("payloadFormatVersion", "2.0"),
                    "TimeoutInMillis": integration.get("timeoutInMillis", 30_000),
                },
                "",
            )
            verb = "ANY" if method == _ANY_METHOD else method.upper()
            route = {
                "ApiId": api_id,
                "RouteKey": "$default" if path == "/$default" else f"{verb} {path}",
                "Target": f"integrations/{integration_id}",
                **_authorization(api_id, operation, authorizers),
            }
            provisioners._apigw_v2_route_create("", route, "")
    if cors := body.get("x-amazon-apigateway-cors"):
        apigateway._apis[api_id]["corsConfiguration"] = dict(cors)


def apply() -> None:
    handlers = provisioners._RESOURCE_HANDLERS[_TYPE]
    stock_create, stock_update = handlers["create"], handlers["update"]

    def create(logical_id: str, properties: dict[str, Any], stack_name: str) -> tuple[str, dict[str, Any]]:
        api_id, attributes = stock_create(logical_id, properties, stack_name)
        if isinstance(properties.get("Body"), dict):
            _import_body(api_id, properties["Body"])
        return api_id, attributes

    def update(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], stack_name: str, logical_id: str | None = None
    ) -> tuple[str, dict[str, Any]]:
        api_id, attributes = stock_update(physical_id, old, new, stack_name, logical_id)
        if isinstance(new.get("Body"), dict):
            _import_body(api_id, new["Body"])
        return api_id, attributes

    handlers.update(create=create, update=update)
