//! Reports of compile errors: the exact place, and what the author may have meant.

use std::cell::OnceCell;
use std::ops::Range;

use siskin_core::Dialect;
use siskin_core::syntax::{Code, Diagnostic, Lexer, Token, TokenKind};

use super::record::{Kind, Report};
use super::shapes::{Around, is_end};
use super::source::Source;
use super::{habits, suggest};

/// One report for each error. Of equal errors in a row only the first is reported: each block that is left open gives
/// the same error at the end of the text.
pub(super) fn reports<'a>(diagnostics: &[Diagnostic], source: &'a Source) -> Vec<Report<'a>> {
    let context = Context::new(source);
    let runs = diagnostics.chunk_by(|one, next| one == next);
    runs.filter_map(<[_]>::first).map(|diagnostic| context.report(diagnostic)).collect()
}

/// A text with errors, as tokens.
struct Context<'a> {
    source: &'a Source,
    tokens: Vec<Token>,
    /// The end of the text without trailing white space.
    end: usize,
    /// The innermost brace that is not closed, cached by `open_brace`.
    open: OnceCell<Option<Token>>,
}

impl<'a> Context<'a> {
    fn new(source: &'a Source) -> Context<'a> {
        let mut lexer = Lexer::new(source.text(), source.dialect());
        let tokens =
            std::iter::from_fn(|| Some(lexer.next_token()).filter(|token| token.kind != TokenKind::End));
        let end = source.text().trim_end().len();
        Context { source, tokens: tokens.collect(), end, open: OnceCell::new() }
    }

    fn report(&self, diagnostic: &Diagnostic) -> Report<'a> {
        let at = self.tokens.partition_point(|token| token.span.start < diagnostic.span.start);
        let before = at.checked_sub(1).and_then(|before| self.tokens.get(before)).copied();
        Report {
            kind: Kind::Compile,
            message: diagnostic.code.message(self.source.text()).to_string(),
            place: Some(self.source.place(self.span(diagnostic, before))),
            frames: Vec::new(),
            imported: Vec::new(),
            causes: Vec::new(),
            help: self.help(diagnostic.code, at).into_iter().collect(),
        }
    }

    /// The range to underline. A missing token is reported after the token before, if the next token is on another line
    /// or at the end of the text. Of an unterminated string or comment, only the first line is underlined.
    fn span(&self, diagnostic: &Diagnostic, before: Option<Token>) -> Range<usize> {
        let span = range(diagnostic.span);
        let line = |at| self.source.line_at(at);
        match before.map(|token| range(token.span)) {
            Some(before) if span.is_empty() => {
                // An unterminated string extends to the end of the text.
                let end = before.end.min(self.end);
                end..end
            }
            Some(before) if is_end(diagnostic.code) && line(before.end) < line(span.end) => {
                before.end..before.end
            }
            _ if matches!(diagnostic.code, Code::UnterminatedString | Code::UnterminatedComment) => {
                let line = self.source.line_bytes(line(span.start + 1));
                span.start..span.end.min(line.start + self.source.text()[line].trim_end().len())
            }
            _ => span,
        }
    }

    /// The help for an error at the token with index `at`.
    fn help(&self, code: Code, at: usize) -> Option<String> {
        let here = self.tokens.get(at).copied();
        let before = at.checked_sub(1).and_then(|before| self.tokens.get(before)).copied();
        let said = |text: &str| Some(text.to_owned());
        if self.source.dialect() == Dialect::Siskin {
            let around = Around { source: self.source, tokens: &self.tokens, at };
            if let Some(help) = around.help(code) {
                return said(help);
            }
        }
        match code {
            Code::ExpectImported => return said(habits::IMPORT),
            Code::ExpectExported => return said(habits::EXPORT),
            Code::ExpectBraceAfterExported => {
                let is_as = here.is_some_and(|token| self.text(token) == "as");
                return is_as
                    .then(|| "a name is exported as it is, and renamed where it is imported".to_owned());
            }
            Code::ExportVar | Code::ExportOfVariable { .. } => {
                return said("export a function that returns it");
            }
            Code::AssignToLet { .. } => return said("bind it with 'var' if it is to change"),
            Code::ExpectEqualAfterLet => return said("give it a value, or declare it with 'var'"),
            Code::ExpectSemicolonAfterReturn
                if here.is_some_and(|token| token.kind == TokenKind::RightBrace) =>
            {
                return said("'return' needs its ';' even before '}'");
            }
            Code::BreakWithValue => return said("assign the value to a variable, then 'break'"),
            Code::BreakOutsideLoop | Code::ContinueOutsideLoop => {
                return said("a function in a loop is not in the loop");
            }
            Code::UnknownLabel { .. } => {
                return said("a label stands before a loop around it: 'name: while ...'");
            }
            Code::ExpectBraceAfterCatch if here.is_some_and(|token| token.kind == TokenKind::LeftParen) => {
                return said("write the name without parentheses: 'catch e { ... }'");
            }
            Code::ExpectColonAfterLabel => return said("strings are written in double quotes"),
            Code::BadNumber => return said(habits::NUMBERS),
            Code::InexactNumber => return said("a number has 53 binary digits"),
            Code::PowerOfUnary => return said("put parentheses: '(-a) ** b' or '-(a ** b)'"),
            Code::UnterminatedComment => return said("comments inside a comment need their own '*/'"),
            Code::UnexpectedCharacter => return habits::character(self.text(here?)).and_then(said),
            Code::ExpectBraceAfterBlock | Code::ExpectBraceAfterClassBody if here.is_none() => {
                let open = (*self.open.get_or_init(|| self.open_brace()))?;
                let line = self.source.line_at(open.span.end as usize);
                return Some(format!("the '{{' on line {line} is not closed"));
            }
            Code::ExpectVariableName | Code::ExpectParameterName
                if here.is_some_and(|token| token.kind == TokenKind::LeftBrace) =>
            {
                return said(habits::MAP_PATTERN);
            }
            Code::ExpectVariableName
            | Code::ExpectFunctionName
            | Code::ExpectParameterName
            | Code::ExpectClassName
            | Code::ExpectMethodName
            | Code::ExpectPropertyName => {
                let word = self.text(here?);
                let is_word = word.starts_with(|char: char| char.is_ascii_alphabetic());
                return is_word.then(|| format!("'{word}' is a word of the language, not a name"));
            }
            _ => {}
        }
        // A word that ends a line belongs to its own statement.
        let before = before.filter(|before| {
            let line = |at: u32| self.source.line_at(at as usize);
            here.is_none_or(|here| line(before.span.end) == line(here.span.start))
        });
        let near_words = || self.near_word(before).or_else(|| self.near_word(here));
        self.operator(at).or_else(|| self.word(before)).or_else(|| self.word(here)).or_else(near_words)
    }

    /// The help for an operator of two characters. The token with index `at` is its first or last character, or the
    /// token after.
    fn operator(&self, at: usize) -> Option<String> {
        let sign = |first: usize| {
            let (first, second) = (self.tokens.get(first)?, self.tokens.get(first + 1)?);
            let touch = first.span.end == second.span.start;
            let span = range(first.span).start..range(second.span).end;
            let sign = touch.then(|| self.source.text().get(span)).flatten()?;
            habits::operator(sign, self.source.dialect())
        };
        let firsts = [at.checked_sub(1), at.checked_sub(2), Some(at)];
        firsts.into_iter().flatten().find_map(sign).map(str::to_owned)
    }

    /// The help for a name that is a word of another language.
    fn word(&self, token: Option<Token>) -> Option<String> {
        suggest::exact(self.name(token)?, self.source.dialect())
    }

    /// The help for a name that resembles a keyword, or a word of another language.
    fn near_word(&self, token: Option<Token>) -> Option<String> {
        let word = suggest::word(self.name(token)?)?;
        Some(suggest::question(habits::native(word, self.source.dialect())))
    }

    fn name(&self, token: Option<Token>) -> Option<&'a str> {
        token.filter(|token| token.kind == TokenKind::Identifier).map(|token| self.text(token))
    }

    /// The innermost brace that is not closed.
    fn open_brace(&self) -> Option<Token> {
        let mut open = Vec::new();
        for token in &self.tokens {
            match token.kind {
                TokenKind::LeftBrace => open.push(*token),
                TokenKind::RightBrace => drop(open.pop()),
                _ => {}
            }
        }
        open.pop()
    }

    fn text(&self, token: Token) -> &'a str {
        self.source.text().get(range(token.span)).unwrap_or_default()
    }
}

fn range(span: siskin_core::Span) -> Range<usize> {
    span.start as usize..span.end as usize
}
