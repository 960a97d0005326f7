//! What went wrong in a sentence: libtorch's errors are kilobytes with stack traces, of which one line matters.

use std::any::Any;
use std::panic::AssertUnwindSafe;

/// The longest sentence that goes to the window, in characters.
const MAX_CHARS: usize = 300;

/// A failure for the person who waits; the rest has gone to stderr and from there to the log.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub message: String,
    /// What to change, where that is known.
    pub advice: Option<String>,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), advice: None }
    }

    /// From whatever text libtorch or a panic gives.
    pub fn from_text(text: &str) -> Self {
        if let Some(device) = full_device(text) {
            return Self {
                message: format!("The {device} ran out of memory. Nothing was lost; this answer is missing."),
                advice: Some(if device == "computer" {
                    "Close other programs, or use a smaller model.".to_owned()
                } else {
                    "Close other programs that use the graphics card, use a smaller model, or choose the processor (cpu) as the device."
                        .to_owned()
                }),
            };
        }
        Self::new(sentence(text))
    }
}

impl From<tch::TchError> for Failure {
    fn from(error: tch::TchError) -> Self {
        let text = error.to_string();
        eprintln!("{text}");
        Self::from_text(&text)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(failure) => failure,
            Err(error) => Self::from_text(&format!("{error:#}")),
        }
    }
}

/// Runs work that may panic, as every call of tch may; its own panic message has been printed to stderr by then.
pub fn caught<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    std::panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|payload| Err(Failure::from_text(&panic_text(payload.as_ref()))))
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("an unknown fault").to_owned()
}

/// Whose memory is full, if that is what the text says.
fn full_device(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let has = |part: &str| lower.contains(part);
    if has("cuda out of memory")
        || has("cuda error: out of memory")
        || has("cudnn_status_alloc_failed")
        || has("cublas_status_alloc_failed")
    {
        Some("graphics card")
    } else if has("defaultcpuallocator") || has("can't allocate memory") || has("std::bad_alloc") {
        Some("computer")
    } else {
        None
    }
}

/// The line that matters: what tch and libtorch put around it goes.
fn sentence(text: &str) -> String {
    // A panic of tch quotes the error: escaped line ends, and the error's own form around them.
    let text = text.replace("\\n", "\n").replace("\\\"", "\"");
    let start = text.find("Err` value: ").map_or(0, |at| at + "Err` value: ".len());
    let text = text[start..].trim_start_matches("Torch(\"").trim_start_matches("Internal torch error: ");
    let is_trace = |line: &str| line.starts_with("Exception raised from") || line.starts_with("frame #");
    // TorchScript puts its own trace before the reason, which stands last.
    let told = text.lines().rev().find_map(|line| line.strip_prefix("RuntimeError: "));
    let told = told.map_or_else(
        || {
            let lines = text.lines().map(str::trim).take_while(|line| !is_trace(line)).filter(|line| !line.is_empty());
            lines.take(2).collect::<Vec<_>>().join(" ")
        },
        str::to_owned,
    );
    let told = told.trim().trim_end_matches("\")").trim();
    let told = if told.is_empty() { "an unknown fault of the engine" } else { told };
    let mut short: String = told.chars().take(MAX_CHARS).collect();
    if short.len() < told.len() {
        short.push_str(" ...");
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Tensor;

    #[test]
    fn a_panic_of_libtorch_becomes_one_line() {
        let failed = caught(|| {
            Ok(Tensor::zeros([2, 3], tch::kind::FLOAT_CPU).matmul(&Tensor::zeros([2, 3], tch::kind::FLOAT_CPU)))
        });
        let failure = failed.map(drop).expect_err("shapes do not fit");
        assert!(failure.message.contains("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"), "{failure}");
        assert!(!failure.message.contains("frame #") && failure.message.len() < 200, "{failure}");
    }

    #[test]
    fn full_memory_is_told_with_what_to_do() {
        let check = |text: &str, device: &str, advice: &str| {
            let failure = Failure::from_text(text);
            assert!(failure.message.contains(device), "{failure}");
            assert!(failure.advice.unwrap().contains(advice));
        };
        check(
            "called `Result::unwrap()` on an `Err` value: Torch(\"CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 7.79 GiB\\nException raised from malloc\")",
            "graphics card",
            "cpu",
        );
        check(
            "[enforce fail at alloc_cpu.cpp:114] err == 0. DefaultCPUAllocator: can't allocate memory",
            "computer",
            "smaller",
        );
        assert_eq!(Failure::from_text("x").advice, None);
    }

    #[test]
    fn long_and_empty_texts_stay_readable() {
        assert_eq!(Failure::from_text("").message, "an unknown fault of the engine");
        assert!(Failure::from_text(&"é".repeat(9999)).message.chars().count() < 310);
        let script = "The following operation failed in the TorchScript interpreter.\nTraceback of TorchScript (most recent call last):\n  x\nRuntimeError: size mismatch, got 3\n";
        assert_eq!(Failure::from_text(script).message, "size mismatch, got 3");
    }

    #[test]
    fn a_panic_leaves_gradients_as_they_were() {
        let failed = caught(|| {
            let _guard = tch::no_grad_guard();
            assert!(Tensor::zeros([1], tch::kind::FLOAT_CPU).numel() != 1, "on purpose");
            Ok(())
        });
        assert_eq!(failed, Err(Failure::new("on purpose")));
        let x = Tensor::ones([1], tch::kind::FLOAT_CPU).set_requires_grad(true);
        assert!((&x * 2.0).requires_grad());
    }
}
