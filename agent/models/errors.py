"""What can go wrong with a model, named by what the caller should do."""


class ModelError(Exception):
    """A model gave no usable answer."""

    retry = False
    """Whether asking the same model again can help."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds the vendor asked us to wait, if it did."""


class ModelBusy(ModelError):
    """Wait and ask again: the vendor limits the rate or is overloaded."""

    retry = True


class ModelUnavailable(ModelError):
    """Ask again or ask another: the vendor cannot be reached or failed."""

    retry = True


class StreamCut(ModelUnavailable):
    """Ask again: the answer broke off, or there was none."""


class ModelKeyRejected(ModelError):
    """Mend the key: the vendor does not accept it, or its account is out of money."""


class ModelRejected(ModelError):
    """Change the request: the vendor refuses it (unknown model, too long, not allowed)."""


class ContentRefused(ModelRejected):
    """Say something else: the model will not answer this, and another should not be asked to get round it."""
