//! Shapes of other languages: what tokens around an error look like, and what to write instead.
//!
//! Only what is certain is told, as by a `:` after `let x`.

use siskin_core::syntax::{Code, Token, TokenKind as T};

use super::habits;
use super::source::Source;

/// The most tokens, and the most characters, that are looked at in each direction: a text may have as many errors as tokens.
const FAR: usize = 200;

/// The tokens around an error.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) source: &'a Source,
    pub(super) tokens: &'a [Token],
    /// The index of the token at which the error is.
    pub(super) at: usize,
}

impl<'a> Around<'a> {
    /// The help for an error of the Siskin dialect.
    pub(super) fn help(self, code: Code) -> Option<&'static str> {
        self.of_loop(code)
            .or_else(|| self.of_function(code))
            .or_else(|| self.of_class(code))
            .or_else(|| self.of_match(code))
            .or_else(|| self.of_assignment(code))
            .or_else(|| self.of_value(code))
            .or_else(|| self.of_word())
            .or_else(|| self.of_body(code))
    }

    /// Loops over items: `for (const x of xs)`, `for x : xs`.
    fn of_loop(self, code: Code) -> Option<&'static str> {
        match code {
            Code::ForInInParentheses | Code::ExpectInAfterLoopNames => return Some(habits::EACH),
            Code::UnexpectedCharacter | Code::ExpectExpression => return None,
            _ => {}
        }
        let first = self.first();
        let open = first + self.before().rposition(|token| token.kind == T::For)? + 1;
        let inside = self.tokens.get(open..self.tokens.len().min(open + FAR))?;
        if inside.first()?.kind != T::LeftParen || self.at <= open {
            return None;
        }
        let len = closing(inside)?;
        let goes_over =
            |token: &&Token| token.kind == T::In || self.text(token) == "of" || token.kind == T::Colon;
        let head = inside.get(..len)?;
        if open + len < self.at || head.iter().any(|token| token.kind == T::Semicolon) {
            return None;
        }
        let after = inside.get(len + 1).filter(|token| token.kind == T::In);
        head.iter().chain(after).find(goes_over)?;
        let is_pair = head.iter().any(|token| token.kind == T::Comma);
        Some(if is_pair { habits::EACH_PAIR } else { habits::EACH })
    }

    /// Heads of functions, and functions without a name.
    fn of_function(self, code: Code) -> Option<&'static str> {
        match (code, self.kind(0)) {
            (Code::ExpectParenAfterParameters | Code::ExpectPipeAfterParameters, Some(T::Colon)) => {
                Some(habits::NO_TYPES)
            }
            (Code::ExpectParenAfterParameters, Some(T::Identifier)) => Some(habits::NO_TYPES),
            (Code::ExpectParenAfterParameters, Some(T::DotDotDot)) => Some(habits::REST),
            (Code::ExpectParameterName, Some(T::Star | T::StarStar)) => Some(habits::REST),
            (Code::ExpectBraceBeforeFunctionBody, Some(T::Colon)) if self.kind(1) == Some(T::Identifier) => {
                Some(habits::RETURN_TYPE)
            }
            (Code::ExpectBraceBeforeFunctionBody, Some(T::Minus)) if self.kind(1) == Some(T::Greater) => {
                Some(habits::RETURN_TYPE)
            }
            (Code::ExpectParenAfterArguments, Some(T::Colon)) => Some(habits::NAMED_ARGUMENTS),
            (Code::ExpectFunctionName, Some(T::Star)) => Some(habits::GENERATOR),
            (Code::ExpectFunctionName, Some(T::LeftParen)) | (Code::ExpectExpression, Some(T::Fun)) => {
                Some(habits::CLOSURE)
            }
            (_, Some(T::FatArrow)) if matches!(self.back(1), Some(T::Identifier | T::RightParen)) => {
                (code != Code::ExpectColonAfterKey).then_some(habits::CLOSURE)
            }
            // `(a, b) => a`, `() => a`
            (Code::ExpectParenAfterExpression | Code::ExpectExpression, Some(T::Comma | T::RightParen)) => {
                let is_name = |token: &&Token| matches!(token.kind, T::Identifier | T::Comma);
                let names = self.tokens.get(self.at..)?.iter().take(FAR).take_while(is_name).count();
                let arrow =
                    self.kind(names) == Some(T::RightParen) && self.kind(names + 1) == Some(T::FatArrow);
                arrow.then_some(habits::CLOSURE)
            }
            // `function (x) { }` as a value
            (_, Some(T::LeftBrace)) if self.back(1) == Some(T::RightParen) => {
                matches!(self.text(self.called()?), "function" | "func" | "def").then_some(habits::CLOSURE)
            }
            _ => None,
        }
    }

    /// Members and heads of classes.
    fn of_class(self, code: Code) -> Option<&'static str> {
        match (code, self.kind(0)) {
            (Code::ExpectParenAfterFunctionName, here) if !self.is_after(T::Fun, 2) && self.is_in_class() => {
                let word = self.tokens.get(self.at.checked_sub(1)?)?;
                match (self.text(word), here) {
                    (
                        "fn" | "fun" | "def" | "function" | "func" | "public" | "private" | "protected"
                        | "async",
                        _,
                    ) if here == Some(T::Identifier) => Some(habits::METHOD),
                    ("let" | "var" | "const", Some(T::Identifier))
                    | (_, Some(T::Equal | T::Semicolon | T::Colon)) => Some(habits::FIELD),
                    _ => None,
                }
            }
            (Code::ExpectBraceBeforeClassBody, Some(T::Colon | T::LeftParen)) => Some(habits::SUPERCLASS),
            (Code::ExpectDotAfterSuper, Some(T::LeftParen)) => Some(habits::SUPER),
            (Code::ExpectParenAfterFields, Some(T::Colon)) => Some(habits::NO_TYPES),
            _ => None,
        }
    }

    /// Whether the last class or enum before the error is a class.
    fn is_in_class(self) -> bool {
        self.before()
            .rfind(|token| matches!(token.kind, T::Class | T::Enum))
            .is_some_and(|token| token.kind == T::Class)
    }

    /// Arms of `match`.
    fn of_match(self, code: Code) -> Option<&'static str> {
        match (code, self.kind(0)) {
            (Code::ExpectArrow, Some(T::Colon)) => Some(habits::ARROW),
            (Code::ExpectArrow, Some(T::Minus)) if self.kind(1) == Some(T::Greater) => Some(habits::ARROW),
            (Code::ExpectArrow, _) if self.text_back(1) == "case" => Some(habits::ARROW),
            (Code::ExpectPattern, Some(T::Else)) => Some(habits::OTHERWISE),
            _ => None,
        }
    }

    /// Declarations and assignments.
    fn of_assignment(self, code: Code) -> Option<&'static str> {
        let declares = matches!(self.back(2), Some(T::Let | T::Var));
        match (code, self.kind(0)) {
            (Code::ExpectEqualAfterLet | Code::ExpectSemicolonAfterVariable, Some(T::Colon))
                if declares && self.kind(1) == Some(T::Identifier) =>
            {
                Some(habits::NO_TYPES)
            }
            (Code::ExpectEqualAfterLet, Some(T::Comma)) => Some(habits::SEVERAL),
            (Code::ExpectSemicolonAfterVariable, Some(T::Comma)) => Some(habits::SEVERAL),
            (Code::ExpectVariableName, Some(T::LeftParen)) => Some(habits::SEVERAL),
            (Code::ExpectSemicolonAfterExpression, Some(T::Comma)) if self.kind(2) == Some(T::Equal) => {
                Some(habits::SWAP)
            }
            (Code::InvalidAssignmentTarget, Some(T::Equal))
                if self.kind(1) == Some(T::Less) && self.touches() =>
            {
                Some("write '<='")
            }
            (Code::InvalidAssignmentTarget | Code::AssignToLet { .. }, Some(T::Equal)) => {
                match self.statement()?.first()?.kind {
                    T::If | T::While => Some(habits::COMPARE),
                    T::LeftBracket => Some(habits::SWAP),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Values: maps, parts of lists, texts.
    fn of_value(self, code: Code) -> Option<&'static str> {
        let key = matches!(self.back(1), Some(T::Identifier | T::Str | T::Number));
        match (code, self.kind(0)) {
            (Code::ExpectSemicolonAfterExpression, Some(T::Colon))
                if key && self.is_after(T::LeftBrace, 2) =>
            {
                let is_label = matches!(self.kind(1), Some(T::While | T::For | T::Loop));
                Some(if is_label { habits::LABEL } else { habits::MAP })
            }
            (Code::ExpectSemicolonAfterExpression, Some(T::Colon))
                if matches!(self.kind(1), Some(T::While | T::For | T::Loop)) =>
            {
                Some(habits::LABEL)
            }
            (Code::ExpectBracketAfterIndex, Some(T::Colon)) => Some(habits::SLICE),
            (Code::ExpectExpression, Some(T::Colon)) if self.is_after(T::LeftBracket, 1) => {
                Some(habits::SLICE)
            }
            (Code::ExpectBracketAfterItems, Some(T::For)) => Some(habits::COMPREHENSION),
            (Code::ExpectBraceAfterEntries, Some(T::Equal)) => Some(habits::KEY),
            (Code::ExpectColonAfterKey, Some(T::Equal | T::FatArrow)) => Some(habits::KEY),
            (Code::ExpectExpression, Some(T::Star | T::StarStar))
                if matches!(self.back(1), Some(T::LeftParen | T::LeftBracket | T::Comma)) =>
            {
                Some(habits::SPREAD)
            }
            (Code::UnexpectedCharacter, _) => {
                let line = self.line_from(self.start());
                (line.starts_with("? ") && line.contains(" : ")).then_some(habits::CONDITIONAL)
            }
            (Code::ExpectPropertyName, Some(T::Str)) => Some(habits::JOIN),
            (Code::ExpectExpression, Some(T::Plus))
                if self.is_after(T::Plus, 1) && self.is_after(T::Str, 2) =>
            {
                Some(habits::JOIN)
            }
            (Code::ExpectSemicolonAfterValue | Code::ExpectParenAfterExpression, Some(T::Comma))
                if self.statement()?.first()?.kind == T::Print =>
            {
                Some(habits::PRINT)
            }
            (Code::ExpectParenAfterExpression, Some(T::Comma)) => Some(habits::TUPLE),
            (_, Some(T::Str | T::StrStart)) if self.is_after(T::Str, 1) => Some(habits::JOIN),
            (_, Some(T::Str | T::StrStart)) if self.text_back(1) == "f" && self.is_near() => {
                Some(habits::INTERPOLATE)
            }
            _ if is_end(code) && self.ends_in_division() => Some(habits::DIVIDE),
            _ => None,
        }
    }

    /// Words of other languages, on the line of the error.
    fn of_word(self) -> Option<&'static str> {
        let here = self.tokens.get(self.at);
        if let Some(word) = here.filter(|token| token.kind == T::Identifier)
            && let Some(help) = habits::after(self.text(word))
        {
            return Some(help);
        }
        let here = here?;
        let word = match here.kind {
            // `switch (x) {`
            T::LeftBrace if self.is_after(T::RightParen, 1) => self.called()?,
            _ => self.tokens.get(self.at.checked_sub(1)?)?,
        };
        let line = |at: u32| self.source.line_at(at as usize);
        let is_on_line = line(word.span.end) == line(here.span.start);
        let begins = here.kind.is_word()
            || matches!(here.kind, T::Identifier | T::Number | T::Str | T::StrStart | T::LeftBrace);
        if is_on_line && begins { habits::before(self.text(word)) } else { None }
    }

    /// What is before the parentheses that end before the error.
    fn called(self) -> Option<&'a Token> {
        let mut open = 0_u32;
        let at = self.before().rposition(|token| {
            match token.kind {
                T::RightParen => open += 1,
                T::LeftParen => open = open.saturating_sub(1),
                _ => {}
            }
            open == 0
        });
        self.tokens.get((self.first() + at?).checked_sub(1)?)
    }

    /// Bodies that are not in braces.
    fn of_body(self, code: Code) -> Option<&'static str> {
        let wants_body = matches!(
            code,
            Code::ExpectBraceAfterCondition
                | Code::ExpectBraceAfterIterable
                | Code::ExpectBraceBeforeFunctionBody
                | Code::ExpectBraceBeforeClassBody
                | Code::ExpectBraceAfterElse
                | Code::ExpectBraceAfterTry
                | Code::ExpectBraceAfterCatch
                | Code::ExpectBraceAfterFinally
                | Code::ExpectBraceAfterLoop
        );
        (wants_body && self.kind(0) == Some(T::Colon)).then_some(habits::BRACES)
    }

    /// The index of the first token that is looked at.
    fn first(self) -> usize {
        self.at.saturating_sub(FAR)
    }

    /// The tokens before the error, from the first one that is looked at.
    fn before(self) -> std::slice::Iter<'a, Token> {
        self.tokens.get(self.first()..self.at).unwrap_or_default().iter()
    }

    /// The line from a byte on, as far as it is looked at.
    fn line_from(self, start: usize) -> &'a str {
        let rest = self.source.text().get(start..).unwrap_or_default();
        let end = rest.char_indices().nth(FAR).map_or(rest.len(), |(end, _)| end);
        rest.get(..end).and_then(|near| near.lines().next()).unwrap_or_default()
    }

    /// The tokens of the statement up to the error.
    fn statement(self) -> Option<&'a [Token]> {
        let ends = |token: &Token| matches!(token.kind, T::Semicolon | T::LeftBrace | T::RightBrace);
        let start = self.before().rposition(ends).map_or(0, |end| end + 1);
        self.tokens.get(self.first() + start..self.at)
    }

    /// The kind of the token so many after the one of the error.
    fn kind(self, ahead: usize) -> Option<T> {
        self.tokens.get(self.at + ahead).map(|token| token.kind)
    }

    /// The kind of the token so many before the one of the error.
    fn back(self, count: usize) -> Option<T> {
        self.tokens.get(self.at.checked_sub(count)?).map(|token| token.kind)
    }

    fn is_after(self, kind: T, count: usize) -> bool {
        self.back(count) == Some(kind)
    }

    /// The text of the token so many before the one of the error.
    fn text_back(self, count: usize) -> &'a str {
        let token = self.at.checked_sub(count).and_then(|at| self.tokens.get(at));
        token.map(|token| self.text(token)).unwrap_or_default()
    }

    fn text(self, token: &Token) -> &'a str {
        let span = token.span.start as usize..token.span.end as usize;
        self.source.text().get(span).unwrap_or_default()
    }

    fn start(self) -> usize {
        self.tokens.get(self.at).map_or(self.source.text().len(), |token| token.span.start as usize)
    }

    /// Whether nothing is between the token of the error and the next one.
    fn touches(self) -> bool {
        let ends = self.tokens.get(self.at).zip(self.tokens.get(self.at + 1));
        ends.is_some_and(|(here, next)| here.span.end == next.span.start)
    }

    /// Whether nothing is between the token of the error and the one before.
    fn is_near(self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.is_some_and(|before| before.span.end as usize == self.start())
    }

    /// Whether a comment after the last token before the error looks like an operand: `7 // 2;`.
    fn ends_in_division(self) -> bool {
        let Some(before) = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)) else { return false };
        let comment = self.line_from(before.span.end as usize).trim().strip_prefix("//");
        let operand = comment.and_then(|comment| comment.trim().strip_suffix(';'));
        operand.is_some_and(|text| {
            text.chars().all(|char| char.is_ascii_alphanumeric() || "_.()".contains(char))
        })
    }
}

/// The index of the parenthesis that closes the first of these tokens.
fn closing(tokens: &[Token]) -> Option<usize> {
    let mut open = 0_u32;
    tokens.iter().position(|token| {
        match token.kind {
            T::LeftParen => open += 1,
            T::RightParen => open = open.saturating_sub(1),
            _ => {}
        }
        open == 0
    })
}

/// Whether a code says that the end of a statement is missing.
pub(super) fn is_end(code: Code) -> bool {
    matches!(
        code,
        Code::ExpectSemicolonAfterValue
            | Code::ExpectSemicolonAfterExpression
            | Code::ExpectSemicolonAfterVariable
            | Code::ExpectSemicolonAfterReturn
            | Code::ExpectSemicolonAfterBreak
            | Code::ExpectSemicolonAfterContinue
            | Code::ExpectSemicolonAfterThrow
            | Code::ExpectSemicolonAfterImport
            | Code::ExpectSemicolonAfterExport
    )
}
