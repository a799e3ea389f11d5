//! `cargo +nightly fuzz run session`; what it does is in the library.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| siskin_fuzz::session(data));
