"""Text that every writer behind us can take, whoever typed it and however it was decoded."""


def readable(text: str) -> str:
    """The text without half characters (lone surrogates) and zero bytes, which would break every writer behind us."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
