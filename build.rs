//! Tells Cargo that the migrations are part of the program: a new file in the folder must rebuild it.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
