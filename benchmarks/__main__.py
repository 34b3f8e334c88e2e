"""All benchmarks, one after the other."""

from benchmarks import areas, core, line

core.main()
line.main()
areas.main()
