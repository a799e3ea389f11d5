//! `cargo +nightly fuzz run api`; what it does is in the library.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| siskin_fuzz::api(data));
