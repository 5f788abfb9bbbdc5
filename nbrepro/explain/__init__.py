"""Why two runs differ: likely causes with their evidence, and which differences only follow from the first."""

from nbrepro.explain import rules as _rules  # noqa: F401 - importing the rules registers them
from nbrepro.explain.case import Case, Step
from nbrepro.explain.dependencies import AS_THE_FIRST, FollowUp, followers, likely_causes, localise
from nbrepro.explain.registry import explain, rule

__all__ = ["AS_THE_FIRST", "Case", "FollowUp", "Step", "explain", "followers", "likely_causes", "localise", "rule"]
