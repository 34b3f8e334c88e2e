"""All benchmarks, one after the other."""

from benchmarks import core, line

core.main()
line.main()
