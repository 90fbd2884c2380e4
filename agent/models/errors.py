"""What can go wrong with a model, named by what the caller should do."""


class ModelError(Exception):
    """A model gave no usable answer."""

    retry = False
    """Whether asking the same model again can help."""

    words = "no model could be reached ({reason}); “kit doctor” looks into it"
    """What a person is told."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds the vendor asked us to wait, if it did."""

    def told(self) -> str:
        """Return what a person is told: what it means, which models it was, and why."""
        return self.words.format(reason=str(self).rstrip(". "))


class ModelBusy(ModelError):
    """Wait and ask again: the vendor limits the rate or is overloaded."""

    retry = True


class ModelUnavailable(ModelError):
    """Ask again or ask another: the vendor cannot be reached or failed."""

    retry = True


class StreamCut(ModelUnavailable):
    """Ask again: the answer broke off, or there was none."""

    words = "the answer broke off ({reason}); ask again"


class ModelKeyRejected(ModelError):
    """Mend the key: the vendor does not accept it, or its account is out of money."""


class ModelRejected(ModelError):
    """Change the request: the vendor refuses it (unknown model, too long, not allowed)."""

    words = "no model took the request ({reason}); “kit doctor” looks into it"


class ContentRefused(ModelRejected):
    """Say something else: the model will not answer this, and another should not be asked to get round it."""

    words = "{reason}"
