"""Problems that a person can act on. Each message says what was found, where, and what to do instead."""


class KindlightError(Exception):
    """Base class: the command line prints its text as one sentence and exits with a code other than 0."""


class ContentError(KindlightError):
    """A file under `data/` does not meet its schema."""


class ConfigError(KindlightError):
    """A setting or configuration file cannot be used as it stands."""


class InputError(KindlightError):
    """What was given on the command line or in a file cannot be read."""


class StoreError(KindlightError):
    """The staff database cannot be reached or refused an operation."""


class ModelError(KindlightError):
    """A trained model is missing, unreadable or older than this version can use."""
