//! What `siskin caches`, `gc` and `time` share: a script is run, and its output left out.

use std::io;

use siskin::diagnostics::Source;

use crate::args::Execute;
use crate::console::Console;
use crate::modules::Modules;
use crate::session::{Failure, Session};
use crate::{exit, source};

/// Runs the script, then shows something.
pub(super) fn after_run(
    args: &Execute,
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
pub(super) fn open(args: &Execute, console: &mut Console<'_>) -> Result<(Session, Source), u8> {
    let source = source::read(&args.compile, console)?;
    let grants = console.grants(&args.grants)?;
    match Session::new(source::rest(args.options(), &source), args.engine.tier, source.dialect()) {
        Ok(mut session) => {
            session.fuel = args.fuel.limit;
            session.modules = Modules::of(&args.compile).granting(grants);
            Ok((session, source))
        }
        Err(error) => Err(console.load_error(&args.compile.errors, &error.into(), &source)),
    }
}

/// Says why the script did not come to its end, and returns the exit code.
pub(super) fn failed(args: &Execute, session: &Session, failure: &Failure, console: &mut Console<'_>) -> u8 {
    let printer = console.printer(&args.compile.errors, session.dialect);
    console.error(session.report(failure, printer));
    if matches!(failure, Failure::Load(..)) { exit::COMPILE } else { exit::RUNTIME }
}
