"""What is kept: one file a table, and the only SQL of the service.

Every function takes the transaction (`Tx`) of its caller and never begins, commits or rolls back one itself, so
that the caller decides what becomes true together. Statements work on sets: a slice of a partition or a batch of
due tickets costs as many round trips as one ticket. Instants are microseconds since 1970-01-01T00:00:00Z (bigint).
"""

from service.store.database import Database, Tx
from service.store.errors import StoreError, Unavailable, Unstorable

__all__ = ["Database", "StoreError", "Tx", "Unavailable", "Unstorable"]
