"""One ONNX graph of the whole ensemble.

Inputs: one float tensor [N, features] a modality, named after it; all NaN means absent. Outputs: `probability` [N, 1],
`experts` [N, modalities] (NaN where absent), `reasons` [N, groups] as shares of the stacked log-odds (0 where absent).

ai.onnx.ml 3 rather than 5: only its leaves may carry several targets, which the reasons need, and it loads no slower.
One tree node an expert: a single fused node loads slower and saves nothing per row.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.export.trees import ReasonedTrees, read
from models.train.fitting import Ensemble
from safelight.domain.assessment import Modality
from safelight.features.contract import BY_MODALITY, FEATURES, MODALITIES, REASON_GROUPS

OPSET, ML_OPSET, IR_VERSION = 17, 3, 8
"""The oldest that hold every operator used: any onnxruntime since 1.12 can load the artifact."""

GROUPS: tuple[str, ...] = tuple(REASON_GROUPS)
"""Order of the `reasons` output."""


def _groups_of(modality: Modality) -> list[str]:
    """The modality's groups in output order. They follow one another in REASON_GROUPS, so a Concat restores GROUPS."""
    return [code for code, group in REASON_GROUPS.items() if group.modality is modality]


def _tree_node(modality: Modality, trees: ReasonedTrees, targets: int) -> onnx.NodeProto:
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
    for tree_id, nodes in enumerate(trees.trees):
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
                a["target_weights"].append(weight)
    return helper.make_node(
        "TreeEnsembleRegressor",
        [modality.value],
        [f"{modality.value}_deltas"],
        name=f"{modality.value}_trees",
        domain="ai.onnx.ml",
        n_targets=targets,
        aggregate_function="SUM",
        post_transform="NONE",
        **a,
    )


def _float(name: str, values: npt.ArrayLike) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(values, dtype=np.float32), name)


def build(ensemble: Ensemble) -> bytes:
    """The graph, serialised; the same ensemble gives the same bytes."""
    stacker, count = ensemble.stacker, len(MODALITIES)
    nodes: list[onnx.NodeProto] = []
    base = np.zeros(count)
    for index, modality in enumerate(MODALITIES):
        codes = _groups_of(modality)
        trees = read(ensemble.experts[modality], [codes.index(feature.group) for feature in BY_MODALITY[modality]])
        base[index] = trees.base
        nodes.append(_tree_node(modality, trees, len(codes)))
    column = {modality: index for index, modality in enumerate(MODALITIES)}
    expert_of_group = np.zeros((len(GROUPS), count))
    for row, code in enumerate(GROUPS):
        expert_of_group[row, column[REASON_GROUPS[code].modality]] = 1.0
    expert_of_feature = np.zeros((len(FEATURES), count))
    for row, feature in enumerate(FEATURES):
        expert_of_feature[row, column[feature.modality]] = 1.0

    slope = stacker.slope
    constants = [
        _float("expert_of_group", expert_of_group),
        _float("expert_base", base),
        _float("expert_of_feature", expert_of_feature),
        _float("features_of_expert", expert_of_feature.sum(axis=0)),
        _float("absent", np.nan),
        _float("weight_of_group", (expert_of_group * stacker.weights).T),
        _float("calibrated_sum", np.full((len(GROUPS), 1), slope)),
        _float("calibrated_bias", [slope * stacker.bias + stacker.intercept]),
        _float("calibrated_presence", (slope * (stacker.presence + stacker.weights * base))[:, None]),
    ]
    nodes += [
        helper.make_node("Concat", [m.value for m in MODALITIES], ["features"], axis=1),
        helper.make_node("IsNaN", ["features"], ["missing"]),
        helper.make_node("Cast", ["missing"], ["missing_float"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["missing_float", "expert_of_feature"], ["missing_count"]),
        helper.make_node("Less", ["missing_count", "features_of_expert"], ["is_present"]),
        helper.make_node("Cast", ["is_present"], ["present"], to=TensorProto.FLOAT),
        helper.make_node("Concat", [f"{m.value}_deltas" for m in MODALITIES], ["deltas"], axis=1),
        helper.make_node("Gemm", ["deltas", "expert_of_group", "expert_base"], ["expert_log_odds"]),
        helper.make_node("Sigmoid", ["expert_log_odds"], ["expert_probability"]),
        helper.make_node("Where", ["is_present", "expert_probability", "absent"], ["experts"]),
        helper.make_node("MatMul", ["present", "weight_of_group"], ["weights"]),
        helper.make_node("Mul", ["deltas", "weights"], ["reasons"]),
        helper.make_node("Gemm", ["reasons", "calibrated_sum", "calibrated_bias"], ["from_reasons"]),
        helper.make_node("Gemm", ["present", "calibrated_presence", "from_reasons"], ["log_odds"]),
        helper.make_node("Sigmoid", ["log_odds"], ["probability"]),
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


def _tensor(name: str, width: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", width])
