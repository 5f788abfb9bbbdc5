"""Ways to read a file, each with a file of its own, and the code that makes the files."""

from __future__ import annotations

from dataclasses import dataclass

MAKE = """
import bz2, gzip, json, lzma, os, pickle, sqlite3, zipfile
import h5py, joblib, netCDF4, numpy as np, pandas as pd, pyarrow as pa, pyarrow.parquet as pq, torch
from PIL import Image
from safetensors.torch import save_file
os.makedirs("deep/er"), os.makedirs("many"), os.makedirs("set/part=1")
names = "open pathlib c python pa pl duck sys fd cat child deep/er/text real mmap std"
for name in names.split():
    open(f"{name}.csv", "w").write("a,b\\n1,2\\n3,4\\n")
os.symlink("real.csv", "link.csv")
for number in range(5):
    open(f"many/{number}.csv", "w").write(f"a,b\\n{number},2\\n")
gzip.open("t.gz", "wt").write("1"), bz2.open("t.bz2", "wt").write("1"), lzma.open("t.xz", "wt").write("1")
zipfile.ZipFile("t.zip", "w").writestr("a", "1")
pickle.dump(1, open("t.pickle", "wb")), json.dump([1], open("t.json", "w"))
frame = pd.DataFrame({"a": [1, 2], "b": [3.0, 4.0]})
frame.to_json("pandas.json"), frame.to_excel("t.xlsx"), frame.to_hdf("t.hdf", key="a"), frame.to_feather("t.feather")
frame.to_orc("t.orc"), frame.to_pickle("pandas.pickle")
for name in ("pandas", "pa", "pl-read", "pl-scan", "duck", "duck-rel", "dynamic", "deep/er/t", "set/part=1/t"):
    frame.to_parquet(f"{name}.parquet")
frame.to_feather("pl.arrow", compression="uncompressed"), frame.to_feather("ipc.arrow", compression="uncompressed")
frame.to_json("pl.ndjson", orient="records", lines=True), frame.to_json("duck.json", orient="records")
for name in ("load", "mapped"):
    np.save(f"{name}.npy", np.arange(3))
np.arange(3).tofile("raw.bin"), np.arange(3).tofile("mapped.bin"), np.savetxt("t.txt", np.arange(3))
for name in ("t.h5", "store.h5"):
    with h5py.File(name, "w") as file: file["x"] = np.arange(3)
with netCDF4.Dataset("t.nc", "w") as file: file.createDimension("x", 3)
frame.to_hdf("tables.h5", key="a")
save_file({"a": torch.ones(2)}, "t.safetensors"), save_file({"a": torch.ones(2)}, "open.safetensors")
torch.save([1], "t.pt"), torch.save(torch.ones(2), "mapped.pt")
torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), "jit.pt")
joblib.dump(1, "t.joblib"), joblib.dump(np.arange(9), "mapped.joblib")
for name in ("pil.png", "cv2.png", "plt.png"):
    Image.new("L", (2, 2)).save(name)
for name in ("t.db", "attached.db"):
    base = sqlite3.connect(name)
    base.execute("create table t (x)"), base.execute("insert into t values (1)"), base.commit(), base.close()
"""

IMPORTS = """
import bz2, glob, gzip, json, lzma, mmap, os, pathlib, pickle, sqlite3, subprocess, sys, zipfile, urllib.request
from multiprocessing import get_context
import cv2, duckdb, fsspec, h5py, joblib, matplotlib.pyplot as plt, netCDF4, numpy as np, pandas as pd, polars as pl
import pyarrow as pa, pyarrow.csv, pyarrow.dataset, pyarrow.feather, pyarrow.orc, pyarrow.parquet as pq, requests
import safetensors, safetensors.torch, tables, torch
from PIL import Image
name = "dyna" + "mic"
"""


@dataclass(frozen=True)
class Row:
    """A way to read."""

    name: str
    code: str
    path: str
    """What the record is to tell: a path in the project, or an address with ``SERVER`` for the server's."""


ROWS = (
    Row("`open`", "open('open.csv').read()", "open.csv"),
    Row("`Path.read_text`", "pathlib.Path('pathlib.csv').read_text()", "pathlib.csv"),
    Row("`os.open`, `os.read`", "fd = os.open('fd.csv', os.O_RDONLY); os.read(fd, 9); os.close(fd)", "fd.csv"),
    Row("`os.open`, `mmap`", "fd = os.open('mmap.csv', 0); bytes(mmap.mmap(fd, 0, prot=1)); os.close(fd)", "mmap.csv"),
    Row("`gzip`", "gzip.open('t.gz').read()", "t.gz"),
    Row("`bz2`", "bz2.open('t.bz2').read()", "t.bz2"),
    Row("`lzma`", "lzma.open('t.xz').read()", "t.xz"),
    Row("`zipfile`", "zipfile.ZipFile('t.zip').read('a')", "t.zip"),
    Row("`pickle`", "pickle.load(open('t.pickle', 'rb'))", "t.pickle"),
    Row("`json`", "json.load(open('t.json'))", "t.json"),
    Row("`pd.read_csv`, C engine", "pd.read_csv('c.csv')", "c.csv"),
    Row("`pd.read_csv`, Python engine", "pd.read_csv('python.csv', engine='python')", "python.csv"),
    Row("`pd.read_json`", "pd.read_json('pandas.json')", "pandas.json"),
    Row("`pd.read_excel`", "pd.read_excel('t.xlsx')", "t.xlsx"),
    Row("`pd.read_hdf`", "pd.read_hdf('t.hdf')", "t.hdf"),
    Row("`pd.read_feather`", "pd.read_feather('t.feather')", "t.feather"),
    Row("`pd.read_orc`", "pd.read_orc('t.orc')", "t.orc"),
    Row("`pd.read_pickle`", "pd.read_pickle('pandas.pickle')", "pandas.pickle"),
    Row("`pd.read_parquet`", "pd.read_parquet('pandas.parquet')", "pandas.parquet"),
    Row("`np.load`", "np.load('load.npy')", "load.npy"),
    Row("`np.load`, mapped", "np.load('mapped.npy', mmap_mode='r').sum()", "mapped.npy"),
    Row("`np.memmap`", "np.memmap('mapped.bin', dtype=np.int64, mode='r').sum()", "mapped.bin"),
    Row("`np.fromfile`", "np.fromfile('raw.bin')", "raw.bin"),
    Row("`np.loadtxt`", "np.loadtxt('t.txt')", "t.txt"),
    Row("`pyarrow.csv`", "pa.csv.read_csv('pa.csv')", "pa.csv"),
    Row("`pyarrow.parquet`", "pq.read_table('pa.parquet')", "pa.parquet"),
    Row("`pyarrow.dataset`", "pa.dataset.dataset('set', partitioning='hive').to_table()", "set/part=1/t.parquet"),
    Row("`pyarrow.memory_map`", "pa.ipc.open_file(pa.memory_map('ipc.arrow')).read_all()", "ipc.arrow"),
    Row("`pl.read_csv`", "pl.read_csv('pl.csv')", "pl.csv"),
    Row("`pl.read_parquet`", "pl.read_parquet('pl-read.parquet')", "pl-read.parquet"),
    Row("`pl.scan_parquet`", "pl.scan_parquet('pl-scan.parquet').select('a').collect()", "pl-scan.parquet"),
    Row("`pl.scan_ipc`", "pl.scan_ipc('pl.arrow').collect()", "pl.arrow"),
    Row("`pl.scan_ndjson`", "pl.scan_ndjson('pl.ndjson').collect()", "pl.ndjson"),
    Row("polars, a name made up at run time", "pl.read_parquet(f'{name}.parquet')", "dynamic.parquet"),
    Row("polars, in a subfolder", "pl.read_parquet('deep/er/t.parquet')", "deep/er/t.parquet"),
    Row("polars, many by a wildcard", "pl.scan_csv('many/*.csv').collect()", "many/3.csv"),
    Row("duckdb, SQL", "duckdb.sql(\"select count(*) from 'duck.parquet'\").fetchall()", "duck.parquet"),
    Row("duckdb, `read_csv`", "duckdb.read_csv('duck.csv').fetchall()", "duck.csv"),
    Row("duckdb, a connection", "duckdb.connect().execute(\"select * from 'duck.json'\").fetchall()", "duck.json"),
    Row("`h5py`", "h5py.File('t.h5')['x'][:]", "t.h5"),
    Row("`netCDF4`", "netCDF4.Dataset('t.nc').dimensions", "t.nc"),
    Row("PyTables", "tables.open_file('tables.h5').close()", "tables.h5"),
    Row("`safetensors.torch.load_file`", "safetensors.torch.load_file('t.safetensors')", "t.safetensors"),
    Row("`safetensors.safe_open`", "safetensors.safe_open('open.safetensors', 'pt').keys()", "open.safetensors"),
    Row("`torch.load`", "torch.load('t.pt')", "t.pt"),
    Row("`torch.load`, mapped", "torch.load('mapped.pt', mmap=True)", "mapped.pt"),
    Row("`torch.jit.load`", "torch.jit.load('jit.pt')", "jit.pt"),
    Row("joblib", "joblib.load('t.joblib')", "t.joblib"),
    Row("joblib, mapped", "joblib.load('mapped.joblib', mmap_mode='r')", "mapped.joblib"),
    Row("Pillow", "Image.open('pil.png').load()", "pil.png"),
    Row("`cv2.imread`", "cv2.imread('cv2.png')", "cv2.png"),
    Row("`plt.imread`", "plt.imread('plt.png')", "plt.png"),
    Row("`sqlite3`", "sqlite3.connect('t.db').execute('select * from t').fetchall()", "t.db"),
    Row(
        "`sqlite3`, `ATTACH`",
        "c = sqlite3.connect(':memory:'); c.execute(\"attach 'attached.db' as o\")\n"
        "c.execute('select * from o.t').fetchall()",
        "attached.db",
    ),
    Row("`subprocess`", "subprocess.run(['cat', 'cat.csv'], check=True, capture_output=True)", "cat.csv"),
    Row("`!cat`", "!cat sys.csv", "sys.csv"),
    Row(
        "a forked worker",
        "with get_context('fork').Pool(1) as pool: pool.map(pathlib.Path.read_text, [pathlib.Path('child.csv')])",
        "child.csv",
    ),
    Row("a symbolic link", "open('link.csv').read()", "link.csv"),
    Row("a file in a subfolder", "open('deep/er/text.csv').read()", "deep/er/text.csv"),
    Row("many by `glob`", "[open(name).read() for name in sorted(glob.glob('many/*.csv'))]", "many/4.csv"),
    Row("fsspec, a local file", "fsspec.open('file://' + os.path.abspath('std.csv')).open().read()", "std.csv"),
    Row("`requests`", "requests.get('SERVER/requests.csv').text", "SERVER/requests.csv"),
    Row("`urllib`", "urllib.request.urlopen('SERVER/urllib.csv').read()", "SERVER/urllib.csv"),
    Row("pandas, an address", "pd.read_csv('SERVER/pandas.csv')", "SERVER/pandas.csv"),
    Row("fsspec, an address", "fsspec.open('SERVER/fsspec.csv').open().read()", "SERVER/fsspec.csv"),
    Row("`requests`, secrets", "requests.get('SERVER/a.csv?token=x').text", "SERVER/a.csv?token=[redacted]"),
)
