//! Errors with the wording and order of the book's implementation of Lox.

use std::fmt;

use siskin_core::syntax::{Diagnostic, FoundAt};
use siskin_core::{TraceFrame, Vm};

use super::lines::LineFinder;

/// Compile errors, one per line: `[line 3] Error at 'x': Expect expression.`
///
/// The line is the one on which the offending token ends.
#[derive(Clone, Copy, Debug)]
pub struct CompileErrors<'a> {
    /// The source text.
    pub source: &'a str,
    /// The errors in the text.
    pub diagnostics: &'a [Diagnostic],
}

impl fmt::Display for CompileErrors<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = LineFinder::new(self.source);
        for &Diagnostic { code, span, found } in self.diagnostics {
            write!(f, "[line {}] Error", lines.line_at(self.source, span.end as usize))?;
            match found {
                FoundAt::Token => {
                    let lexeme = self.source.get(span.start as usize..span.end as usize).unwrap_or("");
                    write!(f, " at '{lexeme}'")?;
                }
                FoundAt::End => f.write_str(" at end")?,
                FoundAt::Nothing => {}
            }
            writeln!(f, ": {}", code.message(self.source))?;
        }
        Ok(())
    }
}

/// Why a run stopped, then the active calls, innermost first: `[line 3] in f()`, `[line 9] in script`.
///
/// If there are more calls than the book's machine allows, the middle is left out.
#[derive(Clone, Copy)]
pub struct Traceback<'a> {
    /// Why the run stopped.
    pub message: &'a str,
    /// The VM that stopped.
    pub vm: &'a Vm,
}

/// The book's limit on active calls.
const LONGEST_TRACE: usize = 64;

impl fmt::Display for Traceback<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.message)?;
        let count = self.vm.trace().count();
        let left_out =
            if count > LONGEST_TRACE { LONGEST_TRACE / 2..count - LONGEST_TRACE / 2 } else { 0..0 };
        for (index, TraceFrame { name, line, resumes, .. }) in self.vm.trace().enumerate() {
            if !left_out.contains(&index) {
                if resumes {
                    writeln!(f, "-- resumed at --")?;
                }
                match name {
                    Some(name) => writeln!(f, "[line {line}] in {name}()")?,
                    None => writeln!(f, "[line {line}] in script")?,
                }
            } else if index == left_out.start {
                writeln!(f, "[{} more]", left_out.len())?;
            }
        }
        Ok(())
    }
}
