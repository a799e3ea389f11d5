//! The tokens of a text.

use siskin_core::Dialect;
use siskin_core::syntax::{Lexer, TokenKind};

/// The tokens of a text, and where they begin.
pub(super) fn tokens(text: &str, dialect: Dialect) -> impl Iterator<Item = (TokenKind, &str, usize)> {
    let mut lexer = Lexer::new(text, dialect);
    std::iter::from_fn(move || {
        let token = lexer.next_token();
        let (start, end) = (token.span.start as usize, token.span.end as usize);
        (token.kind != TokenKind::End).then(|| (token.kind, text.get(start..end).unwrap_or_default(), start))
    })
}
