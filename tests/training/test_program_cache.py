"""Compiled programs kept on disk: what a second process no longer compiles."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jax
import pytest

from skautoencoder import cache_programs
from skautoencoder._training import _program_cache
from tests.training.test_compilation import reset_cache

old = jax.__version_info__ < (0, 10)
keeps_programs = pytest.mark.skipif(old, reason="JAX reads programs back wrongly")

FIT = """
import sys
import jax
import numpy as np
from skautoencoder import AutoencoderTransformer, cache_programs

events = []
jax.monitoring.register_event_listener(lambda event, **_: events.append(event))
X = np.random.default_rng(0).standard_normal((60, 4))
ours = AutoencoderTransformer(2, hidden_layer_sizes=(5,), max_iter=2, random_state=0)
cache_programs(*sys.argv[1:])
print(ours.fit(X).transform(X).sum())
print(events.count("/jax/compilation_cache/cache_hits"))
print(events.count("/jax/compilation_cache/cache_misses"))
"""


def fitted_in_a_process(*arguments, **environment):
    """The sum of the codes, programs that were read, and programs that were compiled."""
    left = {name: value for name, value in os.environ.items() if not name.startswith("JAX_")}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FIT, *arguments],
        env=left | environment, text=True, capture_output=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""  # where XLA reports harmless differences of the processor, by the page
    total, n_read, n_compiled = done.stdout.split()
    return total, int(n_read), int(n_compiled)


@pytest.fixture
def settings():
    """JAX's settings as they were, after a test that changes them."""
    names = [
        "jax_enable_compilation_cache", "jax_compilation_cache_dir",
        "jax_persistent_cache_min_compile_time_secs", "jax_persistent_cache_min_entry_size_bytes",
        "jax_logging_level",
    ]  # fmt: skip
    before = {name: getattr(jax.config, name) for name in names}
    yield
    for name, value in before.items():
        jax.config.update(name, value)
    reset_cache()


@keeps_programs
@pytest.mark.slow
def test_a_second_process_compiles_nothing_and_finds_the_same(tmp_path):
    first, n_read, n_compiled = fitted_in_a_process(str(tmp_path))
    assert n_read == 0 < n_compiled
    assert fitted_in_a_process(str(tmp_path)) == (first, n_compiled, 0)


@keeps_programs
@pytest.mark.slow
def test_what_is_damaged_is_compiled_again(tmp_path):
    first, _, n_compiled = fitted_in_a_process(str(tmp_path))
    for path in tmp_path.rglob("*-cache"):
        path.write_bytes(path.read_bytes()[:100])
    assert fitted_in_a_process(str(tmp_path)) == (first, 0, n_compiled)


@keeps_programs
@pytest.mark.slow
def test_without_a_folder_it_is_the_users_cache(tmp_path):
    _, _, n_compiled = fitted_in_a_process(XDG_CACHE_HOME=str(tmp_path))
    kept = list((tmp_path / "skautoencoder" / "programs").glob("jax-*/*-cache"))
    assert len(kept) == n_compiled


@keeps_programs
def test_each_kind_of_processor_and_version_has_a_folder(tmp_path, monkeypatch, settings):
    here = cache_programs(tmp_path)
    assert here == cache_programs(str(tmp_path))
    assert here.parent == tmp_path
    assert Path(jax.config.jax_compilation_cache_dir) == here
    with monkeypatch.context() as patch:
        patch.setattr(_program_cache, "_processor", lambda: ["flags : fpu sse2"])
        other = cache_programs(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(jax, "__version__", "99.0.0")
        newer = cache_programs(tmp_path)
    assert len({here, other, newer}) == 3


@keeps_programs
def test_a_folder_stays_where_it_was_named(tmp_path, monkeypatch, settings):
    monkeypatch.chdir(tmp_path)
    assert cache_programs("programs").parent == tmp_path / "programs"
    assert Path(jax.config.jax_compilation_cache_dir).is_absolute()


def test_the_processor_is_told_by_its_instructions():
    told = _program_cache._processor()
    assert told
    if Path("/proc/cpuinfo").exists():
        assert any(line.startswith(("flags", "Features")) for line in told)
        assert not any("MHz" in line for line in told)  # which differs from call to call


@keeps_programs
@pytest.mark.parametrize("folder", [3, True, b"a"])
def test_what_is_no_folder_is_refused(folder):
    before = jax.config.jax_compilation_cache_dir
    with pytest.raises(TypeError, match="'folder' parameter must be a path or None"):
        cache_programs(folder)
    assert jax.config.jax_compilation_cache_dir == before


@keeps_programs
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path, monkeypatch):
    before = jax.config.jax_compilation_cache_dir
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        cache_programs(tmp_path / "file")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    with pytest.raises(PermissionError, match="read-only"):
        cache_programs(tmp_path)
    assert jax.config.jax_compilation_cache_dir == before


@pytest.mark.skipif(not old, reason="JAX reads programs back rightly")
def test_an_old_jax_is_refused(tmp_path):
    with pytest.raises(RuntimeError, match="needs JAX 0"):
        cache_programs(tmp_path)
