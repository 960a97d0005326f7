//! What this machine has and may do: programs, shared libraries, a package manager, the right to use it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::parts::Look;

/// Who may install packages here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Installer {
    /// apt-get, and we are root.
    AptAsRoot,
    /// apt-get, through a sudo that asks for no password.
    AptBySudo,
    /// apt-get is there, but a person has to type a password.
    AptByHand,
    /// Not Debian or a child of it.
    None,
}

/// A look at the machine; library names are read once.
pub struct Machine {
    libraries: Vec<String>,
    pub installer: Installer,
}

impl Machine {
    pub fn look() -> Self {
        Self { libraries: linker_libraries(), installer: installer() }
    }

    /// Where the thing was seen, or `None` where it is missing.
    pub fn find(&self, look: Look) -> Option<String> {
        match look {
            Look::Program(names) => names.iter().find_map(|name| program(name)).map(|path| path.display().to_string()),
            Look::Library(name) => self.libraries.iter().find(|known| *known == name).cloned(),
            Look::File(paths) => paths.iter().find(|path| Path::new(path).exists()).map(|path| (*path).to_owned()),
            Look::PythonModule(name) => {
                let python = ["python3", "python"].iter().find(|python| program(python).is_some())?;
                says(python, &["-c", &format!("import {name}; print({name}.__file__)")])
                    .map(|text| text.trim().to_owned())
            }
            Look::FileLike { folders, starts, ends } => {
                folders.iter().find_map(|folder| file_like(folder, starts, ends)).map(|path| path.display().to_string())
            }
        }
    }
}

/// The first file in `folder`, by name, that begins and ends so.
pub fn file_like(folder: &str, starts: &str, ends: &str) -> Option<PathBuf> {
    let fits = |path: &PathBuf| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with(starts) && name.ends_with(ends))
    };
    std::fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).filter(fits).min()
}

/// Any kernel driver of a graphics card that a Vulkan or OpenGL driver could use (Linux; on others assume one).
pub fn has_gpu() -> bool {
    !cfg!(target_os = "linux")
        || file_like("/dev/dri", "renderD", "").is_some()
        || ["/dev/nvidiactl", "/dev/dxg"].iter().any(|path| Path::new(path).exists())
}

pub fn program(name: &str) -> Option<PathBuf> {
    let search_path = std::env::var_os("PATH")?;
    // `sbin` is not on everybody's path, but ldconfig lives there.
    let folders = std::env::split_paths(&search_path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    let file_name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    folders.map(|folder| folder.join(&file_name)).find(|path| path.is_file())
}

/// The names that the dynamic linker knows: its cache, or without one (musl, NixOS) the usual folders.
fn linker_libraries() -> Vec<String> {
    let cache = program("ldconfig")
        .and_then(|ldconfig| Command::new(ldconfig).arg("-p").stderr(Stdio::null()).output().ok())
        .map(|output| library_names(&String::from_utf8_lossy(&output.stdout)))
        .unwrap_or_default();
    if !cache.is_empty() {
        return cache;
    }
    let extra = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    std::env::split_paths(&extra)
        .chain(["/usr/lib", "/usr/lib64", "/lib", "/usr/local/lib", "/run/opengl-driver/lib"].map(PathBuf::from))
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.contains(".so"))
        .collect()
}

/// `ldconfig -p` prints one indented "name (kind) => path" a line, under a heading that is not indented.
fn library_names(listing: &str) -> Vec<String> {
    listing
        .lines()
        .filter(|line| line.starts_with(char::is_whitespace))
        .filter_map(|line| Some(line.split_whitespace().next()?.to_owned()))
        .collect()
}

fn installer() -> Installer {
    if !cfg!(target_os = "linux") || program("apt-get").is_none() {
        Installer::None
    } else if says("id", &["-u"]).is_some_and(|id| id.trim() == "0") {
        Installer::AptAsRoot
    } else if says("sudo", &["-n", "true"]).is_some() {
        Installer::AptBySudo
    } else {
        Installer::AptByHand
    }
}

/// What a program prints, where it is there and succeeds.
fn says(name: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program(name)?).args(args).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_linkers_listing() {
        let listing = "3 libs found in cache `/etc/ld.so.cache'\n\tlibXi.so.6 (libc6,x86-64) => /lib/libXi.so.6\n\
                       \tlibEGL.so.1 (libc6,x86-64) => /lib/libEGL.so.1\nCache generated by: ldconfig\n";
        assert_eq!(library_names(listing), ["libXi.so.6", "libEGL.so.1"]);
    }

    #[test]
    fn a_missing_thing_is_missing() {
        let machine = Machine { libraries: vec!["libXi.so.6".into()], installer: Installer::None };
        assert!(machine.find(Look::Library("libXi.so.6")).is_some());
        assert!(machine.find(Look::Library("libXi.so")).is_none());
        assert!(machine.find(Look::Program(&["no-such-program-here"])).is_none());
        assert!(machine.find(Look::File(&["/no/such/file"])).is_none());
        assert!(machine.find(Look::FileLike { folders: &["/no/such"], starts: "", ends: "" }).is_none());
    }
}
