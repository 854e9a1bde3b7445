"""Training: an expert a modality, a stacker that accepts any subset, thresholds sized to an alert budget."""

from models.train.expert_ensemble import ExpertEnsemble
from models.train.rare_event import RareEventClassifier
from models.train.rare_event_columns import ColumnError, ColumnWarning
from models.train.rare_event_folds import ThinDataWarning, TimeFoldsWarning
from models.train.rare_event_leaks import LeakWarning

__all__ = [
    "ColumnError",
    "ColumnWarning",
    "ExpertEnsemble",
    "LeakWarning",
    "RareEventClassifier",
    "ThinDataWarning",
    "TimeFoldsWarning",
]
