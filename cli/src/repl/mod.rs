//! `siskin` without arguments: a prompt.
//!
//! ```text
//!   editor    input with a line editor           plain   lines without an editor
//!        \    /
//!         Read         text, Ctrl-C, or the end; tty    functions of the terminal for both
//!           |
//!       evaluate ───── commands   lines that begin with a colon ── help
//!           |
//!        session       runs code, all in one VM
//! ```

mod bytecode;
mod command;
mod commands;
mod dispatch;
mod editor;
mod evaluate;
mod help;
mod limits;
mod outcome;
mod plain;
mod tty;
mod vars;

use std::io::{self, IsTerminal};

use siskin_core::Vm;

use self::editor::{Config, Editor, history};
use self::evaluate::Repl;
use self::outcome::Next;
use self::plain::{Plain, Space};
use crate::args;
use crate::console::Console;
use crate::exit;
use crate::session::Session;

/// The result of reading an input.
pub(crate) enum Read {
    /// The input.
    Text(String),
    /// Ctrl-C: the person dropped the input.
    Interrupted,
    /// The input is refused, for this reason.
    Refused(&'static str),
    /// The end of all input.
    End,
}

/// Reads, evaluates and prints inputs until their end, or `:quit`. Returns the exit code.
pub(crate) fn repl(args: &args::Repl, console: &mut Console<'_>) -> u8 {
    let repl = match Repl::new(args, console) {
        Ok(repl) => repl,
        Err(code) => return code,
    };
    // While a line is edited, Ctrl-C is an ordinary key. The signal is for scripts that run.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGINT, repl.session.interrupt());
    let mut reader = Reader::new(args, console);
    let shown = if console.is_terminal { console.print(banner(&repl.session.vm)) } else { Ok(()) };
    match shown.and_then(|()| read_and_evaluate(repl, &mut reader, console)) {
        Ok(code) | Err(code) => code,
    }
}

/// Returns the exit code; as an error, the one for output that cannot be written.
fn read_and_evaluate(mut repl: Repl, reader: &mut Reader, console: &mut Console<'_>) -> Result<u8, u8> {
    loop {
        console.stdout.flush().map_err(|error| console.cannot_write(&error))?;
        let (session, read) = reader.read(repl.session, console);
        // The editor borrows the session while an input is typed, and returns it here.
        let Some(session) = session else { return Ok(exit::RUNTIME) };
        repl.session = session;
        match read {
            Ok(Read::Text(text)) => {
                if let Next::Leave(code) = repl.input(&text, console) {
                    return Ok(code);
                }
                if console.is_terminal && !text.trim().is_empty() {
                    console.print('\n')?;
                }
            }
            Ok(Read::Interrupted) => {}
            Ok(Read::Refused(why)) => console.error(format_args!("  {why}\n")),
            Ok(Read::End) => return Ok(exit::SUCCESS),
            Err(error) => {
                console.error(format_args!("siskin: cannot read standard input: {error}\n"));
                return Ok(exit::IO);
            }
        }
    }
}

/// The first line of the prompt.
fn banner(vm: &Vm) -> String {
    let tier = vm.tier_name().map(|name| format!(" + {name}")).unwrap_or_default();
    format!("siskin {} · bytecode vm{tier} · :help for commands\n\n", env!("CARGO_PKG_VERSION"))
}

/// The source of inputs.
struct Reader {
    /// The line editor, if the terminal allows one.
    editor: Option<Box<Editor>>,
    /// Whether the editor is no longer used, because the terminal never reports the position of its cursor.
    gave_up: bool,
    /// The reader of plain lines, for terminals without an editor, and for pipes.
    plain: Plain,
}

impl Reader {
    fn new(args: &args::Repl, console: &mut Console<'_>) -> Reader {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let mut reader = Reader { editor: None, gave_up: false, plain: Plain::new(console.is_terminal) };
        // The editor draws on standard error.
        if console.is_terminal && io::stderr().is_terminal() && !is_dumb {
            let color = console.printer(&args.errors, args.dialect).color;
            let config = Config {
                dialect: args.dialect,
                commands: command::COMMANDS,
                color,
                history: history::file(),
            };
            let (editor, warning) = Editor::new(config);
            if let Some(warning) = warning {
                console.error(format_args!("siskin: {warning}\n"));
            }
            reader.editor = Some(Box::new(editor));
        }
        reader
    }

    /// Reads an input. Returns the session, too.
    fn read(&mut self, session: Session, console: &mut Console<'_>) -> (Option<Session>, io::Result<Read>) {
        let dialect = session.dialect;
        let space = Space { text: session.text_capacity(), parsing: session.memory_left() };
        let Some(editor) = &mut self.editor else {
            return (Some(session), self.plain.read(dialect, space, console));
        };
        let mut session = Some(session);
        if !self.gave_up
            && let Some(lent) = session.take()
        {
            let (back, read) = editor.read(lent);
            session = back;
            match read {
                Ok(read) => return (session, Ok(read)),
                // Most likely the terminal did not report the position of its cursor.
                Err(error) => console.error(format_args!("siskin: lines cannot be edited here: {error}\n")),
            }
            self.plain.put(&editor.take_unread());
        }
        let read = self.plain.read(dialect, space, console);
        editor.has_answered(self.plain.take_replies());
        // If the terminal has ever reported it, the editor is tried again at the next prompt.
        self.gave_up = !editor.answers();
        (session, read)
    }
}
