//! Reports of errors of imports, and in modules.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use siskin_core::{ImportError, ImportFlaw, ImportStep, Refusal, Span};

use super::record::{Kind, Report};
use super::source::{Place, Source};
use super::{CompileErrors, suggest, syntax};
use crate::{Files, Grants};

/// The texts of modules, by their ids.
#[derive(Clone, Debug, Default)]
pub struct ModuleSources(BTreeMap<String, Source>);

impl ModuleSources {
    /// The texts that were read.
    #[must_use]
    pub fn of(files: &Files) -> ModuleSources {
        let texts = files.texts();
        ModuleSources(
            texts
                .map(|(id, name, text, dialect)| (id.to_owned(), Source::new(name, text, dialect)))
                .collect(),
        )
    }

    /// Adds a text.
    pub fn add(&mut self, id: impl Into<String>, source: Source) {
        self.0.insert(id.into(), source);
    }

    /// The text of a module.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Source> {
        self.0.get(id)
    }
}

/// The texts that errors of imports are in.
#[derive(Clone, Copy)]
struct Texts<'a> {
    main: &'a Source,
    modules: &'a ModuleSources,
}

impl<'a> Texts<'a> {
    /// The text in which an error is, or one of the texts that imported it. The last of a chain is the main text.
    fn source(self, error: &ImportError, id: &str) -> Option<&'a Source> {
        let main = error.chain.last().map_or(&error.module, |step| &step.module);
        if id == main.as_str() { Some(self.main) } else { self.modules.get(id) }
    }

    fn place(self, error: &ImportError, id: &str, span: Span) -> Option<Place<'a>> {
        self.source(error, id).map(|source| source.place(span.start as usize..span.end as usize))
    }

    fn steps(self, error: &ImportError, steps: &[ImportStep]) -> Vec<Place<'a>> {
        steps.iter().filter_map(|step| self.place(error, step.module.as_str(), step.span)).collect()
    }
}

/// One report for each error.
pub(super) fn reports<'a>(
    errors: &[ImportError],
    main: &'a Source,
    modules: &'a ModuleSources,
) -> Vec<Report<'a>> {
    let texts = Texts { main, modules };
    errors.iter().flat_map(|error| report(error, texts)).collect()
}

fn report<'a>(error: &ImportError, texts: Texts<'a>) -> Vec<Report<'a>> {
    let id = error.module.as_str();
    let source = texts.source(error, id);
    let imported = texts.steps(error, &error.chain);
    let plain = |place| Report {
        kind: Kind::Compile,
        message: error.to_string(),
        place,
        frames: Vec::new(),
        imported: imported.clone(),
        causes: Vec::new(),
        help: Vec::new(),
    };
    match &error.flaw {
        ImportFlaw::Syntax(diagnostics) => {
            let Some(source) = source else { return vec![plain(None)] };
            let mut reports = syntax::reports(diagnostics, source);
            reports.iter_mut().for_each(|report| report.imported.clone_from(&imported));
            reports
        }
        ImportFlaw::TooLarge { line, .. } => vec![plain(source.map(|source| source.line(*line as usize)))],
        ImportFlaw::Refused { span, why, path } => {
            let mut report = plain(texts.place(error, id, *span));
            report.help.extend(help(*why, path.as_str()));
            vec![report]
        }
        ImportFlaw::NoExport { name, span, exporter, .. } => {
            let mut report = plain(texts.place(error, id, *span));
            let names = exporter.iter().flat_map(|exporter| exporter.names());
            report.help.extend(suggest::nearest(name.as_str(), names).map(suggest::question));
            vec![report]
        }
        ImportFlaw::Cycle { steps } => {
            let mut report = plain(steps.first().and_then(|step| texts.place(error, id, step.span)));
            // The way to the module is part of the cycle, or does not matter to it.
            report.imported = texts.steps(error, steps.get(1..).unwrap_or_default());
            vec![report]
        }
        _ => vec![plain(None)],
    }
}

fn help(why: Refusal, path: &str) -> Option<String> {
    match why {
        Refusal::NotAvailable if !path.starts_with('.') && path.contains('.') => {
            Some(format!("the path of a file begins with './' or '../': \"./{path}\""))
        }
        Refusal::NotAvailable if Grants::names().any(|name| name == path) => {
            Some(format!("the host has to grant it: 'siskin --allow {path} ...'"))
        }
        Refusal::NotAvailable if !path.starts_with('.') => {
            suggest::nearest(path, Grants::names()).map(suggest::question)
        }
        Refusal::NotFile if path.ends_with(['/', '.']) => {
            Some("this is a folder: import a file in it".to_owned())
        }
        _ => None,
    }
}

/// The errors in the words of the book, with the name of the text where that is a module's.
pub(super) fn in_lox(errors: &[ImportError], main: &Source, modules: &ModuleSources) -> String {
    let texts = Texts { main, modules };
    let mut out = String::new();
    for error in errors {
        let id = error.module.as_str();
        let prefix = if error.chain.is_empty() { String::new() } else { format!("{id}: ") };
        if let (ImportFlaw::Syntax(diagnostics), Some(source)) = (&error.flaw, texts.source(error, id)) {
            let lines = CompileErrors { source: source.text(), diagnostics }.to_string();
            lines.lines().for_each(|line| out += &format!("{prefix}{line}\n"));
        } else {
            let report = report(error, texts).into_iter().next();
            let place = report.and_then(|report| report.place);
            let line = place.map_or(1, |place| place.end().line);
            let _ = writeln!(out, "{prefix}[line {line}] Error: {error}");
        }
    }
    out
}
