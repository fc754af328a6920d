"""Anomalib's side of `feature_maps.py`: a network that is trained here, stored as arrays, and served by the library."""

import logging
from importlib import import_module
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from netsentinel.detection.models.extra import require_anomalib
from netsentinel.detection.models.maps import SIDE
from netsentinel.detection.models.parts import Arrays, singles
from netsentinel.detection.models.table import Floats, Singles

CHANNELS = 3
"""Anomalib's inferencer takes pictures in three colours."""

WIDTH = 16
"""Filters of the first layer; each further one has twice as many."""

LATENT = 24
"""Numbers that a map is written down in."""

EPOCHS = 30
MOST_STEPS = 1_000
"""Batches that the network is shown at most: about a minute of processor time."""

BATCH = 64
RATE = 1e-3
_HEAVIEST = 1e6
"""A weight that training does not reach."""


class Inferencer:
    """GANomaly: it writes a map down in a few numbers, draws it again from those, and writes that down, too.

    For maps like those that it was shown, both writings agree (Akcay, Atapour-Abarghouei and Breckon, ACCV 2018). Its
    convolutions begin at random, so no weights come from elsewhere.
    """

    def __init__(self, network: Any) -> None:
        self._network = network
        self._served: Any = _inferencer(network)

    @classmethod
    def trained(cls, maps: Singles, seed: int) -> Self:
        """A network that was shown these maps, of shape (maps, 1, side, side).

        Raises:
            MissingExtraError: the extra is not installed.
        """
        torch = _torch()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = _network()
            _train(torch, network, maps)
        return cls(network)

    def scores(self, maps: Singles) -> Floats:
        """How odd each map is: the mean squared difference of the two writings."""
        if not len(maps):
            return np.zeros(0)
        torch = _torch()
        with torch.inference_mode():
            found = self._served.predict(torch.from_numpy(_coloured(maps))).pred_score
        return np.asarray(found.reshape(-1).numpy(), dtype=np.float64)

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """All weights in one array, in the order of the network's layers."""
        parts = [tensor.numpy().ravel() for tensor in _floats(self._network).values()]
        return {"weights": np.concatenate(parts).astype(np.float32)}

    @classmethod
    def restored(cls, arrays: Arrays) -> Self:
        """The network with these weights.

        Raises:
            MissingExtraError: the extra is not installed.
            ModelFileError: they are not as many as it has, or too large.
        """
        torch, network = _torch(), _network()
        wanted = _floats(network)
        size = sum(tensor.numel() for tensor in wanted.values())
        weights = singles(arrays, "weights", size, least=-_HEAVIEST, most=_HEAVIEST)
        at = 0
        for tensor in wanted.values():
            part = weights[at : at + tensor.numel()].reshape(tuple(tensor.shape))
            tensor.copy_(torch.from_numpy(part))
            at += tensor.numel()
        return cls(network)


def _torch() -> Any:
    """PyTorch with one thread: models share their machine, and the order of sums is to be the same everywhere."""
    require_anomalib()
    torch: Any = import_module("torch")
    torch.set_num_threads(1)
    return torch


def _network() -> Any:
    models: Any = import_module("anomalib.models.image.ganomaly.torch_model")
    return models.GanomalyModel((SIDE, SIDE), CHANNELS, WIDTH, LATENT)


def _inferencer(network: Any) -> Any:
    """Anomalib's `TorchInferencer` around a network that is already there.

    It would load a pickle, which runs what stands in it. So what loads is replaced: no file is ever opened.
    """
    logging.getLogger("anomalib").setLevel(logging.ERROR)  # it says on every use that there are newer ways
    deploy: Any = import_module("anomalib.deploy")

    def load_model(_self: Any, _path: str) -> Any:
        return network.eval()

    made: Any = type("_Inferencer", (deploy.TorchInferencer,), {"load_model": load_model})
    return made("", device="cpu")


def _floats(network: Any) -> dict[str, Any]:
    """Weights and running means of a network, without what only counts batches."""
    return {name: tensor for name, tensor in network.state_dict().items() if tensor.is_floating_point()}


def _coloured(maps: Singles) -> Singles:
    return maps.repeat(CHANNELS, axis=1)


def _train(torch: Any, network: Any, maps: Singles) -> None:
    """The library's losses and optimisers, in its order: the generator, then the discriminator."""
    losses: Any = import_module("anomalib.models.image.ganomaly.loss")
    of_generator, of_discriminator = losses.GeneratorLoss(), losses.DiscriminatorLoss()
    makers = (torch.optim.Adam(part.parameters(), lr=RATE, betas=(0.5, 0.999)) for part in _parts(network))
    generator, discriminator = makers
    network.train()
    steps = 0
    for _ in range(EPOCHS):
        order = torch.randperm(len(maps)).numpy()
        for start in range(0, len(order) - BATCH // 4, BATCH):
            if steps >= MOST_STEPS:
                break
            steps += 1
            pictures = torch.from_numpy(_coloured(maps[order[start : start + BATCH]]))
            shown, drawn, first, second = network(pictures)
            real, fake = network.discriminator(shown)[0], network.discriminator(drawn)[0]
            generator.zero_grad()
            of_generator(first, second, shown, drawn, real, fake).backward()
            generator.step()
            discriminator.zero_grad()
            real, fake = network.discriminator(shown)[0], network.discriminator(drawn.detach())[0]
            of_discriminator(real, fake).backward()
            discriminator.step()
    network.eval()


def _parts(network: Any) -> tuple[Any, Any]:
    return network.generator, network.discriminator
