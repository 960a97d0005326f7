//! The real program in a real window, driven by mouse and keys as a person would, then killed off and opened again.
//!
//! Needs Xvfb, xdotool and ImageMagick's `import`; where one is missing the test says so and is skipped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rachis::domain::id::ReaderId;
use rachis::domain::task::TaskState;
use rachis::store::Store;

const SCREEN: (u32, u32) = (1440, 900);

/// A display of its own, with everything on it ended when the test is over.
struct Display {
    xvfb: Child,
    name: String,
    home: tempfile::TempDir,
}

static NUM_STARTED: AtomicU32 = AtomicU32::new(0);

impl Drop for Display {
    fn drop(&mut self) {
        // Asked to end, it takes its socket along.
        let _ = Command::new("kill").arg(self.xvfb.id().to_string()).status();
        let _ = self.xvfb.wait();
    }
}

impl Display {
    fn start() -> Option<Self> {
        for program in ["Xvfb", "xdotool", "import"] {
            if Command::new("which").arg(program).output().is_ok_and(|o| !o.status.success()) {
                println!("skipped: {program} is not installed (cargo xtask setup installs it)");
                return None;
            }
        }
        // A number of its own: servers that look for a free one at the same time take each other's socket away.
        let number = 100 + std::process::id() % 10_000 + 10_000 * NUM_STARTED.fetch_add(1, Ordering::SeqCst);
        let name = format!(":{number}");
        // Without -noreset the server starts over whenever its last client leaves, as each xdotool and each closed
        // window may be, and hangs up on a program that is connecting just then.
        let xvfb = Command::new("Xvfb")
            .arg(&name)
            .args(["-screen", "0", &format!("{}x{}x24", SCREEN.0, SCREEN.1), "-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let display = Self { xvfb, name, home: tempfile::tempdir().unwrap() };
        until("the X server", || {
            let answer = display.command("xdotool").arg("getmouselocation").output().ok()?;
            answer.status.success().then_some(())
        });
        Some(display)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.name).env_remove("WAYLAND_DISPLAY").env("XDG_RUNTIME_DIR", self.home.path());
        for place in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] {
            command.env(place, self.home.path());
        }
        command
    }

    fn xdotool(&self, args: &[&str]) {
        let outcome = self.command("xdotool").args(args).output().unwrap();
        assert!(outcome.status.success(), "xdotool {args:?}: {}", String::from_utf8_lossy(&outcome.stderr));
        std::thread::sleep(Duration::from_millis(150));
    }

    /// Presses, moves in steps slow enough for software rendering, and releases.
    fn drag(&self, button: &str, from: (i32, i32), to: (i32, i32)) {
        let at = |p: (i32, i32)| [p.0.to_string(), p.1.to_string()];
        let go = |p: (i32, i32)| {
            let [x, y] = at(p);
            self.xdotool(&["mousemove", &x, &y]);
        };
        go(from);
        self.xdotool(&["mousedown", button]);
        for k in 1..=4 {
            go((from.0 + (to.0 - from.0) * k / 4, from.1 + (to.1 - from.1) * k / 4));
        }
        self.xdotool(&["mouseup", button]);
    }

    fn key(&self, key: &str) {
        self.xdotool(&["key", "--clearmodifiers", key]);
    }

    /// Signs in again as whoever read last; it waits for the names, which stand still.
    fn go_on(&self) {
        std::thread::sleep(Duration::from_secs(3));
        self.key("Return");
    }

    /// What is on the screen, without the pointer.
    fn picture(&self) -> image::RgbImage {
        let file = self.home.path().join("screen.png");
        let outcome = self.command("import").args(["-window", "root"]).arg(&file).output().unwrap();
        assert!(outcome.status.success(), "{}", String::from_utf8_lossy(&outcome.stderr));
        image::open(&file).unwrap().to_rgb8()
    }

    /// Starts the program on a project and waits for its window.
    fn open(&self, project: &Path) -> Child {
        let mut program = self.command(env!("CARGO_BIN_EXE_rachis")).arg("open").arg(project).spawn().unwrap();
        let find = || {
            // A program that is gone opens no window, however long one waits.
            let ended = program.try_wait().unwrap();
            assert!(ended.is_none(), "the program ended before it had a window: {ended:?}");
            let found =
                self.command("xdotool").args(["search", "--onlyvisible", "--name", "^Rachis$"]).output().unwrap();
            String::from_utf8_lossy(&found.stdout).lines().next().map(str::to_owned)
        };
        let window = until("the window", find);
        self.xdotool(&["windowfocus", "--sync", &window]);
        program
    }
}

/// Tries until there is something.
#[track_caller]
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_mins(1), "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Mean grey of the middle of the canvas: black while no film is shown.
fn film_brightness(picture: &image::RgbImage) -> f64 {
    let (w, h) = (SCREEN.0 / 2 - 150, SCREEN.1 / 2);
    let pixels = (0..200 * 200).map(|i| picture.get_pixel(w - 100 + i % 200, h - 100 + i / 200).0);
    pixels.map(|p| f64::from(p[0])).sum::<f64>() / 40_000.0
}

/// The labels and states of all films that reader R1 has touched.
fn readings(project: &Path) -> Vec<(TaskState, Vec<String>)> {
    let store = Store::open_to_look(project).unwrap();
    let reader = ReaderId::new("R1");
    let read = |film: &rachis::domain::study::FilmEntry| store.reading(&film.facts.image, &reader).unwrap();
    let readings = store.films().unwrap().iter().map(read).collect::<Vec<_>>();
    readings
        .into_iter()
        .filter(|r| r.state() != TaskState::New)
        .map(|r| (r.state(), r.annotations().iter().map(|a| a.label().to_string()).collect()))
        .collect()
}

fn num_marks(project: &Path) -> usize {
    readings(project).iter().map(|(_, labels)| labels.len()).sum()
}

fn demo(folder: &Path) -> PathBuf {
    let project = folder.join("demo");
    let outcome = Command::new(env!("CARGO_BIN_EXE_rachis"))
        .args(["demo", "--no-models", "--studies", "3", "--seed", "1", "--scale", "0.2"])
        .arg(&project)
        .output()
        .unwrap();
    assert!(outcome.status.success(), "{}", String::from_utf8_lossy(&outcome.stderr));
    project
}

#[test]
fn a_day_at_the_workstation() {
    let Some(display) = Display::start() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let project = demo(scratch.path());
    let mut program = display.open(&project);

    // Sign in with the keyboard alone, then to the first film.
    display.key("Return");
    std::thread::sleep(Duration::from_millis(500));
    display.key("ctrl+f");
    until("the film", || (film_brightness(&display.picture()) > 4.0).then_some(()));

    // Window, arm a label, draw, relabel, undo, redo.
    let before = film_brightness(&display.picture());
    display.drag("3", (500, 400), (560, 330));
    let after = film_brightness(&display.picture());
    assert!((before - after).abs() > 0.5, "right-drag changes the window: {before} {after}");
    display.key("1");
    display.drag("1", (560, 380), (640, 450));
    let osteophytes = vec![(TaskState::Doing, vec!["Osteophytes".to_owned()])];
    until("a box in the project", || (readings(&project) == osteophytes).then_some(()));
    display.key("6");
    let collapse = vec![(TaskState::Doing, vec!["Vertebral collapse".to_owned()])];
    until("the new label", || (readings(&project) == collapse).then_some(()));
    display.key("ctrl+z");
    until("undone", || (readings(&project) == osteophytes).then_some(()));
    display.key("ctrl+shift+z");
    until("redone", || (readings(&project) == collapse).then_some(()));
    display.key("Return");
    until("completed", || readings(&project).iter().any(|r| r.0 == TaskState::Completed).then_some(()));

    // Mark the next film, quit, open again: the same picture.
    std::thread::sleep(Duration::from_secs(2));
    display.drag("1", (540, 300), (620, 360));
    until("a second film with a box", || (readings(&project).len() == 2).then_some(()));
    display.xdotool(&["mousemove", "1430", "890"]);
    std::thread::sleep(Duration::from_secs(2));
    let last = display.picture();
    display.key("ctrl+q");
    assert!(program.wait().unwrap().success());

    let mut program = display.open(&project);
    display.go_on();
    // A new window hears of the pointer only when it moves.
    display.xdotool(&["mousemove", "1429", "889"]);
    let start = Instant::now();
    loop {
        let now = display.picture();
        let differing = last.pixels().zip(now.pixels()).filter(|(a, b)| a != b).count();
        if differing == 0 {
            break;
        }
        if start.elapsed() > Duration::from_secs(40) {
            last.save("target/window_real_before.png").unwrap();
            now.save("target/window_real_after.png").unwrap();
            panic!("{differing} pixels differ after reopening; see target/window_real_*.png");
        }
        std::thread::sleep(Duration::from_millis(500));
    }

    // Killed without a word, it has lost nothing that was in the project.
    display.drag("1", (700, 560), (760, 620));
    until("another box", || (num_marks(&project) == 3).then_some(()));
    let before = readings(&project);
    program.kill().unwrap();
    program.wait().unwrap();
    let mut program = display.open(&project);
    display.go_on();
    until("the film again", || (film_brightness(&display.picture()) > 4.0).then_some(()));
    assert_eq!(readings(&project), before);
    display.key("ctrl+q");
    assert!(program.wait().unwrap().success());
    let check = Command::new(env!("CARGO_BIN_EXE_rachis")).arg("check").arg(&project).output().unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
}

/// What differs of two pictures, the status line left out, where notices stand.
fn num_differing(before: &image::RgbImage, now: &image::RgbImage) -> usize {
    let height = SCREEN.1 - 40;
    let pixels = before.enumerate_pixels().zip(now.pixels()).filter(|((_, y, _), _)| *y < height);
    pixels.filter(|((_, _, a), b)| a != b).count()
}

#[test]
fn killed_in_the_middle_of_work_it_comes_back_as_it_was() {
    let Some(display) = Display::start() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let project = demo(scratch.path());
    let mut program = display.open(&project);
    display.key("Return");
    std::thread::sleep(Duration::from_millis(500));
    display.key("ctrl+f");
    until("the film", || (film_brightness(&display.picture()) > 4.0).then_some(()));
    // A marked film, enlarged, windowed and inverted, the history beside it, and a polygon of three points so far.
    display.drag("3", (500, 400), (560, 330));
    std::thread::sleep(Duration::from_secs(1));
    display.key("1");
    display.drag("1", (560, 380), (640, 450));
    until("a box in the project", || (num_marks(&project) == 1).then_some(()));
    display.key("ctrl+h");
    display.key("i");
    display.key("plus");
    display.key("alt+p");
    for (x, y) in [("520", "500"), ("600", "520"), ("560", "600")] {
        display.xdotool(&["mousemove", x, y]);
        display.xdotool(&["click", "1"]);
        std::thread::sleep(Duration::from_millis(600));
    }
    display.xdotool(&["mousemove", "1430", "890"]);
    std::thread::sleep(Duration::from_millis(1200));
    let last = display.picture();
    program.kill().unwrap();
    program.wait().unwrap();

    let mut program = display.open(&project);
    display.go_on();
    display.xdotool(&["mousemove", "1429", "889"]);
    let start = Instant::now();
    loop {
        let now = display.picture();
        let differing = num_differing(&last, &now);
        if differing == 0 {
            break;
        }
        if start.elapsed() > Duration::from_secs(40) {
            last.save("target/window_killed_before.png").unwrap();
            now.save("target/window_killed_after.png").unwrap();
            panic!("{differing} pixels differ after a kill; see target/window_killed_*.png");
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    // The polygon is gone on with where it was left.
    display.key("Return");
    until("the polygon", || (num_marks(&project) == 2).then_some(()));
    display.key("ctrl+q");
    assert!(program.wait().unwrap().success());
}

#[test]
fn without_a_display_one_sentence_and_exit_code_1() {
    let outcome = Command::new(env!("CARGO_BIN_EXE_rachis"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .unwrap();
    assert_eq!(outcome.status.code(), Some(1));
    let said = String::from_utf8(outcome.stderr).unwrap();
    assert_eq!(said.trim().lines().count(), 1, "{said}");
    assert!(said.contains("No display"), "{said}");
}

#[test]
fn without_a_graphics_adapter_one_sentence_and_exit_code_1() {
    let Some(display) = Display::start() else { return };
    let outcome = display
        .command(env!("CARGO_BIN_EXE_rachis"))
        .env("WGPU_BACKEND", "vulkan")
        .env("VK_DRIVER_FILES", "/nonexistent")
        .env("VK_ICD_FILENAMES", "/nonexistent")
        .output()
        .unwrap();
    assert_eq!(outcome.status.code(), Some(1));
    let said = String::from_utf8(outcome.stderr).unwrap();
    assert_eq!(said.trim().lines().count(), 1, "{said}");
    assert!(said.contains("No graphics adapter"), "{said}");
}
