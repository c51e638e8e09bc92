"""What every function raises that is given data, or a question about it, that it cannot use."""


class InputError(ValueError):
    """The data or the question cannot be used; the message says why, and what to do."""
