#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mujun_fuzz::run("numbers", bytes));
