"""LightGBM trees with what each split adds to which reason.

A leaf carries, for every reason group on its path, the sum of the changes of the node values at that group's splits
(Saabas, "Interpreting random forests", 2014). Over a tree the changes add up to leaf minus root, so one traversal gives
the score and the reasons together. TreeSHAP agrees on the first reason in about nine of ten high scores and costs fifty
times as much.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Any

import lightgbm as lgb
import numpy as np

SLIP = 1e-9
"""Log-odds that rounding may take."""


def float32_down(threshold: float) -> float:
    """The greatest float32 not above the threshold: for float32 values, <= then answers as with the double itself."""
    with np.errstate(over="ignore"):  # LightGBM writes 1e300 for "everything known"; it becomes the largest float32
        rounded = np.float32(threshold)
    if float(rounded) > threshold:
        rounded = np.nextafter(rounded, np.float32(-np.inf))
    return float(rounded)


@dataclass(slots=True)
class Node:
    """A split (`feature` >= 0, children set) or a leaf (`deltas` by group index)."""

    feature: int = -1
    threshold: float = 0.0
    missing_goes_left: bool = False
    left: int = 0
    right: int = 0
    deltas: dict[int, float] = field(default_factory=dict)

    @property
    def is_leaf(self) -> bool:
        return self.feature < 0


@dataclass(frozen=True, slots=True)
class ReasonedTrees:
    """Trees in preorder, and the sum of their root values: what they say of anybody."""

    trees: list[list[Node]]
    base: float


def read(booster: lgb.Booster | None, group_of_feature: Sequence[int]) -> ReasonedTrees:
    """`group_of_feature[i]` is the reason group of the booster's column i."""
    trees, base = [], 0.0
    for info in booster.dump_model()["tree_info"] if booster else []:
        root = info["tree_structure"]
        nodes: list[Node] = []
        if "split_feature" not in root:  # a tree that found nothing to split
            base += _value(root)
            continue
        base += _value(root)
        _grow(nodes, root, {}, group_of_feature)
        trees.append(nodes)
    return ReasonedTrees(trees=trees, base=base)


def slips(trees: Sequence[Sequence[Node]], rises: Sequence[int]) -> list[tuple[int, int]]:
    """(tree, column) wherever a tree breaks a column's sign (+1, -1; 0 is free) for some values of the other columns.

    Exact: every cell of every tree is visited, with the other columns missing too. LightGBM promises the signs, and has
    broken them (its issues 5358 and 6155).
    """
    found = []
    for number, tree in enumerate(trees):
        thresholds: dict[int, list[float]] = {}
        for node in tree:
            if not node.is_leaf:
                thresholds.setdefault(node.feature, []).append(node.threshold)
        cells = {column: [*sorted(set(at)), math.inf] for column, at in thresholds.items()}
        for column in (c for c in cells if rises[c]):
            others = [other for other in cells if other != column]
            for values in product(*([*cells[other], math.nan] for other in others)):
                row = dict(zip(others, values, strict=True))
                said = [_answer(tree, {**row, column: value}) for value in cells[column]]
                if any(rises[column] * (after - before) < -SLIP for before, after in pairwise(said)):
                    found.append((number, column))
                    break
    return found


def _answer(tree: Sequence[Node], row: Mapping[int, float]) -> float:
    node = tree[0]
    while not node.is_leaf:
        value = row[node.feature]
        goes_left = node.missing_goes_left if math.isnan(value) else value <= node.threshold
        node = tree[node.left if goes_left else node.right]
    return sum(node.deltas.values())


def _value(node: dict[str, Any]) -> float:
    return float(node["internal_value"] if "split_feature" in node else node["leaf_value"])


def _grow(nodes: list[Node], source: dict[str, Any], path: dict[int, float], groups: Sequence[int]) -> int:
    index = len(nodes)
    if "split_feature" not in source:
        nodes.append(Node(deltas=path))
        return index
    if source["decision_type"] != "<=":
        raise ValueError(f"a split of type {source['decision_type']} cannot be exported")
    threshold = float32_down(source["threshold"])
    node = Node(feature=int(source["split_feature"]), threshold=threshold, missing_goes_left=_left(source, threshold))
    nodes.append(node)
    group, value = groups[node.feature], _value(source)
    children = []
    for side in ("left_child", "right_child"):
        child = source[side]
        deltas = dict(path)
        deltas[group] = deltas.get(group, 0.0) + _value(child) - value
        children.append(_grow(nodes, child, deltas, groups))
    node.left, node.right = children
    return index


def _left(source: dict[str, Any], threshold: float) -> bool:
    """Where NaN goes. A column without NaN in training makes LightGBM read NaN as 0."""
    if source["missing_type"] == "NaN":
        return bool(source["default_left"])
    if source["missing_type"] == "None":
        return threshold >= 0.0
    raise ValueError(f"missing values of type {source['missing_type']} cannot be exported")
