from __future__ import annotations

from pathlib import Path

import pytest

from nbrepro.config import Settings, cell_rules, load_settings, notebook_settings, project_root
from nbrepro.errors import ConfigError


def configured(tmp_path: Path, text: str) -> Settings:
    (tmp_path / "pyproject.toml").write_text(text)
    return load_settings(tmp_path)


def test_without_configuration_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == Settings()
    assert configured(tmp_path, "[project]\nname = 'x'\n") == Settings()


def test_the_table_of_the_project_is_read(tmp_path: Path) -> None:
    settings = configured(tmp_path, "[tool.nbrepro]\nseed = 7\nexclude = ['drafts/*']\nfail_on = ['warnings']\n")
    assert (settings.seed, settings.exclude, settings.fail_on) == (7, ("drafts/*",), ("warnings",))


def test_an_unknown_setting_names_the_nearest_and_a_wrong_type_is_told_with_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        configured(tmp_path, "[tool.nbrepro]\nsede = 7\nrtol = 'wide'\n")
    assert "did you mean 'seed'" in str(caught.value)
    assert "rtol" in str(caught.value)
    assert "pyproject.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("rtol = 'wide'", "rtol must be a number, not text"),
        ("threads = 'all'", "threads must be a whole number, not text"),
        ("allow_errors = 3.5", "allow_errors must be true or false, not a number"),
        ("exclude = 'drafts'", "exclude must be a list, not text"),
        ("environment = []", "environment must be a table, not a list"),
        ("rtol = inf", "rtol must be a finite number of 0 or more, not inf"),
        ("atol = nan", "atol must be a finite number of 0 or more, not nan"),
        ("timeout = -1", "timeout must be a finite number of 0 or more, not -1"),
        ("seed = 'x'", "seed must be a whole number from 0 to 4294967295 or 'random', not 'x'"),
        ("entropy = 'none'", "entropy must be 'detect' or 'deterministic', not 'none'"),
        ("fail_on = ['errors']", "fail_on must be a list of 'warnings', not ['errors']"),
        ("pixel_tolerance = 256", "pixel_tolerance must be a whole number from 0 to 255, not 256"),
        ("keep_runs = 0", "keep_runs must be a whole number above 0, not 0"),
        ("calibration_level = 1", "calibration_level must be a finite number above 0.5 and below 1, not 1"),
        ("environment = { A = 1 }", "environment must be a table of text, not {'A': 1}"),
        ("tolerence = 1", "unknown setting 'tolerence': did you mean 'rtol' or 'atol' or 'pixel_tolerance'?"),
    ],
)
def test_a_setting_at_fault_is_told_in_words(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        configured(tmp_path, f"[tool.nbrepro]\n{line}\n")
    assert told in str(caught.value)


@pytest.mark.parametrize("text", ["[tool.nbrepro\n", "[tool]\nnbrepro = 3\n", "[tool.nbrepro]\nfail_on = ['x']\n"])
def test_a_file_at_fault_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"pyproject\.toml"):
        configured(tmp_path, text)


@pytest.mark.parametrize("line", ["rtol = -1", "timeout = -1", "threads = -2", "keep_runs = 0", "max_output = 0"])
def test_a_number_out_of_range_is_told(tmp_path: Path, line: str) -> None:
    with pytest.raises(ConfigError, match=line.split(maxsplit=1)[0]):
        configured(tmp_path, f"[tool.nbrepro]\n{line}\n")


def test_the_notebook_wins_over_the_project_and_the_tag_over_both() -> None:
    project = Settings(rtol=1e-3, atol=1e-3)
    notebook = notebook_settings(project, {"nbrepro": {"settings": {"rtol": 1e-2}}}, "a.ipynb")
    rules = cell_rules(notebook, ["nbrepro-rtol=0.5"])
    assert (notebook.rtol, notebook.atol) == (1e-2, 1e-3)
    assert (rules.settings.rtol, rules.settings.atol) == (0.5, 1e-3)


@pytest.mark.parametrize(
    ("tag", "meant"), [("nbrepro-ignroe-output", "'nbrepro-ignore-output'"), ("nbrepro-rtool=1", "'nbrepro-rtol=…'")]
)
def test_an_unknown_tag_names_the_nearest(tag: str, meant: str) -> None:
    with pytest.raises(ConfigError, match=f"did you mean {meant}"):
        cell_rules(Settings(), [tag])


@pytest.mark.parametrize("value", ["inf", "nan", "-1"])
def test_a_tolerance_without_bound_is_refused_in_a_tag(value: str) -> None:
    with pytest.raises(ConfigError, match=f"atol must be a finite number of 0 or more, not {value}"):
        cell_rules(Settings(), [f"nbrepro-atol={value}"])


def test_a_tolerance_without_bound_is_refused_in_a_notebook() -> None:
    with pytest.raises(ConfigError, match="rtol must be a finite number of 0 or more, not inf"):
        notebook_settings(Settings(), {"nbrepro": {"settings": {"rtol": float("inf")}}}, "a.ipynb")


def test_tags_are_understood() -> None:
    rules = cell_rules(Settings(), ["nbrepro-skip", "nbrepro-ignore-output", "raises-exception", "other"])
    assert (rules.skip, rules.ignore_output, rules.may_raise) == (True, True, True)


@pytest.mark.parametrize("tag", ["nbrepro-rtol=wide", "nbrepro-rtool=1", "nbrepro-ignroe-output", "nbrepro-seed=1"])
def test_a_tag_at_fault_is_told(tag: str) -> None:
    with pytest.raises(ConfigError, match=tag.split("=", maxsplit=1)[0]):
        cell_rules(Settings(), [tag])


def test_the_root_is_the_nearest_project(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("")
    assert project_root(inner / "x.ipynb") == tmp_path
    (tmp_path / "a" / ".nbrepro").mkdir()
    assert project_root(inner / "x.ipynb") == tmp_path / "a"
