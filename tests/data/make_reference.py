#!/usr/bin/env python3
"""Reference values for numerical parity, made with independent libraries.

Everything here is computed by PyTorch autograd, SciPy, scikit-learn and POT in
double precision (Debian: python3-torch python3-scipy python3-sklearn python3-pot),
never by this project's own code. Run: ./make_reference.py OUTDIR

The equations are those of the plugins whose names the cases carry.
"""
import json
import pathlib
import sys

import numpy as np
import ot
import scipy.stats
import sklearn.decomposition
import torch

torch.set_default_dtype(torch.float64)
out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
rng = np.random.default_rng(20261122)
manifest = {}


def save(case, **arrays):
    folder = out / case
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in arrays.items():
        value = value.detach().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
        value = np.ascontiguousarray(value, dtype=np.float64)
        np.save(folder / f"{name}.npy", value)
        manifest.setdefault(case, {})[name] = list(value.shape)


def leaf(*shape, scale=1.0):
    return torch.tensor(rng.normal(size=shape) * scale, requires_grad=True)


# ---- cells: rollout, loss, gradients, three Adam steps ---------------------------------
B, T, N, I, O, E = 6, 20, 48, 2, 32, 32  # batch, steps, units, inputs, outputs, init dims


def rollout(kind, p, x, s0, noise, alpha, act):
    r, rs, ys = s0 @ p["encoder"].T, [], []
    for t in range(T):
        u = x[:, t] @ p["w_in"].T
        if kind == "leaky_rnn":
            r = (1 - alpha) * r + alpha * act(r @ p["w_rec"].T + u + p["bias"]) + noise[:, t]
        else:
            z = torch.sigmoid(x[:, t] @ p["w_z"].T + r @ p["u_z"].T)
            g = torch.sigmoid(x[:, t] @ p["w_r"].T + r @ p["u_r"].T)
            h = act(x[:, t] @ p["w_h"].T + (g * r) @ p["u_h"].T)
            r = r + alpha * (z - 1) * (r - h) + noise[:, t]
        rs.append(r)
        ys.append(r @ p["readout"].T)
    return torch.stack(rs, 1), torch.stack(ys, 1)


for kind, act_name, act in [
    ("leaky_rnn", "relu", torch.relu),
    ("leaky_rnn", "tanh", torch.tanh),
    ("gru", "tanh", torch.tanh),
]:
    p = {"encoder": leaf(N, E, scale=E**-0.5), "readout": leaf(O, N, scale=N**-0.5)}
    if kind == "leaky_rnn":
        p |= {"w_rec": leaf(N, N, scale=N**-0.5), "w_in": leaf(N, I), "bias": leaf(N, scale=0.1)}
    else:
        p |= {k: leaf(N, I) for k in ("w_z", "w_r", "w_h")}
        p |= {k: leaf(N, N, scale=N**-0.5) for k in ("u_z", "u_r", "u_h")}
    if kind == "gru":
        p["w_in"] = torch.zeros(N, I)
    x = torch.tensor(rng.normal(size=(B, T, I)))
    s0 = torch.tensor(rng.normal(size=(B, E)))
    noise = torch.tensor(rng.normal(size=(B, T, N)) * 0.01)
    target = torch.tensor(rng.normal(size=(B, T, O)))
    alpha = 0.2
    names = [k for k in p if p[k].requires_grad]
    initial = {k: p[k].detach().clone() for k in names}
    opt = torch.optim.Adam([p[k] for k in names], lr=1e-3)
    losses = []
    for step in range(3):
        opt.zero_grad()
        rs, ys = rollout(kind, p, x, s0, noise, alpha, act)
        loss = torch.nn.functional.mse_loss(ys, target)
        loss.backward()
        if step == 0:
            first = {f"grad_{k}": p[k].grad.clone() for k in names} | {"states": rs, "outputs": ys}
        losses.append(loss.item())
        opt.step()
    save(
        f"cell_{kind}_{act_name}", inputs=x, initial=s0, noise=noise, targets=target,
        alpha=alpha, losses=losses, **{f"param_{k}": v for k, v in initial.items()}, **first,
        **{f"adam3_{k}": p[k] for k in names},
    )

# ---- tuning curves and decoding --------------------------------------------------------
pos = rng.uniform(-1.1, 1.1, size=(5, 7, 2))
centers = rng.uniform(-1.1, 1.1, size=(64, 2))
d2 = ((pos[:, :, None, :] - centers) ** 2).sum(-1)


def softmax(a):
    e = np.exp(a - a.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


act = softmax(-d2 / (2 * 0.2**2))
top3 = np.argsort(-act, axis=-1)[..., :3]
save("place_cells", positions=pos, centers=centers, sigma=0.2, activations=act,
     decoded_top3=centers[top3].mean(-2))

theta = rng.uniform(-np.pi, np.pi, size=(5, 7))
pref = np.linspace(-np.pi, np.pi, 64)
kappa = 1 / (np.pi / 6) ** 2
vm = np.exp(kappa * (np.cos(theta[..., None] - pref) - 1))
top3 = np.argsort(-vm, axis=-1)[..., :3]
save("head_direction_cells", angles=theta, preferred=pref, spread=np.pi / 6, activations=vm,
     decoded_top3=np.arctan2(np.sin(pref[top3]).mean(-1), np.cos(pref[top3]).mean(-1)))

# ---- metrics ---------------------------------------------------------------------------
active = rng.multivariate_normal([0, 0.1], [[0.2, 0.05], [0.05, 0.1]], size=400)
quiet = rng.multivariate_normal([0.1, 0], [[0.15, 0], [0, 0.15]], size=300)
points = rng.normal(size=(200, 2)) * 0.5
ka, kq = scipy.stats.gaussian_kde(active.T), scipy.stats.gaussian_kde(quiet.T)
save("kde", active=active, quiescent=quiet, points=points, active_density=ka(points.T),
     quiescent_density=kq(points.T), active_bandwidth=ka.covariance,
     kl_at_points=np.log((kq(points.T) / ka(points.T)).clip(1e-7, 1e7)).mean())

cloud = rng.normal(size=(500, 20)) @ rng.normal(size=(20, 20))
held = rng.normal(size=(50, 20))
pca = sklearn.decomposition.PCA().fit(cloud)
save("pca", samples=cloud, held_out=held, mean=pca.mean_, explained_variance=pca.explained_variance_,
     explained_variance_ratio=pca.explained_variance_ratio_, components=pca.components_,
     held_out_projected_abs=np.abs(pca.transform(held)))

a, b = rng.normal(size=(60, 12)), rng.normal(size=(60, 12)) * 1.3 + 0.4
w = rng.normal(size=(45, 12))
cost = ot.dist(a, b, metric="sqeuclidean")
save("wasserstein", a=a, b=b, c=w,
     w2_exact_ab=np.sqrt(ot.emd2([], [], cost)),
     w1_exact_ab=ot.emd2([], [], ot.dist(a, b, metric="euclidean")),
     w2_exact_ac=np.sqrt(ot.emd2([], [], ot.dist(a, w, metric="sqeuclidean"))),
     w1_one_dim=scipy.stats.wasserstein_distance(a[:, 0], w[:, 0]))

paths = rng.normal(size=(8, 50, 2)).cumsum(1) * 0.05
save("path_statistics", paths=paths,
     total_variance=np.mean([np.trace(np.cov(q[10:].T)) for q in paths]), variance_skip=10,
     stepwise_distance=(np.diff(paths, axis=1) ** 2).sum(-1).__pow__(0.5).mean(-1))

(out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
