//! Evaluates code in the session and shows its value, its definitions, or its error.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use siskin::diagnostics::{Printer, Source};
use siskin_core::inspect::{ValueKind, ValueView};
use siskin_core::{Dialect, Options};

use super::outcome::Wrong;
use crate::args;
use crate::commands::time::{Timing, measure};
use crate::console::Console;
use crate::exit;
use crate::input;
use crate::modules::Modules;
use crate::session::{Definition, Failure, Session, definitions, is_literal};

/// Columns of a terminal of unknown width.
const WIDTH: usize = 100;

/// A session, and the way its results are shown.
pub(super) struct Repl {
    pub(super) session: Session,
    pub(super) printer: Printer,
    is_terminal: bool,
}

impl Repl {
    /// A session with the options of the command line. On failure, reports it and returns the exit code.
    pub(super) fn new(args: &args::Repl, console: &mut Console<'_>) -> Result<Repl, u8> {
        let grants = console.grants(&args.grants)?;
        match Session::new(limited(args.options()), args.engine.tier, args.dialect) {
            Ok(mut session) => {
                let memory = session.vm.options().memory;
                session.modules = Modules::below(Path::new(""), memory).granting(grants);
                let mut printer = console.printer(&args.errors, args.dialect);
                // At a prompt, errors in Lox are shown like those in Siskin, not in the book's words.
                printer.format = args.errors.error_format.unwrap_or_default();
                Ok(Repl { session, printer, is_terminal: console.is_terminal })
            }
            Err(error) => {
                console.error(format_args!("{error}\n"));
                Err(exit::RUNTIME)
            }
        }
    }

    /// The width of output, in columns.
    pub(super) fn width(&self) -> usize {
        // crossterm is not asked without a terminal: it would start a process to find the size.
        let size = if self.is_terminal { crossterm::terminal::size().ok() } else { None };
        size.map_or(WIDTH, |(columns, _)| usize::from(columns))
    }

    /// The text, with a `;` added if it lacks one.
    fn complete<'t>(&self, text: &'t str) -> Cow<'t, str> {
        input::with_semicolon_within(text, self.session.dialect, self.session.memory_left())
    }

    pub(super) fn evaluate(&mut self, text: &str, console: &mut Console<'_>) -> Result<(), Wrong> {
        let text = self.complete(text);
        self.define(&text, self.session.dialect, console, |session, output| session.evaluate(&text, output))?;
        if let Some(text) = self.run(console, |session, output| session.own_text(output))? {
            console.print(format_args!("=> {text}\n"))?;
            return Ok(());
        }
        let value = self.session.vm.result();
        match value.kind() {
            ValueKind::Nil => {}
            ValueKind::Str(text) if is_literal(text, self.session.dialect) => {
                console.print(format_args!("=> \"{text}\"\n"))?
            }
            _ => {
                let shown = value.shown().width(self.width().saturating_sub(3));
                console.print(format_args!("=> {shown}\n"))?
            }
        }
        Ok(())
    }

    /// Evaluates an expression. Afterwards its value is the VM's result.
    pub(super) fn value_of(&mut self, text: &str, console: &mut Console<'_>) -> Result<(), Wrong> {
        let text = self.complete(text);
        self.run(console, |session, output| session.value_of(&text, output))
    }

    pub(super) fn time(&mut self, text: &str, console: &mut Console<'_>) -> Result<Timing, Wrong> {
        let text = self.complete(text);
        let source = self.session.expression(&text);
        self.run(console, |session, output| measure(session, &source, output))
    }

    pub(super) fn run_file(&mut self, source: Source, console: &mut Console<'_>) -> Result<(), Wrong> {
        let (text, dialect) = (source.text().to_owned(), source.dialect());
        self.define(&text, dialect, console, |session, output| session.run_file(source, output))
    }

    /// Runs a text, then lists its definitions.
    fn define(
        &mut self,
        text: &str,
        dialect: Dialect,
        console: &mut Console<'_>,
        run: impl FnOnce(&mut Session, &mut dyn Write) -> Result<(), Failure>,
    ) -> Result<(), Wrong> {
        let defined = definitions(text, dialect);
        let before: Vec<bool> = defined.iter().map(|definition| self.is_defined(*definition)).collect();
        self.run(console, run)?;
        for (definition, before) in defined.iter().zip(before) {
            console.print(self.defined(*definition, before))?;
        }
        Ok(())
    }

    /// Runs `run`, which may print. A line that it leaves open is ended; a failure is shown.
    fn run<T>(
        &mut self,
        console: &mut Console<'_>,
        run: impl FnOnce(&mut Session, &mut dyn Write) -> Result<T, Failure>,
    ) -> Result<T, Wrong> {
        let mut output = OpenLine { stream: console.stdout, open: false };
        let ran = run(&mut self.session, &mut output);
        // A terminal shows `^C` where Ctrl-C was pressed, in the middle of a line.
        if output.open || console.is_terminal && matches!(ran, Err(Failure::Interrupted)) {
            // A failure to write shows again at the next prompt.
            let _ = output.stream.write_all(b"\n");
        }
        ran.map_err(|failure| self.failed(failure, console))
    }

    /// Reports why a run did not reach its end.
    pub(super) fn failed(&self, failure: Failure, console: &mut Console<'_>) -> Wrong {
        match failure {
            Failure::Output(error) => Wrong::Leave(console.cannot_write(&error)),
            failure => {
                console.error(self.session.report(&failure, self.printer));
                Wrong::Shown
            }
        }
    }

    fn is_defined(&self, definition: Definition<'_>) -> bool {
        self.session.vm.global_value(definition.name()).is_some()
    }

    /// `defined fib/1`
    fn defined(&self, definition: Definition<'_>, before: bool) -> String {
        let verb = if before { "redefined" } else { "defined" };
        let name = definition.name();
        match (definition, self.session.vm.global_value(name).map(ValueView::kind)) {
            (Definition::Class(_), _) => format!("  {verb} class {name}\n"),
            (_, Some(ValueKind::Function(function))) => format!("  {verb} {name}/{}\n", function.arity()),
            _ => format!("  {verb} {name}\n"),
        }
    }
}

/// Options with a limit on memory: half of the machine's memory by default.
fn limited(mut options: Options) -> Options {
    if options.memory == usize::MAX
        && let Some(memory) = memory()
    {
        options.memory = half(memory);
    }
    options
}

/// Half of `memory` bytes, but at most half of the address space: a 32-bit process may run on a machine with more
/// memory than it can address.
fn half(memory: u64) -> usize {
    usize::try_from(memory / 2).unwrap_or(usize::MAX).min(usize::MAX / 2)
}

/// The machine's memory in bytes, if that is known.
#[cfg(target_os = "linux")]
fn memory() -> Option<u64> {
    let info = rustix::system::sysinfo();
    (info.totalram as u64).checked_mul(info.mem_unit.into()).filter(|&bytes| bytes > 0)
}

#[cfg(not(target_os = "linux"))]
fn memory() -> Option<u64> {
    None
}

/// A stream that remembers whether the output so far ends in the middle of a line.
struct OpenLine<'a> {
    stream: &'a mut dyn Write,
    open: bool,
}

impl Write for OpenLine<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.stream.write(bytes)?;
        if let Some(last) = bytes.get(..count).and_then(<[u8]>::last) {
            self.open = *last != b'\n';
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn half_of_any_memory_is_a_limit() {
        assert_eq!(half(4096), 2048);
        assert_eq!(half(u64::MAX), usize::MAX / 2);
    }
}
