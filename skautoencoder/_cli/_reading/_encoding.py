"""The codec of a file's text: from its first bytes, or by trying."""

from __future__ import annotations

import codecs

from skautoencoder._cli._table import BadInputError

_BLOCK = 1 << 20
# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_REMARK = "the text taken as {}"


def codec_of(file, asked=None):
    """The codec that reads a binary file to its end, and a list of what to tell of it.

    Raises
    ------
    BadInputError
        If the codec that was asked for does not read it, or none does.
    """
    if asked is not None:
        _check_known(asked)
        if not _reads(file, asked):
            raise BadInputError(f"it is no text in {asked}.")
        return asked, []
    seen = _by_first_bytes(file)
    codec = next((one for one in (seen or ("utf-8", "cp1252")) if _reads(file, one)), None)
    if codec is None:
        raise BadInputError("it is no text in UTF-8, UTF-16 or cp1252: say --encoding.")
    return codec, [] if codec in ("utf-8", "utf-8-sig") else [_REMARK.format(codec)]


def _check_known(codec):
    try:
        "".encode(codec)
    except LookupError as error:
        raise BadInputError(f"--encoding {codec!r} is no text encoding of Python.") from error


def _by_first_bytes(file):
    file.seek(0)
    head = file.read(4096)
    for mark, codec in _MARKS.items():
        if head.startswith(mark):
            return (codec,)
    # UTF-16 without its mark: every other byte of what is mostly Latin text is zero.
    for codec, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if len(zeros) > 1 and zeros.count(0) > 0.7 * len(zeros):
            return (codec,)
    return None


def _reads(file, codec):
    """Whether all of a file is text in a codec; one with zeros in it is refused at once."""
    decoder = codecs.getincrementaldecoder(codec)()
    file.seek(0)
    try:
        while block := file.read(_BLOCK):
            _check_no_zeros(decoder.decode(block))
        _check_no_zeros(decoder.decode(b"", final=True))
    except UnicodeError:
        return False
    finally:
        file.seek(0)
    return True


def _check_no_zeros(text):
    if "\0" in text:
        raise BadInputError("it has zero bytes, as no table of text has.")
