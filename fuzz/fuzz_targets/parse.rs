//! `cargo +nightly fuzz run parse`; its body is in the library.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| siskin_fuzz::parse(data));
