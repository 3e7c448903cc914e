"""Tasks whose models may go on from those of others."""

import dataclasses
import logging
import os
import pathlib
import typing

from kerazoo.models.transformer.config import FineTuningConfig
from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.fine_tuning import FineTuning
from kerazoo.models.transformer.fine_tuning import without_adapters
from kerazoo.runs.record import has_state
from kerazoo.tasks.transformer.pretrained import Pretrained
from kerazoo.tasks.transformer.pretrained import notes_of
from kerazoo.tasks.transformer.pretrained import read_again
from kerazoo.tasks.transformer.pretrained import read_pretrained
from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.stored_vocabulary import vocabulary_files
from kerazoo.text.vocabulary import Tokenizer
from kerazoo.text.vocabulary_config import VocabularyConfig
from kerazoo.training.base_task import BaseTask

# Kinds of tasks whose models have a vocabulary.
OF_TEXT = ("pretrain", "classify", "generate", "translate")
_logger = logging.getLogger(__name__)


class StartingTask(BaseTask):
    """Base class of tasks whose models may begin with the weights of another one.

    A subclass is a dataclass with the fields `network`, `init_from`, `fine_tuning` and,
    of texts, `vocabulary`. Its `build` makes its tokens by `make_tokenizer` and its
    model of `used_network` and `start`.

    Attributes:
        kind: What is learnt, in a word.
        starts_from: Kinds of tasks whose models `init_from` may name.
        start: What gives the model its weights; None for new ones.
    """

    kind: typing.ClassVar[str]
    starts_from: typing.ClassVar[tuple[str, ...]] = ()
    network: NetworkConfig
    init_from: str | os.PathLike | None
    fine_tuning: FineTuningConfig
    vocabulary: VocabularyConfig
    start: FineTuning | None = None
    _pretrained: Pretrained | None = None

    def prepare(self, folder: pathlib.Path | None) -> None:
        if self.init_from is None:
            self._check_alone()
            return
        if not self.starts_from:
            raise ValueError(
                f"There is no model that {self.kind} goes on from. "
                f"Received: init_from={self.init_from}"
            )
        self._check_adapters()
        self._check_vocabulary()
        if folder is not None and has_state(folder):
            found = read_again(folder, self.init_from)
        else:
            found = read_pretrained(self.init_from, self.starts_from)
        self._pretrained = found
        self.start = FineTuning(found.network, self.fine_tuning, found.taken)

    @property
    def pretrained(self) -> Pretrained | None:
        """What `init_from` names; None where there is none."""
        if self.init_from is not None and self._pretrained is None:
            self.prepare(None)
        return self._pretrained

    @property
    def used_network(self) -> NetworkConfig:
        """The network that learns: that of `init_from`, with what is free here."""
        if self.pretrained is None:
            return self.network
        default, sizes = self.default_network(), self.pretrained.sizes
        for name, size in sizes.items():
            given = getattr(self.network, name)
            if given not in (getattr(default, name), size):
                raise ValueError(
                    f"`{name}` comes from `init_from`, where it is {size}: leave it "
                    f"out. Received: {name}={given}"
                )
        return dataclasses.replace(self.network, **sizes)

    def default_network(self) -> NetworkConfig:
        """Returns the network where nothing else is said."""
        # A subclass is a dataclass.
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        field: typing.Any = next(f for f in fields if f.name == "network")
        return field.default_factory()

    @property
    def used_vocabulary(self) -> VocabularyConfig:
        """What the tokens are of: those of `init_from`, or the task's own."""
        found = self.pretrained and self.pretrained.vocabulary
        return found or self.vocabulary

    def make_tokenizer(
        self, lines: typing.Iterable[str], *arguments: typing.Any, **more: typing.Any
    ) -> Tokenizer | CharacterTokenizer:
        """Returns the vocabulary of `init_from`, or else that of texts.

        Args:
            lines: The texts.
            *arguments, **more: Of `VocabularyConfig.make`.
        """
        found = self.pretrained and self.pretrained.tokenizer
        return found or self.vocabulary.make(lines, *arguments, **more)

    def exported(self, model: typing.Any) -> typing.Any:
        return without_adapters(model)

    def files(self) -> dict[str, bytes]:
        files = {}
        if tokenizer := getattr(self, "tokenizer", None):
            files = vocabulary_files(tokenizer, self.used_vocabulary)
        if self.pretrained and self.start and self.start.taken:
            files |= notes_of(self.pretrained, self.start.taken)
        return files

    def say_start(self) -> None:
        """Says what was taken of another model, if any was."""
        if self.pretrained and self.start and self.start.taken:
            taken, new = self.start.taken
            _logger.info(
                f"Took {len(taken)} weights of {self.pretrained.path}; new: "
                f"{', '.join(new) or 'none'}"
            )

    def metadata(self) -> dict[str, typing.Any]:
        if self.pretrained is None:
            return {}
        return {"init_from": self.pretrained.path}

    def _check_alone(self):
        given = {
            **dataclasses.asdict(self.fine_tuning),
            "lora_rank": self.network.lora_rank,
        }
        usual = {**dataclasses.asdict(FineTuningConfig()), "lora_rank": None}
        for name, value in given.items():
            if value != usual[name]:
                raise ValueError(
                    f"`{name}` goes with `init_from`, a model to go on from. "
                    f"Received: {name}={value}"
                )

    def _check_adapters(self):
        rank, alpha = self.network.lora_rank, self.network.lora_alpha
        if alpha is not None and rank is None:
            raise ValueError(
                f"`lora_alpha` goes with `lora_rank`. Received: lora_alpha={alpha}"
            )
        given = self.fine_tuning
        if rank and (given.freeze != "none" or given.unfreeze_every):
            raise ValueError(
                "`lora_rank` keeps all frozen that is taken: leave out `freeze` and "
                f"`unfreeze_every`. Received: lora_rank={rank}, freeze={given.freeze}, "
                f"unfreeze_every={given.unfreeze_every}"
            )

    def _check_vocabulary(self):
        given = dataclasses.asdict(getattr(self, "vocabulary", VocabularyConfig()))
        usual = dataclasses.asdict(VocabularyConfig())
        for name, value in given.items():
            if value != usual[name]:
                raise ValueError(
                    f"`{name}` comes with `init_from`: leave it out. "
                    f"Received: {name}={value}"
                )
