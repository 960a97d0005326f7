//! The shader and the CPU reference agree.
