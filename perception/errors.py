"""What can go wrong on the floor that sees.

PerceptionError
├── ImageError            an image can't be read, stored or resized
├── DocumentError         a document can't be read
│   ├── DocumentInvalid   it is damaged, or no document of a kind that is known
│   ├── DocumentLocked    it is encrypted, and the password is missing or wrong
│   ├── DocumentTooLarge  it needs more pages, pixels, bytes or memory than is allowed
│   ├── DocumentTimeout   it took longer than is allowed
│   └── DocumentCrashed   the process that read it died
├── RecordingError        a video can't be read, or a recording can't be written
├── ModelError            a model's files are missing, corrupt or of the wrong shape
└── ClientError           a model can't be reached or answered with something unusable
    ├── ModelUnknown      nobody knows a model of that name
    ├── ClientUnreachable nobody answers there, or has no room: the same question may be answered later
    ├── ClientRefused     a server said no: the same question will be refused again
    ├── ClientTimeout     it took longer than allowed
    └── GroundingInvalid  its reply does not say where something is
"""


class HandEyeError(Exception):
    """Root of every error that HandEye raises on purpose; its text is one sentence for a person."""


class PerceptionError(HandEyeError):
    """Something went wrong while seeing."""


class ImageError(PerceptionError):
    """An image can't be read, stored or resized."""


class DocumentError(PerceptionError):
    """A document can't be read."""


class DocumentInvalid(DocumentError):
    """It is damaged, or no document of a kind that is known."""


class DocumentLocked(DocumentError):
    """It is encrypted, and the password is missing or wrong."""


class DocumentTooLarge(DocumentError):
    """It needs more pages, pixels, bytes or memory than is allowed."""


class DocumentTimeout(DocumentError):
    """It took longer than is allowed; the process that read it was ended."""


class DocumentCrashed(DocumentError):
    """The process that read it died; the next question starts another."""


class RecordingError(PerceptionError):
    """A video can't be read, or a recording can't be written."""


class ModelError(PerceptionError):
    """A model's files are missing, corrupt or of the wrong shape."""


class ClientError(PerceptionError):
    """A model can't be reached or answered with something unusable."""


class ModelUnknown(ClientError):
    """Nobody knows a model of that name; the message says which names there are."""


class ClientUnreachable(ClientError):
    """Nobody answers at a server's address, or it has no room; a later question may fare better."""


class ClientRefused(ClientError):
    """A server said no to what it was sent; asked the same way again, it will say no again."""

    def __init__(self, message: str, *, status: int = 0, words: str = "") -> None:
        """status: of HTTP; words: the server's own, in one line."""
        super().__init__(message)
        self.status = status
        self.words = words


class ClientTimeout(ClientError):
    """A model took longer than allowed."""


class GroundingInvalid(ClientError):
    """A model's reply does not say where something is, nor that it is not there."""
