"""Write, audit, publish: a branch a run, a generation a publication, one switch for readers."""

from leadgrade.publish.branch import Branch, open_branch
from leadgrade.publish.home import Home
from leadgrade.publish.publication import publish
from leadgrade.publish.retention import rollback, tidy

__all__ = ["Branch", "Home", "open_branch", "publish", "rollback", "tidy"]
