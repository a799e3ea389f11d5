//! The target that takes what a person types.

use siskin::mem::Mem;
use siskin::{Dialect, SYSTEM};
use siskin_cli::input::{Completeness, completeness, is_command, with_semicolon};
use siskin_core::syntax::{Code, Diagnostic, FoundAt, Lexer, ParseFailure, ParseOptions, TokenKind, parse};

/// Tokens at the most whose beginnings of a text are looked at.
const TOKENS: usize = 100;

/// Asks whether a text is complete, in both dialects, and the parser whether that can be.
pub fn validator(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for dialect in [Dialect::Lox, Dialect::Siskin] {
        check(text, dialect);
        if understood(&with_semicolon(text, dialect), dialect) {
            beginnings(text, dialect);
        }
    }
}

/// What is complete is understood, or wrong before its end; what is not is not understood, and no `;` mends it.
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
                // The parser looks a token ahead, so it can meet an open string before it refuses what stands there.
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

/// Who types a good text token by token is never told that it is wrong.
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
