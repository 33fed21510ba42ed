"""What stops a benchmark."""


class Problem(Exception):
    """Something that is missing or went wrong, in words for whoever called."""
