//! Training in 16 bits: convolutions and linear layers compute in bfloat16 from weights that keep their 32 bits, and so
//! do their gradients arrive in 32. Micikevicius et al., "Mixed Precision Training", 2018; PyTorch calls it autocast, of
//! which tch offers only the half-precision kind, whose small range needs its losses scaled.

use std::cell::Cell;

use tch::{Kind, Tensor};

thread_local! {
    static IS_LOW: Cell<bool> = const { Cell::new(false) };
}

/// What layers compute inside `work`, on this thread.
pub fn in_low<T>(is_low: bool, work: impl FnOnce() -> T) -> T {
    /// Puts it back even where `work` panics.
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            IS_LOW.set(self.0);
        }
    }
    let _before = Before(IS_LOW.replace(is_low));
    work()
}

/// As a layer takes it; a copy only where 32 bits become 16.
pub fn lowered(tensor: &Tensor) -> Tensor {
    if IS_LOW.get() && tensor.kind() == Kind::Float { tensor.to_kind(Kind::BFloat16) } else { tensor.shallow_clone() }
}

/// In 32 bits where layers compute in 16; elsewhere the tensor itself.
pub fn raised(tensor: &Tensor) -> Tensor {
    if IS_LOW.get() { tensor.to_kind(Kind::Float) } else { tensor.shallow_clone() }
}
