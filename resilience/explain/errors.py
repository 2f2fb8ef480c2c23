"""What goes wrong when results are asked to explain themselves."""


class ExplainError(ValueError):
    """The results cannot explain what was asked; the message says why and what would do."""
