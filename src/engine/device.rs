//! Where networks run: the processor, or a CUDA card where its library can be opened.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rachis::jobs::protocol::DeviceRow;
use tch::{Cuda, Device};

use crate::failure::Failure;
use crate::precision::Precision;

/// A graphics card's driver has this long to tell of the card; a cold one takes two or three seconds.
const DRIVER_TIME: Duration = Duration::from_secs(5);

/// Opens libtorch's CUDA half where it lies beside the other half; then devices appear by themselves. Call it before the
/// first tensor. Without it, or without the driver and libraries that it needs, there is the processor.
///
/// It is opened and not linked, so that one program serves computers with and without CUDA.
#[cfg(unix)]
#[expect(unsafe_code, reason = "dlopen")]
pub fn open_cuda() {
    use std::os::unix::ffi::OsStrExt as _;
    let Some(folder) = libtorch_folder() else { return };
    let library = folder.join("libtorch_cuda.so");
    if !library.exists() {
        return;
    }
    let Ok(name) = std::ffi::CString::new(library.as_os_str().as_bytes()) else { return };
    // SAFETY: a library of the very libtorch that runs already; its initialisers are what registers CUDA.
    let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL) };
    if handle.is_null() {
        // SAFETY: after a failed dlopen, and on the thread that called it.
        let why = unsafe {
            let text = libc::dlerror();
            if text.is_null() { "no reason given".into() } else { std::ffi::CStr::from_ptr(text).to_string_lossy() }
        };
        tracing::info!(%why, "no CUDA");
    }
}

#[cfg(not(unix))]
pub fn open_cuda() {}

/// The folder of the `libtorch_cpu` that this process runs with.
#[cfg(target_os = "linux")]
fn libtorch_folder() -> Option<std::path::PathBuf> {
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let line = maps.lines().find(|line| line.contains("libtorch_cpu"))?;
    Some(std::path::Path::new(&line[line.find('/')?..]).parent()?.to_owned())
}

#[cfg(all(unix, not(target_os = "linux")))]
fn libtorch_folder() -> Option<std::path::PathBuf> {
    None
}

/// Of libtorch.
pub fn torch_version() -> String {
    "2.11.0".to_owned()
}

/// All devices, the best first.
pub fn rows() -> Vec<DeviceRow> {
    let cards = (0..num_cards()).map(|i| {
        let facts = card_facts(i);
        DeviceRow {
            id: format!("cuda:{i}"),
            name: facts.as_ref().map_or_else(|| format!("CUDA device {i}"), |(name, _)| name.clone()),
            memory: facts.map(|(_, memory)| memory),
            precisions: Precision::worth_using(Device::Cuda(i)).iter().map(|p| p.as_str().to_owned()).collect(),
        }
    });
    let cpu = DeviceRow {
        id: "cpu".to_owned(),
        name: processor_name(),
        memory: memory(),
        precisions: Precision::worth_using(Device::Cpu).iter().map(|p| p.as_str().to_owned()).collect(),
    };
    cards.chain([cpu]).collect()
}

fn num_cards() -> usize {
    if Cuda::is_available() { Cuda::device_count() as usize } else { 0 }
}

/// The device of that name; none: the best there is.
pub fn parse(name: Option<&str>) -> Result<Device, Failure> {
    let absent = |name: &str| {
        let known: Vec<String> = rows().into_iter().map(|row| row.id).collect();
        Failure::new(format!("There is no device {name} on this computer; there is {}.", known.join(", ")))
    };
    match name {
        None if num_cards() > 0 => Ok(Device::Cuda(0)),
        None | Some("cpu") => Ok(Device::Cpu),
        Some(name) => {
            let number = if name == "cuda" { Some("0") } else { name.strip_prefix("cuda:") };
            let number = number.and_then(|number| number.parse().ok()).filter(|number| *number < num_cards());
            number.map(Device::Cuda).ok_or_else(|| absent(name))
        }
    }
}

/// Name and memory as the driver tells them; tch has no call for it.
fn card_facts(number: usize) -> Option<(String, u64)> {
    let text = asked_of_driver(number, "name,memory.total")?;
    let (name, mebibytes) = text.lines().next()?.rsplit_once(", ")?;
    Some((name.to_owned(), mebibytes.trim().parse::<u64>().ok()? << 20))
}

/// What `nvidia-smi` prints. A driver that does not answer in time costs the answer and nothing more.
fn asked_of_driver(number: usize, query: &str) -> Option<String> {
    let mut command = Command::new("nvidia-smi");
    command.arg(format!("--query-gpu={query}")).args(["--format=csv,noheader,nounits", "-i", &number.to_string()]);
    output_within(command, DRIVER_TIME)
}

/// What a short-lived program prints, if it ends well and in time.
fn output_within(mut command: Command, time: Duration) -> Option<String> {
    // Closed, not inherited: the program's lines to the engine are on it.
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let until = Instant::now() + time;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                // Not waited for: one that hangs in the driver can't be ended.
                let _ = child.kill();
                return None;
            }
        }
    };
    let mut text = String::new();
    child.stdout.take()?.read_to_string(&mut text).ok()?;
    status.success().then_some(text)
}

fn processor_name() -> String {
    let found = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{}, {cores} cores", found.unwrap_or_else(|| "Processor".to_owned()))
}

fn memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_always_there_and_the_unknown_is_told() {
        assert_eq!(rows().last().unwrap().id, "cpu");
        assert_eq!(parse(Some("cpu")), Ok(Device::Cpu));
        for name in ["cuda:99", "tpu", "cuda:x", ""] {
            let message = parse(Some(name)).expect_err(name).message;
            assert!(message.contains("there is") && message.contains("cpu"), "{message}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_program_that_does_not_end_is_not_waited_for() {
        let shell = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            command
        };
        assert_eq!(output_within(shell("echo a, 3"), Duration::from_mins(1)).as_deref(), Some("a, 3\n"));
        assert_eq!(output_within(shell("echo a; exit 3"), Duration::from_mins(1)), None);
        let began = Instant::now();
        assert_eq!(output_within(shell("exec sleep 60"), Duration::from_millis(50)), None);
        assert!(began.elapsed() < Duration::from_secs(30));
        assert_eq!(output_within(Command::new("no-such-program"), Duration::from_mins(1)), None);
    }
}
