//! Runs many generated programs in every tier and mode, without libFuzzer, on any target.
//!
//! ```sh
//! cargo run --release --no-default-features --bin agree -- 100000
//! ```
//!
//! `agree COUNT [FIRST] [KIND]` runs COUNT programs from number FIRST on. A number gives the same program on every
//! machine. KIND is `generated`, `bytecode`, `changed` (compiled generated programs with small changes of the
//! bytecode), `api` or `session`. The run ends at the first program on which the modes do not agree; give its number as
//! FIRST to repeat it.

use std::io::Write;
use std::panic;
use std::process::ExitCode;

use siskin_core::bytecode::Image;
use siskin_fuzz::program;

/// The most bytes of input for a program, beyond [`FEWEST`].
const BYTES: u64 = 600;
/// The fewest bytes of input for a program.
const FEWEST: u64 = 150;

type Make = fn(u64) -> Vec<u8>;
type Use = fn(&[u8]);

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize, usual| args.get(index).map_or(Some(usual), |text| text.parse::<u64>().ok());
    let (Some(count), Some(first)) = (number(0, 1000), number(1, 0)) else { return usage() };
    let (make, body, show): (Make, Use, Use) = match args.get(2).map(String::as_str) {
        None | Some("generated") => (bytes, siskin_fuzz::generated, show_text),
        Some("bytecode") => (described, siskin_fuzz::bytecode, show_bytecode),
        Some("changed") => (changed, siskin_fuzz::bytecode, show_bytecode),
        Some("api") => (bytes, siskin_fuzz::api, show_bytes),
        Some("session") => (bytes, siskin_fuzz::session, show_bytes),
        Some(_) => return usage(),
    };
    let mut vm = siskin::Vm::new(siskin::SYSTEM, siskin::Options::default()).expect("memory");
    match siskin::native::install(&mut vm) {
        Ok(()) => println!("{}", vm.tier_name().unwrap_or_default()),
        Err(why) => println!("only the interpreter: {why}"),
    }
    for index in first..first.saturating_add(count) {
        let data = make(index);
        if panic::catch_unwind(|| body(&data)).is_err() {
            eprintln!("program {index}");
            show(&data);
            return ExitCode::FAILURE;
        }
        let done = index - first + 1;
        if done.is_multiple_of(1000) {
            print!("\r{done}");
            let _ = std::io::stdout().flush();
        }
    }
    println!("\r{count} programs, numbers {first} on: all modes agree");
    ExitCode::SUCCESS
}

fn show_text(data: &[u8]) {
    let dialect = siskin_fuzz::dialect_of(data.first().copied().unwrap_or_default());
    eprintln!("{}", siskin_fuzz::generate::source(data.get(3..).unwrap_or_default(), dialect));
}

fn show_bytecode(data: &[u8]) {
    if let Ok(vm) = siskin::Vm::new(siskin::SYSTEM, siskin::Options::default())
        && let Some(program) = siskin_fuzz::program::of(data, &vm)
        && let Ok(image) = program.pack(vm.mem())
    {
        match Image::new(image.as_ref()) {
            Ok(image) => eprintln!("{image}"),
            Err(flaw) => eprintln!("{flaw}"),
        }
    }
}

fn show_bytes(data: &[u8]) {
    eprintln!("{data:?}");
}

fn usage() -> ExitCode {
    eprintln!("usage: agree COUNT [FIRST] [generated|bytecode|changed|api|session]");
    ExitCode::from(64)
}

/// The input for a program: xorshift, seeded with the number, which also determines the length.
fn bytes(number: u64) -> Vec<u8> {
    let mut state = (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 24
    };
    let len = FEWEST + next() % BYTES;
    (0..len).map(|_| next() as u8).collect()
}

/// An input of the target `bytecode`, mostly for a program that the verifier accepts.
fn described(number: u64) -> Vec<u8> {
    let mut data = bytes(number);
    if let Some(modes) = data.first_mut() {
        *modes &= !program::MUTATE;
        if !number.is_multiple_of(8) {
            *modes &= !program::RAW;
        }
    }
    data
}

/// A generated program and up to 15 changes of its bytecode.
fn changed(number: u64) -> Vec<u8> {
    let random = bytes(number);
    let (front, rest) = random.split_at(3 + 15 * 8);
    let count = front[2] % 16;
    let mut data = vec![front[0] & !program::RAW | program::MUTATE, front[1], count];
    data.extend(&front[3..3 + usize::from(count) * 8]);
    data.extend(siskin_fuzz::generate::source(rest, siskin::Dialect::Siskin).into_bytes());
    data
}
