//! Finds libtorch 2.11.0, or fetches it through pip into `.libtorch/`: what the learning engine, and nothing else, links.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::machine::program;
use crate::{Outcome, run};

/// What tch 0.24 is made for.
const VERSION: &str = "2.11.0";
/// The wheel's CPU library asks for these two of NVIDIA's even where there is no GPU (`build-version` of the wheel: CUDA 13).
const CPU_WHEELS: [&str; 2] = ["nvidia-cuda-runtime==13.0.96", "nvidia-cuda-cupti==13.0.85"];

/// Which devices it should serve.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Devices {
    /// CUDA where this machine has an NVIDIA card.
    Fitting,
    Cpu,
    Cuda,
}

/// Says where it is; fetches it where it is not.
pub fn bring(root: &Path, devices: Devices) -> Outcome {
    let folder = ensure(root, devices)?;
    println!("libtorch {VERSION} is in {}", folder.display());
    Ok(())
}

/// The folder with libtorch's `lib`, found or fetched. A Python installation's is linked from `.libtorch/torch`, which is
/// where a plain `cargo build --features torch` looks.
pub fn ensure(root: &Path, devices: Devices) -> Result<PathBuf, ExitCode> {
    let own = root.join(".libtorch").join("torch");
    // `.cargo/config.toml` sets LIBTORCH to our own folder where nobody set it by hand.
    if let Some(by_hand) = std::env::var_os("LIBTORCH").map(PathBuf::from).filter(|path| *path != own) {
        return match version_in(&by_hand) {
            Some(version) if version == VERSION => Ok(by_hand),
            found => {
                let found = found.map_or_else(|| "no libtorch".to_owned(), |version| format!("libtorch {version}"));
                eprintln!(
                    "LIBTORCH names {}, which holds {found}; {VERSION} is needed. Unset it, and it is fetched.",
                    by_hand.display()
                );
                Err(ExitCode::FAILURE)
            }
        };
    }
    let wants_cuda = devices == Devices::Cuda || devices == Devices::Fitting && has_nvidia();
    let is_whole = version_in(&own).is_some_and(|version| version == VERSION);
    if !is_whole && let Some(installed) = in_python() {
        println!("Using libtorch {VERSION} of the Python installation: {}", installed.display());
        link(&installed, &own)?;
    } else if !is_whole {
        let torch = format!("torch=={VERSION}");
        // Without its dependencies, most of which only Python or a GPU needs.
        let wheels = [vec!["--no-deps", torch.as_str()], cpu_wheels()].concat();
        fetch(root, "libtorch (about 530 MB)", &wheels)?;
    }
    if wants_cuda && !has_cuda_libraries(&own) {
        let wheels = cuda_wheels(&own);
        let wheels: Vec<&str> = wheels.iter().map(String::as_str).collect();
        if own.is_symlink() {
            eprintln!("The Python installation lacks NVIDIA's libraries: pip install {}", wheels.join(" "));
        } else {
            fetch(root, "NVIDIA's libraries (about 2 GB)", &wheels)?;
        }
    }
    Ok(own)
}

fn cpu_wheels() -> Vec<&'static str> {
    if cfg!(target_os = "linux") { CPU_WHEELS.to_vec() } else { Vec::new() }
}

/// The version of the libtorch in this folder: a Python package or an unpacked archive.
fn version_in(folder: &Path) -> Option<String> {
    let library = folder.join("lib").join(if cfg!(windows) {
        "torch_cpu.dll"
    } else if cfg!(target_os = "macos") {
        "libtorch_cpu.dylib"
    } else {
        "libtorch_cpu.so"
    });
    if !library.is_file() {
        return None;
    }
    let python = fs::read_to_string(folder.join("version.py")).ok();
    let text = python.as_deref().and_then(version_of_python).map(ToOwned::to_owned);
    let text = text.or_else(|| fs::read_to_string(folder.join("build-version")).ok())?;
    // 2.11.0+cu130
    Some(text.trim().split('+').next().unwrap_or_default().to_owned())
}

/// `__version__ = '2.11.0+cu130'`
fn version_of_python(text: &str) -> Option<&str> {
    let line = text.lines().find(|line| line.starts_with("__version__"))?;
    line.split(['\'', '"']).nth(1)
}

/// The folder of a Python torch of the right version, without importing it.
fn in_python() -> Option<PathBuf> {
    const ASK: &str = "import importlib.util as u; print(u.find_spec('torch').submodule_search_locations[0])";
    let output = Command::new(python()?).args(["-c", ASK]).stderr(Stdio::null()).output().ok()?;
    let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    (output.status.success() && version_in(&folder)? == VERSION).then_some(folder)
}

fn python() -> Option<PathBuf> {
    ["python3", "python"].iter().find_map(|name| program(name))
}

fn link(from: &Path, to: &Path) -> Outcome {
    let failed = |error: std::io::Error| {
        eprintln!("Could not link {} to {}: {error}", to.display(), from.display());
        ExitCode::FAILURE
    };
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    if to.is_symlink() {
        fs::remove_file(to).map_err(failed)?;
    }
    #[cfg(unix)]
    return std::os::unix::fs::symlink(from, to).map_err(failed);
    #[cfg(windows)]
    return std::os::windows::fs::symlink_dir(from, to).map_err(failed);
}

/// Wheels go into a folder beside first, so that a broken download leaves nothing half.
fn fetch(root: &Path, what: &str, wheels: &[&str]) -> Outcome {
    let python = python().ok_or_else(|| {
        eprintln!(
            "Python 3 with pip is needed to fetch libtorch; or set LIBTORCH to a folder with libtorch {VERSION}."
        );
        ExitCode::FAILURE
    })?;
    println!("Fetching {what} through pip into .libtorch ...");
    let part = root.join(".libtorch-part");
    let failed = |error: std::io::Error| {
        eprintln!("Could not put libtorch into place: {error}");
        ExitCode::FAILURE
    };
    if part.exists() {
        fs::remove_dir_all(&part).map_err(failed)?;
    }
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--target"]);
    run(pip.arg(&part).args(wheels)).inspect_err(|_| {
        eprintln!(
            "pip could not fetch it. Without it everything but the learning engine builds and runs; or set LIBTORCH to a \
             folder with libtorch {VERSION}."
        );
    })?;
    let whole = root.join(".libtorch");
    fs::create_dir_all(&whole).map_err(failed)?;
    move_into(&part, &whole).map_err(failed)?;
    fs::remove_dir_all(&part).map_err(failed)
}

/// Moves what lies in `from` into `to`; folders that are there on both sides (NVIDIA's) are joined.
fn move_into(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.file_type()?.is_dir() && place.is_dir() && !place.is_symlink() {
            move_into(&entry.path(), &place)?;
        } else {
            if place.is_symlink() {
                fs::remove_file(&place)?;
            }
            fs::rename(entry.path(), place)?;
        }
    }
    Ok(())
}

fn has_nvidia() -> bool {
    Path::new("/dev/nvidiactl").exists() || program("nvidia-smi").is_some()
}

/// NVIDIA's wheels lie beside torch, as its run path expects them.
fn has_cuda_libraries(torch: &Path) -> bool {
    let beside = fs::canonicalize(torch).unwrap_or_else(|_| torch.to_path_buf());
    let Some(site) = beside.parent() else { return false };
    crate::machine::file_like(&site.join("nvidia").join("cudnn").join("lib").to_string_lossy(), "libcudnn", "")
        .is_some()
}

/// What the wheel itself says it needs of NVIDIA's, as `name==version`.
fn cuda_wheels(torch: &Path) -> Vec<String> {
    let metadata = torch.with_file_name(format!("torch-{VERSION}.dist-info")).join("METADATA");
    required(&fs::read_to_string(metadata).unwrap_or_default())
}

/// `Requires-Dist: nvidia-cudnn-cu13==9.19.0.56; platform_system == "Linux"`, and the toolkit that brings the others.
fn required(metadata: &str) -> Vec<String> {
    metadata
        .lines()
        .filter_map(|line| line.strip_prefix("Requires-Dist: "))
        .filter(|rest| ["nvidia-", "cuda-toolkit"].iter().any(|start| rest.starts_with(start)))
        .map(|rest| rest.split(';').next().unwrap_or(rest).trim().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_wheel_says() {
        assert_eq!(
            version_of_python("from typing import Optional\n__version__ = '2.11.0+cu130'\n"),
            Some("2.11.0+cu130")
        );
        let metadata = "Name: torch\nRequires-Dist: filelock\n\
                        Requires-Dist: nvidia-cudnn-cu13==9.19.0.56; platform_system == \"Linux\"\n";
        assert_eq!(required(metadata), ["nvidia-cudnn-cu13==9.19.0.56"]);
    }

    #[test]
    fn a_second_download_joins_the_first() {
        let folder = std::env::temp_dir().join(format!("rachis-xtask-libtorch-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("to"));
        for (place, name) in [(&from, "cudnn"), (&to, "cuda_runtime")] {
            fs::create_dir_all(place.join("nvidia").join(name)).expect("a scratch folder");
        }
        move_into(&from, &to).expect("moved");
        assert!(to.join("nvidia/cudnn").is_dir() && to.join("nvidia/cuda_runtime").is_dir());
        fs::remove_dir_all(&folder).expect("our own scratch folder");
    }
}
