"""Faults on real parts: processes are killed, stopped and multiplied, parts go away, answers and records are lost.

A `scenario` is some hundred tickets with random histories, published late, twice and out of order. A `scene` gives it
topics, a database, one clock for all processes (`timepiece`), workers (`worker`, started and killed by a `crew`) and a
witness that looks at W and the positions all the time. When everything is at rest `truth` holds what was said against
the judge over the whole input, by id and content, and asks of every single revision whether it was true when it was
said. `sabotage` breaks the service in a worker, and `test_sabotage` sees that somebody complains.

`make test` runs a bounded part, `make chaos` all of it. The figures stand at the end of a run.
"""
