//! Memory that a training step gives back stays in the process, because the next step asks for the same again.

/// From here on the allocator keeps what is freed. Left alone it hands large tensors back to the system after every use,
/// which then clears their pages anew: a third of the time of a step of DenseNet-121 with 32 films on two cores.
/// Only for a process that trains and ends: one that serves beside a reading gives memory back.
pub fn keep_freed() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        #[expect(unsafe_code, reason = "mallopt")]
        // SAFETY: called before other threads start; changes only where glibc takes memory from (mallopt(3)): never from
        // a mapping of its own for one tensor, and never back to the system.
        unsafe {
            libc::mallopt(libc::M_MMAP_MAX, 0);
            libc::mallopt(libc::M_TRIM_THRESHOLD, -1);
        }
    }
}
