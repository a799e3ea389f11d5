//! What functions are called on the command line, as at the prompt: `f`, `Class.method`, `f.inner`, `script`.

use std::collections::BTreeSet;

use siskin::diagnostics::suggest;
use siskin_core::bytecode::{Const, FnIndex, Insn, Program};

use crate::visible::Visible;

/// Paths that an error lists.
const LISTED: usize = 20;

/// Characters of a path that are shown; of a longer one, the last.
const LONGEST: usize = 60;

/// What the functions of a program are called.
pub(crate) struct Paths<'p>(Vec<Step<'p>>);

/// The end of a function's path, and the function that it is in. Whole paths would take space in the square of how
/// deep functions are nested.
#[derive(Clone, Copy, Default)]
struct Step<'p> {
    /// The index of the function around; 0 is the script.
    around: usize,
    /// The class whose method it is.
    class: Option<&'p str>,
    name: &'p str,
}

impl<'p> Paths<'p> {
    pub(crate) fn of(program: &'p Program) -> Paths<'p> {
        let mut steps = vec![Step::default(); program.functions().count()];
        for (around, code) in program.functions().enumerate() {
            let constant = |index: u32| code.consts.get(index as usize);
            // A class is made before its methods; a method's function is made right before the class gets it.
            let mut class = None;
            let mut made = None;
            let mut word = 0;
            while let Some(insn) = code.words.get(word..).and_then(Insn::decode) {
                word += insn.op().words();
                if let Insn::NewClass { name, .. } = insn
                    && let Some(Const::Name(name)) = constant(name.0)
                {
                    class = Some(program.text(name));
                } else if let Insn::Closure { function, .. } = insn
                    && let Some(Const::Fn(index)) = constant(function.0)
                {
                    made = Some(index.0 as usize);
                    if let (Some(step), Some(inner)) =
                        (steps.get_mut(index.0 as usize), program.function(index))
                    {
                        *step = Step { around, class: None, name: program.text(inner.name) };
                    }
                } else if let Insn::AddMethod { .. } = insn
                    && let Some(step) = made.and_then(|made| steps.get_mut(made))
                {
                    step.class = class;
                }
            }
        }
        Paths(steps)
    }

    /// The functions that a path means, in ascending order; a class alone means its `init`.
    ///
    /// # Errors
    /// What to say when there is none.
    pub(crate) fn find(&self, path: &str) -> Result<Vec<FnIndex>, String> {
        let mut steps: Vec<&str> = path.split('.').map(str::trim).collect();
        let found = |steps: &[&str]| -> Vec<FnIndex> {
            let indexes = 0..self.0.len();
            indexes.filter(|&index| self.is(index, steps)).map(|index| FnIndex(index as u32)).collect()
        };
        let mut functions = found(&steps);
        if functions.is_empty() {
            steps.push("init");
            functions = found(&steps);
        }
        if functions.is_empty() { Err(self.not_found(path)) } else { Ok(functions) }
    }

    /// Whether these steps lead to that function. A class that is in a function may be left out.
    fn is(&self, index: usize, path: &[&str]) -> bool {
        let (Some(&Step { around, class, name }), Some((last, before))) =
            (self.0.get(index), path.split_last())
        else {
            return false;
        };
        if index == 0 {
            return path == ["script"];
        }
        let is_around = |before: &[&str]| match around {
            0 => before.is_empty(),
            _ => self.is(around, before),
        };
        let in_class = || match (class, before.split_last()) {
            (Some(class), Some((last, before))) => *last == class && is_around(before),
            _ => false,
        };
        *last == name && (in_class() || (class.is_none() || around > 0) && is_around(before))
    }

    /// The path of a function, for a terminal.
    pub(crate) fn shown(&self, index: FnIndex) -> String {
        let mut at = index.0 as usize;
        if at == 0 {
            return "script".into();
        }
        let mut steps = Vec::new();
        let mut length = 0;
        while let Some(&Step { around, class, name }) = self.0.get(at).filter(|_| at > 0 && length <= LONGEST)
        {
            for step in [Some(name), class].into_iter().flatten() {
                length += 1 + step.len();
                steps.push(step);
            }
            at = around;
        }
        steps.reverse();
        let path = Visible(&steps.join(".")).to_string();
        match path.char_indices().nth_back(LONGEST) {
            Some((cut, _)) => format!("…{}", &path[cut..]),
            None => path,
        }
    }

    fn not_found(&self, path: &str) -> String {
        let all = || (0..self.0.len() as u32).map(|index| self.shown(FnIndex(index)));
        let listed: Vec<String> = all().take(LISTED).collect();
        let mut text = format!("there is no function '{}', only these: {}", Visible(path), listed.join(", "));
        if let Some(more) = self.0.len().checked_sub(LISTED).filter(|more| *more > 0) {
            text += &format!(" and {more} more");
        }
        let names: BTreeSet<String> = all().collect();
        if let Some(near) = suggest::nearest(path, names.iter().map(String::as_str)) {
            text += &format!("; did you mean '{near}'?");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use siskin::SYSTEM;
    use siskin_core::{Dialect, Options, Vm};

    use super::*;

    const TEXT: &str = "
        class A { init() {} m() { fn inner() {} inner() } }
        class B < A { m() { super.m() } }
        fn f() { class C { m() {} } fn g() {} }
        fn f(again) {}
        { class L { q() {} } fn local() {} }";

    fn with_paths(text: &str, check: impl FnOnce(&Paths<'_>)) {
        let vm = Vm::new(SYSTEM, Options::default()).expect("a VM");
        let program = vm.compile(text, Dialect::Siskin).expect("no errors");
        check(&Paths::of(&program));
    }

    #[test]
    fn functions_are_shown_with_what_they_are_in() {
        with_paths(TEXT, |paths| {
            let shown: Vec<String> =
                (0..paths.0.len() as u32).map(|index| paths.shown(FnIndex(index))).collect();
            let expected =
                ["script", "A.init", "A.m", "A.m.inner", "B.m", "f", "f.C.m", "f.g", "f", "L.q", "local"];
            assert_eq!(shown, expected);
        });
    }

    #[test]
    fn paths_lead_to_functions() {
        with_paths(TEXT, |paths| {
            let found = |path: &str| match paths.find(path) {
                Ok(found) => found.iter().map(|index| index.0).collect(),
                Err(_) => Vec::new(),
            };
            assert_eq!(found("script"), [0]);
            assert_eq!(found("A"), [1], "a class is its init");
            assert_eq!(found("A.m"), [2]);
            assert_eq!(found("A.m.inner"), [3]);
            assert_eq!(found("f"), [5, 8], "there are two");
            assert_eq!(found("f.C.m"), [6]);
            assert_eq!(found("f.m"), [6], "as at the prompt");
            for nothing in ["", ".", "m", "B", "C", "f.C", "A.m.", "script.A", "clock", "inner"] {
                assert!(found(nothing).is_empty(), "{nothing}");
            }
            assert_eq!(
                paths.find("A.n"),
                Err("there is no function 'A.n', only these: script, A.init, A.m, A.m.inner, B.m, f, f.C.m, f.g, f, \
                     L.q, local; did you mean 'A.m'?"
                    .into())
            );
        });
    }

    #[test]
    fn long_paths_and_many_are_cut() {
        with_paths(&format!("fn {0}() {{ fn {0}() {{}} }}", "x".repeat(70)), |paths| {
            assert_eq!(paths.shown(FnIndex(2)), format!("…{}", "x".repeat(61)));
        });
        with_paths(&"fn f() {} ".repeat(1000), |paths| {
            let error = paths.find("nothing").expect_err("there is none");
            assert!(error.ends_with("f, f, f and 981 more"), "{error}");
        });
    }
}
