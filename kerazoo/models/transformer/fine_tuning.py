"""The start of a training that goes on from the weights of another network."""

import dataclasses
import typing

import keras

from kerazoo.models.transformer.averaged_network import AveragedNetwork
from kerazoo.models.transformer.config.fine_tuning_config import FineTuningConfig
from kerazoo.models.transformer.weight_places import Taken
from kerazoo.models.transformer.weight_places import depths
from kerazoo.models.transformer.weight_places import is_adapter
from kerazoo.models.transformer.weight_places import is_embedding
from kerazoo.models.transformer.weight_places import place_of
from kerazoo.models.transformer.weight_places import take_weights
from kerazoo.models.transformer.weight_places import values_by_place

_STACKS = ("encoder", "decoder")


@dataclasses.dataclass
class FineTuning:
    """Gives a model the weights of a network, and says which of them learn.

    With adapters (`lora_rank` of the network), the weights that are taken stay as they
    are: only adapters and what is new learn.

    Args:
        source: The network whose weights are taken; None for a training that goes on.
        config: `FineTuningConfig`.
        taken: `Taken`, of a training that goes on; set by `take`.

    Example:

    ```python
    small = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    source = make_translator(100, 8, small).network
    start = FineTuning(source, FineTuningConfig(freeze="encoder"))
    model = make_text_classifier(100, 8, 2, small, start=start)
    len(model.network.trainable_variables)  # 2, of the head
    ```
    """

    source: keras.Model | None = None
    config: FineTuningConfig = dataclasses.field(default_factory=FineTuningConfig)
    taken: Taken | None = None

    def take(self, model: AveragedNetwork) -> None:
        """Gives a model the weights that fit, and freezes those that do not learn.

        Args:
            model: `AveragedNetwork`, built and not compiled.

        Raises:
            ValueError: If nothing fits, or nothing is left to learn.
        """
        network = model.network
        if self.source is not None:
            self.taken = take_weights(network, self.source)
            model.start_average()
            self.source = None  # It is not needed any more.
        if self.taken is None or not self.taken.taken:
            raise ValueError(
                "No weight of the model of `init_from` fits into this network. "
                f"Received: {type(network).__name__}"
            )
        new = set(self.taken.new)
        for variable in network.weights:
            if place_of(network, variable) in new:  # Adapters need no base that is new.
                variable.trainable = True
        for variable in network.trainable_variables:
            if self._is_frozen(place_of(network, variable), network):
                variable.trainable = False
        if not network.trainable_variables:
            raise ValueError(
                "`freeze` leaves nothing that learns: this network has no head of its "
                f"own. Received: freeze={self.config.freeze}"
            )

    def rates(
        self, network: keras.Model
    ) -> list[tuple[keras.Variable, float, int]] | None:
        """Returns the factor of the learning rate and the first step of each weight.

        Args:
            network: The network of the model.

        Returns:
            List of triples of variable, factor and step; None where all are 1 and 0.
        """
        config = self.config
        if config.is_uniform:
            return None
        variables = network.trainable_variables
        found = depths(network)
        top = max(found[place_of(network, variable)] for variable in variables)
        new = set(self.taken.new if self.taken else ())
        rates = []
        for variable in variables:
            place = place_of(network, variable)
            below = top - found[place]
            is_new = place in new or is_adapter(place)
            step = 0 if is_new else below * (config.unfreeze_every or 0)
            rates.append((variable, config.layer_decay**below, step))
        return rates

    def _is_frozen(self, place, network):
        if is_adapter(place) or place not in self.taken.taken:
            return False
        freeze = "encoder" if network.lora_rank else self.config.freeze
        if network.lora_rank and place.partition("/")[0] in _STACKS:
            return True
        first = "encoder" if hasattr(network, "encoder") else "decoder"
        is_block = place.startswith(f"{first}/")
        return {
            "none": False,
            "embeddings": is_embedding(place),
            "encoder": is_embedding(place) or is_block,
        }[freeze]


def without_adapters(model: AveragedNetwork) -> AveragedNetwork:
    """Returns a model with its adapters merged into its weights.

    Args:
        model: `AveragedNetwork`, built, outside of any strategy.

    Returns:
        The model itself where it has none.

    Example:

    ```python
    small = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2, lora_rank=2)
    model = make_text_classifier(100, 8, 2, small)
    without_adapters(model).network.lora_rank  # None
    ```
    """
    if not getattr(model.network, "lora_rank", None):
        return model
    config: dict[str, typing.Any] = model.get_config()
    no_adapters = {"lora_rank": None, "lora_alpha": None}
    config["network"]["config"] = {**config["network"]["config"], **no_adapters}
    merged = type(model).from_config(config)
    merged.build_from_config(model.get_build_config())
    for old, new in zip(model.averaged_pair(), merged.averaged_pair(), strict=True):
        if old is not None and new is not None:
            values = values_by_place(old)
            for variable in new.weights:
                variable.assign(values[place_of(new, variable)])
    return merged
