"""Training: data to blocks, blocks to epochs, epochs to the best weights."""

from skautoencoder.training._batches import Rows, Standardisation
from skautoencoder.training._chunks import by_chunks, by_parallel_chunks, rows_together
from skautoencoder.training._contrastive import (
    Contrastive,
    contrastive_epoch,
    start_chains,
    start_machine,
)
from skautoencoder.training._initialization import (
    column_moments,
    linear_path,
    plain_standardisation,
    principal_axes,
)
from skautoencoder.training._lockstep import Halving, Lockstep
from skautoencoder.training._loop import Problem, State, train_epoch
from skautoencoder.training._optimizers import OPTIMIZERS
from skautoencoder.training._recipes import from_pickle, to_pickle
from skautoencoder.training._starts import STARTS
from skautoencoder.training._train import Judge, Progress, Run, TrainingResult, train
from skautoencoder.training._validation import Fold, Selection, split

__all__ = [
    "OPTIMIZERS",
    "STARTS",
    "Contrastive",
    "Fold",
    "Halving",
    "Judge",
    "Lockstep",
    "Problem",
    "Progress",
    "Rows",
    "Run",
    "Selection",
    "Standardisation",
    "State",
    "TrainingResult",
    "by_chunks",
    "by_parallel_chunks",
    "column_moments",
    "contrastive_epoch",
    "from_pickle",
    "linear_path",
    "plain_standardisation",
    "principal_axes",
    "rows_together",
    "split",
    "start_chains",
    "start_machine",
    "to_pickle",
    "train",
    "train_epoch",
]
