//! Subcommands that show what the REPL's commands of the same names do: `views`, `caches`, `gc`, `time`.
//!
//! The first runs nothing. The others run the script, leave its output out, and look at what it left behind.

use std::io;

use crate::args::{Columns, Look};
use crate::commands::{self as views, Subject};
use crate::console::Console;
use crate::exit;
use crate::loaded::Loaded;
use crate::session::{Failure, Session};
use crate::source;
use siskin::diagnostics::Source;

/// Lists functions in three columns.
pub(crate) fn columns(args: &Columns, console: &mut Console<'_>) -> u8 {
    let mut show = || {
        let asm = &args.asm;
        let loaded = Loaded::new(&asm.machine.compile, console)?;
        let units = loaded.units(asm.function.as_deref(), console)?;
        let mut gap = "";
        for (index, unit) in &units {
            let (source, program) = (loaded.source.text(), &loaded.program);
            let subject = Subject { unit, source, program, index: *index };
            let text = views::columns(&subject, asm.machine.isa(), args.width.into());
            console.print(format_args!("{gap}{text}"))?;
            gap = "\n";
        }
        Ok(())
    };
    let shown: Result<(), u8> = show();
    shown.err().unwrap_or(exit::SUCCESS)
}

/// Lists the inline caches of the function that a path means, or of all that have any.
pub(crate) fn caches(args: &Look, function: Option<&str>, console: &mut Console<'_>) -> u8 {
    after(args, console, |session, console| {
        let paths = function.map_or_else(|| session.function_paths(), |function| vec![function.to_owned()]);
        let mut gap = "";
        for path in paths {
            let found = match session.find(&path) {
                Ok(found) => found,
                Err(error) => {
                    console.error(format_args!("siskin: {error}\n"));
                    return Err(exit::USAGE);
                }
            };
            if function.is_some() || found.view.caches().next().is_some() {
                console.print(format_args!("{gap}{path}\n{}", views::caches(&found)))?;
                gap = "\n";
            }
        }
        Ok(())
    })
}

/// Lists the heap as the script leaves it.
pub(crate) fn gc(args: &Look, console: &mut Console<'_>) -> u8 {
    after(args, console, |session, console| console.print(views::heap(session)))
}

/// Times the script in the interpreter and as machine code.
pub(crate) fn time(args: &Look, console: &mut Console<'_>) -> u8 {
    let timed = open(args, console).and_then(|(mut session, source)| {
        match views::time(&mut session, &source, &mut io::sink()) {
            Ok(timing) => console.print(timing),
            Err(failure) => Err(failed(args, &session, &failure, console)),
        }
    });
    timed.err().unwrap_or(exit::SUCCESS)
}

/// Runs the script, then shows something.
fn after(
    args: &Look,
    console: &mut Console<'_>,
    show: impl FnOnce(&mut Session, &mut Console<'_>) -> Result<(), u8>,
) -> u8 {
    let shown = open(args, console).and_then(|(mut session, source)| {
        match session.run_file(source, &mut io::sink()) {
            Ok(()) => show(&mut session, console),
            Err(failure) => Err(failed(args, &session, &failure, console)),
        }
    });
    shown.err().unwrap_or(exit::SUCCESS)
}

/// A session in the script's dialect, and the script.
fn open(args: &Look, console: &mut Console<'_>) -> Result<(Session, Source), u8> {
    let source = source::read(&args.compile, console)?;
    match Session::new(source::rest(args.options(), &source), args.engine.tier, source.dialect()) {
        Ok(mut session) => {
            session.fuel = args.fuel.limit;
            Ok((session, source))
        }
        Err(error) => Err(console.load_error(&args.compile.errors, &error.into(), &source)),
    }
}

fn failed(args: &Look, session: &Session, failure: &Failure, console: &mut Console<'_>) -> u8 {
    let printer = console.printer(&args.compile.errors, session.dialect);
    console.error(session.report(failure, printer));
    if matches!(failure, Failure::Load(..)) { exit::COMPILE } else { exit::RUNTIME }
}
