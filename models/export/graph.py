"""One ONNX graph of the whole ensemble.

Inputs: one float tensor [N, features] a modality, named after it; all NaN means absent. Outputs: `probability` [N, 1],
`experts` [N, modalities] (NaN where absent), `reasons` [N, groups] as shares of the stacked log-odds (0 where absent).

Every expert is a linear part and trees (models.train.guided_trees). The linear parts share one scaled design, so that
each is a matrix product; the trees of an expert are one node whose leaves carry what each split on the path adds to
which reason. ai.onnx.ml 3 rather than 5: only its leaves may carry several targets, and it loads no slower. One tree
node an expert: a single fused node loads slower and saves nothing per row.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.export.trees import ReasonedTrees, read
from models.train.expert_ensemble import TOGETHER
from models.train.fitting import Ensemble
from models.train.guided_trees import BEYOND, WIDEST, GuidedTrees, Scale
from safelight.domain.assessment import Modality
from safelight.features.contract import BY_MODALITY, FEATURES, MODALITIES, REASON_GROUPS, SLICES

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


def _tree_node(source: str, name: str, trees: ReasonedTrees, targets: int) -> onnx.NodeProto:
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
        [source],
        [f"{name}_deltas"],
        name=f"{name}_trees",
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
    stacker, experts, count = ensemble.stacker, ensemble.experts, len(MODALITIES)
    own, presence = stacker.weights[:count], stacker.presence[:count]
    nodes: list[onnx.NodeProto] = []
    base = np.zeros(count)
    for index, modality in enumerate(MODALITIES):
        codes = _groups_of(modality)
        expert = experts.get(modality.value)
        trees = read(
            expert.trees if expert else None, [codes.index(feature.group) for feature in BY_MODALITY[modality]]
        )
        base[index] = trees.base + (expert.intercept if expert else 0.0)
        nodes.append(_tree_node(modality.value, modality.value, trees, len(codes)))
    together = experts[TOGETHER]
    trees = read(together.trees, _GROUP_OF_FEATURE)
    nodes.append(_tree_node("features", TOGETHER, trees, len(GROUPS)))

    expert_of_group = _one_hot([MODALITIES.index(REASON_GROUPS[code].modality) for code in GROUPS], count)
    expert_of_feature = _one_hot([MODALITIES.index(feature.modality) for feature in FEATURES], count)
    slope, weight = stacker.slope, stacker.weights[count]
    constants = [
        _float("zero", 0.0),
        _float("one", 1.0),
        _float("absent", np.nan),
        *_scale(together.scale),
        _float("own_linear", _own_linear(experts)),
        _float("together_linear", _by_group(together, range(len(FEATURES)))),
        _float("expert_of_group", expert_of_group),
        _float("group_of_expert", expert_of_group.T),
        _float("expert_base", base),
        _float("expert_of_feature", expert_of_feature),
        _float("features_of_expert", expert_of_feature.sum(axis=0)),
        _float("weight_of_group", (expert_of_group * own).T),
        _float("calibrated_sum", np.full((len(GROUPS), 1), slope)),
        _float("calibrated_together", np.full((len(GROUPS), 1), slope * weight)),
        _float("together_weight", weight),
        _float("calibrated_bias", [slope * stacker.bias + stacker.intercept]),
        _float("calibrated_presence", (slope * (presence + own * base))[:, None]),
        _float("calibrated_any", slope * (stacker.presence[count] + weight * (trees.base + together.intercept))),
    ]
    make = helper.make_node
    nodes = [
        make("Concat", [m.value for m in MODALITIES], ["features"], axis=1),
        make("IsNaN", ["features"], ["missing"]),
        make("Cast", ["missing"], ["missing_float"], to=TensorProto.FLOAT),
        make("MatMul", ["missing_float", "expert_of_feature"], ["missing_count"]),
        make("Less", ["missing_count", "features_of_expert"], ["is_present"]),
        make("Cast", ["is_present"], ["present"], to=TensorProto.FLOAT),
        make("ReduceMax", ["present"], ["any"], axes=[1], keepdims=1),
        make("Where", ["missing", "zero", "features"], ["found"]),
        make("Clip", ["found", "lowest", "highest"], ["known"]),
        make("Abs", ["known"], ["size"]),
        make("Sign", ["known"], ["side"]),
        make("Add", ["size", "one"], ["size_one"]),
        make("Log", ["size_one"], ["size_log"]),
        make("Mul", ["side", "size_log"], ["logarithm"]),
        make("Add", ["size", "half"], ["size_half"]),
        make("Div", ["known", "size_half"], ["levelled"]),
        make("Concat", ["known", "logarithm", "levelled"], ["shapes"], axis=1),
        make("Sub", ["shapes", "mean"], ["centred"]),
        make("Div", ["centred", "deviation"], ["scaled"]),
        make("Clip", ["scaled", "narrowest", "widest"], ["clipped"]),
        make("Concat", ["missing", "missing", "missing"], ["missing_shapes"], axis=1),
        make("Where", ["missing_shapes", "zero", "clipped"], ["views"]),
        make("Concat", ["views", "missing_float"], ["design"], axis=1),
        *nodes,
        make("MatMul", ["design", "own_linear"], ["own_from_line"]),
        make("Concat", [f"{m.value}_deltas" for m in MODALITIES], ["own_from_trees"], axis=1),
        make("Add", ["own_from_line", "own_from_trees"], ["own"]),
        make("Gemm", ["own", "expert_of_group", "expert_base"], ["expert_log_odds"]),
        make("Sigmoid", ["expert_log_odds"], ["expert_probability"]),
        make("Where", ["is_present", "expert_probability", "absent"], ["experts"]),
        make("MatMul", ["present", "weight_of_group"], ["weights"]),
        make("Mul", ["own", "weights"], ["own_reasons"]),
        make("MatMul", ["design", "together_linear"], ["together_from_line"]),
        make("Add", ["together_from_line", f"{TOGETHER}_deltas"], ["together"]),
        make("MatMul", ["present", "group_of_expert"], ["present_groups"]),
        make("Mul", ["together", "present_groups"], ["together_present"]),
        make("Mul", ["together_present", "together_weight"], ["together_reasons"]),
        make("Add", ["own_reasons", "together_reasons"], ["reasons"]),
        make("Gemm", ["own_reasons", "calibrated_sum", "calibrated_bias"], ["from_own"]),
        make("Gemm", ["present", "calibrated_presence", "from_own"], ["from_own_present"]),
        make("MatMul", ["together", "calibrated_together"], ["together_sum"]),
        make("Add", ["together_sum", "calibrated_any"], ["together_log_odds"]),
        make("Mul", ["together_log_odds", "any"], ["from_together"]),
        make("Add", ["from_own_present", "from_together"], ["log_odds"]),
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


def _scale(scale: Scale) -> list[onnx.TensorProto]:
    return [
        _float("half", scale.half),
        _float("mean", scale.mean.ravel()),
        _float("deviation", scale.deviation.ravel()),
        _float("lowest", -BEYOND),
        _float("highest", BEYOND),
        _float("narrowest", -WIDEST),
        _float("widest", WIDEST),
    ]


def _own_linear(experts: dict[str, GuidedTrees]) -> npt.NDArray[np.float64]:
    """(design, groups): every modality's expert in the rows of its own features."""
    total = np.zeros((_SHAPES * len(FEATURES), len(GROUPS)))
    for modality in MODALITIES:
        if modality.value in experts:
            own = SLICES[modality]
            total += _by_group(experts[modality.value], range(own.start, own.stop))
    return total


def _by_group(expert: GuidedTrees, features: range) -> npt.NDArray[np.float64]:
    """(design, groups): the linear part's coefficients, each in the column of its feature's reason group."""
    out = np.zeros((_SHAPES * len(FEATURES), len(GROUPS)))
    for shape, coefficients in enumerate(expert.coefficients.reshape(_SHAPES, len(features))):
        for feature, coefficient in zip(features, coefficients, strict=True):
            out[shape * len(FEATURES) + feature, _GROUP_OF_FEATURE[feature]] = coefficient
    return out


def _one_hot(places: list[int], width: int) -> npt.NDArray[np.float64]:
    """(len(places), width), 1 where each row's place is."""
    out: npt.NDArray[np.float64] = np.eye(width)[places]
    return out


def _tensor(name: str, width: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", width])
