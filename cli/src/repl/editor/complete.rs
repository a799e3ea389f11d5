//! Completion: a pure function of the text, the cursor and the session.
//!
//! ```text
//!   :hel|           commands              :jit so|      what the command takes
//!   account.ba|     members               pri|          keywords, globals, names in this text
//! ```

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use reedline::{Completer, Span, Suggestion};
use siskin_core::syntax::{Lexer, Token, TokenKind};
use siskin_core::{Dialect, library};

use super::Known;
use super::known::GlobalKind;
use crate::input;
use crate::repl::command::{Argument, topics};

/// A completion, which replaces the text before the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The text from here to the cursor is replaced.
    pub(super) start: usize,
    pub(super) value: String,
    /// A description.
    pub(super) about: Option<String>,
    /// Whether an argument must follow, after a blank.
    pub(super) goes_on: bool,
}

/// All completions at the cursor, in alphabetical order.
pub(super) fn candidates(text: &str, cursor: usize, known: &Known) -> Vec<Candidate> {
    let Some(before) = text.get(..cursor) else { return Vec::new() };
    if !input::is_command(text) {
        return code(text, 0, cursor, known);
    }
    let Some(colon) = before.find(':') else { return Vec::new() };
    let line = &before[colon + 1..];
    let Some(end) = line.find(char::is_whitespace) else { return commands(line, colon + 1, known) };
    let (name, argument) = line.split_at(end);
    let start = cursor - argument.trim_start().len();
    let typed = &text[start..cursor];
    let Some(command) = known.commands.iter().find(|command| command.name == name) else {
        return Vec::new();
    };
    match &command.argument {
        Argument::None => Vec::new(),
        Argument::Code => code(text, colon + 1 + end, cursor, known),
        Argument::Function => functions(typed, start, known),
        Argument::File => files(typed, start),
        Argument::Words(words) => fitting(typed, start, words.iter().map(|&word| (word.to_owned(), None))),
        Argument::Topic => fitting(typed, start, topics().map(|topic| (topic.to_owned(), None))),
    }
}

fn commands(typed: &str, start: usize, known: &Known) -> Vec<Candidate> {
    let commands = known.commands.iter().filter(|command| command.name.starts_with(typed));
    let mut found: Vec<_> = commands
        .map(|command| Candidate {
            start,
            value: command.name.to_owned(),
            about: Some(command.about.to_owned()),
            goes_on: !matches!(command.argument, Argument::None),
        })
        .collect();
    found.sort_by(|a, b| a.value.cmp(&b.value));
    found
}

/// Completes the path of a function.
fn functions(typed: &str, start: usize, known: &Known) -> Vec<Candidate> {
    let Some((around, typed)) = typed.rsplit_once('.') else {
        let globals =
            known.globals().filter(|(_, kind)| matches!(kind, GlobalKind::Function | GlobalKind::Class));
        return fitting(
            typed,
            start,
            globals.map(|(name, kind)| (name.to_owned(), Some(about(kind).to_owned()))),
        );
    };
    let inner = known.session.iter().flat_map(|session| session.inner_functions(around));
    fitting(typed, start + around.len() + 1, inner.map(|name| (name, None)))
}

/// Completes code that begins at `base`.
fn code(text: &str, base: usize, cursor: usize, known: &Known) -> Vec<Candidate> {
    let tokens = tokens(&text[base..cursor], known.dialect);
    let span = |token: &Token| base + token.span.start as usize..base + token.span.end as usize;
    // The word being typed, and the tokens before it.
    let (typed, earlier) = match tokens.split_last() {
        Some((last, earlier)) if span(last).end == cursor && is_word(&text[span(last)]) => {
            (span(last), earlier)
        }
        _ => (cursor..cursor, &tokens[..]),
    };
    let gap = earlier.last().map_or(base, |token| span(token).end)..typed.start;
    let in_comment = text[gap].rsplit('\n').next().is_some_and(|line| line.contains("//"));
    let unended = |kind| {
        matches!(kind, TokenKind::UnterminatedString | TokenKind::DeepString | TokenKind::UnterminatedComment)
    };
    if in_comment || earlier.last().is_some_and(|last| unended(last.kind)) {
        return Vec::new();
    }
    let (start, typed) = (typed.start, &text[typed]);
    if earlier.last().is_some_and(|dot| dot.kind == TokenKind::Dot) {
        let is_string =
            matches!(earlier, [.., string, _] if matches!(string.kind, TokenKind::Str | TokenKind::StrEnd));
        if is_string && known.dialect.has_builtin_methods() {
            let of_strings = library::methods().filter(|(class, _)| *class == "String");
            let names = of_strings.flat_map(|(_, entries)| entries).map(|entry| entry.name().to_owned());
            return fitting(typed, start, names.map(|name| (name, None)));
        }
        let path = chain(earlier, |token| &text[span(token)]);
        let members = known.session.iter().flat_map(|session| session.members(&path));
        return fitting(typed, start, members.map(|name| (name, None)));
    }
    if typed.is_empty() {
        return Vec::new();
    }
    // Globals come after words of the text, since `fitting` keeps the later one and a global has a better description.
    let words = words(text, base, cursor, known.dialect).map(|name| (name, "name"));
    let globals = known.globals().map(|(name, kind)| (name.to_owned(), about(kind)));
    let keywords = keywords(known.dialect).map(|word| (word.to_owned(), "keyword"));
    let all = words.chain(globals).chain(keywords);
    fitting(typed, start, all.map(|(name, about)| (name, Some(about.to_owned()))))
}

/// The names joined by dots at the end of the text, if the first is certainly a global and this input does not change
/// its value.
fn chain<'t>(tokens: &[Token], text: impl Fn(&Token) -> &'t str) -> Vec<&'t str> {
    let mut path = Vec::new();
    let mut rest = tokens;
    while let [before @ .., name, dot] = rest
        && dot.kind == TokenKind::Dot
        && name.kind == TokenKind::Identifier
    {
        path.insert(0, text(name));
        rest = before;
    }
    let Some(first) = path.first() else { return Vec::new() };
    let is_inner = rest.last().is_some_and(|token| token.kind == TokenKind::Dot);
    let in_block = rest.iter().any(|token| token.kind == TokenKind::LeftBrace);
    let mut before = TokenKind::End;
    let is_changed = tokens.iter().zip(tokens.iter().skip(1)).any(|(token, after)| {
        let before = std::mem::replace(&mut before, token.kind);
        let is_declared = match before {
            TokenKind::Let | TokenKind::Var => true,
            // The name may be a parameter.
            TokenKind::LeftParen | TokenKind::Comma => in_block,
            _ => false,
        };
        token.kind == TokenKind::Identifier
            && text(token) == *first
            && (is_declared || after.kind == TokenKind::Equal)
    });
    if is_inner || is_changed { Vec::new() } else { path }
}

/// The names in the text around the cursor, which may be parameters and local variables.
fn words(text: &str, base: usize, cursor: usize, dialect: Dialect) -> impl Iterator<Item = String> {
    let code = &text[base..];
    let names = tokens(code, dialect).into_iter().filter(|token| token.kind == TokenKind::Identifier);
    names
        .map(|token| token.span.start as usize..token.span.end as usize)
        .filter(move |range| !(base + range.start < cursor && cursor <= base + range.end))
        .map(|range| code[range].to_owned())
}

fn tokens(code: &str, dialect: Dialect) -> Vec<Token> {
    let mut lexer = Lexer::new(code, dialect);
    std::iter::from_fn(|| Some(lexer.next_token()).filter(|token| token.kind != TokenKind::End)).collect()
}

/// Whether the text is a name or a keyword.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
}

fn about(kind: GlobalKind) -> &'static str {
    match kind {
        GlobalKind::Function => "function",
        GlobalKind::Builtin => "built in",
        GlobalKind::Class => "class",
        GlobalKind::Value => "global",
    }
}

fn keywords(dialect: Dialect) -> impl Iterator<Item = &'static str> {
    const BOTH: [&str; 16] = [
        "and", "class", "else", "false", "for", "fun", "if", "nil", "or", "print", "return", "super", "this",
        "true", "var", "while",
    ];
    let more: &[&str] = if dialect.has_fn_and_let() {
        &["break", "catch", "continue", "fn", "let", "loop", "match", "throw", "try"]
    } else {
        &[]
    };
    BOTH.into_iter().chain(more.iter().copied())
}

/// The names that begin with the typed text. Of two equal names, the later one is kept.
fn fitting(
    typed: &str,
    start: usize,
    names: impl Iterator<Item = (String, Option<String>)>,
) -> Vec<Candidate> {
    let sorted: BTreeMap<_, _> = names.filter(|(name, _)| name.starts_with(typed)).collect();
    let candidate = |(value, about)| Candidate { start, value, about, goes_on: false };
    sorted.into_iter().map(candidate).collect()
}

/// The files whose paths begin with the typed one.
fn files(typed: &str, start: usize) -> Vec<Candidate> {
    let name = typed.rfind('/').map_or(0, |slash| slash + 1);
    let (directory, typed) = typed.split_at(name);
    let path = match directory.strip_prefix("~/") {
        Some(below) => std::env::home_dir().unwrap_or_default().join(below),
        None => Path::new(if directory.is_empty() { "." } else { directory }).to_owned(),
    };
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| {
        let mut name = entry.file_name().into_string().ok()?;
        if name.starts_with('.') && !typed.starts_with('.') {
            return None;
        }
        if entry.path().is_dir() {
            name.push('/');
        }
        Some((name, None))
    });
    fitting(typed, start + name, names)
}

/// Passes the candidates to the line editor.
pub(super) struct Complete(pub(super) Arc<Mutex<Known>>);

impl Completer for Complete {
    fn complete(&mut self, text: &str, cursor: usize) -> Vec<Suggestion> {
        let suggestion = |candidate: Candidate| Suggestion {
            value: candidate.value,
            description: candidate.about,
            span: Span { start: candidate.start, end: cursor },
            append_whitespace: candidate.goes_on,
            ..Suggestion::default()
        };
        candidates(text, cursor, &Known::of(&self.0)).into_iter().map(suggestion).collect()
    }
}

#[cfg(test)]
mod tests {
    use siskin_core::Options;

    use super::*;
    use crate::args::Tier;
    use crate::repl::command::{Command, Does};
    use crate::session::Session;

    fn known() -> Known {
        Known { dialect: Dialect::Siskin, session: Some(session()), commands: COMMANDS }
    }

    const fn command(name: &'static str, argument: Argument) -> Command {
        Command { name, usage: "", about: "about it", more: "", argument, does: Does::Help }
    }

    const COMMANDS: &[Command] = &[
        command("help", Argument::Words(&["numbers", "strings"])),
        command("quit", Argument::None),
        command("jit", Argument::Function),
        command("load", Argument::File),
        command("time", Argument::Code),
    ];

    fn session() -> Session {
        let text = "
            fn private() { fn inner() { fn deep() {} } }
            class Account { init() { this.balance = 0; } deposit() {} }
            var account = Account();
            class Box { init(inner) { this.inner = inner; } }
            var box = Box(Box(account));
            var inner = Box(nil);
            box.inner.account = box;
            let text = \"abc\";
            let number = 1;
        ";
        let mut session = Session::new(Options::default(), Tier::Interp, Dialect::Siskin).unwrap();
        session.evaluate(text, &mut std::io::sink()).unwrap();
        session
    }

    /// The completions at `|`.
    fn offers(text: &str) -> Vec<String> {
        let cursor = text.find('|').expect("a cursor");
        let text = text.replacen('|', "", 1);
        let found = candidates(&text, cursor, &known());
        found
            .into_iter()
            .map(|candidate| format!("{}{}", &text[..candidate.start], candidate.value))
            .collect()
    }

    #[test]
    fn keywords_globals_and_names() {
        assert_eq!(offers("pri|"), ["print", "private"]);
        assert_eq!(offers("1 + acc|"), ["1 + account"]);
        assert_eq!(offers("fn f(parameter) { par| }"), ["fn f(parameter) { parameter"]);
        assert_eq!(offers("le|"), ["let"]);
        assert_eq!(offers("zzz|"), [""; 0]);
        assert_eq!(offers("|"), [""; 0]);
        assert_eq!(offers("print |"), [""; 0]);
        assert_eq!(offers("pri|vate"), ["print", "private"]);
    }

    #[test]
    fn dialects_have_their_keywords() {
        let known = Known { dialect: Dialect::Lox, ..Known::default() };
        assert_eq!(candidates("le", 2, &known), []);
        assert_eq!(candidates("va", 2, &known).len(), 1);
    }

    #[test]
    fn members() {
        assert_eq!(offers("account.|"), ["account.balance", "account.deposit", "account.init"]);
        assert_eq!(offers("account.de|"), ["account.deposit"]);
        assert_eq!(offers("account . de|"), ["account . deposit"]);
        assert_eq!(offers("nobody.de|"), [""; 0]);
        assert_eq!(offers("1.|"), [""; 0]);
        assert_eq!(offers(".|"), [""; 0]);
    }

    #[test]
    fn members_of_members() {
        assert_eq!(offers("box.inner.inner.b|"), ["box.inner.inner.balance"]);
        assert_eq!(
            offers("print box.inner.|"),
            ["account", "init", "inner"].map(|name| format!("print box.inner.{name}"))
        );
        assert_eq!(offers("f(box.inner.account.inner.inner.b|"), ["f(box.inner.account.inner.inner.balance"]);
        // The classes of these objects are not known.
        for text in
            ["f().inner.|", "box.nothing.inner.|", "box[1].inner.|", "this.inner.|", "\"box\".inner.|"]
        {
            assert_eq!(offers(text), [""; 0], "{text}");
        }
        assert_eq!(offers("Account.|"), ["Account.name", "Account.super", "Account.variants"]);
        for text in ["let box = 1; box.|", "fn f(box) { box.|", "fn f(a, box) { box.|", "box = nil; box.|"] {
            assert_eq!(offers(text), [""; 0], "{text}");
        }
        assert_eq!(offers("fn f(a) { box.in|"), ["fn f(a) { box.init", "fn f(a) { box.inner"]);
        assert_eq!(offers("f(1, box.inner.ac|"), ["f(1, box.inner.account"]);
    }

    #[test]
    fn methods_of_values() {
        assert_eq!(offers("text.le|"), ["text.len"]);
        assert_eq!(offers("print \"abc\".ends|"), ["print \"abc\".ends_with"]);
        assert_eq!(offers("print \"${abc}\".le|"), ["print \"${abc}\".len"]);
        assert!(offers("\"\".|").len() > 20);
        assert_eq!(offers("number.is_i|"), ["number.is_int"]);
        let lox = Known { dialect: Dialect::Lox, ..Known::default() };
        assert_eq!(candidates("\"abc\".", 6, &lox), [], "Lox's strings have no methods");
    }

    #[test]
    fn functions_by_their_paths() {
        assert_eq!(offers(":jit Acc|"), [":jit Account"]);
        assert_eq!(offers(":jit Account.|"), [":jit Account.deposit", ":jit Account.init"]);
        assert_eq!(offers(":jit private.in|"), [":jit private.inner"]);
        assert_eq!(offers(":jit private.inner.|"), [":jit private.inner.deep"]);
        assert_eq!(offers(":jit nobody.|"), [""; 0]);
    }

    #[test]
    fn nothing_in_strings_and_comments() {
        assert_eq!(offers("\"pri|"), [""; 0]);
        assert_eq!(offers("\"a\nb pri|\""), [""; 0]);
        assert_eq!(offers("// pri|"), [""; 0]);
        assert_eq!(offers("x // a.pri|"), [""; 0]);
        assert_eq!(offers("// a\npri|"), ["// a\nprint", "// a\nprivate"]);
    }

    #[test]
    fn commands_and_arguments() {
        assert_eq!(offers(":|"), [":help", ":jit", ":load", ":quit", ":time"]);
        assert_eq!(offers(":he|"), [":help"]);
        assert_eq!(offers(":help s|"), [":help strings"]);
        assert_eq!(offers(":help |"), [":help numbers", ":help strings"]);
        assert_eq!(offers(":quit |"), [""; 0]);
        assert_eq!(offers(":jit |"), [":jit Account", ":jit Box", ":jit private"]);
        assert_eq!(offers(":time 1 + clo|"), [":time 1 + clock"]);
        assert_eq!(offers(":nothing x|"), [""; 0]);
        assert_eq!(offers("|:"), [""; 0]);
    }

    #[test]
    fn files_by_their_paths() {
        let here = env!("CARGO_MANIFEST_DIR");
        assert_eq!(offers(&format!(":load {here}/Car|")), [format!(":load {here}/Cargo.toml")]);
        assert_eq!(offers(&format!(":load {here}/sr|")), [format!(":load {here}/src/")]);
        assert_eq!(offers(":load /no/such/place/|"), [""; 0]);
    }

    #[test]
    fn any_text_and_cursor_will_do() {
        for text in ["", ":", "é", "a.é", "\"é", ": é", "// é", "a.b.c", ":load é/"] {
            for cursor in 0..=text.len() + 1 {
                candidates(text, cursor, &known());
            }
        }
    }
}
