//! Tells Cargo what is compiled into the program besides its sources: the migrations and the built map application.
//! Makes the folder of the latter, so that the program can be built before it; its address then says what to do.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    let built = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("web/dist");
    if let Err(error) = std::fs::create_dir_all(&built) {
        println!("cargo:warning=cannot create {}: {error}", built.display());
    }
    println!("cargo:rerun-if-changed=web/dist");
}
