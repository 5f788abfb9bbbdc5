from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any, ClassVar

import pytest

from nbrepro.compare import Comparison, Registry, Rules, default_registry
from nbrepro.compare.normalisers import BUILTIN, Normaliser
from nbrepro.compare.normalisers import load_plugins as load_normalisers
from nbrepro.compare.registry import load_plugins
from nbrepro.errors import ConfigError


class Thing:
    name: ClassVar[str] = "thing"
    mimes: ClassVar[tuple[str, ...]] = ("application/x-thing",)
    priority: ClassVar[int] = 10
    richness: ClassVar[int] = 50

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        del reference, candidate, rules
        return Comparison.identical()


class Wide(Thing):
    name: ClassVar[str] = "wide"
    mimes: ClassVar[tuple[str, ...]] = ("application/x-*",)


@pytest.mark.parametrize(
    ("mime", "name"),
    [
        ("text/plain", "text"),
        ("text/x-anything", "text"),
        ("text/html", "html"),
        ("image/png", "image"),
        ("image/svg+xml", "svg"),
        ("IMAGE/PNG", "image"),
        ("application/json", "json"),
        ("application/geo+json", "json"),
        ("application/vnd.plotly.v1+json", "plotly"),
        ("application/vnd.vegalite.v5+json", "vega"),
        ("application/vnd.vegalite.v6.json", "vega"),
        ("application/pdf", "pdf"),
        ("stream/stderr", "stderr"),
        ("stream/stdout", "stdout"),
        ("application/x-unknown", "bytes"),
        ("audio/wav", "bytes"),
    ],
)
def test_every_type_has_its_comparator(mime: str, name: str) -> None:
    assert default_registry().find(mime).name == name


def test_the_higher_priority_wins() -> None:
    class Own(Thing):
        mimes: ClassVar[tuple[str, ...]] = ("text/plain",)

    registry = Registry([default_registry().find("text/plain"), Own()])
    assert registry.find("text/plain").name == "thing"


def test_a_tie_on_one_pattern_is_an_error_at_registration_with_advice() -> None:
    with pytest.raises(ConfigError, match="give one of them a higher `priority`"):
        Registry([Thing(), Thing()])


def test_a_tie_of_overlapping_patterns_is_an_error_at_the_first_look() -> None:
    registry = Registry([Thing(), Wide()])
    assert registry.find("application/x-other").name == "wide"
    with pytest.raises(ConfigError, match="thing and wide both take application/x-thing"):
        registry.find("application/x-thing")


@pytest.mark.parametrize("faulty", [object(), Thing, 3])
def test_what_is_no_comparator_is_refused_at_registration(faulty: object) -> None:
    with pytest.raises(ConfigError, match="is no comparator"):
        Registry().register(faulty)


def test_a_comparator_without_types_is_refused() -> None:
    class Empty(Thing):
        mimes: ClassVar[tuple[str, ...]] = ()

    with pytest.raises(ConfigError, match="at least one MIME type"):
        Registry().register(Empty())


def test_an_empty_registry_says_what_is_missing() -> None:
    with pytest.raises(ConfigError, match="no comparator takes text/plain"):
        Registry().find("text/plain")


def test_a_plugin_class_is_instantiated() -> None:
    registry = Registry()
    load_plugins(registry, [EntryPoint("x", "nbrepro.compare.binary:BytesComparator", "nbrepro.comparators")])
    assert registry.find("application/x-thing").name == "bytes"


def test_a_plugin_that_does_not_load_is_named() -> None:
    point = EntryPoint("broken", "nowhere.to:be_found", "nbrepro.comparators")
    with pytest.raises(ConfigError, match=r"broken: nowhere\.to:be_found cannot be loaded"):
        load_plugins(Registry(), [point])
    with pytest.raises(ConfigError, match="cannot be loaded"):
        load_normalisers(BUILTIN, [point])


def test_a_normaliser_with_a_taken_name_is_refused() -> None:
    point = EntryPoint("twice", "nbrepro.compare.normalisers.paths:NORMALISERS", "nbrepro.normalisers")
    with pytest.raises(ConfigError, match="there is a normaliser"):
        load_normalisers(BUILTIN, [point])


def test_what_is_no_normaliser_is_refused() -> None:
    point = EntryPoint("odd", "json:loads", "nbrepro.normalisers")
    with pytest.raises(ConfigError, match="is no Normaliser"):
        load_normalisers(BUILTIN, [point])


def test_every_normaliser_describes_itself() -> None:
    assert all(isinstance(n, Normaliser) and n.description.endswith(".") for n in BUILTIN)
    assert len({n.name for n in BUILTIN}) == len(BUILTIN)
