"""Training: data to blocks, blocks to epochs, epochs to the best weights."""

from skautoencoder.training._batches import Rows, Standardisation
from skautoencoder.training._initialization import (
    column_moments,
    linear_path,
    plain_standardisation,
    principal_axes,
)
from skautoencoder.training._loop import Problem, State, train_epoch
from skautoencoder.training._optimizers import OPTIMIZERS
from skautoencoder.training._train import Judge, Progress, Run, TrainingResult, train
from skautoencoder.training._validation import Fold, split

__all__ = [
    "OPTIMIZERS",
    "Fold",
    "Judge",
    "Problem",
    "Progress",
    "Rows",
    "Run",
    "Standardisation",
    "State",
    "TrainingResult",
    "column_moments",
    "linear_path",
    "plain_standardisation",
    "principal_axes",
    "split",
    "train",
    "train_epoch",
]
