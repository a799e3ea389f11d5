//! `cargo +nightly fuzz run run`; its body is in the library.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| siskin_fuzz::run(data));
