//! Words and signs of other languages, and what to write instead.

use siskin_core::Dialect;

/// The words that mean something in both dialects.
const KEYWORDS: &[&str] = &[
    "and", "class", "else", "false", "for", "fun", "if", "nil", "or", "print", "return", "super", "this",
    "true", "var", "while",
];

/// Keywords at the beginning of a statement that an expression can follow. A misspelt one may still compile:
/// `prnt (1);`, `retrun;`.
pub(in super::super) const BEFORE_EXPRESSION: &[&str] = &["print", "return"];

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
    ("printf", "print", None),
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

/// Words of other languages before something else, with the help to give in the Siskin dialect. Alone they may be names.
const BEFORE: &[(&str, &str)] = &[
    ("not", "write '!x' for the opposite of x"),
    ("typeof", "write 'type(x)' for the type of x"),
    ("delete", REMOVE),
    ("del", REMOVE),
    ("lambda", CLOSURE),
    ("raise", "write 'throw x;'"),
    ("except", CATCH),
    ("rescue", CATCH),
    ("switch", MATCH),
    ("case", "write 'pattern => value,' for an arm"),
    ("unless", "write 'if !x { }'"),
    ("until", "write 'while !x { }'"),
    ("foreach", EACH),
    ("do", "write 'loop { ... if !x { break; } }' for a loop that ends with its condition"),
    ("local", LET),
    ("val", LET),
    ("final", LET),
    ("mut", "write 'var' for what changes"),
    ("int", TYPED),
    ("float", TYPED),
    ("double", TYPED),
    ("bool", TYPED),
    ("string", TYPED),
    ("pub", "write 'export' before what other files import"),
    ("public", "there is no 'public': leave it out"),
    ("private", "there is no 'private': leave it out"),
    ("protected", "there is no 'protected': leave it out"),
    ("async", FIBER),
    ("await", FIBER),
    ("struct", "write 'class Name { init(a) { this.a = a; } }'"),
    ("record", "write 'class Name { init(a) { this.a = a; } }'"),
    ("include", IMPORT),
    ("use", IMPORT),
    ("require", IMPORT),
    ("assert", "write 'assert(x);'"),
];

/// Words of other languages after something else, with the help to give in the Siskin dialect.
const AFTER: &[(&str, &str)] = &[
    ("instanceof", "write 'x is Class'"),
    ("then", BRACES),
    ("do", BRACES),
    ("mod", "write 'a % b'"),
    ("div", "write 'a ~/ b'"),
    ("xor", "write 'a ^ b' for bits, or 'a != b'"),
    ("unless", "write 'if !x { }' around it"),
];

/// The help for a word of another language that something on its line follows.
pub(in super::super) fn before(word: &str) -> Option<&'static str> {
    BEFORE.iter().find(|(foreign, _)| *foreign == word).map(|(_, help)| *help)
}

/// The help for a word of another language that follows something.
pub(in super::super) fn after(word: &str) -> Option<&'static str> {
    AFTER.iter().find(|(foreign, _)| *foreign == word).map(|(_, help)| *help)
}

const REMOVE: &str = "write 'm.remove(key)' to take a key out of a map";
const CATCH: &str = "write 'catch e { }'";
const FIBER: &str = "there is no 'async': 'Fiber(f)' is a call of 'f' that can wait";

const LET: &str = "write 'let', or 'var' for what changes";

/// What to write for a `switch`.
const MATCH: &str = "write 'match x { 1 => \"one\", _ => \"many\" }'";

/// The help for a type before a name.
const TYPED: &str = "write 'let' or 'var' before a new variable, and no type";

/// The help for a type after a name.
pub(in super::super) const NO_TYPES: &str = "write a name without a type";

/// The help for a body that is not in braces.
pub(in super::super) const BRACES: &str = "write a body in braces: '{ ... }'";

/// The help for braces that are meant as a map.
pub(in super::super) const MAP: &str = "write a map as '#{ x: 1 }'";

/// The help for braces without contents that are meant as a map.
pub(in super::super) const EMPTY_MAP: &str = "write '#{}' for a map: '{}' is a block, whose value is nil";

/// The help for a part of a list or string.
pub(in super::super) const SLICE: &str = "write 'xs[a..b]' for the items from a to before b";

/// The help for a comprehension.
pub(in super::super) const COMPREHENSION: &str = "write 'xs.map(|x| x * 2)', or 'xs.filter(|x| x > 0)'";

/// The help for `=` where a condition is.
pub(in super::super) const COMPARE: &str = "write '==' to compare";

/// The help for `c ? a : b`.
pub(in super::super) const CONDITIONAL: &str = "write 'if c { a } else { b }'";

/// The help for an exchange of two variables.
pub(in super::super) const SWAP: &str = "write 'let t = a; a = b; b = t;' to exchange a and b";

/// The help for several names after one `let`.
pub(in super::super) const SEVERAL: &str =
    "declare each name for itself, or take a list apart: 'let [a, b] = [1, 2];'";

/// The help for `*a` as an argument or item, and as a parameter.
pub(in super::super) const SPREAD: &str = "write '...xs' for all items of xs";
pub(in super::super) const REST: &str = "write '...rest' for all further arguments";

/// The help for arguments with names.
pub(in super::super) const NAMED_ARGUMENTS: &str = "arguments have no names: they count by their order";

/// The help for a type of what a function returns.
pub(in super::super) const RETURN_TYPE: &str = "leave it out: functions do not say what they return";

/// The help for a word before a method, for a variable in a class, and for a superclass in other signs.
pub(in super::super) const METHOD: &str = "write a method without a word before it: 'name() { }'";
pub(in super::super) const FIELD: &str = "assign a field in 'init': 'init() { this.x = 1; }'";
pub(in super::super) const SUPERCLASS: &str = "write '<' before a superclass: 'class Name < Other { ... }'";

/// The help for a call of the superclass.
pub(in super::super) const SUPER: &str = "write 'super.init(...)' for the 'init' of the superclass";

/// The help for another sign than the arrow of an arm, and for another word than `_` for the rest.
pub(in super::super) const ARROW: &str = "write 'pattern => value,' for an arm";
pub(in super::super) const OTHERWISE: &str = "write '_ => value' for all other values";

/// The help for several values after `print`.
pub(in super::super) const PRINT: &str = "print one text with all values: 'print \"${a} ${b}\";'";

/// The help for several values in parentheses.
pub(in super::super) const TUPLE: &str = "write '[a, b]' for several values in one";

/// The help for texts beside each other, and for the letter before an interpolated one.
pub(in super::super) const JOIN: &str = "write '\"a\" + \"b\"' to join texts, or one text: '\"${a}${b}\"'";
pub(in super::super) const INTERPOLATE: &str = "write '\"${x}\"': each string may contain values";

/// The help for `//` that is meant as an operator.
pub(in super::super) const DIVIDE: &str = "write 'a ~/ b' to divide integers: '//' begins a comment";

/// The help for `=` or `=>` after a key.
pub(in super::super) const KEY: &str = "write ':' between key and value: '#{ x: 1 }'";

/// The help for functions that yield.
pub(in super::super) const GENERATOR: &str =
    "a function that yields is called in a fiber: 'for x in Fiber(|| f()) { }'";

/// The help for an instance as a key that can be none.
pub(in super::super) const EQUAL_KEY: &str = "no key is an instance whose class defines 'operator ==', nor a variant with fields: take what is equal in them";

/// The help for a label without its quote.
pub(in super::super) const LABEL: &str = "write a label with a quote before it: 'name: while ...'";

/// The help for an import that names no file.
pub(in super::super) const IMPORT: &str =
    "write 'import { name } from \"./file.sk\";' or 'import \"./file.sk\" as name;'";

/// The help for an export that is no declaration.
pub(in super::super) const EXPORT: &str = "write 'export' before a declaration, or write 'export { name };'";

/// The help for other forms of a loop over items, and over keys and values.
pub(in super::super) const EACH: &str = "write 'for x in xs { }'";
pub(in super::super) const EACH_PAIR: &str = "write 'for key, value in m { }'";

/// The help for a word of other languages that has no equivalent.
pub(in super::super) fn phrase(word: &str) -> Option<&'static str> {
    PHRASES.iter().find(|(foreign, _)| *foreign == word).map(|(_, help)| *help)
}

/// Every keyword, and every foreign word with an equivalent; which of both it is.
pub(in super::super) fn words() -> impl Iterator<Item = (&'static str, bool)> {
    let own = KEYWORDS.iter().map(|word| (*word, true));
    own.chain(FOREIGN.iter().map(|(word, ..)| (*word, false)))
}

/// What to write for one of [`words`].
pub(in super::super) fn native(word: &'static str, dialect: Dialect) -> &'static str {
    match FOREIGN.iter().find(|(foreign, ..)| *foreign == word) {
        Some((_, _, Some(lox))) if dialect == Dialect::Lox => lox,
        Some((_, siskin, _)) => siskin,
        None => word,
    }
}

/// What to write for a character that begins nothing.
pub(in super::super) fn character(char: &str) -> Option<&'static str> {
    Some(match char {
        "&" | "&&" => "write 'and' for both",
        "|" | "||" => "write 'or' for either",
        "'" | "`" => "strings are written in double quotes",
        "#" => "comments begin with '//'",
        "%" => "there is no '%'",
        "\u{201c}" | "\u{201d}" | "\u{201e}" | "\u{ab}" | "\u{bb}" => {
            "this is another character than '\"', the quote around strings"
        }
        "\u{2018}" | "\u{2019}" => {
            "this is another character than \"'\"; strings are written in double quotes"
        }
        "\u{2212}" | "\u{2013}" | "\u{2014}" => "this is another character than '-'",
        "\u{d7}" => "write '*' to multiply",
        "\u{f7}" => "write '/' to divide",
        "\u{2260}" => "write '!=' for not equal",
        "\u{2264}" => "write '<='",
        "\u{2265}" => "write '>='",
        "\u{a0}" | "\u{202f}" | "\u{3000}" => "this is another character than a space",
        "\u{200b}" | "\u{200c}" | "\u{200d}" | "\u{2060}" | "\u{feff}" => {
            "remove this character, which is invisible"
        }
        other if other.chars().all(char::is_alphabetic) => "names have the letters a to z, digits and '_'",
        _ => return None,
    })
}

/// What to write for a function without a name.
pub(in super::super) const CLOSURE: &str = "write a function without a name as '|x| x + 1'";

/// What to write for a map that is taken apart.
pub(in super::super) const MAP_PATTERN: &str = "write '#{ a, b }' to take the keys of a map apart";

/// How numbers are written.
pub(in super::super) const NUMBERS: &str = "numbers are written 12, 1_000, 1.5, 2.5e-3, 0xFF and 0b1010";

/// What to write for an operator of two characters, when the second is not expected.
pub(in super::super) fn operator(sign: &str, dialect: Dialect) -> Option<&'static str> {
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
        "<>" => "write '!=' for not equal",
        "=<" => "write '<='",
        "::" => "write '.' before the name of a member",
        ":=" => "write 'let x = 1;', or 'x = 1;' for a variable that is there",
        "===" => "write '==' for equal",
        "!==" => "write '!=' for not equal",
        "=>" => "functions have a name and a body in braces",
        _ => return None,
    })
}
