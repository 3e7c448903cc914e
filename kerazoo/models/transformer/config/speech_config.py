"""How a network hears."""

import dataclasses

from kerazoo.models.transformer.networks.sound_network import ENCODERS
from kerazoo.models.transformer.networks.sound_network import outputs_of_chunk


@dataclasses.dataclass(frozen=True)
class SpeechConfig:
    """What is made of sound, and by which encoder.

    Args:
        encoder: `"conformer"` or `"transformer"`.
        num_mels: Bands of the spectrogram.
        subsampling: Frames of 10 ms for one output of the encoder: 2, 4 or 8.
        kernel_size: Outputs that a convolution of the Conformer sees, an odd number.
        spec_augment: Masks times and bands in training.
        chunk_seconds: How much of what follows is heard at most before a token is
            written, to hear while a sound goes on. Default: the whole sound.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    ```python
    from kerazoo.models.transformer import NetworkConfig, SpeechConfig

    speech = SpeechConfig(encoder="transformer", num_mels=40)
    network = NetworkConfig(hidden_size=32).speech_recognizer(30, 16_000, speech)
    ```
    """

    encoder: str = "conformer"
    num_mels: int = 80
    subsampling: int = 4
    kernel_size: int = 31
    spec_augment: bool = True
    chunk_seconds: float | None = None

    def __post_init__(self):
        if self.encoder not in ENCODERS:
            raise ValueError(
                f"`encoder` must be one of {', '.join(ENCODERS)}. "
                f"Received: encoder={self.encoder}"
            )
        if self.num_mels < 1:
            raise ValueError(
                f"`num_mels` must be positive. Received: num_mels={self.num_mels}"
            )
        if self.subsampling not in (2, 4, 8):
            raise ValueError(
                "`subsampling` must be 2, 4 or 8. "
                f"Received: subsampling={self.subsampling}"
            )
        if self.kernel_size < 1 or self.kernel_size % 2 == 0:
            raise ValueError(
                "`kernel_size` must be odd and positive. "
                f"Received: kernel_size={self.kernel_size}"
            )
        if self.chunk_seconds is not None:
            outputs_of_chunk(self.chunk_seconds, self.subsampling)
