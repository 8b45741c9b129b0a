"""JAX's own cache of compiled programs on disk, for the small programs of fits."""

from __future__ import annotations

import hashlib
import os
import platform
from pathlib import Path

import jax
from jax.experimental.compilation_cache.compilation_cache import reset_cache

# What tells processors apart in /proc/cpuinfo, on x86 and on ARM.
_TELLING = ("vendor_id", "model name", "flags", "Features", "CPU implementer", "CPU part")


def cache_programs(folder: str | os.PathLike | None = None) -> Path:
    """Keep compiled programs on disk from now on, so that later processes need not compile them.

    A first fit in a new process spends a second or more on compiling. With this call before it, a
    program that an earlier process compiled is read instead. It turns on JAX's persistent cache,
    and lets it keep programs that compile fast, which it does not by itself; programs of JAX
    that are not ours are kept, too.

    Parameters
    ----------
    folder : path-like, default=None
        Where to keep them; made if it is not there. None is ``skautoencoder/programs`` in
        ``$XDG_CACHE_HOME``, or else in ``~/.cache``.

    Returns
    -------
    pathlib.Path
        A folder within, whose name tells this kind of processor and version of JAX. What was
        compiled for another one is never read, also where machines share the disk.

    Raises
    ------
    TypeError
        If ``folder`` is not a path.
    OSError
        If the folder cannot be made or written to.
    RuntimeError
        If JAX is older than 0.10: 0.6 reads back programs that compute something else.

    Notes
    -----
    It is a setting of the process: each worker of a cluster, and each process that joblib starts,
    has to call it. What this process compiled before is not written. JAX's log is silenced but for
    what is fatal, unless its level has been set: XLA reports each program that it reads as if
    another processor had compiled it. Nothing is ever deleted: a program takes some tens of KiB,
    and the folder may be deleted at any time. Who can write to the folder decides what runs, so it
    should belong to the user.

    Examples
    --------
    >>> from skautoencoder import cache_programs
    >>> cache_programs("programs")  # doctest: +SKIP
    PosixPath('/home/me/programs/jax-0.10.1-b8bc3f3c3c1cb4b0')
    """
    if jax.__version_info__ < (0, 10):
        raise RuntimeError(
            f"cache_programs needs JAX 0.10 or newer. Got {jax.__version__}, which may read back "
            "programs that compute something else."
        )
    if folder is None:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(home) / "skautoencoder" / "programs"
    elif not isinstance(folder, str | os.PathLike):
        raise TypeError(f"The 'folder' parameter must be a path or None. Got {folder!r} instead.")
    place = Path(folder).absolute() / _kind_of_machine()  # the process may go elsewhere
    place.mkdir(parents=True, exist_ok=True)
    if not os.access(place, os.W_OK):
        raise PermissionError(f"Compiled programs cannot be kept in {place}: it is read-only.")
    jax.config.update("jax_enable_compilation_cache", True)
    jax.config.update("jax_compilation_cache_dir", str(place))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
    if jax.config.values["jax_logging_level"] in (None, "NOTSET"):
        # XLA takes the tuning of processors for instructions of theirs, and prints a page of errors
        # for each program that it reads, on the machine that has just compiled it.
        jax.config.update("jax_logging_level", "CRITICAL")
    reset_cache()  # which else has looked at the folder once and for all
    return place


def _kind_of_machine() -> str:
    """A short name, equal for machines that can run each other's programs.

    JAX's own key has the versions that compile, but nothing of the processor.
    """
    told = [platform.machine(), *_processor()]
    return f"jax-{jax.__version__}-{hashlib.sha256(repr(told).encode()).hexdigest()[:16]}"


def _processor() -> list[str]:
    """What the system says of the first processor and its instructions."""
    try:
        lines = Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
    except OSError:  # not on Linux
        return [platform.system(), platform.processor(), platform.version()]
    return [line for line in lines if line.startswith(_TELLING)]
