"""Training: data to blocks, blocks to epochs, epochs to the best weights."""

from skautoencoder.training._batches import Rows, Standardisation, dense, slices
from skautoencoder.training._chunks import by_chunks, by_parallel_chunks, rows_together
from skautoencoder.training._contrastive import (
    Contrastive,
    contrastive_epoch,
    start_chains,
    start_machine,
)
from skautoencoder.training._groups import row_groups
from skautoencoder.training._initialization import column_moments, linear_path, principal_axes
from skautoencoder.training._lockstep import Halving, Lockstep
from skautoencoder.training._loop import Problem, State, train_epoch
from skautoencoder.training._machines import (
    make_gauge,
    sound_epoch,
    train_machine,
    varying_columns,
)
from skautoencoder.training._optimizers import OPTIMIZERS
from skautoencoder.training._precision import moved, single, working_dtype
from skautoencoder.training._recipes import from_pickle, to_pickle
from skautoencoder.training._rules import under_our_rules
from skautoencoder.training._starts import STARTS, CodeScale, Start
from skautoencoder.training._train import (
    Judge,
    Progress,
    Run,
    TrainingResult,
    learnt_in_bounds,
    start_loss,
    train,
)
from skautoencoder.training._validation import Fold, Selection, split

__all__ = [
    "OPTIMIZERS",
    "STARTS",
    "CodeScale",
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
    "Start",
    "State",
    "TrainingResult",
    "by_chunks",
    "by_parallel_chunks",
    "column_moments",
    "contrastive_epoch",
    "dense",
    "from_pickle",
    "learnt_in_bounds",
    "linear_path",
    "make_gauge",
    "moved",
    "principal_axes",
    "row_groups",
    "rows_together",
    "single",
    "slices",
    "sound_epoch",
    "split",
    "start_chains",
    "start_loss",
    "start_machine",
    "to_pickle",
    "train",
    "train_epoch",
    "train_machine",
    "under_our_rules",
    "varying_columns",
    "working_dtype",
]
