"""What goes wrong in the lab, as one sentence for the person who started it."""


class LabError(Exception):
    """The lab cannot go on; the text says why and, where known, what to do."""
