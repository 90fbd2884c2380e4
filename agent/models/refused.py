"""The refusal that no other model should be asked to get round."""

from agent.models.errors import ModelRejected


class ContentRefused(ModelRejected):
    """Say something else: the model will not answer this, and another should not be tried."""
