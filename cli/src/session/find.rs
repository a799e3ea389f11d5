//! What a name in a command means: a function, with the text and the bytecode that it came from.

use std::fmt;

use siskin::diagnostics::Source;
use siskin_core::Vm;
use siskin_core::bytecode::{FnIndex, Program};
use siskin_core::inspect::{FunctionView, MethodView, ValueKind, ValueView};
use siskin_core::library;

use super::{Reserve, Session};

/// A function.
pub(crate) struct Found<'s> {
    pub(crate) view: FunctionView<'s>,
    /// The text that it is from.
    pub(crate) source: &'s Source,
    pub(crate) program: Program,
    /// Its index there.
    pub(crate) index: FnIndex,
}

/// Why a name means no function.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotFound {
    /// Nothing has that name.
    Undefined(String),
    /// It is something else.
    NoFunction(String, String),
    /// There is no such method or inner function.
    NoMember(String, String),
    /// Its text is not at hand.
    NoText(String),
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotFound::Undefined(name) => write!(f, "'{name}' is not defined"),
            NotFound::NoFunction(name, kind) => write!(f, "'{name}' is not a function but a {kind}"),
            NotFound::NoMember(of, name) => write!(f, "'{of}' has no function '{name}'"),
            NotFound::NoText(name) => write!(f, "the source text of '{name}' is not available"),
        }
    }
}

impl Session {
    /// The function that a path names: `f`, `Class.method`, `f.inner`; a class alone is its `init`.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn find(&self, path: &str) -> Result<Found<'_>, NotFound> {
        let view = view(&self.vm, path)?;
        let no_text = || NotFound::NoText(path.to_owned());
        let (source, index) = self.sources.of(view.id()).ok_or_else(no_text)?;
        let _reserve = Reserve::of(&self.vm);
        let program = self.vm.compile_with(source.text(), source.dialect(), source.options());
        Ok(Found { view, source, program: program.map_err(|_| no_text())?, index })
    }

    /// What can follow a path of names and a dot in code: fields, and methods. Nothing, unless all of the path is known.
    pub(crate) fn members(&self, path: &[&str]) -> Vec<String> {
        let mut names = Vec::new();
        let value = value(&self.vm, path);
        match value.map(ValueView::kind) {
            Some(ValueKind::Instance(instance)) => {
                instance.each_field(|name, _| names.push(name.to_owned()));
                if let Some(class) = instance.class() {
                    class.each_method(|name, _| names.push(name.to_owned()));
                }
            }
            _ => {
                let entries =
                    value.filter(|_| self.dialect.has_builtin_methods()).map(ValueView::builtin_methods);
                names.extend(entries.into_iter().flatten().map(|entry| entry.name().to_owned()));
            }
        }
        // A type or module of the library, which need not be a global yet.
        if let &[name] = path
            && self.dialect.has_builtin_methods()
            && value.is_none_or(|value| matches!(value.kind(), ValueKind::Builtin("Class" | "Module")))
        {
            let functions = library::statics().filter(|(of, _)| *of == name);
            names.extend(functions.flat_map(|(_, entries)| entries).map(|entry| entry.name().to_owned()));
            let constants = library::constants().filter(|(of, ..)| *of == name);
            names.extend(constants.map(|(_, constant, _)| constant.to_owned()));
        }
        names.sort();
        names.dedup();
        names
    }

    /// What can follow a path in the path of a function.
    pub(crate) fn inner_functions(&self, path: &str) -> Vec<String> {
        let mut names = Vec::new();
        match self.vm.global_value(path).map(ValueView::kind) {
            Some(ValueKind::Class(class)) => class.each_method(|name, _| names.push(name.to_owned())),
            _ => {
                let inner = view(&self.vm, path).into_iter().flat_map(FunctionView::inner);
                names.extend(inner.filter_map(|inner| inner.name().map(str::to_owned)));
            }
        }
        names.sort();
        names.dedup();
        names
    }

    /// The paths of all functions that can be found, for completion.
    pub(crate) fn function_paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        for (name, value) in self.vm.globals() {
            match value.kind() {
                ValueKind::Function(_) => paths.push(name.to_owned()),
                ValueKind::Class(class) => {
                    class.each_method(|method, _| paths.push(format!("{name}.{method}")))
                }
                _ => {}
            }
        }
        paths.sort();
        paths
    }
}

/// The value of a global, or of a field of it, and so on.
fn value<'v>(vm: &'v Vm, path: &[&str]) -> Option<ValueView<'v>> {
    let (name, fields) = path.split_first()?;
    let mut value = vm.global_value(name)?;
    for field in fields {
        let ValueKind::Instance(instance) = value.kind() else { return None };
        let mut found = None;
        instance.each_field(|name, value| {
            if name == *field {
                found = Some(value);
            }
        });
        value = found?;
    }
    Some(value)
}

fn view<'v>(vm: &'v Vm, path: &str) -> Result<FunctionView<'v>, NotFound> {
    let mut steps = path.split('.').map(str::trim);
    let name = steps.next().unwrap_or_default();
    let value = vm.global_value(name).ok_or_else(|| match vm.library().find(|&other| other == name) {
        Some(_) => NotFound::NoFunction(name.to_owned(), "native function".to_owned()),
        None => NotFound::Undefined(name.to_owned()),
    })?;
    let no_member = |step: &str| NotFound::NoMember(name.to_owned(), step.to_owned());
    let mut function = match value.kind() {
        ValueKind::Function(function) | ValueKind::Method { method: MethodView::Script(function), .. } => {
            function
        }
        ValueKind::Class(class) => {
            let step = steps.next().unwrap_or("init");
            class.method(step).ok_or_else(|| no_member(step))?
        }
        _ => return Err(NotFound::NoFunction(name.to_owned(), value.type_name().to_owned())),
    };
    for step in steps {
        function =
            function.inner().find(|inner| inner.name() == Some(step)).ok_or_else(|| no_member(step))?;
    }
    Ok(function)
}

#[cfg(test)]
mod tests {
    use siskin_core::bytecode::disasm;
    use siskin_core::{Dialect, Options};

    use super::*;
    use crate::args::Tier;

    fn session(text: &str) -> Session {
        let mut session = Session::new(Options::default(), Tier::Interp, Dialect::Siskin).unwrap();
        session.evaluate("let before = 1;", &mut std::io::sink()).unwrap();
        session.evaluate(text, &mut std::io::sink()).unwrap();
        session
    }

    #[test]
    fn functions_are_found_with_their_text() {
        let session =
            session("fn out(a) { fn inner(b, c) {} inner } class C { init() {} m(x) { x } } let n = 3;");
        for (path, head) in
            [("out", "fn out/1"), ("out.inner", "fn inner/2"), ("C", "fn init/0"), ("C.m", "fn m/1")]
        {
            let found = session.find(path).unwrap_or_else(|error| panic!("{path}: {error}"));
            let listing = disasm::listing(found.program.image(), found.index).to_string();
            assert!(listing.starts_with(head), "{path}: {listing}");
            assert_eq!(found.source.name(), "<input 2>");
        }
        let error = |path: &str| session.find(path).err().map(|error| error.to_string());
        assert_eq!(error("x").as_deref(), Some("'x' is not defined"));
        assert_eq!(error("n").as_deref(), Some("'n' is not a function but a number"));
        assert_eq!(error("clock").as_deref(), Some("'clock' is not a function but a native function"));
        assert_eq!(error("C.x").as_deref(), Some("'C' has no function 'x'"));
        assert_eq!(error("out.x").as_deref(), Some("'out' has no function 'x'"));
        assert_eq!(session.function_paths(), ["C.init", "C.m", "out"]);
    }
}
