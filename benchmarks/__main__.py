"""All benchmarks, one after the other."""

from benchmarks import line

line.main()
