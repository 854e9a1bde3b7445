"""template.yaml as data: CloudFormation's short forms kept as {"Ref": …}, {"GetAtt": …} and so on."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"


class _Loader(yaml.SafeLoader):
    """Knows `!Ref` and its like."""


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {suffix: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _intrinsic)


@cache
def template() -> dict[str, Any]:
    made: dict[str, Any] = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader=_Loader)  # a SafeLoader
    return made


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Logical id → properties."""
    return {n: r.get("Properties", {}) for n, r in template()["Resources"].items() if r["Type"] == kind}


@dataclass(frozen=True)
class Function:
    logical_id: str
    properties: dict[str, Any]

    @property
    def code(self) -> str:
        """Its folder in functions/."""
        return Path(self.properties["CodeUri"]).name

    @property
    def timeout(self) -> int:
        return int(self.properties.get("Timeout", template()["Globals"]["Function"]["Timeout"]))

    @property
    def statements(self) -> list[dict[str, Any]]:
        """Of its role, whichever branch of an `!If` they stand in."""
        role = self.properties["Role"]["GetAtt"].removesuffix(".Arn")
        return list(_statements(resources("AWS::IAM::Role")[role]["Policies"]))

    def events(self, kind: str) -> list[dict[str, Any]]:
        found = self.properties.get("Events", {}).values()
        return [event["Properties"] for event in found if event["Type"] == kind]


def _statements(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict) and "Effect" in node:
        yield node
        return
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _statements(inner)


def functions() -> dict[str, Function]:
    return {name: Function(name, properties) for name, properties in resources("AWS::Serverless::Function").items()}


def events_of_http() -> set[tuple[str, str, str]]:
    """(function's folder, method, path) of the routes that take a token."""
    return {
        (function.code, event["Method"].upper(), event["Path"])
        for function in functions().values()
        for event in function.events("HttpApi")
        if event.get("Auth") != {"Authorizer": "NONE"}
    }


def webhooks() -> set[tuple[str, str]]:
    """(function's folder, path) of the routes that take no token."""
    return {
        (function.code, event["Path"])
        for function in functions().values()
        for event in function.events("HttpApi")
        if event.get("Auth") == {"Authorizer": "NONE"}
    }
