//! `cargo xtask`: tasks of people who work on Siskin.

mod examples;
mod gate;
mod image;
mod imports;
mod library;
mod links;
mod opcodes;

use std::path::Path;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask opcodes           write docs/opcodes.md from the opcode table
cargo xtask library           write docs/library.md from the tables of functions
cargo xtask image             write the image of what of the library is written in Siskin
cargo xtask gate NAME...|all [-NAME...]
                              run what a change must pass, but what is named after -:
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words[..] {
        ["opcodes"] => opcodes::write(root()),
        ["library"] => library::write(root()),
        ["image"] => image::write(root()),
        ["gate", ref names @ ..] if !names.is_empty() => gate::run(root(), names),
        _ => {
            print!("{HELP}");
            gate::list();
            return ExitCode::from(if words.is_empty() { 0 } else { 2 });
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
}
