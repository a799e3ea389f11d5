//! Tokens: kinds, spans, separators, and characters that begin no token.

use siskin_core::Dialect;
use siskin_core::syntax::TokenKind::{self, *};
use siskin_core::syntax::{Lexer, Token};

/// All tokens before the end, each with its text.
fn tokens(source: &str, dialect: Dialect) -> Vec<(TokenKind, &str)> {
    let mut lexer = Lexer::new(source, dialect);
    let mut tokens = Vec::new();
    loop {
        let Token { kind, span } = lexer.next_token();
        let text = &source[span.start as usize..span.end as usize];
        if kind == End {
            assert_eq!(span.start as usize, source.len());
            assert_eq!(text, "");
            // After the end, the lexer gives the end again.
            assert_eq!(lexer.next_token(), Token { kind: End, span });
            return tokens;
        }
        tokens.push((kind, text));
    }
}

fn lox(source: &str) -> Vec<(TokenKind, &str)> {
    tokens(source, Dialect::Lox)
}

/// Every token with a fixed text, except those of only one dialect.
const FIXED: [(TokenKind, &str); 35] = [
    (LeftParen, "("),
    (RightParen, ")"),
    (LeftBrace, "{"),
    (RightBrace, "}"),
    (Comma, ","),
    (Dot, "."),
    (Minus, "-"),
    (Plus, "+"),
    (Semicolon, ";"),
    (Slash, "/"),
    (Star, "*"),
    (Bang, "!"),
    (BangEqual, "!="),
    (Equal, "="),
    (EqualEqual, "=="),
    (Greater, ">"),
    (GreaterEqual, ">="),
    (Less, "<"),
    (LessEqual, "<="),
    (And, "and"),
    (Class, "class"),
    (Else, "else"),
    (False, "false"),
    (For, "for"),
    (Fun, "fun"),
    (If, "if"),
    (Nil, "nil"),
    (Or, "or"),
    (Print, "print"),
    (Return, "return"),
    (Super, "super"),
    (This, "this"),
    (True, "true"),
    (Var, "var"),
    (While, "while"),
];

#[test]
fn every_fixed_token() {
    for dialect in [Dialect::Lox, Dialect::Siskin] {
        for (kind, text) in FIXED {
            assert_eq!(tokens(text, dialect), [(kind, text)]);
        }
        // All of them in one text, with the shortest separators.
        let all: String = FIXED.iter().map(|(_, text)| format!("{text} ")).collect();
        assert_eq!(tokens(&all, dialect), FIXED);
    }
}

#[test]
fn words_of_one_dialect() {
    assert_eq!(lox("fn let"), [(Identifier, "fn"), (Identifier, "let")]);
    assert_eq!(tokens("fn let", Dialect::Siskin), [(Fun, "fn"), (Let, "let")]);
}

#[test]
fn words_that_only_begin_or_end_like_a_keyword() {
    for (kind, text) in FIXED.into_iter().filter(|(_, text)| text.as_bytes()[0].is_ascii_alphabetic()) {
        for word in [format!("{text}s"), format!("_{text}"), format!("{text}1"), text.to_uppercase()] {
            assert_eq!(tokens(&word, Dialect::Siskin), [(Identifier, word.as_str())]);
        }
        let cut = &text[..text.len() - 1];
        assert_ne!(tokens(cut, Dialect::Siskin), [(kind, cut)]);
    }
}

#[test]
fn names() {
    for name in ["a", "_", "__x9", "andy", "formless", "fo", "Zz09_", "init", "clock"] {
        assert_eq!(lox(name), [(Identifier, name)]);
    }
    assert_eq!(lox("a.b"), [(Identifier, "a"), (Dot, "."), (Identifier, "b")]);
    assert_eq!(lox("1a"), [(Number, "1"), (Identifier, "a")]);
}

#[test]
fn numbers() {
    for number in ["0", "9", "123", "007", "0.5", "123.456", "1.0", "99999999999999999999999"] {
        assert_eq!(lox(number), [(Number, number)]);
    }
    // A decimal point needs digits on both sides.
    assert_eq!(lox(".5"), [(Dot, "."), (Number, "5")]);
    assert_eq!(lox("5."), [(Number, "5"), (Dot, ".")]);
    assert_eq!(lox("5.x"), [(Number, "5"), (Dot, "."), (Identifier, "x")]);
    assert_eq!(lox("1.2.3"), [(Number, "1.2"), (Dot, "."), (Number, "3")]);
    assert_eq!(lox("1..2"), [(Number, "1"), (Dot, "."), (Dot, "."), (Number, "2")]);
    assert_eq!(lox("-1"), [(Minus, "-"), (Number, "1")]);
    assert_eq!(lox("1e5"), [(Number, "1"), (Identifier, "e5")]);
}

#[test]
fn strings() {
    for string in ["\"\"", "\"a\"", "\"two\nlines\"", "\"\\\"", "\"// no comment\"", "\"é → 🦜\""] {
        assert_eq!(lox(string), [(Str, string)]);
    }
    assert_eq!(lox("\"a\"\"b\""), [(Str, "\"a\""), (Str, "\"b\"")]);
    // An unterminated string takes the rest of the text.
    for string in ["\"", "\"a", "\"a\n;", "\"é"] {
        assert_eq!(lox(string), [(UnterminatedString, string)]);
        assert_eq!(lox(&format!("1{string}")), [(Number, "1"), (UnterminatedString, string)]);
    }
}

#[test]
fn two_characters_before_one() {
    assert_eq!(lox("==="), [(EqualEqual, "=="), (Equal, "=")]);
    assert_eq!(lox("!=="), [(BangEqual, "!="), (Equal, "=")]);
    assert_eq!(lox("!!="), [(Bang, "!"), (BangEqual, "!=")]);
    assert_eq!(lox("<=>"), [(LessEqual, "<="), (Greater, ">")]);
    assert_eq!(lox("= ="), [(Equal, "="), (Equal, "=")]);
}

#[test]
fn what_is_between_tokens() {
    for nothing in ["", " ", "\t\r\n \n", "//", "// a", "// a\n", "//a\n//b\n\n", "////", "//\r\n", "// é"] {
        assert_eq!(lox(nothing), []);
        assert_eq!(lox(&format!("{nothing}\n1 {nothing}")), [(Number, "1")]);
    }
    assert_eq!(lox("a / /b"), [(Identifier, "a"), (Slash, "/"), (Slash, "/"), (Identifier, "b")]);
    assert_eq!(lox("a//b\nc"), [(Identifier, "a"), (Identifier, "c")]);
    assert_eq!(lox("/* a"), [(Slash, "/"), (Star, "*"), (Identifier, "a")]);
}

#[test]
fn characters_that_begin_no_token() {
    for byte in 0..=127_u8 {
        let text = char::from(byte).to_string();
        let begins = byte.is_ascii_alphanumeric() || b"_(){},.-+;/*!=<>\" \t\r\n".contains(&byte);
        assert_eq!(lox(&text) == [(UnexpectedCharacter, text.as_str())], !begins, "{text:?}");
    }
    // A character outside ASCII is one token, however many bytes it has.
    for text in ["é", "→", "🦜", "\u{a0}", "\u{feff}"] {
        assert_eq!(lox(text), [(UnexpectedCharacter, text)]);
        let around = format!("a{text}b");
        assert_eq!(lox(&around), [(Identifier, "a"), (UnexpectedCharacter, text), (Identifier, "b")]);
    }
    assert_eq!(lox("é→"), [(UnexpectedCharacter, "é"), (UnexpectedCharacter, "→")]);
    assert_eq!(lox("#$"), [(UnexpectedCharacter, "#"), (UnexpectedCharacter, "$")]);
}

fn siskin(source: &str) -> Vec<(TokenKind, &str)> {
    tokens(source, Dialect::Siskin)
}

#[test]
fn interpolations_are_tokens_between_pieces_of_a_string() {
    assert_eq!(
        siskin("\"a${b + {c}}d${\"}\":>8}\" ;"),
        [
            (StrStart, "\"a${"),
            (Identifier, "b"),
            (Plus, "+"),
            (LeftBrace, "{"),
            (Identifier, "c"),
            (RightBrace, "}"),
            (StrMid, "}d${"),
            (Str, "\"}\""),
            (FormatSpec, ":>8"),
            (StrEnd, "}\""),
            (Semicolon, ";"),
        ]
    );
    assert_eq!(
        siskin("\"\"\"\n\"${1}\"\"${2}\n\"\"\""),
        [
            (StrStart, "\"\"\"\n\"${"),
            (Number, "1"),
            (StrMid, "}\"\"${"),
            (Number, "2"),
            (StrEnd, "}\n\"\"\"")
        ]
    );
    assert_eq!(lox("\"${1}\""), [(Str, "\"${1}\"")]);
}

#[test]
fn a_colon_in_brackets_begins_no_format() {
    let kinds: Vec<_> = siskin("\"${f(a:b)[c:d]{e:g}:h}\"").into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == FormatSpec).count(), 1);
    assert_eq!(kinds.last(), Some(&StrEnd));
}

#[test]
fn raw_strings() {
    assert_eq!(siskin("r\"a\\\"x"), [(Str, "r\"a\\\""), (Identifier, "x")]);
    assert_eq!(siskin("r#\"a\"b\"#"), [(Str, "r#\"a\"b\"#")]);
    assert_eq!(siskin("r##\"\"#\"##"), [(Str, "r##\"\"#\"##")]);
    assert_eq!(siskin("r\"\"\"\n\"\n\"\"\""), [(Str, "r\"\"\"\n\"\n\"\"\"")]);
    assert_eq!(siskin("r#\"a\""), [(UnterminatedString, "r#\"a\"")]);
    assert_eq!(siskin("r r1 rx"), [(Identifier, "r"), (Identifier, "r1"), (Identifier, "rx")]);
    assert_eq!(siskin("r#"), [(Identifier, "r"), (UnexpectedCharacter, "#")]);
    assert_eq!(lox("r\"a\""), [(Identifier, "r"), (Str, "\"a\"")]);
}

#[test]
fn strings_that_nothing_ends() {
    assert_eq!(siskin("\"a\\\""), [(UnterminatedString, "\"a\\\"")]);
    assert_eq!(siskin("\"a${"), [(StrStart, "\"a${"), (UnterminatedString, "")]);
    assert_eq!(siskin("\"${}b"), [(StrStart, "\"${"), (UnterminatedString, "}b")]);
    assert_eq!(siskin("\"${\"b"), [(StrStart, "\"${"), (UnterminatedString, "\"b")]);
    assert_eq!(siskin("\"${/*"), [(StrStart, "\"${"), (UnterminatedComment, "/*"), (UnterminatedString, "")]);
}

#[test]
fn strings_nest_64_deep() {
    let nested = |depth| format!("{}{}", "\"${".repeat(depth), "}\"".repeat(depth));
    assert_eq!(siskin(&nested(64)).len(), 128);
    let deep = nested(65);
    let tokens = siskin(&deep);
    assert_eq!(tokens.len(), 65);
    assert_eq!(tokens.last().map(|token| token.0), Some(DeepString));
}
