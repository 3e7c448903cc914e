"""The families whose models make images, for the apps that take any of them."""

import pathlib

from absl import flags

from apps import diffusion_sources
from apps import flags as shared
from apps import gan_sources
from apps import image_sources
from apps import served

_FLAGS = flags.FLAGS
FAMILIES = {"diffusion": diffusion_sources, "gan": gan_sources}
DEFAULTS = {
    **{k: v for family in FAMILIES.values() for k, v in family.DEFAULTS.items()},
    "saved_model": "saved_models/diffusion_digits",
}

flags.adopt_module_key_flags(image_sources)
for _family in FAMILIES.values():
    for _name in _family.FLAGS:
        flags.declare_key_flag(_name)


def make_source():
    """Returns what makes the images, of `--workdir` or `--saved_model`.

    Raises:
        ValueError: If there is no such model, or a flag has no meaning for it.
    """
    if shared.WORKDIR.value and _FLAGS["saved_model"].present:
        raise ValueError("--saved_model and --workdir are two models: give one.")
    if shared.WORKDIR.value:
        workdir = pathlib.Path(shared.WORKDIR.value)
        described = image_sources.read_model(workdir)
        module = _checked(described["metadata"])
        return module.Trained(workdir, described)
    path = served.find_version("train_diffusion or apps.train_gan")
    metadata = served.read_metadata(path, *FAMILIES)
    for name in ("sampler", "spacing"):
        if _FLAGS[name].value and metadata["family"] == "diffusion":
            raise ValueError(
                f"--{name}={_FLAGS[name].value} needs a --workdir: an exported model "
                f"has its own {name}."
            )
    return _checked(metadata).Exported(path, metadata)


def make_request(metadata, count, classes):
    """Returns what a source takes, of the flags: see the families' `make_request`."""
    return FAMILIES[metadata["family"]].make_request(metadata, count, classes)


def _checked(metadata):
    """Returns the module of a model's family, whose flags alone were given."""
    family = metadata["family"]
    for other, module in FAMILIES.items():
        for name in module.FLAGS:
            if other != family and _FLAGS[name].present:
                raise ValueError(
                    f"--{name} is for a {other} model, not for a {family}."
                )
    if metadata["image_shape"] is None:
        raise ValueError("This model makes points, not images: see its run's pictures.")
    return FAMILIES[family]
