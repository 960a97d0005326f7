//! CPU time of the calling thread: the same whatever else the machine is doing.

use std::time::Duration;

/// CPU time that this thread has used so far.
#[cfg(unix)]
pub fn of_this_thread() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    #[expect(unsafe_code, reason = "the standard library has no clock for a thread's CPU time")]
    // SAFETY: the pointer is to a timespec of ours, which the call fills in.
    let outcome = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(outcome, 0, "the thread's clock is there on every Unix");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Wall time stands in where there is no such clock.
#[cfg(not(unix))]
pub fn of_this_thread() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

/// How long this thread has been ready to go on while no core was free; nothing where the system does not tell.
pub fn queued() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let waited = text.split_whitespace().nth(1).and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(waited.unwrap_or(0))
}
