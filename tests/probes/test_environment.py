from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbrepro.probes import environment
from nbrepro.probes.places import Places
from nbrepro.probes.redaction import REDACTED, names_secret, redact


def variables(environ: dict[str, str], **keywords: object) -> dict[str, str]:
    return environment.read(environ, **keywords).variables  # type: ignore[arg-type]


def test_only_variables_of_the_allow_list_are_read() -> None:
    environ = {"OMP_NUM_THREADS": "2", "LC_NUMERIC": "C", "USER": "me", "AWS_REGION": "x", "PATH": "/bin"}
    assert variables(environ) == {"OMP_NUM_THREADS": "2", "LC_NUMERIC": "C"}


@pytest.mark.parametrize(
    "name",
    [
        *(
            "PYTHONHASHSEED",
            "PYTHONPATH",
            "TZ",
            "LANG",
            "LC_ALL",
            "MPLBACKEND",
            "SOURCE_DATE_EPOCH",
            "COLUMNS",
            "LINES",
        ),
        *("OMP_PROC_BIND", "MKL_CBWR", "OPENBLAS_CORETYPE", "NUMEXPR_MAX_THREADS", "ATEN_CPU_CAPABILITY"),
        *("ONEDNN_MAX_CPU_ISA", "CUBLAS_WORKSPACE_CONFIG", "CUDA_VISIBLE_DEVICES", "PYTORCH_CUDA_ALLOC_CONF"),
        *("TF_DETERMINISTIC_OPS", "JAX_ENABLE_X64"),
    ],
)
def test_variables_that_change_results_are_read(name: str) -> None:
    assert variables({name: "1"}) == {name: "1"}


def test_what_says_where_nbrepro_works_never_enters() -> None:
    names = ("NBREPRO_JOURNAL", "NBREPRO_SEED", "NBREPRO_ROOT", "NBREPRO_HEADLESS", "KMP_DUPLICATE_LIB_OK")
    assert variables(dict.fromkeys(names, "1"), extra=["*"]) == {}


def test_more_variables_can_be_allowed_but_not_secrets() -> None:
    environ = {"MY_MODE": "fast", "MY_TOKEN": "x", "MYAPIKEY": "x", "MY_DB_PASSWORD": "x", "OTHER": "x"}
    assert variables(environ, extra=["MY_*"]) == {"MY_MODE": "fast"}


def test_terraforms_variables_are_not_tensorflows() -> None:
    assert variables({"TF_VAR_db": "x", "TF_CLI_CONFIG_FILE": "x"}) == {}


def test_paths_are_told_relative_to_the_project_and_the_home_folder(tmp_path: Path) -> None:
    home = tmp_path / "home"
    root = home / "project"
    environ = {"HOME": str(home), "PYTHONPATH": f"{root}/src:{home}/lib:{home}work:/opt/lib", "NBREPRO_ROOT": str(root)}
    expected = {"PYTHONPATH": f"./src:~/lib:{home}work:/opt/lib"}
    assert variables(environ) == expected
    assert variables(environ, root=root) == expected


def test_two_clones_agree(tmp_path: Path) -> None:
    answers = [
        variables(
            {"HOME": str(tmp_path / name), "PYTHONPATH": str(tmp_path / name / "p" / "src")}, root=tmp_path / name / "p"
        )
        for name in ("one", "two")
    ]
    assert answers[0] == answers[1] == {"PYTHONPATH": "./src"}


def test_the_top_of_the_file_system_is_no_home() -> None:
    assert Places.of({"HOME": "/"}).shorten("/usr/lib:/") == "/usr/lib:/"


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


def test_the_time_zone_is_the_same_in_summer_and_in_winter(zone: pytest.MonkeyPatch) -> None:
    zone.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    assert environment.read({}).timezone == "CET/CEST +01:00"
    zone.setenv("TZ", "NST3:30")
    time.tzset()
    assert environment.read({}).timezone == "NST -03:30"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://me:hunter2@example.org/x", f"https://{REDACTED}@example.org/x"),
        ("https://tok123@example.org/x y http://b:c@d/", f"https://{REDACTED}@example.org/x y http://{REDACTED}@d/"),
        ("https://me:a/b@c@example.org/x", f"https://{REDACTED}@example.org/x"),
        ("ssh://git@example.org/x.git", "ssh://git@example.org/x.git"),
        ("ssh://me:hunter2@example.org/x.git", f"ssh://{REDACTED}@example.org/x.git"),
        ("https://example.org/x?a=1&token=abc&b=2", f"https://example.org/x?a=1&token={REDACTED}&b=2"),
        ("https://example.org/?X-Amz-Signature=abc", f"https://example.org/?X-Amz-Signature={REDACTED}"),
        ("--password=abc --mode=fast", f"--password={REDACTED} --mode=fast"),
        ("ghp_" + "a" * 36, REDACTED),
        ("AKIA" + "A" * 16, REDACTED),
        ("expandable_segments:True,max_split_size_mb:64", "expandable_segments:True,max_split_size_mb:64"),
        ("/usr/lib:./src", "/usr/lib:./src"),
        ("https://example.org/a@b", "https://example.org/a@b"),
        (":4096:8", ":4096:8"),
    ],
)
def test_credentials_are_redacted_and_nothing_else(text: str, expected: str) -> None:
    assert redact(text) == expected


@given(st.text())
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(
    user=st.text(st.characters(whitelist_categories=["L", "N"]), max_size=5),
    secret=st.text(st.characters(blacklist_characters="/@?# \t\n\r", blacklist_categories=["Z", "C"]), min_size=8),
    before=st.sampled_from(["", "pip install ", "a=1,b="]),
)
def test_a_password_in_an_address_never_survives(user: str, secret: str, before: str) -> None:
    assert secret not in redact(f"{before}https://{user}:{secret}@example.invalid/path")


@pytest.mark.parametrize("name", ["HF_TOKEN", "apiKey", "X-Amz-Signature", "db.password", "AWS_SECRET_ACCESS_KEY"])
def test_names_of_secrets_are_known(name: str) -> None:
    assert names_secret(name)


@pytest.mark.parametrize("name", ["OMP_NUM_THREADS", "TOKENIZERS_PARALLELISM", "PYTHONPATH", "KEYBOARD", "MONKEY"])
def test_names_that_only_look_like_it_are_not_taken_for_secrets(name: str) -> None:
    assert not names_secret(name)
