"""What in a notebook's source will make it differ, found before anything runs."""

from nbrepro.linting.codes import CODES
from nbrepro.linting.lint import Fault, lint_notebook
from nbrepro.linting.sarif import sarif

__all__ = ["CODES", "Fault", "lint_notebook", "sarif"]
