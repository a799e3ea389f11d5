//! Commands: what a line that begins with a colon does.
//!
//! One table says it all: [`help`] lists it, completion offers it, [`run`] looks names up in it.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use siskin::diagnostics::suggest;
use siskin_core::Dialect;
use siskin_core::inspect::NativeState;
use siskin_jit::Isa;

use super::bytecode::bytecode;
use super::editor::{Argument, CommandInfo};
use super::evaluate::{Next, Repl};
use super::help;
use super::limits::limits;
use super::vars::vars;
use crate::args::LEAST_WIDTH;
use crate::commands::views::Subject;
use crate::commands::{asm, caches, gc, views};
use crate::console::Console;
use crate::figures::{Count, Grouped};
use crate::input::{Completeness, completeness, is_command};
use crate::machine_code::MachineCode;
use crate::session::{Found, NotFound};
use crate::{exit, source};

/// A command.
pub(super) struct Command {
    pub(super) name: &'static str,
    /// What may follow, as help shows it.
    pub(super) usage: &'static str,
    /// What it does, in a few words.
    pub(super) about: &'static str,
    /// More of it, for `:help NAME`.
    pub(super) more: &'static str,
    argument: fn() -> Argument,
    run: fn(&mut Repl, &str, &mut Console<'_>) -> Result<Next, Wrong>,
}

/// Why a command was not done.
pub(super) enum Wrong {
    /// It says so.
    Said(String),
    /// An input failed, which has been shown.
    Shown,
    /// Output cannot be written: the code to leave with.
    Leave(u8),
}

impl From<NotFound> for Wrong {
    fn from(error: NotFound) -> Wrong {
        Wrong::Said(error.to_string())
    }
}

impl From<u8> for Wrong {
    fn from(code: u8) -> Wrong {
        Wrong::Leave(code)
    }
}

type Done = Result<Next, Wrong>;

/// All commands, in the order of help.
pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "help",
        usage: "[TOPIC]",
        about: "list the commands, or explain one or a topic",
        more: "Topics are keys, language and the commands.",
        argument: || Argument::Word(help::topics().map(str::to_owned).collect()),
        run: |_, topic, console| Ok(print(console, help::help(topic).map_err(Wrong::Said)?)?),
    },
    Command {
        name: "quit",
        usage: "",
        about: "leave, as do Ctrl-D and exit",
        more: "",
        argument: || Argument::None,
        run: |_, _, _| Ok(Next::Leave(exit::SUCCESS)),
    },
    Command {
        name: "type",
        usage: "EXPR",
        about: "the type of a value",
        more: "The expression is evaluated, with all its effects. `_` does not change.",
        argument: || Argument::Code,
        run: |repl, text, console| {
            repl.value_of(text, console)?;
            let name = repl.session.vm.result().type_name();
            Ok(print(console, format_args!("  {name}\n"))?)
        },
    },
    Command {
        name: "vars",
        usage: "",
        about: "what is defined: names, types, values",
        more: "",
        argument: || Argument::None,
        run: |repl, _, console| Ok(print(console, vars(&repl.session))?),
    },
    Command {
        name: "clear",
        usage: "",
        about: "forget everything that was defined",
        more: "A new machine replaces the old one. Ctrl-L clears the screen.",
        argument: || Argument::None,
        run: |repl, _, console| {
            repl.session.clear().map_err(|error| Wrong::Said(error.to_string()))?;
            Ok(print(console, "  nothing is defined\n")?)
        },
    },
    Command {
        name: "load",
        usage: "FILE",
        about: "run a script in this session",
        more: "What it defines stays. FILE.lox is Lox, anything else Siskin. ~ is the home directory.",
        argument: || Argument::File,
        run: load,
    },
    Command {
        name: "save",
        usage: "FILE",
        about: "write the inputs so far to a new file",
        more: "Inputs that failed are left out; what :load ran is put in. An existing file is not changed. FILE.lox is written\n  as Lox, anything else as Siskin. The script is run once, without its output, to see whether it fails.",
        argument: || Argument::File,
        run: save,
    },
    Command {
        name: "dialect",
        usage: "[lox|siskin]",
        about: "the language of inputs",
        more: "What was defined in one can be used in the other.",
        argument: || words(&["lox", "siskin"]),
        run: dialect,
    },
    Command {
        name: "disasm",
        usage: "F",
        about: "a function's bytecode",
        more: PATHS,
        argument: || Argument::Function,
        run: |repl, path, console| Ok(print(console, bytecode(&repl.session.find(path)?))?),
    },
    Command {
        name: "asm",
        usage: "F",
        about: "its machine code, bytecode beside it",
        more: PATHS,
        argument: || Argument::Function,
        run: |repl, path, console| {
            let isa = isa()?;
            let Found { view, source, program, index } = repl.session.find(path)?;
            let lines: Vec<&str> = source.text().lines().collect();
            let unit = view.unit();
            let text = asm::function(&lines, &program, index, &unit, isa);
            // More may be known of operands by now.
            let older = match (view.native(), MachineCode::new(&unit, isa)) {
                (NativeState::Compiled { len, .. }, Ok(now)) if len != now.len => {
                    format!(
                        "  compiled for this listing; the code in use was made earlier and has {len} bytes\n"
                    )
                }
                _ => String::new(),
            };
            Ok(print(console, format_args!("{}\n{text}{older}", asm::legend(isa)))?)
        },
    },
    Command {
        name: "views",
        usage: "F",
        about: "source, bytecode and machine code in columns",
        more: PATHS,
        argument: || Argument::Function,
        run: |repl, path, console| {
            let Found { view, source, program, index } = repl.session.find(path)?;
            let subject = Subject { unit: &view.unit(), source: source.text(), program: &program, index };
            let least = LEAST_WIDTH;
            if repl.width() < least.into() {
                return Err(Wrong::Said(format!(
                    ":views takes {least} columns; :disasm and :asm take fewer"
                )));
            }
            Ok(print(console, views::columns(&subject, isa()?, repl.width()))?)
        },
    },
    Command {
        name: "jit",
        usage: "F",
        about: "compile a function to machine code now, or say why not",
        more: "Functions that get hot are compiled without it, and with the kinds of their operands known.",
        argument: || Argument::Function,
        run: jit,
    },
    Command {
        name: "tier",
        usage: "[interp|baseline]",
        about: "whether machine code is used",
        more: "interp: everything is interpreted. baseline: functions that get hot are compiled to machine code.",
        argument: || words(&["interp", "baseline"]),
        run: tier,
    },
    Command {
        name: "time",
        usage: "EXPR",
        about: "how long an expression takes, interpreted and as machine code",
        more: "It is evaluated at least twice, many times if it is fast: then the median counts. What it prints is \
               shown once.",
        argument: || Argument::Code,
        run: |repl, text, console| {
            let timing = repl.time(text, console)?;
            if let Some(value) = &timing.value {
                print(console, format_args!("=> {value}\n"))?;
            }
            Ok(print(console, timing)?)
        },
    },
    Command {
        name: "gc",
        usage: "",
        about: "the heap by kind, collections, pauses",
        more: "Collects garbage first, so only live objects are listed.",
        argument: || Argument::None,
        run: |repl, _, console| Ok(print(console, gc::heap(&mut repl.session))?),
    },
    Command {
        name: "caches",
        usage: "F",
        about: "a function's inline caches: state, shapes, hits",
        more: "A cache belongs to an instruction that looks a property up, and remembers where objects of up to two \
               shapes have it. Hits are counted in the interpreter alone.",
        argument: || Argument::Function,
        run: |repl, path, console| Ok(print(console, caches::table(&repl.session.find(path)?))?),
    },
    Command {
        name: "limits",
        usage: "",
        about: "limits on memory, depth and fuel, and their use",
        more: "`siskin repl --help` lists the options that set them. Beyond its limit of memory a session has a megabyte to load\n  inputs and to show values.",
        argument: || Argument::None,
        run: |repl, _, console| Ok(print(console, limits(&repl.session))?),
    },
];

const PATHS: &str = "F is a function's name, `Class.method`, `f.inner` for a function inside another, or a class, which \
                     means its `init`.";

fn words(words: &[&str]) -> Argument {
    Argument::Word(words.iter().map(|&word| word.to_owned()).collect())
}

/// What completion is to know of them.
pub(super) fn infos() -> Vec<CommandInfo> {
    let info = |command: &Command| CommandInfo {
        name: command.name,
        argument: (command.argument)(),
        about: command.about,
    };
    COMMANDS.iter().map(info).collect()
}

/// The command of that name; a beginning will do if it is only one command's.
pub(super) fn named(name: &str) -> Result<&'static Command, String> {
    // What other prompts call them.
    let name = match name {
        "exit" => "quit",
        "?" => "help",
        name => name,
    };
    if let Some(command) = COMMANDS.iter().find(|command| command.name == name) {
        return Ok(command);
    }
    let is_meant = |command: &&Command| !name.is_empty() && command.name.starts_with(name);
    let meant: Vec<&Command> = COMMANDS.iter().filter(is_meant).collect();
    match meant[..] {
        [] => match suggest::nearest(name, COMMANDS.iter().map(|command| command.name)) {
            Some(near) => Err(format!("there is no command ':{name}': did you mean ':{near}'?")),
            None => Err(format!("there is no command ':{name}'; :help lists them")),
        },
        [command] => Ok(command),
        _ => {
            let names: Vec<String> = meant.iter().map(|command| format!(":{}", command.name)).collect();
            Err(format!("':{name}' may be {}", names.join(" or ")))
        }
    }
}

/// Where the code of an input begins: after the name of a command that takes code. `None` for other commands.
pub(super) fn code_start(text: &str) -> Option<usize> {
    if !is_command(text) {
        return Some(0);
    }
    let colon = text.find(':')?;
    let line = &text[colon + 1..];
    let end = line.find(char::is_whitespace)?;
    let command = named(&line[..end]).ok()?;
    matches!((command.argument)(), Argument::Code).then_some(colon + 1 + end)
}

/// Whether an input is complete; a command that takes code is if its code is.
pub(super) fn completeness_with_commands(text: &str, dialect: Dialect) -> Completeness {
    match code_start(text) {
        Some(start) => completeness(&text[start..], dialect),
        None => Completeness::Complete,
    }
}

/// Does what a line says, which begins with a colon.
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
    (command.run)(repl, argument, console)
}

fn print(console: &mut Console<'_>, text: impl std::fmt::Display) -> Result<Next, u8> {
    console.print(text).map(|()| Next::Stay)
}

fn isa() -> Result<Isa, Wrong> {
    Isa::native().ok_or_else(|| Wrong::Said("there is no compiler for this processor".into()))
}

/// The path that an argument names: `~` is the home directory, and quotes around it are not part of it.
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
    let source = source::read_file(&path, repl.session.room())
        .map_err(|error| Wrong::Said(format!("cannot read '{}': {error}", path.display())))?;
    repl.run_file(source, console)?;
    Ok(Next::Stay)
}

fn save(repl: &mut Repl, argument: &str, console: &mut Console<'_>) -> Done {
    let path = path(argument);
    let script = match repl.session.script(&path.display().to_string(), source::dialect_of(&path)) {
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
