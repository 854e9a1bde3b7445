"""One ONNX graph of the whole ensemble.

Inputs: one float tensor [N, features] a modality, named after it; all NaN means absent. Outputs: `probability` [N, 1],
`experts` [N, modalities] (NaN where absent), `reasons` [N, groups] as shares of the stacked log-odds (0 where absent).

Every expert is a linear part and trees (models.train.guided_trees). The linear parts share one design, with the scaling
folded into their coefficients, so that all of them are one matrix product; the trees of an expert are one node whose
leaves carry what each split on the path adds to which reason. ai.onnx.ml 3 rather than 5: only its leaves may carry
several targets, and it loads no slower. One tree node an expert: a single fused node loads slower and saves nothing per
row. A single row costs by the node, so that nodes are few: what an absent modality would add is a constant, which the
presence terms take off again.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.export.trees import Node, ReasonedTrees, read, slips
from models.train.expert_ensemble import TOGETHER
from models.train.fitting import Ensemble
from models.train.guided_trees import GuidedTrees, shapes
from safelight.domain.assessment import Modality
from safelight.features.contract import BY_MODALITY, FEATURES, MODALITIES, REASON_GROUPS, SLICES
from safelight.features.feature import Feature

Doubles = npt.NDArray[np.float64]

OPSET, ML_OPSET, IR_VERSION = 17, 3, 8
"""The oldest that hold every operator used: any onnxruntime since 1.12 can load the artifact."""

GROUPS: tuple[str, ...] = tuple(REASON_GROUPS)
"""Order of the `reasons` output."""
_GROUP_OF_FEATURE = [GROUPS.index(feature.group) for feature in FEATURES]
_SHAPES = 4
"""Columns of the design a feature: three shapes and whether it is missing."""


def _groups_of(modality: Modality) -> list[str]:
    """The modality's groups in output order. They follow one another in REASON_GROUPS, so a Concat restores GROUPS."""
    return [code for code, group in REASON_GROUPS.items() if group.modality is modality]


def _tree_node(source: str, name: str, trees: ReasonedTrees, share: float, start: Doubles) -> onnx.NodeProto:
    """`share` is what counts of every tree, `start` (targets,) what each target has before any.

    The start is a tree of one leaf: with `base_values`, ONNX Runtime answers 0 where no leaf of a row names a target.
    """
    a: dict[str, Any] = {
        key: []
        for key in (
            "nodes_treeids",
            "nodes_nodeids",
            "nodes_featureids",
            "nodes_modes",
            "nodes_values",
            "nodes_truenodeids",
            "nodes_falsenodeids",
            "nodes_missing_value_tracks_true",
            "target_treeids",
            "target_nodeids",
            "target_ids",
            "target_weights",
        )
    }
    before = [Node(deltas=dict(enumerate(start.tolist())))]
    for tree_id, nodes in enumerate([*trees.trees, before]):
        for node_id, node in enumerate(nodes):
            a["nodes_treeids"].append(tree_id)
            a["nodes_nodeids"].append(node_id)
            a["nodes_featureids"].append(max(0, node.feature))
            a["nodes_modes"].append("LEAF" if node.is_leaf else "BRANCH_LEQ")
            a["nodes_values"].append(node.threshold)
            a["nodes_truenodeids"].append(node.left)
            a["nodes_falsenodeids"].append(node.right)
            a["nodes_missing_value_tracks_true"].append(int(node.missing_goes_left))
            for target, weight in node.deltas.items():
                a["target_treeids"].append(tree_id)
                a["target_nodeids"].append(node_id)
                a["target_ids"].append(target)
                a["target_weights"].append(weight if nodes is before else share * weight)
    return helper.make_node(
        "TreeEnsembleRegressor",
        [source],
        [f"{name}_deltas"],
        name=f"{name}_trees",
        domain="ai.onnx.ml",
        n_targets=len(start),
        aggregate_function="SUM",
        post_transform="NONE",
        **a,
    )


def _float(name: str, values: npt.ArrayLike) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(values, dtype=np.float32), name)


def build(ensemble: Ensemble) -> bytes:
    """The graph, serialised; the same ensemble gives the same bytes.

    Raises ValueError when a tree does not hold a known sign: such a graph could be led to say less by showing it more.
    """
    stacker, experts, count = ensemble.stacker, ensemble.experts, len(MODALITIES)
    together = experts[TOGETHER]
    line, start = _by_group(together, range(len(FEATURES)))
    trees = held(together, TOGETHER, _GROUP_OF_FEATURE, FEATURES)
    constant = stacker.bias + stacker.presence[count] + stacker.weights[count] * _of_anybody(together, trees)
    nodes = [_tree_node("features", TOGETHER, trees, together.of_trees, start)]

    own_lines = np.zeros_like(line)
    base, present = np.full(count, np.nan), np.zeros(count)
    for index, modality in enumerate(MODALITIES):
        codes, place = _groups_of(modality), SLICES[modality]
        own_start, trees, share = np.zeros(len(GROUPS)), read(None, []), 0.0
        if expert := experts.get(modality.value):
            own_line, own_start = _by_group(expert, range(place.start, place.stop))
            own_lines += own_line
            groups = [codes.index(feature.group) for feature in BY_MODALITY[modality]]
            trees, share = held(expert, modality.value, groups, BY_MODALITY[modality]), expert.of_trees
            base[index] = _of_anybody(expert, trees)
            of_nobody = float(expert.log_odds(np.full((1, place.stop - place.start), np.nan, dtype=np.float32))[0])
            present[index] = stacker.presence[index] + stacker.weights[index] * of_nobody
            constant -= stacker.weights[index] * (of_nobody - base[index])
        own_start = own_start[[GROUPS.index(code) for code in codes]]
        nodes.append(_tree_node(modality.value, modality.value, trees, share, own_start))

    expert_of_group = _one_hot([MODALITIES.index(REASON_GROUPS[code].modality) for code in GROUPS], count)
    expert_of_feature = _one_hot([MODALITIES.index(feature.modality) for feature in FEATURES], count)
    weights = np.vstack(
        [np.diag(expert_of_group @ stacker.weights[:count]), stacker.weights[count] * np.eye(len(GROUPS))]
    )
    scale, slope = together.scale, stacker.slope
    constants = [
        _float("one", 1.0),
        _float("absent", np.nan),
        _float("middle", scale.mean[0]),
        _float("lowest", scale.lowest),
        _float("highest", scale.highest),
        _float("half", scale.half),
        _float("lines", np.hstack([own_lines, line])),
        _float("expert_of_feature", expert_of_feature),
        _float("features_of_expert", expert_of_feature.sum(axis=0)),
        _float("expert_of_own", np.vstack([expert_of_group, np.zeros_like(expert_of_group)])),
        _float("expert_base", base),
        _float("group_of_expert", expert_of_group.T),
        _float("weights", weights),
        _float("calibrated_sum", np.full((len(GROUPS), 1), slope)),
        _float("calibrated_constant", [slope * constant + stacker.intercept]),
        _float("calibrated_presence", slope * present[:, None]),
    ]
    make = helper.make_node
    nodes = [
        make("Concat", [m.value for m in MODALITIES], ["features"], axis=1),
        make("IsNaN", ["features"], ["missing"]),
        make("Cast", ["missing"], ["missing_float"], to=TensorProto.FLOAT),
        make("MatMul", ["missing_float", "expert_of_feature"], ["missing_count"]),
        make("Less", ["missing_count", "features_of_expert"], ["is_present"]),
        make("Cast", ["is_present"], ["present"], to=TensorProto.FLOAT),
        make("Where", ["missing", "middle", "features"], ["found"]),
        make("Max", ["found", "lowest"], ["not_low"]),
        make("Min", ["not_low", "highest"], ["known"]),
        make("Relu", ["known"], ["above_zero"]),
        make("Add", ["above_zero", "one"], ["above_one"]),
        make("Log", ["above_one"], ["logarithm"]),
        make("Div", ["known", "half"], ["halves"]),
        make("Softsign", ["halves"], ["levelled"]),
        make("Concat", ["known", "logarithm", "levelled", "missing_float"], ["design"], axis=1),
        *nodes,
        make("Concat", [f"{name}_deltas" for name in (*(m.value for m in MODALITIES), TOGETHER)], ["deltas"], axis=1),
        make("Gemm", ["design", "lines", "deltas"], ["sums"]),
        make("Gemm", ["sums", "expert_of_own", "expert_base"], ["expert_log_odds"]),
        make("Sigmoid", ["expert_log_odds"], ["expert_probability"]),
        make("Where", ["is_present", "expert_probability", "absent"], ["experts"]),
        make("MatMul", ["sums", "weights"], ["weighted"]),
        make("MatMul", ["present", "group_of_expert"], ["present_groups"]),
        make("Mul", ["weighted", "present_groups"], ["reasons"]),
        make("Gemm", ["weighted", "calibrated_sum", "calibrated_constant"], ["sum"]),
        make("Gemm", ["present", "calibrated_presence", "sum"], ["log_odds"]),
        make("Sigmoid", ["log_odds"], ["probability"]),
    ]
    graph = helper.make_graph(
        nodes,
        "safelight",
        [_tensor(m.value, len(BY_MODALITY[m])) for m in MODALITIES],
        [_tensor("probability", 1), _tensor("experts", count), _tensor("reasons", len(GROUPS))],
        constants,
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="safelight")
    onnx.checker.check_model(model)
    serialised: bytes = model.SerializeToString(deterministic=True)
    return serialised


def held(expert: GuidedTrees, name: str, groups: Sequence[int], features: Sequence[Feature]) -> ReasonedTrees:
    """The expert's trees. Raises ValueError when one breaks a known sign."""
    trees = read(expert.trees, groups)
    if found := slips(trees.trees, [feature.rises for feature in features]):
        told = ", ".join(f"{features[column].name} in tree {tree}" for tree, column in found)
        raise ValueError(f"expert {name} does not hold every known sign: {told}")
    return trees


def _of_anybody(expert: GuidedTrees, trees: ReasonedTrees) -> float:
    """Log-odds before anything is known."""
    return (1 - expert.of_trees) * expert.intercept + expert.of_trees * trees.base


def _by_group(expert: GuidedTrees, features: range) -> tuple[Doubles, Doubles]:
    """The line's share on unscaled shapes, each coefficient in the column of its feature's reason group, and what each
    group has before any: (design, groups), (groups,).

    A missing value stands in its shapes as the column's mean; the coefficient of its being missing takes that off.
    """
    scale, count = expert.scale, len(features)
    slopes = (1 - expert.of_trees) * expert.coefficients.reshape(_SHAPES, count)
    unscaled = slopes[:3] / scale.deviation.astype(np.float64)
    middle = np.clip(scale.mean[0], scale.lowest, scale.highest)
    of_missing = slopes[3] - (unscaled * (np.array(shapes(middle, scale.half)) - scale.mean)).sum(axis=0)
    groups = _one_hot([_GROUP_OF_FEATURE[feature] for feature in features], len(GROUPS))
    lines = np.zeros((_SHAPES * len(FEATURES), len(GROUPS)))
    for shape, coefficients in enumerate((*unscaled, of_missing)):
        first = shape * len(FEATURES) + features.start
        lines[first : first + count] = groups * coefficients[:, None]
    return lines, -(unscaled * scale.mean).sum(axis=0) @ groups


def _one_hot(places: list[int], width: int) -> npt.NDArray[np.float64]:
    """(len(places), width), 1 where each row's place is."""
    out: npt.NDArray[np.float64] = np.eye(width)[places]
    return out


def _tensor(name: str, width: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", width])
