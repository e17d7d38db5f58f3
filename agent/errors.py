"""What can go wrong on the floor that decides.

AgentError
├── SettingsError     a settings file, variable or flag is not understood
├── RecordError       a run's folder can't be read or written
│   └── RecordBusy    another process works on the same run
├── BenchmarkError    a benchmark has no such task or lacks a part
└── ServingError      a model server can't be installed, started or kept alive
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


class BenchmarkError(AgentError):
    """A benchmark has no such task or lacks a part that it needs."""


class ServingError(AgentError):
    """A model server can't be installed, started or kept alive; the message says where its log is."""
