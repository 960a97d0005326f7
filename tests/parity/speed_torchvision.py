#!/usr/bin/env python3
"""Times torchvision (eager) and rachis-engine turn by turn on the same weights, input and threads, checks that their
answers are equal, and prints the ratios. Best of all turns counts. DenseNet-121 on the CPU is timed in ONNX Runtime and
OpenVINO too, in the same turns, where they are installed.

    speed_torchvision.py ENGINE [--threads 2] [--turns 2] [--only densenet121] [--device cpu]

Needs torch 2.11, torchvision 0.26, safetensors; onnx, onnxruntime and openvino for those two. ENGINE is the program
rachis-engine, built for release.
"""
import argparse
import contextlib
import pathlib
import subprocess
import tempfile
import time

import numpy as np
import torch
import torchvision
from safetensors.torch import load_file, save_file

import formula
import speed_runtimes

CASES = [
    ("densenet121", "densenet121", (1, 3, 224, 224)),
    ("densenet121 x 32", "densenet121", (32, 3, 224, 224)),
    ("retinanet_resnet50_fpn", "retinanet_resnet50_fpn", (1, 3, 800, 1088)),
    ("fasterrcnn_resnet50_fpn", "fasterrcnn_resnet50_fpn", (1, 3, 800, 1088)),
]
WAYS = ["f32", "f32 channels-last", "bf16 channels-last"]


def network(name):
    if name == "densenet121":
        net = torchvision.models.densenet121(weights=None, num_classes=1)
    else:
        net = getattr(torchvision.models.detection, name)(weights=None, weights_backbone=None, num_classes=8)
        net.detections_per_img = 100  # RetinaNet's own default is 300
    formula.load(net)
    return net.eval()


def answer(net, pixels):
    """A detector without its transform, which the engine's input has been through; the classifier as it is."""
    if isinstance(net, torchvision.models.DenseNet):
        return {"logits": net(pixels).float()}
    images = torchvision.models.detection.image_list.ImageList(pixels, [tuple(pixels.shape[-2:])] * len(pixels))
    features = net.backbone(pixels)
    if hasattr(net, "rpn"):
        proposals, _ = net.rpn(images, features)
        found, _ = net.roi_heads(features, proposals, images.image_sizes)
    else:
        maps = list(features.values())
        heads = net.head(maps)
        anchors = net.anchor_generator(images, maps)
        counts = [m.shape[2] * m.shape[3] * net.anchor_generator.num_anchors_per_location()[0] for m in maps]
        split = {key: list(value.split(counts, dim=1)) for key, value in heads.items()}
        found = net.postprocess_detections(split, [list(a.split(counts)) for a in anchors], images.image_sizes)
    return {f"{key}.0": found[0][key].float() for key in ("boxes", "scores", "labels")}


def torchvision_ms(net, pixels, way, device):
    layout = torch.contiguous_format if way == "f32" else torch.channels_last
    net, pixels = net.to(device, memory_format=layout), pixels.to(device, memory_format=layout)
    low = torch.autocast(device.split(":")[0], torch.bfloat16) if "bf16" in way else contextlib.nullcontext()
    with torch.inference_mode(), low:
        answer(net, pixels)
        began = time.perf_counter()
        found = answer(net, pixels)
        found = {key: value.cpu() for key, value in found.items()}
        return (time.perf_counter() - began) * 1000, found


def engine(program, command, arch, folder, threads, device, *more):
    arguments = [program, command, "--arch", arch, "--weights", folder / "w.safetensors", "--input", folder / "x.safetensors",
                 "--threads", str(threads), "--device", device, *more]
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--only", default="")
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    print(f"{'':<26}" + "".join(f"{way:>22}" for way in WAYS) + f"{'engine f32':>14}{'engine bf16':>14}  f32 ratio  best ratio  error")
    for title, arch, shape in CASES:
        if args.only not in title:
            continue
        net = network(arch)
        pixels = torch.from_numpy(formula.noise("speed", int(np.prod(shape))).reshape(shape).copy())
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            save_file({k: v.contiguous() for k, v in net.state_dict().items()}, folder / "w.safetensors")
            save_file({"input": pixels}, folder / "x.safetensors")
            engine(args.engine, "forward", arch, folder, args.threads, args.device, "--output", folder / "y.safetensors")
            ours = load_file(folder / "y.safetensors")
            best, errors = {}, {}
            has_runtimes = arch == "densenet121" and args.device == "cpu"
            runtimes = speed_runtimes.ready(net, pixels, args.threads) if has_runtimes else {}
            for _ in range(args.turns):
                for way in WAYS:
                    ms, found = torchvision_ms(net, pixels, way, args.device)
                    best[way] = min(ms, best.get(way, ms))
                    if way == "f32":
                        theirs = found
                for precision in ("f32", "bf16"):
                    ms = float(engine(args.engine, "bench", arch, folder, args.threads, args.device,
                                      "--precision", precision, "--repeats", "1"))
                    name = f"engine {precision}"
                    best[name] = min(ms, best.get(name, ms))
                for way, run in runtimes.items():
                    ms, logits = run()
                    best[way] = min(ms, best.get(way, ms))
                    errors[way] = float((logits - theirs["logits"]).abs().max() / theirs["logits"].abs().max())
        if arch != "densenet121":
            # torchvision counts Faster R-CNN's background as class 0.
            theirs["labels.0"] = theirs["labels.0"] - int("fasterrcnn" in arch)
            # Scores that differ in their last bit only come in either order (torchvision's own in 64 bits, too).
            order = torchvision.ops.box_iou(theirs["boxes.0"], ours["boxes.0"].float()).argmax(dim=1)
            ours["boxes.0"], ours["labels.0"] = ours["boxes.0"][order], ours["labels.0"][order]
        error = max(
            float((ours[key].float() - value).abs().max() / value.abs().max().clamp_min(1e-9))
            if ours[key].shape == value.shape and value.numel() else float(ours[key].shape != value.shape)
            for key, value in theirs.items()
        )
        eager_f32 = min(best[way] for way in WAYS[:2])
        fastest = min(eager_f32, best[WAYS[2]])
        print(
            f"{title:<26}" + "".join(f"{best[way]:>22.0f}" for way in WAYS)
            + f"{best['engine f32']:>14.0f}{best['engine bf16']:>14.0f}{best['engine f32'] / eager_f32:>11.2f}"
            + f"{min(best['engine f32'], best['engine bf16']) / fastest:>12.2f}  {error:.1e}",
            flush=True,
        )
        for way in runtimes:
            print(f"  {way:<24}{best[way]:>22.0f}  engine / it: f32 {best['engine f32'] / best[way]:.2f}, "
                  f"bf16 {best['engine bf16'] / best[way]:.2f}  error {errors[way]:.1e}", flush=True)
    print("Milliseconds, best of all turns. Ratios: engine to the best of torchvision, in f32 and whatever the precision.")


if __name__ == "__main__":
    main()
