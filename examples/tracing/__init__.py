"""A consumer of breaches: one case a breach, opened, revised, closed and reopened as slaclock says.

It stands for the workflow that hears the person concerned and decides, and shows what such a consumer has to do about
the contract and no more. It suggests nothing about anybody: a case is what was said, and when.

    cases.py      what a record says and what its case is; pure
    store.py      the tables of the cases
    consumer.py   from the topic to the tables
"""
