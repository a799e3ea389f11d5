//! `entropy`: random numbers of the system, which nobody can foretell.

use std::fs::File;
use std::io::{self, Read};

use siskin_core::{Arity, Entry, Failed, HostCall, HostModule};

use super::{check, count};

const NAME: &str = "entropy";

pub(super) const MODULE: HostModule = HostModule::new(
    NAME,
    &[
        Entry::function("bytes", Arity::exactly(1), "(n): n random bytes, fit for keys.", bytes),
        Entry::function("seed", Arity::exactly(0), "(): an integer from 0 to 2^53 - 1, for `Random`.", seed),
    ],
);

fn seed(call: &mut HostCall<'_>) -> Result<(), Failed> {
    check(call, NAME)?;
    let [word, _] = crate::random_seed();
    call.give_number((word >> 11) as f64);
    Ok(())
}

fn bytes(call: &mut HostCall<'_>) -> Result<(), Failed> {
    check(call, NAME)?;
    let len = count(call, 0)?;
    call.charge(2 * len)?;
    call.make_bytes(len)?;
    let mut at = 0;
    let mut piece = [0; 4096];
    let filled = source().and_then(|mut source| {
        while at < len {
            let most = piece.len().min(len - at);
            let part = piece.get_mut(..most).unwrap_or_default();
            source.read_exact(part)?;
            call.write(at, part);
            at += part.len();
        }
        Ok(())
    });
    filled.map_err(|error: io::Error| call.refused(format_args!("Can't get random bytes: {error}.")))
}

#[cfg(unix)]
fn source() -> io::Result<File> {
    File::open("/dev/urandom")
}

#[cfg(not(unix))]
fn source() -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}
