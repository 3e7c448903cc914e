from .averaged_model import AveragedModel
from .base_task import BaseTask
from .batch_steps import BatchSteps
from .checkpoints import Checkpoints
from .global_batch import GlobalBatch
from .global_norm_clipping import GlobalNormClipping
from .interruption import Interrupted
from .interruption import Interruption
from .model_card import ModelCard
from .profiler import Profiler
from .replica_model import ReplicaModel
from .schedule import Schedule
from .snapshots import Snapshots
from .task import Best
from .task import Serving
from .task import Steps
from .task import Task
from .trainer import Trainer
from .weight_average import HalfLifeDecay
from .weight_average import PowerFunctionDecay
from .workdir import Workdir

__all__ = [
    "AveragedModel",
    "BaseTask",
    "BatchSteps",
    "Best",
    "Checkpoints",
    "GlobalBatch",
    "GlobalNormClipping",
    "HalfLifeDecay",
    "Interrupted",
    "Interruption",
    "ModelCard",
    "PowerFunctionDecay",
    "Profiler",
    "ReplicaModel",
    "Schedule",
    "Serving",
    "Snapshots",
    "Steps",
    "Task",
    "Trainer",
    "Workdir",
]
