"""Run a `streamsnn` command in this process, and write down what the process used.

`python -m benchmarks.measured FILE run digits ...`; started by other benchmarks as a child.
"""

import json
import resource
import sys
from pathlib import Path

from streamsnn.atomic import write_atomic
from streamsnn.cli import main as streamsnn


def usage() -> dict[str, float]:
    """CPU seconds of this process and of the children it waited for; its own largest memory, MiB."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    # ru_maxrss would include what the process was before it became this program
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {
        "cpu_s": own.ru_utime + own.ru_stime,
        "children_cpu_s": children.ru_utime + children.ru_stime,
        "peak_rss_mib": int(status["VmHWM"].split()[0]) / 1024,
    }


def main() -> int:
    """Run the command, and exit as it does."""
    file = Path(sys.argv[1])
    sys.argv = ["streamsnn", *sys.argv[2:]]
    try:
        streamsnn()
    finally:
        write_atomic(file, json.dumps(usage()).encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
