//! The table of the prompt's commands: name, argument, documentation.
//!
//! [`help`](super::help) lists the table, completion offers its names, [`commands`](super::commands) executes commands.

use siskin::diagnostics::suggest;
use siskin_core::Dialect;

use crate::input::{Completeness, completeness, is_command};

/// A command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Command {
    pub(crate) name: &'static str,
    /// The argument, as help shows it.
    pub(crate) usage: &'static str,
    /// A short description.
    pub(crate) about: &'static str,
    /// Details, for `:help NAME`.
    pub(crate) more: &'static str,
    pub(crate) argument: Argument,
    pub(crate) does: Does,
}

/// The sort of argument of a command.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Argument {
    /// No argument.
    None,
    /// Code, as at the prompt.
    Code,
    /// The name of a function.
    Function,
    /// The path of a file.
    File,
    /// A topic of `:help`.
    Topic,
    /// One of these words.
    Words(&'static [&'static str]),
}

/// The action of a command.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Does {
    Help,
    Quit,
    Type,
    Vars,
    Clear,
    Load,
    Save,
    Dialect,
    Disasm,
    Asm,
    Views,
    Jit,
    Tier,
    Time,
    Gc,
    Caches,
    Limits,
}

/// All commands, in the order of help.
pub(crate) const COMMANDS: &[Command] = &[
    Command {
        name: "help",
        usage: "[TOPIC]",
        about: "list the commands, or explain one or a topic",
        more: "Topics are keys, language and the commands.",
        argument: Argument::Topic,
        does: Does::Help,
    },
    Command {
        name: "quit",
        usage: "",
        about: "leave, as do Ctrl-D and exit",
        more: "",
        argument: Argument::None,
        does: Does::Quit,
    },
    Command {
        name: "type",
        usage: "EXPR",
        about: "the type of a value",
        more: "The expression is evaluated, with all its effects. `_` does not change.",
        argument: Argument::Code,
        does: Does::Type,
    },
    Command {
        name: "vars",
        usage: "",
        about: "what is defined: names, types, values",
        more: "",
        argument: Argument::None,
        does: Does::Vars,
    },
    Command {
        name: "clear",
        usage: "",
        about: "forget everything that was defined",
        more: "A new machine replaces the old one. Ctrl-L clears the screen.",
        argument: Argument::None,
        does: Does::Clear,
    },
    Command {
        name: "load",
        usage: "FILE",
        about: "run a script in this session",
        more: "What it defines stays. FILE.lox is Lox, anything else Siskin. ~ is the home directory.",
        argument: Argument::File,
        does: Does::Load,
    },
    Command {
        name: "save",
        usage: "FILE",
        about: "write the inputs so far to a new file",
        more: "Inputs that failed are left out; what :load ran is put in. An existing file is not changed. FILE.lox is written\n  as Lox, anything else as Siskin. The script is run once, without its output, to see whether it fails.",
        argument: Argument::File,
        does: Does::Save,
    },
    Command {
        name: "dialect",
        usage: "[lox|siskin]",
        about: "the language of inputs",
        more: "What was defined in one can be used in the other.",
        argument: Argument::Words(&["lox", "siskin"]),
        does: Does::Dialect,
    },
    Command {
        name: "disasm",
        usage: "F",
        about: "a function's bytecode",
        more: PATHS,
        argument: Argument::Function,
        does: Does::Disasm,
    },
    Command {
        name: "asm",
        usage: "F",
        about: "its machine code, bytecode beside it",
        more: PATHS,
        argument: Argument::Function,
        does: Does::Asm,
    },
    Command {
        name: "views",
        usage: "F",
        about: "source, bytecode and machine code in columns",
        more: PATHS,
        argument: Argument::Function,
        does: Does::Views,
    },
    Command {
        name: "jit",
        usage: "F",
        about: "compile a function to machine code now, or say why not",
        more: "Functions that get hot are compiled without it, and with the kinds of their operands known.",
        argument: Argument::Function,
        does: Does::Jit,
    },
    Command {
        name: "tier",
        usage: "[interp|baseline]",
        about: "whether machine code is used",
        more: "interp: everything is interpreted. baseline: functions that get hot are compiled to machine code.",
        argument: Argument::Words(&["interp", "baseline"]),
        does: Does::Tier,
    },
    Command {
        name: "time",
        usage: "EXPR",
        about: "how long an expression takes, interpreted and as machine code",
        more: "It is evaluated at least twice, many times if it is fast: then the median counts. What it prints is \
               shown once.",
        argument: Argument::Code,
        does: Does::Time,
    },
    Command {
        name: "gc",
        usage: "",
        about: "the heap by kind, collections, pauses",
        more: "Collects garbage first, so only live objects are listed.",
        argument: Argument::None,
        does: Does::Gc,
    },
    Command {
        name: "caches",
        usage: "F",
        about: "a function's inline caches: state, shapes, hits",
        more: "A cache belongs to an instruction that looks a property up, and remembers where objects of up to two \
               shapes have it. Hits are counted in the interpreter alone.",
        argument: Argument::Function,
        does: Does::Caches,
    },
    Command {
        name: "limits",
        usage: "",
        about: "limits on memory, depth and fuel, and their use",
        more: "`siskin repl --help` lists the options that set them. Beyond its limit of memory a session has a megabyte to load\n  inputs and to show values.",
        argument: Argument::None,
        does: Does::Limits,
    },
];

const PATHS: &str = "F is a function's name, `Class.method`, `f.inner` for a function inside another, or a class, which \
                     means its `init`.";

/// The topics of `:help`.
pub(crate) fn topics() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|command| command.name).chain(["keys", "language"])
}

/// The command with this name. A prefix is enough if only one command has it.
pub(crate) fn named(name: &str) -> Result<&'static Command, String> {
    // Names of the commands at other prompts.
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

/// The offset of the code in an input: after the name of a command that takes code. `None` for other commands.
pub(crate) fn code_start(text: &str) -> Option<usize> {
    if !is_command(text) {
        return Some(0);
    }
    let colon = text.find(':')?;
    let line = &text[colon + 1..];
    let end = line.find(char::is_whitespace)?;
    let command = named(&line[..end]).ok()?;
    matches!(command.argument, Argument::Code).then_some(colon + 1 + end)
}

/// Whether an input is complete. A command that takes code is complete if its code is.
pub(crate) fn completeness_with_commands(text: &str, dialect: Dialect) -> Completeness {
    match code_start(text) {
        Some(start) => completeness(&text[start..], dialect),
        None => Completeness::Complete,
    }
}
