//! Runs all tests the same way on every machine: no display, no home folder, and software Vulkan without a GPU.

use std::fs;
use std::io::{BufRead, BufReader, IsTerminal};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use crate::libtorch::{self, Devices};
use crate::totals::Totals;
use crate::{Outcome, cargo, exit_code, machine, parts};

pub fn run_all(root: &Path, args: &[&str]) -> Outcome {
    let (filters, test_args) = match args.iter().position(|&arg| arg == "--") {
        Some(at) => (&args[..at], &args[at + 1..]),
        None => (args, &[][..]),
    };
    let mut command = cargo(root);
    command.args(["test", "--workspace", "--no-fail-fast"]).args(filters);
    match libtorch::ensure(root, Devices::Fitting) {
        Ok(folder) => {
            command.args(["--features", "rachis/torch"]).env("LIBTORCH", folder);
        }
        Err(_) => println!("skipped: every test of the learning engine, because there is no libtorch"),
    }
    if std::io::stdout().is_terminal() {
        command.args(["--color", "always"]);
    }
    // --show-output: a skipped test passes, and what it prints says why it was skipped.
    command.args(["--", "--show-output"]).args(test_args);
    if let Err(e) = isolate(&mut command, root) {
        eprintln!("Could not make the tests' own folders under target/: {e}");
        return Err(ExitCode::FAILURE);
    }
    let mut child = match command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(e) => {
            eprintln!("cargo does not start: {e}");
            return Err(ExitCode::FAILURE);
        }
    };
    let mut totals = Totals::default();
    let output = child.stdout.take().expect("stdout was piped above");
    for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
        if let Some(line) = totals.read_line(&String::from_utf8_lossy(&line)) {
            println!("{line}");
        }
    }
    let status = child.wait().map_err(|e| {
        eprintln!("cargo test: {e}");
        ExitCode::FAILURE
    })?;
    print!("\n{totals}");
    if status.success() { Ok(()) } else { Err(exit_code(status.code())) }
}

/// Keeps the tests away from the person's desktop, settings and log, and gives them a renderer that is everywhere.
fn isolate(command: &mut Command, root: &Path) -> std::io::Result<()> {
    let scratch = root.join("target").join("xtask");
    for (variable, name) in [
        ("XDG_RUNTIME_DIR", "runtime"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
    ] {
        let folder = scratch.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        #[cfg(unix)]
        fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        command.env(variable, folder);
    }
    // A test that wants a display starts its own.
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
    command.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("RACHIS_LOG");
    // Compared as bytes; a person's locale must not change what a test program prints.
    command.env("LC_ALL", "C.UTF-8");
    let chosen_by_hand = ["WGPU_BACKEND", "VK_DRIVER_FILES", "VK_ICD_FILENAMES"];
    if machine::has_gpu() || chosen_by_hand.iter().any(|name| std::env::var_os(name).is_some()) {
        return Ok(());
    }
    if let Some(driver) = parts::software_vulkan() {
        // The second name is what Vulkan loaders before 1.3.207 read.
        command.env("WGPU_BACKEND", "vulkan").env("VK_DRIVER_FILES", &driver).env("VK_ICD_FILENAMES", &driver);
    }
    Ok(())
}
