//! mujun
fn main() {}
