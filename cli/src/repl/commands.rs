//! Executes commands, which are lines that begin with a colon.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use siskin_core::Dialect;
use siskin_core::inspect::NativeState;
use siskin_jit::Isa;

use super::bytecode::bytecode;
use super::command::{Does, named};
use super::evaluate::Repl;
use super::help;
use super::limits::limits;
use super::outcome::{Next, Wrong};
use super::vars::vars;
use crate::args::LEAST_WIDTH;
use crate::commands::views::Subject;
use crate::commands::{asm, caches, gc, views};
use crate::console::Console;
use crate::figures::{Count, Grouped};
use crate::machine_code::MachineCode;
use crate::session::Found;
use crate::{exit, source};

type Done = Result<Next, Wrong>;

/// Executes a line that begins with a colon.
pub(super) fn run(repl: &mut Repl, line: &str, console: &mut Console<'_>) -> Done {
    let line = line.strip_prefix(':').unwrap_or(line);
    let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let (command, argument) = (named(name).map_err(Wrong::Said)?, argument.trim());
    match (command.usage, argument) {
        ("", "") => {}
        ("", _) => return Err(Wrong::Said(format!(":{} takes no argument", command.name))),
        (usage, "") if !usage.starts_with('[') => {
            return Err(Wrong::Said(format!("missing argument: :{} {usage}", command.name)));
        }
        _ => {}
    }
    does(command.does, repl, argument, console)
}

fn does(does: Does, repl: &mut Repl, argument: &str, console: &mut Console<'_>) -> Done {
    match does {
        Does::Help => {
            let text = help::help(argument).map_err(Wrong::Said)?;
            Ok(print(console, help::fitted(&text, repl.width()))?)
        }
        Does::Quit => Ok(Next::Leave(exit::SUCCESS)),
        Does::Type => {
            repl.value_of(argument, console)?;
            let name = repl.session.vm.result().type_name();
            Ok(print(console, format_args!("  {name}\n"))?)
        }
        Does::Vars => Ok(print(console, vars(&repl.session))?),
        Does::Clear => {
            repl.session.clear().map_err(|error| Wrong::Said(error.to_string()))?;
            Ok(print(console, "  nothing is defined\n")?)
        }
        Does::Load => load(repl, argument, console),
        Does::Save => save(repl, argument, console),
        Does::Dialect => dialect(repl, argument, console),
        Does::Disasm => Ok(print(console, bytecode(&repl.session.find(argument)?))?),
        Does::Asm => {
            let isa = isa()?;
            let Found { view, source, program, index } = repl.session.find(argument)?;
            let lines: Vec<&str> = source.text().lines().collect();
            let unit = view.unit();
            let text = asm::function(&lines, &program, index, &unit, isa);
            // Since then, samples may have seen more kinds of operands.
            let older = match (view.native(), MachineCode::new(&unit, isa)) {
                (NativeState::Compiled { len, .. }, Ok(now)) if len != now.len => {
                    format!(
                        "  compiled for this listing; the code in use was made earlier and has {len} bytes\n"
                    )
                }
                _ => String::new(),
            };
            Ok(print(console, format_args!("{}\n{text}{older}", asm::legend(isa)))?)
        }
        Does::Views => {
            let Found { view, source, program, index } = repl.session.find(argument)?;
            let subject = Subject { unit: &view.unit(), source: source.text(), program: &program, index };
            let least = LEAST_WIDTH;
            if repl.width() < least.into() {
                return Err(Wrong::Said(format!(
                    ":views takes {least} columns; :disasm and :asm take fewer"
                )));
            }
            Ok(print(console, views::columns(&subject, isa()?, repl.width()))?)
        }
        Does::Jit => jit(repl, argument, console),
        Does::Tier => tier(repl, argument, console),
        Does::Time => {
            let timing = repl.time(argument, console)?;
            if let Some(value) = &timing.value {
                print(console, format_args!("=> {value}\n"))?;
            }
            Ok(print(console, timing)?)
        }
        Does::Gc => Ok(print(console, gc::heap(&mut repl.session))?),
        Does::Caches => Ok(print(console, caches::table(&repl.session.find(argument)?))?),
        Does::Limits => Ok(print(console, limits(&repl.session))?),
    }
}

fn print(console: &mut Console<'_>, text: impl std::fmt::Display) -> Result<Next, u8> {
    console.print(text).map(|()| Next::Stay)
}

fn isa() -> Result<Isa, Wrong> {
    Isa::native().ok_or_else(|| Wrong::Said("there is no compiler for this processor".into()))
}

/// The path in an argument. `~` is the home directory; quotes around the path are removed.
fn path(argument: &str) -> PathBuf {
    let quoted = ['"', '\''].iter().find_map(|&quote| argument.strip_prefix(quote)?.strip_suffix(quote));
    let argument = quoted.unwrap_or(argument);
    let below_home = match argument {
        "~" => Some(""),
        _ => argument.strip_prefix("~/"),
    };
    match (below_home, std::env::home_dir()) {
        (Some(below), Some(home)) => home.join(below),
        _ => argument.into(),
    }
}

fn load(repl: &mut Repl, argument: &str, console: &mut Console<'_>) -> Done {
    let path = path(argument);
    let source = source::read_file(&path, repl.session.text_capacity())
        .map_err(|error| Wrong::Said(format!("cannot read '{}': {error}", path.display())))?;
    repl.run_file(source, console)?;
    Ok(Next::Stay)
}

fn save(repl: &mut Repl, argument: &str, console: &mut Console<'_>) -> Done {
    let path = path(argument);
    let script = match repl.session.script(&path.display().to_string(), siskin::dialect_of(&path)) {
        Ok(script) => script,
        Err(failure) => {
            console.error("  not saved: the inputs so far do not compile as one script\n");
            return Err(repl.failed(failure, console));
        }
    };
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        file.write_all(script.text().as_bytes())?;
        file.flush()
    };
    write().map_err(|error| Wrong::Said(format!("cannot write '{}': {error}", path.display())))?;
    let count = Count(repl.session.inputs.len(), "input");
    match repl.session.try_out(script, repl.printer) {
        Ok(()) => Ok(print(console, format_args!("  saved {count}\n"))?),
        Err(report) => {
            print(console, format_args!("  saved {count}; they fail as a script:\n"))?;
            console.error(report);
            Ok(Next::Stay)
        }
    }
}

fn dialect(repl: &mut Repl, name: &str, console: &mut Console<'_>) -> Done {
    repl.session.dialect = match name {
        "" => repl.session.dialect,
        "lox" => Dialect::Lox,
        "siskin" => Dialect::Siskin,
        _ => return Err(Wrong::Said(format!("unknown dialect '{name}'; expected lox or siskin"))),
    };
    let name = match repl.session.dialect {
        Dialect::Lox => "lox",
        Dialect::Siskin => "siskin",
    };
    Ok(print(console, format_args!("  {name}\n"))?)
}

fn jit(repl: &mut Repl, path: &str, console: &mut Console<'_>) -> Done {
    let id = repl.session.find(path)?.view.id();
    let was = repl.session.find(path)?.view.native();
    if let Err(why) = repl.session.vm.compile_now(id) {
        return Ok(print(console, format_args!("  {path} stays interpreted: {why}\n"))?);
    }
    let is = repl.session.find(path)?.view.native();
    let NativeState::Compiled { address, len } = is else {
        return Err(Wrong::Said(format!("{path} stays interpreted")));
    };
    let verb = if was == is { "is compiled:" } else { "->" };
    let compiled = if was == is { "" } else { "compiled " };
    let unused = if repl.session.native { "" } else { "; unused until :tier baseline" };
    Ok(print(console, format_args!("  {compiled}{path} {verb} {address:#x} ({len} bytes){unused}\n"))?)
}

fn tier(repl: &mut Repl, name: &str, console: &mut Console<'_>) -> Done {
    match name {
        "" => {}
        "interp" | "off" => repl.session.set_native(false),
        "baseline" => {
            repl.session.set_native(true);
            if !repl.session.native {
                let why = repl
                    .session
                    .refused
                    .map_or("the prompt was opened with --tier interp".into(), |why| why.to_string());
                return Err(Wrong::Said(format!("there is no machine code: {why}")));
            }
        }
        _ => return Err(Wrong::Said(format!("unknown tier '{name}'; expected interp or baseline"))),
    }
    let (session, stats) = (&repl.session, repl.session.vm.native_stats());
    let text = match session.vm.tier_name() {
        Some(name) if session.native => {
            format!(
                "  baseline: {name}, {} compiled, {} bytes\n",
                Count(stats.compiled as usize, "function"),
                Grouped(stats.code as u64)
            )
        }
        _ => "  interp: everything is interpreted\n".into(),
    };
    Ok(print(console, text)?)
}
