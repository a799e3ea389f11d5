//! The list of globals.

use std::fmt::Write;

use siskin_core::inspect::ValueKind;

use crate::session::Session;

/// About how many characters of a value are shown.
const LONGEST: usize = 60;

/// Lists the globals that scripts have defined: name, type, value.
pub(super) fn vars(session: &Session) -> String {
    let own = |(_, value): &(&str, siskin_core::inspect::ValueView<'_>)| {
        !matches!(value.kind(), ValueKind::HostFunction(_))
    };
    let globals: Vec<_> = session.vm.globals().filter(own).collect();
    if globals.is_empty() {
        return "  nothing is defined\n".into();
    }
    let widest = |of: fn(&(&str, siskin_core::inspect::ValueView<'_>)) -> usize| {
        globals.iter().map(of).max().unwrap_or(0)
    };
    let names = widest(|(name, _)| name.chars().count());
    let types = widest(|(_, value)| value.type_name().chars().count());
    let mut text = String::new();
    for (name, value) in globals {
        let shown = value.shown().longest(LONGEST);
        // Writing to a String does not fail.
        let _ = writeln!(text, "  {name:names$}  {:types$}  {shown}", value.type_name());
    }
    text
}
