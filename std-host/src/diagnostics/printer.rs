//! All formats of errors in one type, chosen at run time.

use siskin_core::{LoadError, Vm};

use super::{
    CompileErrors, Json, ModuleSources, Pretty, Report, Short, Source, Sources, Stopped, Traceback, imports,
};

/// How errors are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people: [`Pretty`].
    #[default]
    Pretty,
    /// One line for each error: [`Short`].
    Short,
    /// For programs: [`Json`].
    Json,
    /// Like the book's implementation: [`CompileErrors`] and [`Traceback`].
    Lox,
}

/// Converts errors to text.
///
/// # Examples
/// ```
/// use siskin::diagnostics::{Format, Printer, Source};
/// use siskin::{Dialect, Options, SYSTEM, Vm};
///
/// let vm = Vm::new(SYSTEM, Options::default())?;
/// let source = Source::new("six.sk", "let six = 2 *;\n", Dialect::Siskin);
/// let error = vm.compile(source.text(), source.dialect()).expect_err("something is missing");
///
/// let printer = Printer { format: Format::Short, color: false };
/// assert_eq!(printer.load_error(&error, &source), "six.sk:1:14: error: Expect expression.\n");
/// # Ok::<(), siskin::mem::OutOfMemory>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Printer {
    /// The format.
    pub format: Format,
    /// Whether to use a terminal's colours, where the format has any.
    pub color: bool,
}

impl Printer {
    /// The errors of a text that could not be loaded, as whole lines.
    #[must_use]
    pub fn load_error(&self, error: &LoadError, source: &Source) -> String {
        self.load_error_of(error, source, &ModuleSources::default())
    }

    /// The same for a text that imports modules, whose texts are `modules`.
    #[must_use]
    pub fn load_error_of(&self, error: &LoadError, source: &Source, modules: &ModuleSources) -> String {
        match error {
            _ if self.format != Format::Lox => self.reports(&Report::load_error(error, source, modules)),
            LoadError::Imports(errors) => imports::in_lox(errors, source, modules),
            LoadError::Syntax(diagnostics) => {
                CompileErrors { source: source.text(), diagnostics }.to_string()
            }
            LoadError::TooLarge { line, what } => {
                format!("[line {line}] Error: Too many {what} in function.\n")
            }
            LoadError::OutOfMemory => format!("{error}\n"),
        }
    }

    /// Why and where a run stopped, as whole lines. Call this before the next script starts, which discards the trace.
    #[must_use]
    pub fn stopped(&self, why: Stopped<'_>, vm: &Vm, sources: &Sources) -> String {
        if self.format == Format::Lox {
            let mut text = Traceback { message: why.message(), vm }.to_string();
            why.causes().for_each(|cause| text += &format!("Caused by: {cause}\n"));
            return text;
        }
        self.reports(&[Report::stopped(why, vm, sources)])
    }

    fn reports(&self, reports: &[Report<'_>]) -> String {
        match self.format {
            Format::Pretty | Format::Lox => Pretty { reports, color: self.color }.to_string(),
            Format::Short => Short { reports }.to_string(),
            Format::Json => Json { reports }.to_string(),
        }
    }
}
