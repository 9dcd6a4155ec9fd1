//! Passes the git revision on to the program, where there is one.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=.git/HEAD");
    println!("cargo:rerun-if-changed=.git/refs/heads");
    let revision = Command::new("git").args(["rev-parse", "HEAD"]).output();
    if let Some(output) = revision.ok().filter(|output| output.status.success()) {
        println!("cargo:rustc-env=SPOKOJ_GIT_REVISION={}", String::from_utf8_lossy(&output.stdout).trim());
    }
}
