//! Passes the git revision on to the program, where there is one; and with the feature `bert` the place of libtorch.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=.git/HEAD");
    println!("cargo:rerun-if-changed=.git/refs/heads");
    let revision = Command::new("git").args(["rev-parse", "HEAD"]).output();
    if let Some(output) = revision.ok().filter(|output| output.status.success()) {
        println!("cargo:rustc-env=SPOKOJ_GIT_REVISION={}", String::from_utf8_lossy(&output.stdout).trim());
    }
    if std::env::var_os("CARGO_FEATURE_BERT").is_some() {
        libtorch();
    }
}

/// The program finds libtorch where it was built with it, or in `../lib/torch` beside its folder. The libraries that hold the kernels
/// register themselves when they are loaded, so they are named although nothing refers to them.
fn libtorch() {
    println!("cargo:rustc-link-arg=-Wl,--no-as-needed");
    println!("cargo:rustc-link-arg=-Wl,-rpath,$ORIGIN/../lib/torch");
    // From the build script of torch-sys.
    if let Ok(folder) = std::env::var("DEP_TCH_LIBTORCH_LIB") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{folder}");
        println!("cargo:rustc-link-arg=-L{folder}");
    }
    println!("cargo:rustc-link-arg=-ltorch");
}
