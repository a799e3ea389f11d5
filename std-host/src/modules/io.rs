//! `io`: the input and the output of a run.

use siskin_core::{Arity, Entry, Failed, HostCall, HostModule};

use super::check;

const NAME: &str = "io";

pub(super) const MODULE: HostModule = HostModule::new(
    NAME,
    &[
        Entry::function("flush", Arity::exactly(0), "(): lets what was written appear.", flush),
        Entry::function("read_all", Arity::exactly(0), "(): the rest of the input, a string.", read_all),
        Entry::function(
            "read_line",
            Arity::exactly(0),
            "(): the next line of the input without its end; nil after the last.",
            read_line,
        ),
        Entry::function(
            "write",
            Arity::exactly(1),
            "(text): writes a text as it is, without a line end.",
            write,
        ),
    ],
);

/// The most bytes that are taken at once.
const PIECE: usize = 64 << 10;

fn write(call: &mut HostCall<'_>) -> Result<(), Failed> {
    check(call, NAME)?;
    let len = call.text(0)?.len();
    call.charge(len)?;
    call.print(0)
}

fn flush(call: &mut HostCall<'_>) -> Result<(), Failed> {
    check(call, NAME)?;
    call.flush()
}

fn read_line(call: &mut HostCall<'_>) -> Result<(), Failed> {
    check(call, NAME)?;
    if call.made_bytes().is_none() {
        call.make_bytes(0)?;
    }
    let is_end = loop {
        let mut piece = at_hand(call)?;
        if piece.is_empty() {
            break true;
        }
        let end = piece.iter().position(|&byte| byte == b'\n');
        piece.truncate(end.map_or(piece.len(), |end| end + 1));
        append(call, &piece)?;
        if end.is_some() {
            break false;
        }
    };
    if is_end && call.made_bytes() == Some(0) {
        call.give_nil();
        return Ok(());
    }
    call.trim_line_end();
    as_text(call)
}

fn read_all(call: &mut HostCall<'_>) -> Result<(), Failed> {
    check(call, NAME)?;
    if call.made_bytes().is_none() {
        call.make_bytes(0)?;
    }
    loop {
        let piece = at_hand(call)?;
        if piece.is_empty() {
            return as_text(call);
        }
        append(call, &piece)?;
    }
}

/// The bytes that are at hand.
fn at_hand(call: &mut HostCall<'_>) -> Result<Vec<u8>, Failed> {
    let Some(input) = call.input() else {
        return Err(call.refused(format_args!("Can't read the input: there is none.")));
    };
    match input.at_hand() {
        Ok(bytes) => Ok(bytes.get(..PIECE).unwrap_or(bytes).to_vec()),
        Err(_) => Err(call.refused(format_args!("Can't read the input."))),
    }
}

/// Moves bytes that are at hand to those that were read. They stay in the input if that fails, or the run stops before.
fn append(call: &mut HostCall<'_>, piece: &[u8]) -> Result<(), Failed> {
    // For the bytes, for those that they move, and for the text.
    call.charge(4 * piece.len())?;
    call.extend(piece)?;
    if let Some(input) = call.input() {
        input.take(piece.len());
    }
    Ok(())
}

fn as_text(call: &mut HostCall<'_>) -> Result<(), Failed> {
    if call.make_text()? {
        Ok(())
    } else {
        Err(call.refused(format_args!("Can't read the input: it is not UTF-8.")))
    }
}
