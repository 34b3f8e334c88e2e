"""The demo: the whole line on this machine, on recorded events, checked against a back-test."""

from service.demo.run import run

__all__ = ["run"]
