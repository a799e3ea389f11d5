//! The inputs of a session as one script, which does what they did.
//!
//! ```text
//!   input            saved, if need be, as     because in one text
//!   let n = 1        var n = 1;                a later input gives n another value
//!   1 + 1            _ = 1 + 1;                a later input says _
//!   :load lib.sk     the text of lib.sk        the script stands alone
//! ```

use std::collections::HashMap;
use std::fmt::Write;

use siskin::SYSTEM;
use siskin_core::Dialect;
use siskin_core::mem::Mem;
use siskin_core::syntax::{Lexer, ParseOptions, Token, TokenKind, parse};

use crate::input::as_file_text;

/// An input that came to its end.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) text: String,
    pub(crate) dialect: Dialect,
    /// The file that it is the text of.
    pub(crate) file: Option<String>,
    /// Whether `_` became its value.
    pub(crate) is_value: bool,
}

/// The script that inputs make, as text. Whether it compiles in one dialect is not known. Parsing an input takes at most
/// `memory` bytes.
pub(crate) fn script(inputs: &[Input], memory: usize) -> String {
    let names = Names::of(inputs);
    let says_value = names.0.contains_key("_");
    let mut script = String::new();
    if says_value {
        script.push_str("var _ = nil;\n");
    }
    for (index, input) in inputs.iter().enumerate() {
        let mut text = names.without_lets(index, input);
        if says_value && input.is_value {
            bind_value(&mut text, input.dialect, memory);
        }
        if let Some(file) = &input.file {
            // Writing to a String does not fail.
            let _ = writeln!(script, "// {}", file.escape_debug());
        }
        script.push_str(as_file_text(&text, input.dialect, memory).trim_end());
        script.push('\n');
    }
    script
}

/// Where names occur outside of properties: for each, the first and the last input that declares it as a global or gives
/// it a value.
struct Names(HashMap<String, Changes>);

#[derive(Clone, Copy, Debug)]
struct Changes {
    first: usize,
    last: usize,
}

impl Names {
    fn of(inputs: &[Input]) -> Names {
        let mut names = HashMap::<String, Changes>::new();
        for (index, input) in inputs.iter().enumerate() {
            each_name(input, |name, role, _| match role {
                Role::Let | Role::Changed => {
                    names.entry(name.to_owned()).or_insert(Changes { first: index, last: index }).last =
                        index;
                }
                Role::Said if name == "_" => {
                    names.entry(name.to_owned()).or_insert(Changes { first: index, last: index });
                }
                Role::Said => {}
            });
        }
        Names(names)
    }

    /// An input's text, in which `let` is `var` for names that other inputs change.
    fn without_lets(&self, index: usize, input: &Input) -> String {
        let mut text = input.text.clone();
        let mut lets = Vec::new();
        each_name(input, |name, role, word| {
            let changes = self.0.get(name);
            let is_changed = changes.is_some_and(|changes| changes.first < index || changes.last > index);
            if role == Role::Let && is_changed {
                lets.push(word);
            }
        });
        for word in lets {
            text.replace_range(word..word + "let".len(), "var");
        }
        text
    }
}

/// What becomes of a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// `let` declares it as a global.
    Let,
    /// Something else declares it as a global, or it is assigned.
    Changed,
    /// It is read.
    Said,
}

/// Calls `see` with each name, its role, and where the word before it begins.
fn each_name(input: &Input, mut see: impl FnMut(&str, Role, usize)) {
    let mut lexer = Lexer::new(&input.text, input.dialect);
    let mut depth = 0usize;
    let mut next = || lexer.next_token();
    let mut before: Option<Token> = None;
    let mut token = next();
    while token.kind != TokenKind::End {
        let after = next();
        match token.kind {
            TokenKind::LeftBrace => depth += 1,
            TokenKind::RightBrace => depth = depth.saturating_sub(1),
            TokenKind::Identifier => {
                use TokenKind as T;
                let name =
                    input.text.get(token.span.start as usize..token.span.end as usize).unwrap_or_default();
                let role = match before.map(|before| before.kind) {
                    Some(T::Dot) => None,
                    Some(T::Let) if depth == 0 => Some(Role::Let),
                    Some(T::Var | T::Fun | T::Class) if depth == 0 => Some(Role::Changed),
                    Some(T::Let | T::Var | T::Fun | T::Class) => None,
                    _ if after.kind.is_assignment() => Some(Role::Changed),
                    _ => Some(Role::Said),
                };
                if let Some(role) = role {
                    see(name, role, before.map_or(0, |before| before.span.start as usize));
                }
            }
            _ => {}
        }
        before = Some(token);
        token = after;
    }
}

/// Gives `_` the value that the text ends with.
fn bind_value(text: &mut String, dialect: Dialect, memory: usize) {
    let Ok(mem) = Mem::new(SYSTEM, memory) else { return };
    let options = ParseOptions { interactive: true, ..ParseOptions::default() };
    let Ok(parsed) = parse(text, dialect, &options, &mem) else { return };
    let tail = parsed
        .ast
        .functions
        .first()
        .and_then(|script| Some(parsed.ast.span(script.body.tail?).start as usize));
    drop(parsed);
    if let Some(tail) = tail {
        text.insert_str(tail, "_ = ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(inputs: &[(&str, bool)]) -> String {
        let input = |&(text, is_value): &(&str, bool)| Input {
            text: text.into(),
            dialect: Dialect::Siskin,
            file: None,
            is_value,
        };
        script(&inputs.iter().map(input).collect::<Vec<_>>(), usize::MAX)
    }

    #[test]
    fn what_can_stay_stays() {
        assert_eq!(saved(&[("let n = 1", false), ("n + 1", true)]), "let n = 1;\nn + 1;\n");
        assert_eq!(
            saved(&[("fn f(n) { n = 2; n }", false), ("let m = 1", false), ("o.m = 2", true)]).lines().nth(1),
            Some("let m = 1;")
        );
    }

    #[test]
    fn names_that_change_are_variables() {
        assert_eq!(saved(&[("let n = 1", false), ("n = 2", true)]), "var n = 1;\nn = 2;\n");
        assert_eq!(
            saved(&[("let n = 1 // one", false), ("let n = 2", false)]),
            "var n = 1; // one\nvar n = 2;\n"
        );
        assert_eq!(saved(&[("let n = 1", false), ("fn n() {}", false)]), "var n = 1;\nfn n() {}\n");
        assert_eq!(
            saved(&[("fn f() { n = 2; }", false), ("let n = 1", false)]),
            "fn f() { n = 2; }\nvar n = 1;\n"
        );
    }

    #[test]
    fn values_are_kept_where_they_are_said() {
        assert_eq!(
            saved(&[("let a = 1; a + 1", true), ("_ * 2", true), ("print _", false)]),
            "var _ = nil;\nlet a = 1; _ = a + 1;\n_ = _ * 2;\nprint _;\n"
        );
        assert_eq!(
            saved(&[("if true { 1 } else { 2 }", true), ("_", true)]),
            "var _ = nil;\n_ = if true { 1 } else { 2 };\n_ = _;\n"
        );
    }
}
