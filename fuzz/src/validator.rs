//! The target that takes text as a person types it.

use siskin::mem::Mem;
use siskin::{Dialect, SYSTEM};
use siskin_cli::input::{Completeness, completeness, is_command, with_semicolon};
use siskin_core::syntax::{Code, Diagnostic, FoundAt, Lexer, ParseFailure, ParseOptions, TokenKind, parse};

/// The most tokens of a text after which its beginning is checked.
const TOKENS: usize = 100;

/// Compares the answer whether a text is complete with the parser's verdict, in both dialects.
pub fn validator(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for dialect in [Dialect::Lox, Dialect::Siskin] {
        check(text, dialect);
        if understood(&with_semicolon(text, dialect), dialect) {
            beginnings(text, dialect);
        }
    }
}

/// Asserts that a complete text parses or has an error before its end, and that an incomplete one does not parse, even
/// with a `;`.
fn check(text: &str, dialect: Dialect) {
    if is_command(text) {
        assert_eq!(completeness(text, dialect), Completeness::Complete);
        return;
    }
    let completed = with_semicolon(text, dialect);
    let error = first_error(&completed, dialect);
    match completeness(text, dialect) {
        Completeness::Complete => {
            if let Some(Diagnostic { code, found, span }) = error {
                // The parser reads one token ahead, so it may report an open string before an error at the token
                // before.
                let open =
                    code == Code::UnterminatedString && mendable(&text[..span.start as usize], dialect);
                assert!(!open && found != FoundAt::End, "{dialect:?}: {text:?} could go on: {code:?}");
            }
        }
        Completeness::Incomplete => assert!(error.is_some(), "{dialect:?}: {text:?} is understood"),
    }
    let without = |text: &str| text.replacen(';', "", text.matches(';').count());
    assert_eq!(without(text), without(&completed));
}

/// Asserts that no beginning of a correct text, token by token, is refused.
fn beginnings(text: &str, dialect: Dialect) {
    let mut lexer = Lexer::new(text, dialect);
    for _ in 0..TOKENS {
        let token = lexer.next_token();
        if token.kind == TokenKind::End {
            return;
        }
        let beginning = &text[..token.span.end as usize];
        check(beginning, dialect);
        assert!(
            mendable(beginning, dialect),
            "{dialect:?}: {beginning:?} is refused, but {text:?} is understood"
        );
    }
}

fn mendable(text: &str, dialect: Dialect) -> bool {
    completeness(text, dialect) == Completeness::Incomplete
        || understood(&with_semicolon(text, dialect), dialect)
}

fn understood(text: &str, dialect: Dialect) -> bool {
    first_error(text, dialect).is_none()
}

fn first_error(text: &str, dialect: Dialect) -> Option<Diagnostic> {
    let mem = Mem::new(SYSTEM, usize::MAX).expect("memory");
    let options = ParseOptions { interactive: true, ..ParseOptions::default() };
    match parse(text, dialect, &options, &mem) {
        Ok(_) => None,
        Err(ParseFailure::Syntax(errors)) => errors.first().copied(),
        Err(ParseFailure::OutOfMemory) => panic!("there is no limit"),
    }
}
