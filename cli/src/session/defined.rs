//! What an input defines, by its tokens: enough to say `defined fib/1`.

use siskin_core::Dialect;
use siskin_core::syntax::{Lexer, TokenKind};

/// A function or class that stands outside all braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Definition<'t> {
    /// A function of that name.
    Function(&'t str),
    /// A class of that name.
    Class(&'t str),
}

impl<'t> Definition<'t> {
    /// The name.
    pub(crate) fn name(self) -> &'t str {
        match self {
            Definition::Function(name) | Definition::Class(name) => name,
        }
    }
}

/// The functions and classes that a text which compiles defines as globals, in order.
pub(crate) fn definitions(text: &str, dialect: Dialect) -> Vec<Definition<'_>> {
    let mut lexer = Lexer::new(text, dialect);
    let mut found = Vec::new();
    let mut depth = 0u32;
    let mut before = TokenKind::End;
    loop {
        let token = lexer.next_token();
        match token.kind {
            TokenKind::End => return found,
            TokenKind::LeftBrace => depth += 1,
            TokenKind::RightBrace => depth = depth.saturating_sub(1),
            TokenKind::Identifier if depth == 0 => {
                let name = text.get(token.span.start as usize..token.span.end as usize).unwrap_or_default();
                match before {
                    TokenKind::Fun => found.push(Definition::Function(name)),
                    TokenKind::Class => found.push(Definition::Class(name)),
                    _ => {}
                }
            }
            _ => {}
        }
        before = token.kind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_globals_count() {
        let text = "fn a() { fn b() {} class C {} } class D < E { m() {} } let f = 1; fun g(x) { x }";
        assert_eq!(
            definitions(text, Dialect::Siskin),
            [Definition::Function("a"), Definition::Class("D"), Definition::Function("g")]
        );
        assert_eq!(definitions("fn a", Dialect::Lox), []);
    }
}
