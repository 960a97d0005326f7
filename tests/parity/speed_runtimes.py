"""ONNX Runtime and OpenVINO for speed_torchvision.py: the classifier exported by torch and run on the CPU.

Needs onnx with onnxruntime, openvino or both; one that is missing is said and left out.
"""
import io
import time
import warnings

import torch

WAYS = ["ONNX Runtime f32", "OpenVINO f32", "OpenVINO bf16"]


def exported(net, pixels):
    """The network as the bytes of an ONNX file, for just this shape."""
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the older exporter is the one that needs no further package
        torch.onnx.export(net.cpu().to(memory_format=torch.contiguous_format), pixels.cpu(), file, input_names=["x"],
                          output_names=["logits"], opset_version=17, dynamo=False)
    return file.getvalue()


def onnx_runtime(model, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return lambda x: session.run(None, {"x": x})[0]


def openvino(model, threads, precision):
    import openvino as ov

    settings = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
    core = ov.Core()
    request = core.compile_model(core.read_model(model, b""), "CPU", settings).create_infer_request()
    return lambda x: request.infer([x])[0]


def ready(net, pixels, threads):
    """By way, a function that returns milliseconds and logits. Made once, before the first turn."""
    try:
        model = exported(net, pixels)
    except (ImportError, torch.onnx.errors.OnnxExporterError) as error:
        print(f"ONNX Runtime and OpenVINO are left out: {error}")
        return {}
    made = {
        "ONNX Runtime f32": lambda: onnx_runtime(model, threads),
        "OpenVINO f32": lambda: openvino(model, threads, "f32"),
        "OpenVINO bf16": lambda: openvino(model, threads, "bf16"),
    }
    found = {}
    for way in WAYS:
        try:
            found[way] = timed(made[way](), pixels.numpy())
        except ImportError as error:
            print(f"{way} is left out: {error}")
    return found


def timed(run, x):
    def ms():
        run(x)
        began = time.perf_counter()
        logits = run(x)
        return (time.perf_counter() - began) * 1000, torch.from_numpy(logits.copy())

    return ms
