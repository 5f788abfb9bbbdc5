# ruff: noqa: E501 - a notebook is read best with a cell a line
"""Notebooks as data scientists write them, and divergences planted in them: written down before the rules were run on them."""

from __future__ import annotations

from tests.causes.bases import SITE, distribution
from tests.causes.planting import Base, Plant

_ORDERS = "day,shop,price,units\n" + "\n".join(
    f"2024-0{1 + n // 28}-{1 + n % 28:02},{'NSEW'[n % 4]}{n % 3},{5 + n * 7 % 13}.5,{1 + n % 5}" for n in range(60)
)
_REGIONS = "shop,region\n" + "\n".join(f"{side}{n},{side}" for side in "NSEW" for n in range(3)) + "\n"
_MAP = """{"type": "FeatureCollection", "features": [
 {"type": "Feature", "properties": {"name": "park"}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 3], [0, 3], [0, 0]]]}},
 {"type": "Feature", "properties": {"name": "lake"}, "geometry": {"type": "Polygon", "coordinates": [[[5, 5], [7, 5], [7, 6], [5, 6], [5, 5]]]}}
]}"""
_SHOP = """create table items (name text, kind text, price real);
insert into items values ('oak', 'tree', 12.5), ('elm', 'tree', 9.0), ('rose', 'shrub', 4.25), ('ivy', 'climber', 3.0);
"""
_MEAN = "def mean(values, trim=0):\n    kept = sorted(values)[trim:len(values) - trim or None]\n    return sum(kept) / len(kept)\ndef spread(values):\n    return max(values) - min(values)\n"
_NO_MEAN = {"site/fastmean-1.4.dist-info": None}

EVERYDAY_BASES: dict[str, Base] = {
    "sales": Base(
        needs=("pandas",),
        files={"data/orders.csv": _ORDERS + "\n", "data/regions.csv": _REGIONS},
        cells=(
            "import pandas as pd\nimport numpy as np",
            "orders = pd.read_csv('data/orders.csv', parse_dates=['day'])\nregions = pd.read_csv('data/regions.csv')\norders.shape",
            "orders['revenue'] = orders.price * orders.units\norders.head(3)",
            "merged = orders.merge(regions, on='shop')\nmerged.groupby('region').revenue.sum()",
            "weekly = orders.set_index('day').revenue.resample('W').sum()\nweekly.tail(2)",
            "def clip(series, share=0.9):\n    return series.clip(upper=series.quantile(share))\nfeatures = pd.DataFrame({'revenue': clip(orders.revenue), 'units': orders.units})\nfeatures.describe().round(2)",
            "print(f'{features.revenue.mean():.3f} per order')",
        ),
    ),
    "churn": Base(
        needs=("sklearn",),
        cells=(
            "import numpy as np\nfrom sklearn.datasets import make_classification\nfrom sklearn.ensemble import RandomForestClassifier\nfrom sklearn.model_selection import train_test_split",
            "X, y = make_classification(600, 8, random_state=3)\nX.shape",
            "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)\nlen(X_test)",
            "model = RandomForestClassifier(20)\nmodel.fit(X_train, y_train)",
            "model.predict_proba(X_test)[:, 1].sum().round(6)",
            "model.feature_importances_.round(3)",
        )
    ),
    "training": Base(
        needs=("torch",),
        cells=(
            "import torch\nfrom torch import nn",
            "torch.manual_seed(4)\nx = torch.linspace(-1, 1, 64).reshape(-1, 1)\ny = x ** 3 + 0.1 * torch.randn_like(x)\ny.std()",
            "net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))\nopt = torch.optim.Adam(net.parameters(), lr=0.01)",
            "losses = []\nfor epoch in range(30):\n    opt.zero_grad()\n    loss = nn.functional.mse_loss(net(x), y)\n    loss.backward()\n    opt.step()\n    losses.append(loss.item())\nround(losses[-1], 6)",
            "with torch.no_grad():\n    probe = net(torch.zeros(1, 1)).item()\nround(probe, 5)",
        )
    ),
    "corpus": Base(
        files={"corpus/a.txt": "the tree by the river", "corpus/b.txt": "a stone in the river and a tree", "corpus/c.txt": "river stone tree wood"},
        cells=(
            "import re\nfrom collections import Counter\nfrom pathlib import Path",
            "texts = {p.stem: p.read_text() for p in sorted(Path('corpus').glob('*.txt'))}\nsorted(texts)",
            "tokens = [w for text in texts.values() for w in re.findall(r'[a-z]+', text.lower())]\nlen(tokens)",
            "vocabulary = set(tokens)\nindex = {word: n for n, word in enumerate(vocabulary)}",
            "Counter(tokens).most_common(3)",
            "[index[w] for w in ('tree', 'river', 'stone')]",
        ),
    ),
    "shop": Base(
        files={"schema.sql": _SHOP},
        cells=(
            "import sqlite3\ndb = sqlite3.connect(':memory:')",
            "_ = db.executescript(open('schema.sql').read())\ndb.execute('select count(*) from items').fetchone()",
            "db.execute('select kind, sum(price) from items group by kind order by kind').fetchall()",
            "def top(n):\n    return db.execute('select name from items order by price desc limit ?', (n,)).fetchall()",
            "top(2)",
        ),
    ),
    "series": Base(
        cells=(
            "from datetime import datetime",
            "stamps = [1_600_000_000 + 3600 * n for n in range(48)]\nlen(stamps)",
            "hours = [datetime.fromtimestamp(s).hour for s in stamps]\nhours[:3]",
            "by_day = {}\nfor s, h in zip(stamps, hours):\n    by_day.setdefault(datetime.fromtimestamp(s).date().isoformat(), []).append(h)\n{day: len(v) for day, v in by_day.items()}",
        )
    ),
    "age": Base(
        cells=(
            "from datetime import datetime",
            "born = datetime(2020, 1, 1)",
            "age = (datetime.now() - born).total_seconds()",
            "round(age * 1e3) % 100_003",
        )
    ),
    "map": Base(
        files={"map.geojson": _MAP},
        cells=(
            "import json",
            "features = json.load(open('map.geojson'))['features']\nlen(features)",
            "def area(ring):\n    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:]))) / 2",
            "areas = {f['properties']['name']: area(f['geometry']['coordinates'][0]) for f in features}\nareas",
            "max(areas, key=areas.get)",
        ),
    ),
    "walk": Base(
        files={"sim.py": "DRIFT = 0.1\ndef step(value, noise):\n    return value + DRIFT + noise\n"},
        cells=(
            "import random\nimport sim",
            "random.seed(11)\nstart = 100.0",
            "path = [start]\nfor _ in range(20):\n    path.append(sim.step(path[-1], random.gauss(0, 1)))\nround(path[-1], 6)",
            "rng = random.Random(5)\nruns = [sum(rng.choice((-1, 1)) for _ in range(50)) for _ in range(10)]\nruns",
            "print('worst', min(runs))",
        ),
    ),
    "rates": Base(
        serves='{"rate": 1.25, "base": "EUR"}',
        cells=(
            "import json\nfrom urllib.request import urlopen",
            "answer = json.load(urlopen('{address}/rates'))",
            "answer['base']",
            "prices = [10, 20, 30]\n[round(p * answer['rate'], 2) for p in prices]",
            "len(prices)",
        ),
    ),
    "decay": Base(
        needs=("matplotlib",),
        cells=(
            "import numpy as np\nimport matplotlib.pyplot as plt",
            "t = np.linspace(0, 6, 50)\nvalues = np.sin(t) * np.exp(-t / 4)",
            "fig, ax = plt.subplots(figsize=(3, 2))\nax.plot(t, values)\n_ = ax.set_title('decay')",
            "round(values.max(), 6)",
        )
    ),
    "report": Base(
        files={"settings.json": '{"rows": 8}'},
        cells=(
            "import os, json",
            "config = json.load(open('settings.json'))\nmode = os.environ.get('REPORT_MODE', 'short')",
            "mode",
            "rows = list(range(config['rows']))\nlen(rows)",
            "rows[: 3 if mode == 'short' else 6]",
        ),
    ),
    "gram": Base(
        cells=(
            "import hashlib\nimport numpy as np",
            "rng = np.random.default_rng(0)\nA = rng.normal(size=(300, 300))",
            "product = A @ A.T\nproduct.shape",
            "hashlib.sha256(product.tobytes()).hexdigest()[:12]",
        )
    ),
    "fastmean": Base(
        environment=SITE,
        files=distribution("fastmean", "1.4", _MEAN),
        cells=(
            "import fastmean as fm\nfrom fastmean import spread",
            "values = [4, 8, 15, 16, 23, 42]",
            "fm.mean(values, trim=1)",
            "spread(values)",
            "print('n =', len(values))",
        ),
    ),
}  # fmt: skip


def _fastmean(version: str, source: str) -> dict[str, str | None]:
    return {**_NO_MEAN, **distribution("fastmean", version, source)}


EVERYDAY: tuple[Plant, ...] = (
    Plant(name="region-moved", base="sales", cell=4, causes=("data_changed",), files={"data/regions.csv": _REGIONS.replace("N0,N", "N0,S")}),
    Plant(name="orders-twice", base="sales", cell=2, causes=("data_changed",), files={"data/orders.csv": _ORDERS + "\n" + "\n".join(_ORDERS.split("\n")[1:4]) + "\n"}),
    Plant(name="default-of-a-function", base="sales", cell=6, causes=("source",), edits={5: "def clip(series, share=0.8):\n    return series.clip(upper=series.quantile(share))\nfeatures = pd.DataFrame({'revenue': clip(orders.revenue), 'units': orders.units})\nfeatures.describe().round(2)"}),
    Plant(name="filter-put-in", base="sales", cell=5, causes=("cell_missing",), inserts={3: "orders = orders[orders.units > 1]"}),
    Plant(name="region-and-print", base="sales", cell=4, causes=("data_changed", "source"), files={"data/regions.csv": _REGIONS.replace("N0,N", "N0,S")}, edits={6: "print(f'{features.revenue.mean():.1f} per order')"}),
    Plant(name="random-state-given", base="churn", cell=4, causes=("source",), edits={3: "model = RandomForestClassifier(20, random_state=1)\nmodel.fit(X_train, y_train)"}),
    Plant(name="more-trees", base="churn", cell=4, causes=("source",), edits={3: "model = RandomForestClassifier(25)\nmodel.fit(X_train, y_train)"}),
    Plant(name="peek-at-rows", base="churn", cell=5, causes=("cell_missing", "random_consumption"), inserts={3: "sample = np.random.permutation(len(X))[:5]"}),
    Plant(name="seed-line-lost", base="training", cell=2, causes=("source",), edits={1: "x = torch.linspace(-1, 1, 64).reshape(-1, 1)\ny = x ** 3 + 0.1 * torch.randn_like(x)\ny.std()"}),
    Plant(name="learning-rate", base="training", cell=4, causes=("source",), edits={2: "net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))\nopt = torch.optim.Adam(net.parameters(), lr=0.02)"}),
    Plant(name="warm-up-draw", base="training", cell=5, causes=("cell_missing", "random_consumption"), inserts={2: "warmup = torch.rand(3)"}),
    Plant(name="a-text-more", base="corpus", cell=2, causes=("data_changed",), files={"corpus/d.txt": "moss on a stone"}),
    Plant(name="word-changed", base="corpus", cell=5, causes=("data_changed",), files={"corpus/b.txt": "a stone in the water and a tree"}),
    Plant(name="text-deleted", base="corpus", cell=2, causes=("data_missing",), files={"corpus/c.txt": None}),
    Plant(name="vocabulary-order", base="corpus", cell=6, causes=("hash_order",), settings={"environment": {"PYTHONHASHSEED": "5"}}),
    Plant(name="price-in-the-script", base="shop", cell=3, causes=("data_changed",), files={"schema.sql": _SHOP.replace("12.5", "13.5")}),
    Plant(name="script-broken", base="shop", cell=2, causes=("data_changed",), files={"schema.sql": _SHOP.replace("insert into items", "insert items")}),
    Plant(name="query-edited", base="shop", cell=5, causes=("source",), edits={3: "def top(n):\n    return db.execute('select name from items order by price limit ?', (n,)).fetchall()"}),
    Plant(name="berlin", base="series", cell=3, causes=("locale",), settings={"environment": {"TZ": "Europe/Berlin"}}),
    Plant(name="age-of-today", base="age", cell=4, causes=("time",)),
    Plant(name="vertex-moved", base="map", cell=4, causes=("data_changed",), files={"map.geojson": _MAP.replace("[4, 3]", "[4, 5]")}),
    Plant(name="map-renamed", base="map", cell=2, causes=("data_missing",), files={"map.geojson": None, "map.geo.json": _MAP}),
    Plant(name="property-renamed", base="map", cell=4, causes=("data_changed",), files={"map.geojson": _MAP.replace('"name"', '"title"')}),
    Plant(name="drift-of-the-module", base="walk", cell=3, causes=("local_module",), files={"sim.py": "DRIFT = 0.2\ndef step(value, noise):\n    return value + DRIFT + noise\n"}),
    Plant(name="seed-emptied", base="walk", cell=3, causes=("source", "unseeded_randomness"), edits={1: "random.seed()\nstart = 100.0"}),
    Plant(name="generator-unseeded", base="walk", cell=4, causes=("source", "unseeded_randomness"), edits={3: "rng = random.Random()\nruns = [sum(rng.choice((-1, 1)) for _ in range(50)) for _ in range(10)]\nruns"}),
    Plant(name="rate-of-the-day", base="rates", cell=4, causes=("network",), answers='{"rate": 1.31, "base": "EUR"}'),
    Plant(name="service-down", base="rates", cell=2, causes=("network",), answers="503"),
    Plant(name="rate-and-prices", base="rates", cell=4, causes=("network", "source"), answers='{"rate": 1.31, "base": "EUR"}', edits={4: "len(prices) * 2"}),
    Plant(name="style-file", base="decay", cell=3, causes=("data_changed",), alternatives=("rendering",), files={"matplotlibrc": "lines.linewidth: 4\n"}),
    Plant(name="larger-figure", base="decay", cell=3, causes=("source",), edits={2: "fig, ax = plt.subplots(figsize=(4, 3))\nax.plot(t, values)\n_ = ax.set_title('decay')"}),
    Plant(name="faster-decay", base="decay", cell=3, causes=("source",), edits={1: "t = np.linspace(0, 6, 50)\nvalues = np.sin(t) * np.exp(-t / 3)"}),
    Plant(name="mode-of-the-shell", base="report", cell=3, causes=("environment_variable",), environment={"REPORT_MODE": "long"}),
    Plant(name="rows-in-the-settings", base="report", cell=4, causes=("data_changed",), files={"settings.json": '{"rows": 12}'}),
    Plant(name="mode-and-settings", base="report", cell=3, causes=("environment_variable", "data_changed"), environment={"REPORT_MODE": "long"}, files={"settings.json": '{"rows": 12}'}),
    Plant(name="older-processor", base="gram", cell=4, causes=("numerics",), alternatives=("environment_variable",), only_on="x86_64", settings={"environment": {"OPENBLAS_CORETYPE": "Nehalem"}}),
    Plant(name="parameter-renamed", base="fastmean", cell=3, causes=("api_change",), files=_fastmean("2.0", _MEAN.replace("trim", "cut"))),
    Plant(name="function-moved", base="fastmean", cell=1, causes=("api_change",), files=_fastmean("2.0", _MEAN.replace("spread", "value_range"))),
    Plant(name="mean-otherwise", base="fastmean", cell=3, causes=("package",), files=_fastmean("1.5", _MEAN.replace("sum(kept) / len(kept)", "kept[len(kept) // 2]"))),
    Plant(name="never-installed", base="fastmean", cell=1, causes=("missing_module",), files={**_NO_MEAN, "site/fastmean.py": None}),
    Plant(name="null-pointer", base="sales", cell=4, causes=("kernel_death",), inserts={3: "import ctypes\nctypes.string_at(0)"}),
)  # fmt: skip
