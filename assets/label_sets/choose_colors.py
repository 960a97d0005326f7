#!/usr/bin/env python3
"""Chooses the colours of the shipped label sets: as far apart as they go for readers with every kind of colour vision.

For a set of n labels it picks n sRGB colours that maximise the smallest CIEDE2000 distance of any two,
where the distance of two colours is the smallest of four: as seen with normal vision and with full
deuteranopia, protanopia and tritanopia (Machado, Oliveira and Fernandes 2009, severity 1, in linear
light). Candidates keep a contrast of at least 3.5 against black and a CIEDE2000 of at least 18 against mid
grey, and are never whiter than the film. The rib set is different: twenty ribs in hue order by number, the
right side light and the left side dark, so that neighbours and the two sides stay apart.

Needs numpy. Same seed, same colours: `python3 choose_colors.py` prints what stands in the JSON files, and
tests/it/label_sets.rs measures the result again, independently.
"""
import numpy as np

SEED = 20210823
MACHADO = {
    "normal": np.eye(3),
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(rgb8):
    c = np.asarray(rgb8, float) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(lin):
    m = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
    xyz = lin @ m.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def ciede2000(p, q):
    """Sharma, Wu and Dalal 2005."""
    l1, a1, b1 = np.moveaxis(p, -1, 0)
    l2, a2, b2 = np.moveaxis(q, -1, 0)
    cm = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(cm**7 / (cm**7 + 25.0**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    dh = (h2 - h1 + 180) % 360 - 180
    dh = np.where(c1 * c2 == 0, 0, dh)
    dl, dc, dhh = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(dh / 2))
    lm, cm = (l1 + l2) / 2, (c1 + c2) / 2
    hm = np.where(c1 * c2 == 0, h1 + h2, np.where(np.abs(h1 - h2) <= 180, (h1 + h2) / 2, ((h1 + h2 + 360) / 2) % 360))
    t = (1 - 0.17 * np.cos(np.radians(hm - 30)) + 0.24 * np.cos(np.radians(2 * hm))
         + 0.32 * np.cos(np.radians(3 * hm + 6)) - 0.20 * np.cos(np.radians(4 * hm - 63)))
    sl = 1 + 0.015 * (lm - 50) ** 2 / np.sqrt(20 + (lm - 50) ** 2)
    sc, sh = 1 + 0.045 * cm, 1 + 0.015 * cm * t
    rt = -2 * np.sqrt(cm**7 / (cm**7 + 25.0**7)) * np.sin(np.radians(60 * np.exp(-(((hm - 275) / 25) ** 2))))
    x, y, z = dl / sl, dc / sc, dhh / sh
    return np.sqrt(np.maximum(x * x + y * y + z * z + rt * y * z, 0))


def views(rgb8):
    lin = linear(rgb8)
    return [lab(np.clip(lin @ np.array(m).T, 0, 1)) for m in MACHADO.values()]


def distance(rgb_a, rgb_b):
    return np.min([ciede2000(p, q) for p, q in zip(views(rgb_a), views(rgb_b))], axis=0)


def luminance(rgb8):
    return linear(rgb8) @ np.array([0.2126, 0.7152, 0.0722])


def spread(n, rounds=150):
    """n colours with a large smallest distance: random starts, then exchange the closest colour for the best candidate."""
    steps = np.round(np.linspace(0, 255, 14)).astype(int)
    c = np.array(np.meshgrid(steps, steps, steps)).reshape(3, -1).T
    c = c[(luminance(c) + 0.05) / 0.05 >= 3.5]
    c = c[luminance(c) <= 0.85]
    c = c[distance(c, np.full_like(c, 128)) >= 18]
    v = views(c)
    d = np.full((len(c), len(c)), np.inf)
    for p in v:
        for i in range(len(c)):
            d[i] = np.minimum(d[i], ciede2000(p[i], p))
    rng = np.random.default_rng(SEED)
    best, best_min = None, 0
    for _ in range(rounds):
        chosen = [int(rng.integers(len(c)))]
        while len(chosen) < n:
            near = d[:, chosen].min(1)
            chosen.append(int(rng.choice(np.argsort(near)[-3:])))
        for _ in range(600):
            sub = d[np.ix_(chosen, chosen)] + np.diag(np.full(n, np.inf))
            improved = False
            for i in np.argsort(sub.min(1)):
                rest = chosen[:i] + chosen[i + 1:]
                near = d[:, rest].min(1)
                k = int(near.argmax())
                if near[k] > sub[i].min() + 1e-9:
                    chosen[i] = k
                    improved = True
                    break
            if not improved:
                break
        sub = d[np.ix_(chosen, chosen)] + np.diag(np.full(n, np.inf))
        if sub.min() > best_min:
            best, best_min = list(chosen), sub.min()
    rgb = c[best]
    # The order of hue, so that the printed list is stable to read; the JSON gives each label its own.
    l = lab(linear(rgb))
    return rgb[np.argsort(np.degrees(np.arctan2(l[:, 2], l[:, 1])) % 360)], best_min


def rib_score(rgb):
    """Smallest distance of neighbours on a side, next-but-one, and the two sides of one rib."""
    right, left = rgb[:10], rgb[10:]
    pairs = [distance(right[:-1], right[1:]), distance(left[:-1], left[1:]), distance(right, left)]
    return min(p.min() for p in pairs)


def hsl(h, s, l):
    h = np.asarray(h) / 30
    a = s * np.minimum(l, 1 - l)
    f = lambda n: l - a * np.maximum(-1, np.minimum(np.minimum((n + h) % 12 - 3, 9 - (n + h) % 12), 1))
    return np.round(np.stack([f(0), f(8), f(4)], -1) * 255).astype(int)


def ribs():
    """Ten hues in order; within a side the lightness alternates a little, between the sides a lot."""
    rng = np.random.default_rng(SEED)

    def decode(x):
        hue = np.concatenate([[0.0], 320 * np.cumsum(x[:9]) / x[:10].sum()])
        right = hsl(hue, 1.0, x[10:20])
        left = hsl(hue, x[40:50], x[20:30])
        return np.concatenate([right, left])

    lo = np.concatenate([np.full(10, 0.35), np.full(10, 0.60), np.full(10, 0.28), np.zeros(10), np.full(10, 0.7)])
    hi = np.concatenate([np.full(10, 1.6), np.full(10, 0.86), np.full(10, 0.60), np.zeros(10), np.full(10, 1.0)])

    def score(x):
        rgb = decode(x)
        y = luminance(rgb)
        if ((y + 0.05) / 0.05 < 3.0).any() or (y[:10] <= y[10:] + 0.08).any() or (y > 0.85).any():
            return -1.0
        return rib_score(rgb)

    best, best_s = None, -2.0
    for start in range(10):
        x = rng.uniform(lo, hi)
        s = score(x)
        for k in range(8000):
            y = np.clip(x + rng.normal(0, 0.08, x.size) * (hi - lo) * (rng.random(x.size) < 0.12), lo, hi)
            t = score(y)
            if t >= s:
                x, s = y, t
        if s > best_s:
            best, best_s = x, s
    return decode(best), best_s


if __name__ == "__main__":
    for name, n in (("vindr_spine", 14), ("vindr_cxr", 28)):
        rgb, low = spread(n)
        print(name, f"smallest distance {low:.2f}")
        for c in rgb:
            print("  #%02x%02x%02x" % tuple(c))
    rgb, low = ribs()
    print("vindr_rib", f"smallest distance of neighbours and sides {low:.2f}")
    for side, colors in (("R", rgb[:10]), ("L", rgb[10:])):
        for i, c in enumerate(colors, 1):
            print(f"  {side}{i} #%02x%02x%02x" % tuple(c))
