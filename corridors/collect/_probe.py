"""A first reading of a file in a process of its own, so that a crash inside GDAL takes that process down and not the caller's.

It costs the start of a process (about half a second) a file. What it reads is thrown away: nothing is handed between processes.
"""

from __future__ import annotations

import subprocess
import sys

MEMORY_BYTES = 8 * 1024**3
"""What reading one file may take, where the system can hold a process to it (POSIX)."""
SECONDS = 600
"""How long reading one file may take."""

READ = """
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
except (ImportError, ValueError):
    pass
import pyogrio
try:
    pyogrio.read_dataframe(sys.argv[1])
except MemoryError:
    sys.exit(3)
except Exception:
    pass  # the caller reads it again, and says what is wrong
"""


def fault_in(source: str, *, read: str = READ, seconds: float = SECONDS) -> str:
    """Return what became of a process that read a file, ``""`` if it lived to the end.

    Parameters
    ----------
    source
        What GDAL is to open: the path of a file, or of a member of a zip file.
    read
        The program of the process.
    seconds
        How long it may take.
    """
    words = [sys.executable, "-c", read, source, str(MEMORY_BYTES)]
    try:
        done = subprocess.run(words, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"reading it takes more than {seconds:g} s"
    if done.returncode == 3:
        return f"reading it takes more than {MEMORY_BYTES:,} bytes of memory"
    return "" if done.returncode == 0 else f"GDAL crashes on it (exit code {done.returncode}); it is damaged"
