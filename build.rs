//! Gives the engine, and nothing else, the place where libtorch lay when it was built.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Set by torch-sys, which is a dependency only with the feature "torch". A dependency's own linker arguments do not
    // reach this package's programs.
    if let Ok(folder) = std::env::var("DEP_TCH_LIBTORCH_LIB") {
        println!("cargo:rustc-link-arg-bin=rachis-engine=-Wl,-rpath,{folder}");
    }
}
