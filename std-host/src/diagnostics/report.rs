//! Makes reports of errors.

use siskin_core::{ErrorKind, LoadError, Outcome, RuntimeError, Undefined, Vm};

use super::imports::{self, ModuleSources};
use super::record::{Kind, Report};
use super::source::Source;
use super::sources::Sources;
use super::{runtime, suggest, syntax};

/// Why a run stopped before its end.
#[derive(Clone, Copy, Debug)]
pub enum Stopped<'a> {
    /// The script failed.
    Error(&'a RuntimeError),
    /// The fuel is used up.
    OutOfFuel,
    /// The host interrupted it.
    Interrupted,
}

impl<'a> Stopped<'a> {
    /// Why a run stopped, unless it is done.
    #[must_use]
    pub fn of(outcome: &'a Outcome) -> Option<Stopped<'a>> {
        match outcome {
            Outcome::Done => None,
            Outcome::OutOfFuel => Some(Stopped::OutOfFuel),
            Outcome::Interrupted => Some(Stopped::Interrupted),
            Outcome::Error(error) => Some(Stopped::Error(error)),
        }
    }

    /// The message, one line.
    #[must_use]
    pub fn message(self) -> &'a str {
        match self {
            Stopped::Error(error) => error.message(),
            Stopped::OutOfFuel => "Out of fuel.",
            Stopped::Interrupted => "Interrupted.",
        }
    }

    /// The messages of the errors behind it, the nearest first.
    pub fn causes(self) -> impl Iterator<Item = &'a str> {
        let error = match self {
            Stopped::Error(error) => Some(error),
            Stopped::OutOfFuel | Stopped::Interrupted => None,
        };
        error.into_iter().flat_map(RuntimeError::causes)
    }

    fn kind(self) -> Kind {
        match self {
            Stopped::OutOfFuel | Stopped::Interrupted => Kind::Limit,
            Stopped::Error(error) => match error.kind() {
                ErrorKind::OutOfMemory | ErrorKind::StackOverflow => Kind::Limit,
                _ => Kind::Runtime,
            },
        }
    }
}

impl<'a> Report<'a> {
    /// One report for each error of a text that could not be loaded. `modules` are the texts of what it imports.
    #[must_use]
    pub fn load_error(error: &LoadError, source: &'a Source, modules: &'a ModuleSources) -> Vec<Report<'a>> {
        let plain = |kind, place| Report {
            kind,
            message: error.to_string(),
            place,
            frames: Vec::new(),
            imported: Vec::new(),
            causes: Vec::new(),
            help: Vec::new(),
        };
        match error {
            LoadError::Syntax(diagnostics) => syntax::reports(diagnostics, source),
            LoadError::TooLarge { line, .. } => vec![plain(Kind::Compile, Some(source.line(*line as usize)))],
            LoadError::Imports(errors) => imports::reports(errors, source, modules),
            LoadError::OutOfMemory => vec![plain(Kind::Limit, None)],
        }
    }

    /// Why and where a run stopped. Call this before the next script starts, which discards the trace.
    ///
    /// Calls in texts that are not in `sources` have a line, but no place.
    #[must_use]
    pub fn stopped(why: Stopped<'_>, vm: &'a Vm, sources: &'a Sources) -> Report<'a> {
        let undefined = match why {
            Stopped::Error(error) => error.undefined(),
            Stopped::OutOfFuel | Stopped::Interrupted => None,
        };
        let mut frames = sources.frames(vm);
        let whole = frames.first().and_then(|frame| frame.place.clone());
        let property = match undefined {
            Some(
                Undefined::Property(name)
                | Undefined::Method { name, .. }
                | Undefined::NotCalled { name, .. },
            ) => Some(name),
            _ => None,
        };
        if let (Some(name), Some(innermost)) = (property, frames.first_mut()) {
            innermost.place = innermost.place.take().map(|place| suggest::narrowed(name, place));
        }
        let place = frames.first().and_then(|frame| frame.place.clone());
        let help = match undefined {
            Some(Undefined::Variable(name)) => suggest::variable(
                name,
                place.as_ref(),
                vm.globals().map(|(name, _)| name).chain(vm.library().map(|name| -> &str { name })),
            ),
            Some(Undefined::Property(name)) => {
                suggest::property(name, whole.as_ref(), sources.iter().flat_map(suggest::members))
            }
            Some(Undefined::Method { name, is_key: true, .. }) => Some(suggest::key(name, whole.as_ref())),
            Some(Undefined::Method { of: "Nil", name, .. }) => {
                whole.as_ref().and_then(|whole| runtime::method_of_nil(name, whole))
            }
            Some(Undefined::Method { of, name, .. }) => {
                vm.methods_of(of).ok().and_then(|methods| suggest::method(of, name, methods))
            }
            Some(Undefined::NotCalled { name, least }) => Some(suggest::call(name, least, whole.as_ref())),
            _ => whole.as_ref().and_then(|whole| runtime::help(why.message(), whole)),
        };
        Report {
            kind: why.kind(),
            message: why.message().to_owned(),
            place,
            frames,
            imported: Vec::new(),
            causes: why.causes().map(str::to_owned).collect(),
            help: help.into_iter().collect(),
        }
    }
}
