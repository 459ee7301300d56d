//! The migrations are embedded in the library; a change of them is a change of it.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
