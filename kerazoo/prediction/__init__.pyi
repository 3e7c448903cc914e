from .answers import ActionAnswers
from .answers import ClassAnswers
from .answers import CommandAnswers
from .answers import JointAnswers
from .answers import RankedAnswers
from .asking import answer_rows
from .inputs import Columns
from .inputs import open_inputs
from .labelled_inputs import open_labelled
from .loading import load_predictor
from .measuring import measure_export
from .prediction import predict
from .prediction import write_answers
from .predictor import Predictor
from .row import Inputs
from .row import Row

__all__ = [
    "ActionAnswers",
    "ClassAnswers",
    "Columns",
    "CommandAnswers",
    "Inputs",
    "JointAnswers",
    "Predictor",
    "RankedAnswers",
    "Row",
    "answer_rows",
    "load_predictor",
    "measure_export",
    "open_inputs",
    "open_labelled",
    "predict",
    "write_answers",
]
