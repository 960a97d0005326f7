//! What building, running and testing take from the system, as one table of Debian packages.

/// What a package is needed for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    Build,
    /// Fetching libtorch for the learning engine.
    Engine,
    Window,
    Test,
}

/// How to see on any Linux that a thing is there, whichever package brought it.
#[derive(Clone, Copy, Debug)]
pub enum Look {
    /// One of these programs is on the search path.
    Program(&'static [&'static str]),
    /// The dynamic linker finds this shared library.
    Library(&'static str),
    /// One of these files exists.
    File(&'static [&'static str]),
    /// Python 3 has this module.
    PythonModule(&'static str),
    /// A file with this beginning and this ending lies in one of the folders.
    FileLike { folders: &'static [&'static str], starts: &'static str, ends: &'static str },
}

/// One row: the Debian package and how to see that what it brings is there.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    pub package: &'static str,
    pub what: &'static str,
    pub part: Part,
    pub look: Look,
}

const VULKAN_DRIVERS: &[&str] = &["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"];
const GL_DRIVERS: &[&str] =
    &["/usr/lib/x86_64-linux-gnu/dri", "/usr/lib/aarch64-linux-gnu/dri", "/usr/lib64/dri", "/usr/lib/dri"];

/// Windowing and graphics libraries are opened at run time, so building needs no `-dev` package but the C library's.
pub const NEEDS: &[Need] = &[
    Need { package: "gcc", what: "C compiler and linker", part: Part::Build, look: Look::Program(&["cc"]) },
    Need { package: "g++", what: "C++ compiler", part: Part::Build, look: Look::Program(&["c++", "g++"]) },
    Need {
        package: "libc6-dev",
        what: "C library's headers",
        part: Part::Build,
        look: Look::File(&["/usr/include/stdio.h"]),
    },
    Need {
        package: "cmake",
        what: "builds the JPEG and JPEG-LS codecs",
        part: Part::Build,
        look: Look::Program(&["cmake"]),
    },
    Need { package: "make", what: "the same", part: Part::Build, look: Look::Program(&["make", "gmake"]) },
    Need {
        package: "python3",
        what: "fetches libtorch for the learning engine",
        part: Part::Engine,
        look: Look::Program(&["python3", "python"]),
    },
    Need { package: "python3-pip", what: "the same", part: Part::Engine, look: Look::PythonModule("pip") },
    Need { package: "libx11-6", what: "window on X11", part: Part::Window, look: Look::Library("libX11.so.6") },
    Need { package: "libx11-xcb1", what: "window on X11", part: Part::Window, look: Look::Library("libX11-xcb.so.1") },
    Need { package: "libxcursor1", what: "mouse pointer", part: Part::Window, look: Look::Library("libXcursor.so.1") },
    Need { package: "libxi6", what: "mouse and tablet input", part: Part::Window, look: Look::Library("libXi.so.6") },
    Need {
        package: "libxkbcommon-x11-0",
        what: "keyboard on X11",
        part: Part::Window,
        look: Look::Library("libxkbcommon-x11.so.0"),
    },
    Need {
        package: "libxkbcommon0",
        what: "keyboard layouts",
        part: Part::Window,
        look: Look::Library("libxkbcommon.so.0"),
    },
    Need {
        package: "libwayland-client0",
        what: "window on Wayland",
        part: Part::Window,
        look: Look::Library("libwayland-client.so.0"),
    },
    Need { package: "libvulkan1", what: "Vulkan loader", part: Part::Window, look: Look::Library("libvulkan.so.1") },
    Need {
        package: "mesa-vulkan-drivers",
        what: "a Vulkan driver",
        part: Part::Window,
        look: Look::FileLike { folders: VULKAN_DRIVERS, starts: "", ends: ".json" },
    },
    Need {
        package: "libegl1",
        what: "OpenGL, where Vulkan is absent",
        part: Part::Window,
        look: Look::Library("libEGL.so.1"),
    },
    Need {
        package: "libgl1-mesa-dri",
        what: "an OpenGL driver",
        part: Part::Window,
        look: Look::FileLike { folders: GL_DRIVERS, starts: "", ends: "_dri.so" },
    },
    Need {
        package: "mesa-vulkan-drivers",
        what: "software Vulkan (lavapipe), to render without a GPU",
        part: Part::Test,
        look: Look::FileLike { folders: VULKAN_DRIVERS, starts: "lvp_icd", ends: ".json" },
    },
    Need { package: "xvfb", what: "a display in memory", part: Part::Test, look: Look::Program(&["Xvfb"]) },
    Need {
        package: "xdotool",
        what: "moves the mouse and types in it",
        part: Part::Test,
        look: Look::Program(&["xdotool"]),
    },
    Need {
        package: "imagemagick",
        what: "takes pictures of it",
        part: Part::Test,
        look: Look::Program(&["import", "magick"]),
    },
    Need {
        package: "sqlite3",
        what: "a second SQLite client, to try the schema's rules from outside",
        part: Part::Test,
        look: Look::Program(&["sqlite3"]),
    },
];

/// The file of the software Vulkan driver, where it is installed.
pub fn software_vulkan() -> Option<std::path::PathBuf> {
    VULKAN_DRIVERS.iter().find_map(|folder| crate::machine::file_like(folder, "lvp_icd", ".json"))
}
