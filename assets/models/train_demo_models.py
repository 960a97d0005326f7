"""Makes the two models that `rachis demo` brings along: densenet_small and fasterrcnn_small, trained on synthetic films.

    python train_demo_models.py --rachis ../../target/release/rachis --work FOLDER

makes the films with `rachis demo`, their pictures with `rachis pixels --png`, trains both, chooses checkpoint and
threshold on the dev films, measures once on the test films, and writes the two files beside this script. About two
hours on two CPU cores. Stages can be run alone: --only films, arrays, classifier or detector.

Needs numpy, pillow, torch 2.11, torchvision 0.26, safetensors; pycocotools, where it is there, checks the figures.
The seeds below fix films, first weights and order; the last digits still depend on the processor.
"""

import argparse
import csv
import json
import math
import subprocess
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

# Studies, seed and scale. The demo that people open has seed 4632, so no patient is in two of these. Training
# films are taken at half size, which is a quarter of the work; dev and test films at full size, as the demo's.
SPLITS = {"train": (800, 7001, 0.5), "train_2": (800, 7002, 0.5), "dev": (100, 8002, 1.0), "test": (160, 9003, 1.0)}
SEED = 5
CLASSES = ["Osteophytes", "Surgical implant", "Spondylolysthesis", "Foraminal stenosis", "Disc space narrowing",
           "Vertebral collapse", "Other lesions"]
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
# What the cards say of how a film becomes an input; `resized` below does exactly this.
CLASSIFIER_SIZE = (256, 384)
DETECTOR_EDGES = (448, 768)


# Films and pictures

def make_films(rachis, work):
    for split, (studies, seed, scale) in SPLITS.items():
        subprocess.run([rachis, "demo", work / split, "--studies", str(studies), "--seed", str(seed), "--scale", str(scale),
                        "--answer-key", work / f"{split}.csv"], check=True)


def input_size(width, height):
    """As the program's Preprocessing::input_size for the shorter edge: whole numbers, cut."""
    shorter, longest = DETECTOR_EDGES
    scale = min(shorter / min(width, height), longest / max(width, height))
    return max(int(width * scale), 1), max(int(height * scale), 1)


def resized(levels, width, height):
    return F.interpolate(levels[None, None], (height, width), mode="bilinear", align_corners=False, antialias=True)[0, 0]


def make_arrays(rachis, work, split):
    """Per film: classifier input, detector input (levels 0 to 255), boxes in detector pixels, classes, patient."""
    films = OrderedDict()
    studies = {}
    for row in csv.DictReader(open(work / f"{split}.csv")):
        index = studies.setdefault(row["study_id"], len(studies))
        # Every fifth study is a later one of the patient before (phantom/study.rs).
        patient = index - 1 if index % 5 == 4 else index
        film = films.setdefault(row["image_id"], {"patient": patient, "boxes": [], "labels": []})
        if row["lesion_type"] != "No finding":
            film["boxes"].append([float(row[c]) for c in ("xmin", "ymin", "xmax", "ymax")])
            label = row["lesion_type"]
            film["labels"].append(CLASSES.index(label if label in CLASSES else "Other lesions"))
    pictures = work / f"{split}_png"
    pictures.mkdir(exist_ok=True)

    def one(name):
        png = pictures / f"{name}.png"
        subprocess.run([rachis, "pixels", work / split / "films" / f"{name}.dicom", "--png", png], check=True)
        levels = torch.from_numpy(np.array(Image.open(png), dtype=np.float32))
        png.unlink()
        height, width = levels.shape
        w, h = input_size(width, height)
        film = films[name]
        boxes = torch.tensor(film["boxes"], dtype=torch.float32).reshape(-1, 4)
        return {
            "name": name,
            "patient": film["patient"],
            "small": resized(levels, *CLASSIFIER_SIZE).half(),
            "large": resized(levels, w, h).half(),
            "boxes": boxes * torch.tensor([w / width, h / height] * 2),
            "labels": torch.tensor(film["labels"], dtype=torch.int64),
        }

    with ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(one, films))
    torch.save(rows, work / f"{split}.pt")
    print(split, len(rows), "films,", sum(len(row["labels"]) > 0 for row in rows), "abnormal", flush=True)


def network_input(levels):
    mean, std = (torch.tensor(v).reshape(3, 1, 1) for v in (MEAN, STD))
    return (levels.float()[None] / 255 - mean) / std


# Networks

def classifier_net():
    from torchvision.models import DenseNet
    return DenseNet(growth_rate=12, block_config=(3, 6, 8, 6), num_init_features=24, bn_size=4, num_classes=1)


class SmallResNet(nn.Module):
    """torchvision's ResNet of basic blocks with widths 16, 32, 64, 128, without its classifier."""

    def __init__(self):
        super().__init__()
        from torchvision.models.resnet import BasicBlock
        self.conv1 = nn.Conv2d(3, 16, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = 16
        for number, width in enumerate([16, 32, 64, 128], 1):
            stride = 1 if number == 1 else 2
            shortcut = None
            if stride != 1 or inputs != width:
                shortcut = nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))
            setattr(self, f"layer{number}",
                    nn.Sequential(BasicBlock(inputs, width, stride, shortcut), BasicBlock(width, width)))
            inputs = width
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


def detector_net():
    from torchvision.models.detection import FasterRCNN
    from torchvision.models.detection.anchor_utils import AnchorGenerator
    from torchvision.models.detection.backbone_utils import BackboneWithFPN
    from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
    layers = {f"layer{n}": str(n - 1) for n in (1, 2, 3, 4)}
    backbone = BackboneWithFPN(SmallResNet(), layers, [16, 32, 64, 128], 64)
    anchors = AnchorGenerator(tuple((size,) for size in (16, 32, 64, 128, 256)), ((0.5, 1.0, 2.0),) * 5)
    net = FasterRCNN(backbone, rpn_anchor_generator=anchors, box_head=TwoMLPHead(64 * 7 * 7, 256),
                     box_predictor=FastRCNNPredictor(256, len(CLASSES) + 1), min_size=DETECTOR_EDGES[0],
                     max_size=DETECTOR_EDGES[1], image_mean=MEAN, image_std=STD,
                     # For training only, and only for speed; what the net answers with is torchvision's default.
                     rpn_pre_nms_top_n_train=600, rpn_post_nms_top_n_train=300, box_batch_size_per_image=128)
    # Films come in their final size and normalised, so torchvision's transform only pads them into a batch.
    net.transform.normalize = lambda image: image
    net.transform.resize = lambda image, target: (image, target)
    return net


# Training

def jittered(levels, boxes, rng):
    """Left and right changed, and a little more or less of brightness and contrast."""
    gain, shift = 1 + 0.15 * rng.uniform(-1, 1), 20 * rng.uniform(-1, 1)
    levels = ((levels.float() - 128) * gain + 128 + shift).clamp(0, 255)
    if rng.random() < 0.5:
        width = levels.shape[1]
        levels = levels.flip(1)
        boxes = boxes[:, [2, 1, 0, 3]] * torch.tensor([-1.0, 1, -1, 1]) + torch.tensor([width, 0.0, width, 0])
    return levels, boxes


def batches(rows, size, rng, factors, count):
    """`count` random batches of films of like height, so that little is padded."""
    times = np.floor(factors + rng.random(len(rows))).astype(int)
    order = rng.permutation(np.repeat(np.arange(len(rows)), times))
    order = np.concatenate([order, rng.permutation(len(rows))])[: count * size]
    order = sorted(order, key=lambda i: rows[i]["large"].shape[0] + 40 * rng.random())
    groups = [order[i:i + size] for i in range(0, len(order) - size + 1, size)]
    rng.shuffle(groups)
    return groups


def optimiser(net, rate, steps):
    decayed = [p for p in net.parameters() if p.ndim > 1]
    plain = [p for p in net.parameters() if p.ndim <= 1]
    adam = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0.0}], lr=rate)
    return adam, torch.optim.lr_scheduler.OneCycleLR(adam, rate, total_steps=steps, pct_start=0.15)


def repeat_factors(rows, least=0.1):
    """How often a film comes in an epoch, so that rare findings are seen: the sampler of the SpineXR code (LVIS)."""
    held = np.array([[c in row["labels"] for c in range(len(CLASSES))] for row in rows])
    each = np.maximum(1, np.sqrt(least / np.maximum(held.mean(0), 1e-9)))
    # Normal films teach what is no finding; half of them do.
    return np.where(held.any(1), (held * each).max(1), 0.5)


def train(name, net, rows, dev, work, epochs, size, rate, losses, score, factors=None):
    """Keeps the checkpoint that is best on the dev films."""
    rng = np.random.default_rng(SEED)
    net = net.to(memory_format=torch.channels_last)
    factors = np.ones(len(rows)) if factors is None else factors
    # Each epoch holds as many films: the whole parts of the factors, and the rest by lot.
    steps = epochs * (int(factors.sum()) // size - 2)
    adam, schedule = optimiser(net, rate, steps)
    begun, best, done = time.time(), -1.0, 0
    for epoch in range(epochs):
        net.train()
        total = 0.0
        for group in batches(rows, size, rng, factors, steps // epochs):
            with torch.autocast("cpu", torch.bfloat16):
                loss = losses(net, [rows[i] for i in group], rng)
            adam.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            adam.step()
            schedule.step()
            total += loss.item()
            done += 1
            if done % 20 == 0:
                print(f"{name} {done}/{steps} loss {loss.item():.3f} {time.time() - begun:.0f} s", flush=True)
        if epoch < epochs // 3 and epoch > 0:
            continue
        value = score(net.eval(), dev)
        print(f"{name} epoch {epoch + 1} loss {total * epochs / steps:.4f} dev {value:.4f}", flush=True)
        if value > best:
            best = value
            torch.save(getattr(net, "net", net).state_dict(), work / f"{name}.pth")
        (work / f"{name}.json").write_text(json.dumps({"seconds": round(time.time() - begun), "best": best}))


class Pointer(nn.Module):
    """For training only: a DenseNet that also says which findings lie in which cells of 16 and of 32 pixels. A beak is a few
    pixels of a film, and a film's one answer is too little to learn from where to look; the cells are not in the file."""

    def __init__(self, net):
        super().__init__()
        self.net = net
        channels = net.features.transition3.norm.num_features
        self.fine = nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, len(CLASSES), 1))
        self.coarse = nn.Sequential(nn.ReLU(), nn.Conv2d(net.classifier.in_features, len(CLASSES), 1))
        for head in (self.fine, self.coarse):
            nn.init.constant_(head[-1].bias, -3.0)

    def forward(self, inputs):
        maps = inputs
        for name, layer in self.net.features.named_children():
            maps = layer(maps)
            if name == "denseblock3":
                fine = self.fine(maps)
        return self.net.classifier(F.relu(maps).mean((2, 3)))[:, 0], fine, self.coarse(maps)


def cells(boxes, labels, side, height, width):
    """1 for each class and cell of `side` pixels that a box of the class touches."""
    grid = torch.zeros(len(CLASSES), height, width)
    for (x0, y0, x1, y1), label in zip((boxes / side).tolist(), labels.tolist()):
        grid[label, max(int(y0), 0):int(y1) + 1, max(int(x0), 0):int(x1) + 1] = 1
    return grid


def classifier_loss(net, group, rng):
    inputs, boxes = [], []
    for row in group:
        (height, width), (large_height, large_width) = row["small"].shape, row["large"].shape
        scaled = row["boxes"] * torch.tensor([width / large_width, height / large_height] * 2)
        levels, at = jittered(row["small"], scaled, rng)
        inputs.append(network_input(levels))
        boxes.append(at)
    truth = torch.tensor([float(len(row["labels"]) > 0) for row in group])
    logits, *maps = net(torch.stack(inputs).contiguous(memory_format=torch.channels_last))
    loss = F.binary_cross_entropy_with_logits(logits.float(), truth)
    for side, said in zip((16, 32), maps):
        target = torch.stack([cells(at, row["labels"], side, *said.shape[2:]) for at, row in zip(boxes, group)])
        each = F.binary_cross_entropy_with_logits(said.float(), target, pos_weight=torch.tensor(4.0), reduction="none")
        loss = loss + 3 * each.mean((0, 2, 3)).sum()
    return loss


def detector_loss(net, group, rng):
    inputs, targets = [], []
    for row in group:
        levels, boxes = jittered(row["large"], row["boxes"], rng)
        inputs.append(network_input(levels))
        targets.append({"boxes": boxes, "labels": row["labels"] + 1})
    return sum(net(inputs, targets).values())


@torch.no_grad()
def probabilities(net, rows):
    return np.array([torch.sigmoid(net(network_input(row["small"])[None]))[0, 0].item() for row in rows])


@torch.no_grad()
def detections(net, rows):
    found = []
    for row in rows:
        out = net([network_input(row["large"])])[0]
        found.append({"boxes": out["boxes"].numpy(), "scores": out["scores"].numpy(), "labels": out["labels"].numpy() - 1})
    return found


# Figures

def auroc(truth, p, weights):
    """Chance that an abnormal film is above a normal one, ties counting half."""
    order = np.argsort(p, kind="stable")
    truth, p, weights = truth[order], p[order], weights[order]
    normal = weights * (truth == 0)
    starts = np.r_[True, p[1:] != p[:-1]]
    group = np.cumsum(starts) - 1
    in_group = np.bincount(group, normal)
    below = np.r_[0, np.cumsum(in_group)[:-1]]
    rank = (below + in_group / 2)[group]
    abnormal = weights * (truth == 1)
    return (abnormal * rank).sum() / (abnormal.sum() * normal.sum())


def at_threshold(truth, p, c, weights):
    says = p >= c
    tp, fn = (weights * (truth & says)).sum(), (weights * (truth & ~says)).sum()
    tn, fp = (weights * (~truth & ~says)).sum(), (weights * (~truth & says)).sum()
    return {"sensitivity": tp / (tp + fn), "specificity": tn / (tn + fp), "F1": 2 * tp / (2 * tp + fp + fn)}


def youden(truth, p):
    """The threshold with the highest sensitivity + specificity - 1; the highest such."""
    each = [(sum(list(at_threshold(truth, p, c, np.ones(len(p))).values())[:2]), c) for c in np.unique(p)]
    return max(each)[1]


def matched(rows, found):
    """Per class: film, score and hit of each detection (COCO's greedy matching at IoU 0.5), and true boxes a film."""
    from torchvision.ops import box_iou
    out = []
    for c in range(len(CLASSES)):
        film, score, hit = [], [], []
        num = np.zeros(len(rows))
        for i, (row, one) in enumerate(zip(rows, found)):
            truth = row["boxes"][row["labels"] == c]
            num[i] = len(truth)
            keep = np.flatnonzero(one["labels"] == c)
            keep = keep[np.argsort(-one["scores"][keep], kind="stable")]
            iou = box_iou(torch.from_numpy(one["boxes"][keep]).reshape(-1, 4), truth).numpy()
            free = np.ones(len(truth), bool)
            for at, k in enumerate(keep):
                best = int(np.argmax(np.where(free, iou[at], -1))) if free.any() else -1
                is_hit = best >= 0 and iou[at, best] >= 0.5
                if is_hit:
                    free[best] = False
                film.append(i), score.append(one["scores"][k]), hit.append(is_hit)
        order = np.argsort(-np.array(score), kind="stable")
        out.append((np.array(film, int)[order], np.array(hit, float)[order], num))
    return out


def average_precisions(matches, weights):
    """Mean of 101 precisions at recall 0, 0.01 ... 1, each class; NaN where there is no true box."""
    each = []
    for film, hit, num in matches:
        total = (num * weights).sum()
        if total == 0:
            each.append(math.nan)
            continue
        w = weights[film]
        tp, all_ = np.cumsum(hit * w), np.cumsum(w)
        recall, precision = tp / total, tp / np.maximum(all_, 1e-12)
        precision = np.maximum.accumulate(precision[::-1])[::-1]
        at = np.searchsorted(recall, np.linspace(0, 1, 101), side="left")
        each.append(np.r_[precision, 0.0][np.minimum(at, len(precision))].mean())
    return np.array(each)


def mean_ap(rows, found):
    return float(np.nanmean(average_precisions(matched(rows, found), np.ones(len(rows)))))


def resamples(rows, count=2000):
    """Weights of films, patients drawn with replacement: films of one patient are no independent witnesses."""
    rng = np.random.default_rng(SEED)
    patients, of = np.unique([row["patient"] for row in rows], return_inverse=True)
    for _ in range(count):
        yield np.bincount(rng.integers(0, len(patients), len(patients)), minlength=len(patients))[of].astype(float)


def interval(values):
    return [round(float(v), 4) for v in np.nanpercentile(values, [2.5, 97.5])]


def pycocotools_says(rows, found):
    """mAP@0.5 by the reference program, or None without it."""
    try:
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval
    except ImportError:
        return None
    xywh = lambda b: [float(b[0]), float(b[1]), float(b[2] - b[0]), float(b[3] - b[1])]
    truth = [{"image_id": i, "category_id": int(c), "bbox": xywh(b), "area": 1.0, "iscrowd": 0}
             for i, row in enumerate(rows) for b, c in zip(row["boxes"].double().numpy(), row["labels"])]
    coco = COCO()
    coco.dataset = {"images": [{"id": i} for i in range(len(rows))], "categories": [{"id": c} for c in range(len(CLASSES))],
                    "annotations": [{"id": n + 1, **t} for n, t in enumerate(truth)]}
    coco.createIndex()
    said = [{"image_id": i, "category_id": int(c), "bbox": xywh(b), "score": float(s)}
            for i, one in enumerate(found) for b, c, s in zip(one["boxes"], one["labels"], one["scores"])]
    run = COCOeval(coco, coco.loadRes(said), "bbox")
    run.evaluate(), run.accumulate()
    precision = run.eval["precision"][0, :, :, 0, -1]
    return [float(p[p > -1].mean()) if (p > -1).any() else math.nan for p in precision.T]


# Files

def rounded(net):
    """Weights as they lie in the file: matrices and kernels in f16, the few numbers of the norms in f32."""
    return {k: v.half() if v.is_floating_point() and v.ndim > 1 else v for k, v in net.state_dict().items()}


def write_model(path, net, card):
    from safetensors.torch import save_file
    tensors = {k: v.contiguous() for k, v in rounded(net).items()}
    save_file(tensors, path, metadata={"rachis.card": json.dumps(card, ensure_ascii=False)})
    print(path, path.stat().st_size, "bytes")


def metric(name, value, values, rows):
    return {"name": name, "value": round(float(value), 4), "interval": interval(values),
            "measured_on": f"{len(rows)} synthetic test films of seed {SPLITS['test'][1]}"}


def card(architecture, task, name, classes, resize, threshold, metrics, training, notes):
    return {
        "rachis_card": 1, "name": name, "architecture": architecture, "task": task, "classes": classes,
        "preprocessing": {"tone": "displayed", "resize": resize, "sampling": "antialiased", "divisor": 255.0,
                          "mean": MEAN, "std": STD},
        **({} if threshold is None else {"threshold": threshold}),
        "synthetic": True, "training": training, "metrics": metrics, "licence": "MIT OR Apache-2.0", "notes": notes,
    }


NEVER = ("Trained on synthetic films only, to show how the program works: never for people. Synthetic films are far "
         "simpler than real ones, so the figures say nothing about real films.")


def said_of_training(rows, seconds):
    return (f"From scratch on {len(rows)} synthetic films of {len({row['patient'] for row in rows})} made-up patients "
            f"(seeds {SPLITS['train'][1]} and {SPLITS['train_2'][1]}), against what was drawn on them; checkpoint chosen on "
            f"dev films of seed {SPLITS['dev'][1]}. assets/models/train_demo_models.py, seed {SEED}, "
            f"{seconds / 60:.0f} minutes on a shared CPU.")


def load(work, *splits):
    rows = []
    for number, split in enumerate(splits):
        for row in torch.load(work / f"{split}.pt"):
            rows.append({**row, "patient": (number, row["patient"])})
    return rows


def patient_numbers(rows):
    """The rows with patients numbered from 0."""
    numbers = {}
    return [{**row, "patient": numbers.setdefault(row["patient"], len(numbers))} for row in rows]


def as_in_file(net, work, name):
    """The best checkpoint with its weights as the file will hold them: what is measured is what is shipped."""
    net.load_state_dict(torch.load(work / f"{name}.pth"))
    net.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in rounded(net).items()})
    return net.to(memory_format=torch.contiguous_format).eval()


def dev_auroc(net, rows):
    net = getattr(net, "net", net)
    truth = np.array([len(row["labels"]) > 0 for row in rows])
    return float(auroc(truth, probabilities(net, rows), np.ones(len(rows))))


def make_classifier(work, out, epochs):
    rows, dev = patient_numbers(load(work, "train", "train_2")), patient_numbers(load(work, "dev"))
    torch.manual_seed(SEED)
    train("classifier", Pointer(classifier_net()), rows, dev, work, epochs, 16, 2e-3, classifier_loss, dev_auroc)
    finish_classifier(work, out)


def finish_classifier(work, out):
    rows, dev, test = (patient_numbers(load(work, *s)) for s in (["train", "train_2"], ["dev"], ["test"]))
    net = as_in_file(classifier_net(), work, "classifier")
    is_abnormal = lambda rows: np.array([len(row["labels"]) > 0 for row in rows])
    threshold = round(float(youden(is_abnormal(dev), probabilities(net, dev))), 4)
    truth, p, ones = is_abnormal(test), probabilities(net, test), np.ones(len(test))
    weights = list(resamples(test))
    metrics = [metric("AUROC", auroc(truth, p, ones), [auroc(truth, p, w) for w in weights], test)]
    many = [at_threshold(truth, p, threshold, w) for w in weights]
    for name, value in at_threshold(truth, p, threshold, ones).items():
        metrics.append(metric(f"{name} at c*", value, [one[name] for one in many], test))
    spent = json.loads((work / "classifier.json").read_text())
    print("classifier", "c*", threshold, json.dumps(metrics, indent=1))
    write_model(out / "demo_classifier.safetensors", net, card(
        "densenet_small", "classify", "Demo classifier (synthetic)", ["Abnormal"],
        {"exact": {"width": CLASSIFIER_SIZE[0], "height": CLASSIFIER_SIZE[1]}}, threshold, metrics,
        said_of_training(rows, spent["seconds"]),
        NEVER + " The threshold is the dev films' highest sensitivity + specificity. Intervals: 95 %, bootstrap over patients."))


def make_detector(work, out, epochs):
    rows, dev = patient_numbers(load(work, "train", "train_2")), patient_numbers(load(work, "dev"))
    torch.manual_seed(SEED)
    train("detector", detector_net(), rows, dev, work, epochs, 4, 1e-3, detector_loss,
          lambda net, rows: mean_ap(rows, detections(net, rows)), repeat_factors(rows))
    finish_detector(work, out)


def finish_detector(work, out):
    rows, test = (patient_numbers(load(work, *s)) for s in (["train", "train_2"], ["test"]))
    net = as_in_file(detector_net(), work, "detector")
    found = detections(net, test)
    matches = matched(test, found)
    each = average_precisions(matches, np.ones(len(test)))
    reference = pycocotools_says(test, found)
    if reference is not None:
        assert np.allclose(each, reference, atol=1e-9, equal_nan=True), (each, reference)
    many = np.array([average_precisions(matches, w) for w in resamples(test)])
    metrics = [metric("mAP@0.5", np.nanmean(each), np.nanmean(many, axis=1), test)]
    for c, name in enumerate(CLASSES):
        one = metric(f"AP@0.5 {name}", each[c], many[:, c], test)
        one["measured_on"] += f", {int(matches[c][2].sum())} boxes"
        metrics.append(one)
    spent = json.loads((work / "detector.json").read_text())
    print("detector", json.dumps(metrics, indent=1))
    write_model(out / "demo_detector.safetensors", net, card(
        "fasterrcnn_small", "detect", "Demo detector (synthetic)", CLASSES,
        {"shorter_edge": {"shorter": DETECTOR_EDGES[0], "longest": DETECTOR_EDGES[1]}}, None, metrics,
        said_of_training(rows, spent["seconds"]),
        NEVER + " Ankylosis, enthesophytes, fractures, sclerotic lesions, subchondral sclerosis and foreign bodies count as "
        "\"Other lesions\". Intervals: 95 %, bootstrap over patients."))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rachis", type=Path, required=True, help="the program, a release build")
    parser.add_argument("--work", type=Path, required=True, help="a folder for films and arrays: 6 GB")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    parser.add_argument("--only", choices=["films", "arrays", "classifier", "detector", "figures"])
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    args.work.mkdir(exist_ok=True)
    wanted = lambda stage: args.only in (None, stage)
    if wanted("films"):
        make_films(args.rachis, args.work)
    if wanted("arrays"):
        for split in SPLITS:
            make_arrays(args.rachis, args.work, split)
    if wanted("classifier"):
        make_classifier(args.work, args.out, 6)
    if wanted("detector"):
        make_detector(args.work, args.out, 2)
    if args.only == "figures":
        finish_classifier(args.work, args.out)
        finish_detector(args.work, args.out)


if __name__ == "__main__":
    main()
