"""What can go wrong on the floor that sees.

PerceptionError
├── ImageError            an image can't be read, stored or resized
├── ModelError            a model's files are missing, corrupt or of the wrong shape
└── ClientError           a model can't be reached or answered with something unusable
    ├── ModelUnknown      nobody knows a model of that name
    ├── ClientTimeout     it took longer than allowed
    └── GroundingInvalid  its reply does not say where something is
"""


class HandEyeError(Exception):
    """Root of every error that HandEye raises on purpose; its text is one sentence for a person."""


class PerceptionError(HandEyeError):
    """Something went wrong while seeing."""


class ImageError(PerceptionError):
    """An image can't be read, stored or resized."""


class ModelError(PerceptionError):
    """A model's files are missing, corrupt or of the wrong shape."""


class ClientError(PerceptionError):
    """A model can't be reached or answered with something unusable."""


class ModelUnknown(ClientError):
    """Nobody knows a model of that name; the message says which names there are."""


class ClientTimeout(ClientError):
    """A model took longer than allowed."""


class GroundingInvalid(ClientError):
    """A model's reply does not say where something is, nor that it is not there."""
