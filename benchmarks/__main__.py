"""All benchmarks, one after the other."""

from benchmarks import areas, core, line, people

core.main()
line.main()
areas.main()
people.main()
