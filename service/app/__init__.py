"""The composition root: the only place that knows every concrete part."""

from service.app.compose import App
from service.app.process import serve

__all__ = ["App", "serve"]
