//! Values at a prompt: as literals, by `operator string`, or else [with what is in them](siskin_core::inspect::Shown).

use siskin::diagnostics::is_invisible;
use siskin_core::inspect::{StringView, ValueKind};
use siskin_core::{Dialect, Vm};

/// Characters of a string that are shown as a literal.
const LONGEST: usize = 400;
/// Characters of the text of an operator that are shown.
const LONGEST_TEXT: usize = 4000;

/// Whether a string in quotes is read by the language as that string, and can be seen as it is.
pub(crate) fn is_literal(text: StringView<'_>, dialect: Dialect) -> bool {
    let means_more = |c: char| dialect.has_string_forms() && matches!(c, '\\' | '$');
    let is_plain = |c: char| c != '"' && !means_more(c) && (matches!(c, '\n' | '\t') || !is_invisible(c));
    text.chars().count() <= LONGEST && text.chars().all(is_plain)
}

/// Starts a script that makes the text of the result, if a class defines it, as `print` does. The result becomes `_`. Says
/// whether there is such a script to run.
pub(crate) fn start_text(vm: &mut Vm) -> bool {
    if !vm.result().has_operator_string() || vm.bind_result("_").is_err() {
        return false;
    }
    vm.load("\"${_}\"", Dialect::Siskin).is_ok_and(|script| vm.start(script).is_ok())
}

/// The text that such a script has made, with what could not be seen, or would do something to a terminal, escaped.
pub(crate) fn made_text(vm: &Vm) -> Option<String> {
    let ValueKind::Str(text) = vm.result().kind() else { return None };
    let mut shown = String::new();
    for char in text.chars().take(LONGEST_TEXT) {
        if is_invisible(char) && !matches!(char, '\n' | '\t') {
            shown.extend(char.escape_unicode());
        } else {
            shown.push(char);
        }
    }
    if text.chars().nth(LONGEST_TEXT).is_some() {
        shown.push_str("...");
    }
    Some(shown)
}
