# ruff: noqa: E501 - a row is a line
"""The rows of the table of nondeterminism that need a graphics processor of NVIDIA."""

from __future__ import annotations

from tests.kernel.nondeterminism_rows import Row

SETUP = """
import hashlib, secrets, time, warnings; warnings.simplefilter('ignore')
import numpy as np
def digest(tensor):
    data = tensor.detach().cpu().numpy() if hasattr(tensor, 'detach') else np.asarray(getattr(tensor, 'get', lambda: tensor)())
    return hashlib.sha256(data.tobytes()).hexdigest()[:16]
fixed = np.random.RandomState(0)
numbers = fixed.standard_normal(1_000_000).astype('float32')
places = fixed.randint(0, 50, 1_000_000)
"""
IMPORTS = {
    "torch": "import torch, torch.nn.functional as F\n"
    "gpu = torch.device('cuda')\n"
    "values, index = torch.from_numpy(numbers).to(gpu), torch.from_numpy(places).to(gpu)\n"
    "def leaf(*shape):\n"
    "    count = int(np.prod(shape))\n"
    "    return torch.from_numpy(np.resize(numbers, count).reshape(shape)).to(gpu).requires_grad_()\n"
    "def slope(make, x):\n"
    "    out = make(x)\n"
    "    out.backward(torch.from_numpy(np.resize(numbers, out.numel())).to(gpu).reshape(out.shape))\n"
    "    return digest(x.grad)",
    "cupy": "import cupy, cupyx\ncupy_values, cupy_index = cupy.asarray(numbers), cupy.asarray(places)",
    "jax": "import jax, jax.numpy as jnp\njax_values, jax_index = jnp.asarray(numbers), jnp.asarray(places)",
}

_G = "Generators of the processor"
_A = "Sums whose order the processor decides"
_B = "Gradients whose order the processor decides"
_K = "Kernels, precision and clocks"
_C = "CuPy and JAX"


def _torch(group: str, title: str, code: str, *, timing: bool = False, spoils: bool = False) -> Row:
    return Row(group, title, code, "torch", timing=timing, spoils=spoils)


ROWS = (
    _torch(_G, "`torch.randn(…, device='cuda')`", "print(torch.randn(3, device=gpu))"),
    _torch(_G, "`torch.randperm(…, device='cuda')`", "print(torch.randperm(20, device=gpu))"),
    _torch(_G, "`torch.bernoulli(…)`", "print(torch.bernoulli(torch.full((30,), .5, device=gpu)))"),
    _torch(_G, "`torch.multinomial(…)`", "print(torch.multinomial(torch.ones(50, device=gpu), 8))"),
    _torch(_G, "`Tensor.normal_()`", "print(torch.empty(4, device=gpu).normal_())"),
    _torch(_G, "`torch.nn.Linear(…, device='cuda')`", "print(torch.nn.Linear(2, 2, device=gpu).weight)"),
    _torch(_G, "`dropout(…)` on the processor", "print(digest(F.dropout(torch.ones(1000, device=gpu))))"),
    _torch(
        _G,
        "`scaled_dot_product_attention(…)` with dropout",
        "q = torch.ones(1, 2, 64, 32, device=gpu)\nprint(digest(F.scaled_dot_product_attention(q, q, q, dropout_p=.5)))",
    ),
    _torch(
        _G,
        "`torch.Generator('cuda')`, never seeded",
        "print(torch.rand(3, device=gpu, generator=torch.Generator(gpu)))",
    ),
    _torch(
        _G,
        "`torch.Generator('cuda').seed()`",
        "generator = torch.Generator(gpu)\ngenerator.seed()\nprint(torch.rand(3, device=gpu, generator=generator))",
    ),
    _torch(_G, "`torch.cuda.seed()`", "torch.cuda.seed()\nprint(torch.rand(3, device=gpu))", spoils=True),
    _torch(_G, "`torch.cuda.seed_all()`", "torch.cuda.seed_all()\nprint(torch.rand(3, device=gpu))", spoils=True),
    _torch(
        _G,
        "`torch.cuda.manual_seed(time)`",
        "torch.cuda.manual_seed(time.time_ns() % 2**32)\nprint(torch.rand(3, device=gpu))",
        spoils=True,
    ),
    _torch(_G, "`torch.cuda.initial_seed()`", "print(torch.cuda.initial_seed())"),
    _torch(
        _G,
        "training with dropout in mixed precision",
        "net = torch.nn.Sequential(torch.nn.Linear(32, 64), torch.nn.ReLU(), torch.nn.Dropout(), torch.nn.Linear(64, 1)).to(gpu)\nopt = torch.optim.Adam(net.parameters())\nfor _ in range(5):\n    with torch.autocast('cuda'):\n        loss = net(torch.randn(256, 32, device=gpu)).pow(2).mean()\n    opt.zero_grad(); loss.backward(); opt.step()\nprint(repr(loss.item()))",
    ),
    _torch(
        _A, "`index_add_(…)`", "print(digest(torch.zeros(50, device=gpu).index_add_(0, index, values)))", timing=True
    ),
    _torch(
        _A,
        "`scatter_add_(…)`",
        "print(digest(torch.zeros(50, device=gpu).scatter_add_(0, index, values)))",
        timing=True,
    ),
    _torch(
        _A,
        "`scatter_reduce_(…, 'mean')`",
        "print(digest(torch.zeros(50, device=gpu).scatter_reduce_(0, index, values, 'mean')))",
        timing=True,
    ),
    _torch(
        _A,
        "`scatter_reduce_(…, 'prod')`",
        "print(digest(torch.ones(50, device=gpu).scatter_reduce_(0, index[:5000], 1 + values[:5000] / 1000, 'prod')))",
        timing=True,
    ),
    _torch(
        _A,
        "`index_put_(…, accumulate=True)`",
        "print(digest(torch.zeros(50, device=gpu).index_put_((index,), values, accumulate=True)))",
        timing=True,
    ),
    _torch(
        _A,
        "`put_(…, accumulate=True)`",
        "print(digest(torch.zeros(50, device=gpu).put_(index, values, accumulate=True)))",
        timing=True,
    ),
    _torch(
        _A,
        "`index_reduce_(…, 'mean')`",
        "print(digest(torch.zeros(50, device=gpu).index_reduce_(0, index, values, 'mean')))",
        timing=True,
    ),
    _torch(_A, "`torch.bincount(…)` with weights", "print(digest(torch.bincount(index, values)))", timing=True),
    _torch(_A, "`torch.histc(…)`", "print(digest(torch.histc(values, 50)))", timing=True),
    _torch(_A, "`torch.cumsum(…)`", "print(digest(torch.cumsum(values, 0)))", timing=True),
    _torch(_A, "`torch.kthvalue(…)`, its index", "print(digest(torch.kthvalue(index, 500_000).indices))", timing=True),
    _torch(_A, "`torch.median(…, dim)`, its index", "print(digest(torch.median(index, 0).indices))", timing=True),
    _torch(
        _A,
        "`torch.sparse.mm(…)`",
        "print(digest(torch.sparse.mm(torch.sparse_coo_tensor(torch.stack([index, index.flip(0)]), values, (50, 50)), leaf(50, 8))))",
        timing=True,
    ),
    _torch(_A, "`torch.topk(…)` with ties, its indices", "print(digest(torch.topk(index, 500).indices))", timing=True),
    _torch(_A, "`torch.sort(…)` with ties, its indices", "print(digest(torch.sort(index).indices))", timing=True),
    _torch(_B, "`embedding(…)`", "print(slope(lambda x: F.embedding(index[:200_000], x), leaf(50, 16)))", timing=True),
    _torch(
        _B,
        "`embedding_bag(…, mode='max')`",
        "print(slope(lambda x: F.embedding_bag(index[:200_000].reshape(-1, 100), x, mode='max'), leaf(50, 16)))",
        timing=True,
    ),
    _torch(_B, "`torch.gather(…)`", "print(slope(lambda x: x.gather(0, index), leaf(50)))", timing=True),
    _torch(_B, "`x[index]`", "print(slope(lambda x: x[index], leaf(50)))", timing=True),
    _torch(_B, "`torch.take(…)`", "print(slope(lambda x: x.take(index), leaf(50)))", timing=True),
    _torch(_B, "`repeat_interleave(…)`", "print(slope(lambda x: x.repeat_interleave(2000), leaf(500)))", timing=True),
    _torch(
        _B,
        "`interpolate(…, 'bilinear')`",
        "print(slope(lambda x: F.interpolate(x, scale_factor=3.3, mode='bilinear'), leaf(4, 8, 64, 64)))",
        timing=True,
    ),
    _torch(
        _B,
        "`interpolate(…, 'bicubic')`",
        "print(slope(lambda x: F.interpolate(x, scale_factor=3.3, mode='bicubic'), leaf(4, 8, 64, 64)))",
        timing=True,
    ),
    _torch(
        _B,
        "`interpolate(…, 'nearest')`",
        "print(slope(lambda x: F.interpolate(x, scale_factor=3.3, mode='nearest'), leaf(4, 8, 64, 64)))",
        timing=True,
    ),
    _torch(
        _B,
        "`grid_sample(…)`",
        "print(slope(lambda x: F.grid_sample(x, leaf(4, 64, 64, 2).detach().tanh()), leaf(4, 8, 64, 64)))",
        timing=True,
    ),
    _torch(
        _B,
        "`adaptive_avg_pool2d(…)`",
        "print(slope(lambda x: F.adaptive_avg_pool2d(x, 7), leaf(4, 8, 60, 60)))",
        timing=True,
    ),
    _torch(
        _B,
        "`adaptive_max_pool2d(…)`",
        "print(slope(lambda x: F.adaptive_max_pool2d(x, 7), leaf(4, 8, 60, 60)))",
        timing=True,
    ),
    _torch(
        _B,
        "`max_pool2d(…)` with overlap",
        "print(slope(lambda x: F.max_pool2d(x, 3, 1), leaf(4, 8, 64, 64)))",
        timing=True,
    ),
    _torch(
        _B,
        "`max_pool3d(…)` with overlap",
        "print(slope(lambda x: F.max_pool3d(x, 3, 1), leaf(2, 4, 24, 24, 24)))",
        timing=True,
    ),
    _torch(
        _B,
        "`avg_pool3d(…)` with overlap",
        "print(slope(lambda x: F.avg_pool3d(x, 3, 1), leaf(2, 4, 24, 24, 24)))",
        timing=True,
    ),
    _torch(
        _B,
        "`fractional_max_pool2d(…)`",
        "print(slope(lambda x: F.fractional_max_pool2d(x, 3, 20), leaf(4, 8, 64, 64)))",
        timing=True,
    ),
    _torch(
        _B,
        "`pad(…, 'reflect')`",
        "print(slope(lambda x: F.pad(x, (40, 40, 40, 40), 'reflect'), leaf(4, 8, 64, 64)))",
        timing=True,
    ),
    _torch(
        _B,
        "`pad(…, 'replicate')`",
        "print(slope(lambda x: F.pad(x, (40, 40, 40, 40), 'replicate'), leaf(4, 8, 64, 64)))",
        timing=True,
    ),
    _torch(
        _B,
        "`ctc_loss(…)`",
        "print(slope(lambda x: F.ctc_loss(x.log_softmax(2), (index[:200] % 19 + 1).reshape(10, 20), torch.full((10,), 50), torch.full((10,), 20)), leaf(50, 10, 20)))",
        timing=True,
    ),
    _torch(
        _B,
        "`nll_loss(…)` of images",
        "print(slope(lambda x: F.nll_loss(x.log_softmax(1), (index[:16384] % 8).reshape(4, 64, 64)), leaf(4, 8, 64, 64)))",
        timing=True,
    ),
    _torch(
        _B,
        "`cross_entropy(…)` of images, weighted",
        "print(slope(lambda x: F.cross_entropy(x, (index[:16384] % 8).reshape(4, 64, 64), torch.ones(8, device=gpu)), leaf(4, 8, 64, 64)))",
        timing=True,
    ),
    _torch(
        _B,
        "`scaled_dot_product_attention(…)`, flash",
        "x = leaf(2, 4, 512, 64)\nhalf = x.detach().half().requires_grad_()\nF.scaled_dot_product_attention(half, half, half).backward(half.detach())\nprint(digest(half.grad))",
        timing=True,
    ),
    _torch(
        _B,
        "`scaled_dot_product_attention(…)`, float32",
        "print(slope(lambda x: F.scaled_dot_product_attention(x, x, x), leaf(2, 4, 512, 64)))",
        timing=True,
    ),
    _torch(
        _B,
        "`conv2d(…)`, its weights",
        "print(slope(lambda w: F.conv2d(leaf(16, 32, 64, 64).detach(), w, padding=1), leaf(32, 32, 3, 3)))",
        timing=True,
    ),
    _torch(
        _B,
        "`conv_transpose2d(…)`",
        "print(slope(lambda x: F.conv_transpose2d(x, leaf(32, 16, 3, 3).detach()), leaf(16, 32, 32, 32)))",
        timing=True,
    ),
    _torch(
        _B,
        "`conv3d(…)`, its weights",
        "print(slope(lambda w: F.conv3d(leaf(2, 8, 24, 24, 24).detach(), w), leaf(8, 8, 3, 3, 3)))",
        timing=True,
    ),
    _torch(
        _B,
        "LSTM of cuDNN",
        "net = torch.nn.LSTM(32, 64, 2).to(gpu)\nout, _ = net(leaf(50, 16, 32).detach())\nout.pow(2).sum().backward()\nprint(digest(net.weight_hh_l0.grad))",
        timing=True,
    ),
    _torch(
        _B,
        "batch norm",
        "print(slope(lambda x: F.batch_norm(x, None, None, training=True), leaf(16, 32, 64, 64)))",
        timing=True,
    ),
    _torch(
        _B,
        "training of a convolutional net",
        "net = torch.nn.Sequential(torch.nn.Conv2d(3, 16, 3), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(4), torch.nn.Flatten(), torch.nn.Linear(256, 10)).to(gpu)\nopt = torch.optim.SGD(net.parameters(), .1)\nfor _ in range(20):\n    loss = F.cross_entropy(net(leaf(32, 3, 32, 32).detach()), index[:32] % 10)\n    opt.zero_grad(); loss.backward(); opt.step()\nprint(repr(loss.item()))",
        timing=True,
    ),
    _torch(_K, "`a @ b` in float32", "x = leaf(700, 700).detach()\nprint(digest(x @ x))"),
    _torch(
        _K,
        "`a @ b` on several streams",
        "streams = [torch.cuda.Stream() for _ in range(4)]\nx = leaf(600, 600).detach()\ntorch.cuda.synchronize()\nouts = []\nfor stream in streams:\n    with torch.cuda.stream(stream):\n        outs.append(x @ x)\ntorch.cuda.synchronize()\nprint([digest(out) for out in outs])",
        timing=True,
    ),
    _torch(
        _K,
        "split-K product, `(64, 15000) @ (15000, 64)`",
        "x = leaf(64, 15_000).detach()\nprint(digest(x @ x.T))",
        timing=True,
    ),
    _torch(
        _K,
        "two streams that race",
        "a = torch.zeros(1 << 22, device=gpu)\nside = torch.cuda.Stream()\nfor step in range(20):\n    with torch.cuda.stream(side):\n        a.add_(1)\n    a.mul_(1.5)\ntorch.cuda.synchronize()\nprint(digest(a))",
        timing=True,
    ),
    _torch(_K, "`torch.linalg.svd(…)`", "print(digest(torch.linalg.svd(leaf(200, 100).detach()).S))"),
    _torch(
        _K,
        "`torch.linalg.eigh(…)`",
        "x = leaf(120, 120).detach()\nprint(digest(torch.linalg.eigh(x + x.T).eigenvectors))",
    ),
    _torch(_K, "`torch.fft.fft2(…)`", "print(digest(torch.fft.fft2(leaf(256, 256).detach()).abs()))"),
    _torch(_K, "`Tensor.sum()`", "print(repr(values.sum().item()))"),
    _torch(
        _K,
        "`torch.empty(…, device='cuda')`, not filled",
        "print(digest(torch.empty(1 << 24, device=gpu)))",
        timing=True,
    ),
    _torch(_K, "`Tensor.data_ptr()` printed", "print(hex(torch.ones(7, device=gpu).data_ptr()))", timing=True),
    _torch(
        _K,
        "`torch.cuda.Event`, elapsed time",
        "a, b = (torch.cuda.Event(enable_timing=True) for _ in range(2))\na.record(); values.sum(); b.record()\ntorch.cuda.synchronize()\nprint(a.elapsed_time(b))",
        timing=True,
    ),
    _torch(_K, "`torch.cuda.mem_get_info()`", "print(torch.cuda.mem_get_info()[0])", timing=True),
    _torch(
        _K,
        "`torch.compile(…)` of a sum",
        "print(digest(torch.compile(lambda x: (x * 2).cumsum(0).sin().sum())(values)))",
        timing=True,
    ),
    Row(_C, "`cupy.random.rand(…)`", "print(cupy.random.rand(3))", "cupy"),
    Row(_C, "`cupy.random.default_rng()`", "print(cupy.random.default_rng().random(3))", "cupy"),
    Row(_C, "`cupy.random.RandomState()`", "print(cupy.random.RandomState().rand(3))", "cupy"),
    Row(_C, "`cupy.random.seed()`", "cupy.random.seed()\nprint(cupy.random.rand(3))", "cupy", spoils=True),
    Row(_C, "`cupy.random.permutation(…)`", "print(cupy.random.permutation(20))", "cupy"),
    Row(
        _C,
        "`cupy.add.at(…)`",
        "out = cupy.zeros(50, dtype='f4')\ncupy.add.at(out, cupy_index, cupy_values)\nprint(digest(out))",
        "cupy",
        timing=True,
    ),
    Row(
        _C,
        "`cupy.bincount(…)` with weights",
        "print(digest(cupy.bincount(cupy_index, cupy_values)))",
        "cupy",
        timing=True,
    ),
    Row(_C, "`cupy.ndarray.sum()`", "print(repr(float(cupy_values.sum())))", "cupy"),
    Row(_C, "`jax.random.normal(key(0))`", "print(jax.random.normal(jax.random.key(0), (3,)))", "jax"),
    Row(_C, "`jax.random.key(time)`", "print(jax.random.normal(jax.random.key(time.time_ns() % 2**31), (3,)))", "jax"),
    Row(_C, "`jax.random.key(secrets)`", "print(jax.random.normal(jax.random.key(secrets.randbits(31)), (3,)))", "jax"),
    Row(
        _C,
        "`x.at[index].add(…)` of JAX",
        "print(digest(jnp.zeros(50, 'float32').at[jax_index].add(jax_values)))",
        "jax",
        timing=True,
    ),
    Row(
        _C,
        "`jax.ops.segment_sum(…)`",
        "print(digest(jax.ops.segment_sum(jax_values, jax_index, 50)))",
        "jax",
        timing=True,
    ),
    Row(
        _C,
        "gradient of `x[index]` in JAX",
        "print(digest(jax.grad(lambda x: (x[jax_index] * jax_values).sum())(jnp.ones(50))))",
        "jax",
        timing=True,
    ),
    Row(_C, "`a @ b` in JAX", "x = jax_values.reshape(1000, 1000)\nprint(digest(x @ x))", "jax"),
)
