//! Compiles source text to a checked program, and runs it.

use siskin_core::bytecode::{Image, Program};
use siskin_core::compile::{CompileError, CompileOptions, compile};
use siskin_core::testing::{End, Moody, mem, run};
use siskin_core::{Dialect, Options};

use crate::definite;

/// Parses, compiles and checks; `None` if it does not parse.
pub(crate) fn try_compile(source: &str, dialect: Dialect) -> Option<Result<Program, CompileError>> {
    let mem = mem();
    let image = match compile(source, dialect, &CompileOptions::default(), &mem) {
        Ok(image) => image,
        Err(CompileError::Syntax(_)) => return None,
        Err(error) => return Some(Err(error)),
    };
    let listing = Image::new(image.as_ref()).expect("an image").to_string();
    let program = match Program::from_owner(image, &mem) {
        Ok(program) => program,
        Err(error) => panic!("{error:?} in\n{source}\n{listing}"),
    };
    if let Err(error) = definite::check(&program) {
        panic!("{error} in\n{source}\n{program}");
    }
    Some(Ok(program))
}

#[track_caller]
fn gives(source: &str, dialect: Dialect, expected: &str) {
    let program = try_compile(source, dialect).expect("it parses").expect("it compiles");
    let got = match run(Moody::new(), Options::default(), source, dialect) {
        End::Done(output) => output,
        other => format!("{other:?}"),
    };
    let listing = if source.len() < 2000 { program.to_string() } else { String::new() };
    assert_eq!(got.trim_end(), expected, "from\n{source}\n{listing}");
}

/// Checks the output of a Lox program.
#[track_caller]
pub(crate) fn lox(source: &str, expected: &str) {
    gives(source, Dialect::Lox, expected);
}

/// Checks the output of a Siskin program.
#[track_caller]
pub(crate) fn siskin(source: &str, expected: &str) {
    gives(source, Dialect::Siskin, expected);
}
