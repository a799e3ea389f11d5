//! Words and signs of other languages, and what to write instead.

use siskin_core::{Dialect, library};

/// The words that mean something in both dialects.
const KEYWORDS: &[&str] = &[
    "and", "class", "else", "false", "for", "fun", "if", "nil", "or", "print", "return", "super", "this",
    "true", "var", "while",
];

/// Keywords at the beginning of a statement that an expression can follow. A misspelt one may still compile:
/// `prnt (1);`, `retrun;`.
pub(super) const BEFORE_EXPRESSION: &[&str] = &["print", "return"];

/// Words of other languages, with their equivalent in Siskin, and in Lox if that differs.
const FOREIGN: &[(&str, &str, Option<&str>)] = &[
    ("fn", "fn", Some("fun")),
    ("func", "fn", Some("fun")),
    ("function", "fn", Some("fun")),
    ("def", "fn", Some("fun")),
    ("let", "let", Some("var")),
    ("const", "let", Some("var")),
    ("auto", "let", Some("var")),
    ("elif", "else if", None),
    ("elsif", "else if", None),
    ("elseif", "else if", None),
    ("null", "nil", None),
    ("None", "nil", None),
    ("undefined", "nil", None),
    ("True", "true", None),
    ("False", "false", None),
    ("self", "this", None),
    ("println", "print", None),
    ("puts", "print", None),
    ("echo", "print", None),
];

/// Words of other languages without an equivalent, with the help to give.
const PHRASES: &[(&str, &str)] = &[
    ("break", "there is no 'break' in Lox: a loop ends by its condition, or by a 'return'"),
    ("continue", "there is no 'continue' in Lox: put the rest of the loop's body into an 'if'"),
    ("new", "call the class to make an instance: 'Name(...)'"),
    ("extends", "write '<' before a superclass: 'class Name < Other { ... }'"),
    ("try", "there is no 'try' in Lox: an error ends the script"),
    ("catch", "there is no 'catch' in Lox: an error ends the script"),
    ("finally", "there is no 'finally' in Lox: an error ends the script"),
    ("throw", "there is no 'throw' in Lox: an error ends the script"),
    ("import", "there is no 'import' in Lox: a script is one text"),
];

/// The help for an import that names no file.
pub(super) const IMPORT: &str =
    "write 'import { name } from \"./file.sk\";' or 'import \"./file.sk\" as name;'";

/// The help for an export that is no declaration.
pub(super) const EXPORT: &str = "write 'export' before a declaration, or write 'export { name };'";

/// The help for `for (x in xs)`.
pub(super) const EACH: &str = "write 'for x in xs { }'";

/// The help for a word of other languages that has no equivalent.
pub(super) fn phrase(word: &str) -> Option<&'static str> {
    PHRASES.iter().find(|(foreign, _)| *foreign == word).map(|(_, help)| *help)
}

/// Methods of other languages' built-in values, with the library's equivalent.
const FOREIGN_METHODS: &[(&str, &str)] =
    &[("length", "len"), ("size", "len"), ("count", "len"), ("empty", "is_empty"), ("isEmpty", "is_empty")];

/// Every name of a method of built-in values, here or in another language.
pub(super) fn methods() -> impl Iterator<Item = &'static str> {
    let own = library::methods().flat_map(|(_, entries)| entries).map(|entry| entry.name());
    own.chain(FOREIGN_METHODS.iter().map(|(name, _)| *name))
}

/// The library's method for one of [`methods`].
pub(super) fn method(name: &str) -> Option<&'static str> {
    let known = methods().find(|known| *known == name)?;
    Some(FOREIGN_METHODS.iter().find(|(foreign, _)| *foreign == known).map_or(known, |(_, own)| own))
}

/// Every keyword, and every foreign word with an equivalent.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().copied().chain(FOREIGN.iter().map(|(word, ..)| *word))
}

/// What to write for one of [`words`].
pub(super) fn native(word: &'static str, dialect: Dialect) -> &'static str {
    match FOREIGN.iter().find(|(foreign, ..)| *foreign == word) {
        Some((_, _, Some(lox))) if dialect == Dialect::Lox => lox,
        Some((_, siskin, _)) => siskin,
        None => word,
    }
}

/// What to write for a character that begins nothing.
pub(super) fn character(char: &str) -> Option<&'static str> {
    Some(match char {
        "&" | "&&" => "write 'and' for both",
        "|" | "||" => "write 'or' for either",
        "'" | "`" => "strings are written in double quotes",
        "#" => "comments begin with '//'",
        "%" => "there is no '%'",
        _ => return None,
    })
}

/// What to write for a function without a name.
pub(super) const CLOSURE: &str = "write a function without a name as '|x| x + 1'";

/// What to write for a map that is taken apart.
pub(super) const MAP_PATTERN: &str = "write '#{ a, b }' to take the keys of a map apart";

/// How numbers are written.
pub(super) const NUMBERS: &str = "numbers are written 12, 1_000, 1.5, 2.5e-3, 0xFF and 0b1010";

/// What to write for an operator of two characters, when the second is not expected.
pub(super) fn operator(sign: &str, dialect: Dialect) -> Option<&'static str> {
    Some(match sign {
        "++" if dialect == Dialect::Siskin => "there is no '++': write 'x += 1'",
        "--" if dialect == Dialect::Siskin => "there is no '--': write 'x -= 1'",
        "++" => "there is no '++': write 'x = x + 1'",
        "--" => "there is no '--': write 'x = x - 1'",
        "**" => "there is no '**': write 'x * x'",
        "/*" => "comments begin with '//'",
        "+=" => "there is no '+=': write 'x = x + ...'",
        "-=" => "there is no '-=': write 'x = x - ...'",
        "*=" => "there is no '*=': write 'x = x * ...'",
        "/=" => "there is no '/=': write 'x = x / ...'",
        "===" => "write '==' for equal",
        "!==" => "write '!=' for not equal",
        "=>" => "functions have a name and a body in braces",
        _ => return None,
    })
}
