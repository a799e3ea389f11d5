//! "Did you mean": finds the known name nearest to a misspelt one.

use std::ops::Range;

use siskin_core::Dialect;
use siskin_core::syntax::TokenKind;

use super::scan::tokens;
use super::source::{Place, Source};
use super::{habits, runtime};

/// The longest name to look for, in characters. The time to compute a distance grows with the product of the lengths,
/// and a longer name is hardly a slip of the keyboard.
const LONGEST: usize = 64;

/// Candidates that are compared. If more names are defined, the first ones in order are.
const CANDIDATES: usize = 10_000;

/// The candidate nearest to `name`: at most a third of its characters may be wrong, but one always may.
///
/// A name longer than 64 characters is nearest to nothing, and only the first 10,000 candidates count: the time that
/// this takes is bounded, whatever a script calls its variables.
///
/// # Examples
/// ```
/// use siskin::diagnostics::suggest::nearest;
///
/// assert_eq!(nearest("heigth", ["weight", "height"]), Some("height"));
/// assert_eq!(nearest("Width", ["height", "width"]), Some("width"));
/// assert_eq!(nearest("x", ["y", "i"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Counting stops past the longest length that matters: a candidate may be a megabyte long.
    let length = |name: &str| name.chars().flat_map(char::to_lowercase).take(2 * LONGEST).count();
    let own = length(name);
    if own > LONGEST {
        return None;
    }
    let lower = name.to_lowercase();
    // In a name of one character, none may be wrong.
    let most = (own / 3).max(1).min(own.saturating_sub(1));
    let distance = |candidate: &str| {
        // The distance is at least the difference in length.
        let far = length(candidate).abs_diff(own) > most;
        if far { usize::MAX } else { strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()) }
    };
    let others = candidates.into_iter().take(CANDIDATES).filter(|candidate| *candidate != name);
    let near = others.map(|other| (distance(other), other)).filter(|(distance, _)| *distance <= most);
    near.min_by_key(|(distance, _)| *distance).map(|(_, other)| other)
}

/// "Did you mean" in words.
pub(super) fn question(name: &str) -> String {
    format!("did you mean '{name}'?")
}

/// The keyword that a misspelt word is, or the word of another language: a word of at least four letters with one mistake,
/// of six with two. Of another language only long ones with one mistake are found, as short ones resemble too much.
pub(super) fn word(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let distance = |word: &str| strsim::damerau_levenshtein(&lower, &word.to_lowercase());
    let most = |word: &str, is_own: bool| match word.len() {
        6.. if is_own => 2,
        4.. if is_own => 1,
        6.. => 1,
        _ => 0,
    };
    if name.len() > LONGEST {
        return None;
    }
    let near = habits::words().filter_map(|(word, is_own)| {
        let distance = distance(word);
        (word != name && distance <= most(word, is_own)).then_some((distance, word))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}

/// The help for an undefined variable. `defined` are the names of the defined ones.
pub(super) fn variable<'a>(
    name: &str,
    place: Option<&Place<'_>>,
    defined: impl Iterator<Item = &'a str>,
) -> Option<String> {
    let dialect = dialect_at(place);
    let is_called = place.is_some_and(|place| after(place).starts_with('('));
    let has_library = dialect.has_builtin_methods();
    if let Some(own) = place.and_then(|place| runtime::own_name(name, place)) {
        return Some(question(&own));
    }
    let foreign = if is_called { habits::function(name) } else { None };
    if let Some(help) = foreign.or_else(|| habits::variable(name)).filter(|_| has_library) {
        return Some(help.to_owned());
    }
    if is_called && let Some(method) = builtin_method(name, dialect) {
        return Some(format!("'{method}' is a method: write 'value.{method}()'"));
    }
    if let Some(help) = exact(name, dialect) {
        return Some(help);
    }
    // Who writes something like `Nil` means the value, not its type.
    if let Some(near) = nearest(name, defined.filter(|name| *name != "Nil")) {
        return Some(question(near));
    }
    // A text with a misspelt keyword seldom compiles, so a name that only resembles a keyword is hardly one. The
    // exception is a keyword at the beginning of a statement that an expression can follow.
    let is_word = |word: &&str| word.eq_ignore_ascii_case(name);
    let begins_statement = place.is_some_and(begins_statement);
    let slip = || nearest(name, habits::BEFORE_EXPRESSION.iter().copied()).filter(|_| begins_statement);
    if let Some(word) = habits::words().map(|(word, _)| word).find(is_word).or_else(slip) {
        return Some(question(habits::native(word, dialect)));
    }
    let rest = place?.text().strip_prefix(name)?.trim_start();
    (rest.starts_with('=') && !rest.starts_with("=="))
        .then(|| format!("declare it first: 'var {name} = ...;'"))
}

/// The help for a misplaced keyword, or for a word of another language.
pub(super) fn exact(word: &str, dialect: Dialect) -> Option<String> {
    let known = habits::words().map(|(word, _)| word).find(|known| *known == word);
    let native = known.map(|word| habits::native(word, dialect));
    habits::phrase(word).map(str::to_owned).or_else(|| native.map(question))
}

/// The text after a place, without leading white space.
fn after<'a>(place: &Place<'a>) -> &'a str {
    place.source().text().get(place.span().end..).unwrap_or_default().trim_start()
}

/// Whether a statement seems to begin at a place, judged by the character before.
fn begins_statement(place: &Place<'_>) -> bool {
    let before = place.source().text().get(..place.span().start).unwrap_or_default();
    before.trim_end().chars().next_back().is_none_or(|char| matches!(char, ';' | '{' | '}'))
}

/// The help for an undefined property: a property that scripts use (`used`), or a method of the library.
pub(super) fn property<'a>(
    name: &str,
    place: Option<&Place<'_>>,
    used: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let module = receiver(name, place);
    if let Some(help) = module.and_then(|module| habits::member(module, name)) {
        return Some(help.to_owned());
    }
    if name == "init" {
        return Some("no class above has an 'init': leave the call out".to_owned());
    }
    nearest(name, used).map(question).or_else(|| {
        let dialect = dialect_at(place);
        let exact = builtin_method(name, dialect);
        let near = || builtin_method(nearest(name, habits::methods())?, dialect);
        if exact == Some(name) {
            // The name is right: what it was looked for in is not.
            return Some(format!("'{name}' is a method: write 'value.{name}()'"));
        }
        exact.or_else(near).map(question)
    })
}

/// The help for a method that a value of the type `of` lacks. `methods` are those of the type.
pub(super) fn method<'a>(of: &str, name: &str, methods: impl Iterator<Item = &'a str>) -> Option<String> {
    let methods: Vec<&str> = methods.collect();
    if let Some(help) = habits::method_of(of, name) {
        return Some(help.to_owned());
    }
    if methods.contains(&"iter") && habits::LAZY.contains(&name) && !methods.contains(&name) {
        return Some(format!("an iterator has it: write 'value.iter().{name}(...)'"));
    }
    let foreign = |name| habits::method(name).filter(|own| methods.contains(own));
    let near = || nearest(name, methods.iter().copied());
    foreign(name).or_else(near).or_else(|| foreign(nearest(name, habits::methods())?)).map(question)
}

/// The help for a call, as of a method, of a function that a map holds by a key.
pub(super) fn key(name: &str, place: Option<&Place<'_>>) -> String {
    let receiver = receiver(name, place).unwrap_or("map");
    format!("'{name}' is a key, not a method: write '{receiver}[\"{name}\"](...)'")
}

/// The help for a method of a value which is no instance that is not called. It takes `least` arguments.
pub(super) fn call(name: &str, least: u8, place: Option<&Place<'_>>) -> String {
    let receiver = receiver(name, place).unwrap_or("value");
    let arguments = match least {
        0 => "",
        1 => "x",
        _ => "a, b",
    };
    format!(
        "write '{receiver}.{name}({arguments})', or '|{arguments}| {receiver}.{name}({arguments})' for a function that calls it"
    )
}

/// The name before the use of a property `name`, with which a place begins.
fn receiver<'a>(name: &str, place: Option<&Place<'a>>) -> Option<&'a str> {
    let (receiver, rest) = place?.text().split_once('.')?;
    let is_name = receiver.chars().all(|char| char.is_alphanumeric() || char == '_');
    (is_name && receiver.len() <= LONGEST && rest.starts_with(name)).then_some(receiver)
}

/// The method of built-in values that has this name, here or in another language.
fn builtin_method(name: &str, dialect: Dialect) -> Option<&'static str> {
    habits::method(name).filter(|_| dialect.has_builtin_methods())
}

/// The dialect of a place, if it is known.
fn dialect_at(place: Option<&Place<'_>>) -> Dialect {
    place.map(|place| place.source().dialect()).unwrap_or_default()
}

/// The names of fields and methods in a text: names after a dot, and of declared methods.
pub(super) fn members(source: &Source) -> impl Iterator<Item = &str> {
    use TokenKind as T;
    let mut before = [T::End; 2];
    let mut name = "";
    tokens(source.text(), source.dialect()).filter_map(move |(kind, text, _)| {
        let [first, second] = before;
        before = [second, kind];
        let declared = matches!(first, T::LeftBrace | T::RightBrace) && second == T::Identifier;
        match kind {
            T::Identifier if second == T::Dot => return Some(text),
            T::Identifier => name = text,
            T::LeftParen if declared => return Some(name),
            _ => {}
        }
        None
    })
}

/// The use of a property `name` in an expression, if there is exactly one, on the expression's last line; else the
/// whole expression.
pub(super) fn narrowed<'a>(name: &str, place: Place<'a>) -> Place<'a> {
    let source = place.source();
    let Range { start, end } = place.span();
    let mut before = TokenKind::End;
    let mut uses = tokens(place.text(), source.dialect()).filter_map(|(kind, text, at)| {
        let dotted = std::mem::replace(&mut before, kind) == TokenKind::Dot;
        (dotted && text == name).then(|| start + at..start + at + text.len())
    });
    match (uses.next(), uses.next()) {
        (Some(one), None) if source.line_at(one.end) == source.line_at(end) => source.place(one),
        _ => place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_may_be_wrong() {
        assert_eq!(nearest("count", ["counter", "cuont"]), Some("cuont"), "letters swapped count once");
        assert_eq!(nearest("abcdef", ["abcxxf"]), Some("abcxxf"));
        assert_eq!(nearest("abcdef", ["axxxef"]), None);
        assert_eq!(nearest("ab", ["ax"]), Some("ax"));
        assert_eq!(nearest("ab", ["xy"]), None);
        assert_eq!(nearest("ab", ["ab"]), None, "that is not there, however it came into the list");
        assert_eq!(nearest("", ["a"]), None);
        assert_eq!(nearest("größe", ["große"]), Some("große"));
    }

    #[test]
    fn long_names_are_nearest_to_nothing() {
        let name = |count: usize, last: &str| "x".repeat(count - 1) + last;
        assert_eq!(nearest(&name(64, "y"), [&*name(64, "z")]), Some(&*name(64, "z")));
        assert_eq!(nearest(&name(65, "y"), [&*name(65, "z")]), None);
        assert_eq!(nearest(&name(64, "y"), [&*name(70, "z")]), Some(&*name(70, "z")));
        // Time in proportion to the square of this length would be days.
        let (long, other) = (name(10_000_000, "y"), name(10_000_000, "z"));
        assert_eq!(nearest(&long, [&*other]), None);
        assert_eq!(nearest("x", [&*other, "y"]), None);
        assert_eq!(nearest("xx", [&*other, "xy"]), Some("xy"));
    }

    #[test]
    fn candidates_need_no_end() {
        assert_eq!(nearest("count", std::iter::repeat("sum")), None);
        let endless = ["cuont"].into_iter().chain(std::iter::repeat("sum"));
        assert_eq!(nearest("count", endless), Some("cuont"));
    }

    #[test]
    fn members_are_fields_and_methods() {
        let text = "class A { length() { this.size = 1; } area(x) {} }\nvar a = f(A()); a.get();";
        let source = Source::new("", text, Dialect::Siskin);
        assert_eq!(members(&source).collect::<Vec<_>>(), ["length", "size", "area", "get"]);
    }

    #[test]
    fn places_are_narrowed_to_the_name() {
        let source = Source::new("", "a.b.c(\"b\"); a\n.b(1); a.b(a.b);", Dialect::Siskin);
        let narrow = |part: &str| {
            let start = source.text().find(part).expect("it is there");
            narrowed("b", source.place(start..start + part.len())).text()
        };
        assert_eq!(narrow("a.b.c(\"b\")"), "b");
        assert_eq!(narrow("a\n.b(1)"), "b");
        assert_eq!(narrow("a.b(a.b)"), "a.b(a.b)");
        assert_eq!(narrow("(1)"), "(1)");
    }
}
