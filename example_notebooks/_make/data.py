"""Write the examples' data sets: small, invented, the same bytes each time.

Usage: ``python _make/data.py [--former]``. With ``--former`` the orders are those of the first export, from before
the late ones of March were booked. Each CSV has a ``.dvc`` file beside it, whose digest and size are renewed here.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(__file__).resolve().parent.parent / "data"

DVC_FILE = """\
outs:
- md5: {md5}
  size: {size}
  hash: md5
  cache: false
  path: {name}
"""


def energy() -> pd.DataFrame:
    """Return six weeks of hourly readings of two meters, with the faults that loggers leave."""
    rng = np.random.default_rng(20_240_901)
    hours = pd.date_range("2024-09-02", periods=24 * 42, freq="h")
    hour = hours.hour.to_numpy()
    open_hours = (hour >= 7) & (hour < 19) & (hours.day_of_week.to_numpy() < 5)
    outdoor = (
        14 + 6 * np.sin((hour - 9) / 24 * 2 * np.pi) - np.arange(len(hours)) / 250 + rng.normal(0, 1.2, len(hours))
    )
    heating = 0.55 * np.clip(16 - outdoor, 0, None)
    meters = {
        "offices": 2.1 + 7.4 * open_hours + heating + rng.gamma(2.0, 0.35, len(hours)),
        "server room": 5.6 + 0.05 * outdoor + rng.normal(0, 0.18, len(hours)),
    }
    frame = pd.concat(
        pd.DataFrame({"time": hours, "meter": name, "outdoor_c": outdoor.round(1), "kwh": kwh.round(2)})
        for name, kwh in meters.items()
    ).sort_values(["time", "meter"], ignore_index=True)
    frame.loc[rng.choice(len(frame), 17, replace=False), "kwh"] = np.nan  # the logger was offline
    frame.loc[rng.choice(len(frame), 3, replace=False), "kwh"] = -1.0  # its code for a failed reading
    return pd.concat([frame, frame.iloc[[700, 701]]]).sort_values(["time", "meter"], kind="stable")  # sent twice


def orders(*, former: bool) -> pd.DataFrame:
    """Return the first quarter's orders of a shop for tea; the former export lacks the late ones of March."""
    rng = np.random.default_rng(1_706)
    count = 540
    day = np.sort(rng.integers(0, 91, count))
    products = {"Assam 250 g": 8.9, "Sencha 100 g": 11.5, "Rooibos 250 g": 6.4, "Tea pot 1 l": 34.0}
    product = rng.choice(list(products), count, p=[0.4, 0.25, 0.25, 0.1])
    frame = pd.DataFrame(
        {
            "order": np.arange(10_001, 10_001 + count),
            "date": (pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D")).strftime("%Y-%m-%d"),
            "region": rng.choice(["north", "south", "west"], count, p=[0.3, 0.45, 0.25]),
            "product": product,
            "quantity": 1 + rng.poisson(0.9, count),
            "unit_price": [products[name] for name in product],
        }
    )
    late = (frame["date"] >= "2024-03-01") & (rng.random(count) < 0.2)  # drawn for both, so that the rest agrees
    return frame[~late] if former else frame


def survey() -> pd.DataFrame:
    """Return answers to a survey on the way to work, with times as people write them."""
    rng = np.random.default_rng(88)
    count = 120
    mode = rng.choice(["bicycle", "bus", "car", "train"], count, p=[0.3, 0.2, 0.35, 0.15])
    typical = {"bicycle": 22, "bus": 38, "car": 31, "train": 54}
    minutes = [max(4, round(rng.normal(typical[way], 9))) for way in mode]
    styles = [lambda m: f"{m} min", lambda m: f"{m // 60}:{m % 60:02d}", lambda m: f"{m}", lambda m: f"{m / 60:.2f} h"]
    style = rng.choice(len(styles), count, p=[0.5, 0.2, 0.2, 0.1])
    return pd.DataFrame(
        {
            "person": np.arange(1, count + 1),
            "mode": mode,
            "way_to_work": [styles[kind](m) for kind, m in zip(style, minutes, strict=True)],
            "satisfied": rng.integers(1, 6, count),
        }
    )


def write(name: str, frame: pd.DataFrame) -> None:
    """Write the CSV and the ``.dvc`` file that tells its version."""
    text = frame.to_csv(index=False, lineterminator="\n").encode()
    (DATA / name).write_bytes(text)
    md5 = hashlib.md5(text, usedforsecurity=False).hexdigest()
    (DATA / f"{name}.dvc").write_text(DVC_FILE.format(md5=md5, size=len(text), name=name), encoding="utf-8")


def main() -> None:
    """Write all data sets."""
    parser = argparse.ArgumentParser(description="Write the examples' data sets.")
    parser.add_argument("--former", action="store_true", help="write the orders of the first export")
    former = parser.parse_args().former
    DATA.mkdir(exist_ok=True)
    write("energy.csv", energy())
    write("orders.csv", orders(former=former))
    write("survey.csv", survey())


if __name__ == "__main__":
    main()
