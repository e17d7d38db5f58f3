"""What can go wrong on the floor that decides.

AgentError
├── SettingsError     a settings file, variable or flag is not understood
├── RecordError       a run's folder or a data set can't be read or written
│   └── RecordBusy    another process works on the same run
├── ExchangeMissing   a format needs a package that is not installed
├── TrainingMissing   a training needs a package that is not installed
├── QuestionClosed    a question can't be answered (any more)
├── BenchmarkError    a benchmark has no such task or lacks a part
├── ServingError      a model server can't be installed, started or kept alive
└── ClusterError      there is no cluster to play on, or no Ray
"""

from perception.errors import HandEyeError


class AgentError(HandEyeError):
    """Something is wrong with a run, its record or its settings."""


class SettingsError(AgentError):
    """A settings file, variable or flag is not understood; the message names it and the key."""


class RecordError(AgentError):
    """A run's folder can't be read or written; the message names the file."""


class RecordBusy(RecordError):
    """Another process works on the same run."""


class ExchangeMissing(AgentError):
    """A format needs a package that is not installed; the message holds the line that installs it."""


class TrainingMissing(AgentError):
    """A training needs a package that is not installed; the message holds the line that installs it."""


class QuestionClosed(AgentError):
    """A question can't be answered: it was answered, has expired, or was never asked."""


class BenchmarkError(AgentError):
    """A benchmark has no such task or lacks a part that it needs."""


class ServingError(AgentError):
    """A model server can't be installed, started or kept alive; the message says where its log is."""


class ClusterError(AgentError):
    """There is no cluster to play on, or Ray is missing; the message says how to have one."""
