//! What the author of a script that fails may have meant: found from the message and the text.

use std::ops::Range;

use siskin_core::syntax::TokenKind as T;

use super::habits;
use super::scan::tokens;
use super::source::{Place, Source};

/// The help for an error that is not about a name. `place` is the expression that failed.
pub(super) fn help(message: &str, place: &Place<'_>) -> Option<String> {
    let dialect = place.source().dialect();
    if !dialect.has_builtin_methods() {
        return None;
    }
    let text = place.text();
    let help = match message {
        "Operands must be two numbers or two strings." => sum(place)?,
        "Can't yield outside a fiber." => habits::GENERATOR,
        "An instance can't be a key." => habits::EQUAL_KEY,
        "Can only call functions and classes." => habits::function(text.split_once('(')?.0.trim())?,
        "Only instances have properties." | "Can't index nil." if is_empty_block(place) => habits::EMPTY_MAP,
        _ if message.starts_with("List index -") && !text.contains('=') => {
            "write 'xs.at(-1)' for the last one, and so on from the end"
        }
        _ if message.starts_with("Expected 0 arguments") => initializer(place)?,
        _ => return None,
    };
    Some(help.to_owned())
}

/// The help for `+` between operands of other kinds, as far as literals show them.
fn sum(place: &Place<'_>) -> Option<&'static str> {
    let tokens = tokens(place.text(), place.source().dialect());
    let kinds: Vec<T> = tokens.map(|(kind, ..)| kind).collect();
    if kinds.iter().any(|kind| matches!(kind, T::Str | T::StrStart)) {
        return Some("write the value into the text, '\"${x}\"', or 'str(x)' for its text");
    }
    let is_list = kinds.first() == Some(&T::LeftBracket);
    is_list.then_some("write '[...xs, ...ys]' for a list of the items of both")
}

/// Whether the variable with which an expression begins is declared as `{}`.
fn is_empty_block(place: &Place<'_>) -> bool {
    let mut names = tokens(place.text(), place.source().dialect());
    let Some((T::Identifier, name, _)) = names.next() else { return false };
    let source = place.source();
    let tokens: Vec<(T, &str)> =
        tokens(source.text(), source.dialect()).map(|(kind, text, _)| (kind, text)).collect();
    tokens.windows(5).any(|tokens| {
        matches!(
            tokens,
            [(T::Let | T::Var, _), (T::Identifier, declared), (T::Equal, _), (T::LeftBrace, _), (T::RightBrace, _)]
                if *declared == name
        )
    })
}

/// The help for arguments of a class that has an initializer by another name.
fn initializer(place: &Place<'_>) -> Option<&'static str> {
    const NAMES: &[&str] = &["constructor", "__init__", "initialize", "new"];
    let name = place.text().split_once('(')?.0.trim();
    let class = classes(place.source()).into_iter().find(|class| class.name == name)?;
    NAMES
        .iter()
        .any(|name| class.methods.contains(name))
        .then_some("call the method that makes an instance 'init'")
}

/// The help for a method of nil, if nil is what a method that changes its object gives.
pub(super) fn method_of_nil(name: &str, place: &Place<'_>) -> Option<String> {
    let tokens: Vec<(T, &str)> =
        tokens(place.text(), place.source().dialect()).map(|(kind, text, _)| (kind, text)).collect();
    let at = tokens.windows(2).rposition(|pair| pair[0].0 == T::Dot && pair[1].1 == name)?;
    let before = tokens.get(..at)?;
    let (T::RightParen, _) = before.last()? else {
        return is_empty_block(place).then(|| habits::EMPTY_MAP.to_owned());
    };
    let mut open = 0_u32;
    let call = before.iter().rposition(|(kind, _)| {
        match kind {
            T::RightParen => open += 1,
            T::LeftParen => open = open.saturating_sub(1),
            _ => {}
        }
        open == 0
    })?;
    let (_, method) = before.get(call.checked_sub(1)?)?;
    if before.get(call.checked_sub(2)?)?.0 != T::Dot {
        return None;
    }
    match *method {
        "sort" | "sort_by" | "reverse" => {
            let other = method.replacen("sort", "sorted", 1).replacen("reverse", "reversed", 1);
            Some(format!("'{method}' changes the list and gives nil: '{other}' gives another list"))
        }
        "sort_with" | "push" | "extend" | "insert" | "clear" | "fill" | "swap" | "truncate" | "resize"
        | "each" => Some(format!("'{method}' gives nil: write it as a statement of its own")),
        _ => None,
    }
}

/// The name with which a variable `name` that is not there is found: `this.name` in a class that has it, `Enum.name`.
pub(super) fn own_name(name: &str, place: &Place<'_>) -> Option<String> {
    let source = place.source();
    if !source.dialect().has_builtin_methods() {
        return None;
    }
    let classes = classes(source);
    let at = place.span().start;
    let around = classes.iter().rfind(|class| class.body.contains(&at));
    if around.is_some_and(|class| class.has(name)) {
        return Some(format!("this.{name}"));
    }
    let mut having = classes.iter().filter(|class| class.variants.contains(&name));
    match (having.next(), having.next()) {
        (Some(only), None) => Some(format!("{}.{name}", only.name)),
        _ => None,
    }
}

/// A class or enum of a text.
struct Class<'a> {
    name: &'a str,
    /// Where its body is.
    body: Range<usize>,
    methods: Vec<&'a str>,
    /// Names after `this.`.
    fields: Vec<&'a str>,
    variants: Vec<&'a str>,
}

impl<'a> Class<'a> {
    fn new(name: &'a str, start: usize) -> Class<'a> {
        Class { name, body: start..usize::MAX, methods: Vec::new(), fields: Vec::new(), variants: Vec::new() }
    }

    fn has(&self, name: &str) -> bool {
        self.methods.contains(&name) || self.fields.contains(&name)
    }
}

/// The classes and enums of a text.
fn classes(source: &Source) -> Vec<Class<'_>> {
    let mut tokens = tokens(source.text(), source.dialect()).peekable();
    let mut classes: Vec<Class<'_>> = Vec::new();
    // The classes whose bodies are open, each with the depth of its members, and whether variants come.
    let mut open: Vec<(usize, u32, bool)> = Vec::new();
    // A class whose body comes, and whether it is an enum.
    let mut head = None;
    let (mut depth, mut before) = (0_u32, [T::End; 2]);
    while let Some((kind, text, at)) = tokens.next() {
        let inner = open.last().copied();
        let members = inner.filter(|(_, members, _)| *members == depth);
        match kind {
            T::LeftBrace if head.is_some() => {
                depth += 1;
                if let Some((name, is_enum)) = head.take() {
                    open.push((classes.len(), depth, is_enum));
                    classes.push(Class::new(name, at));
                }
            }
            T::LeftBrace | T::HashBrace | T::LeftParen | T::LeftBracket | T::StrStart => depth += 1,
            T::RightBrace | T::RightParen | T::RightBracket | T::StrEnd => {
                depth = depth.saturating_sub(1);
                if let Some((class, members, _)) = inner
                    && depth < members
                {
                    classes[class].body.end = at;
                    open.pop();
                }
            }
            T::Semicolon if members.is_some() => {
                if let Some((_, _, in_variants)) = open.last_mut() {
                    *in_variants = false;
                }
            }
            T::Identifier if matches!(before[1], T::Class | T::Enum) => {
                head = Some((text, before[1] == T::Enum))
            }
            T::Identifier => {
                let is_call = tokens.peek().is_some_and(|next| next.0 == T::LeftParen);
                if let Some((class, ..)) = inner.filter(|_| before == [T::This, T::Dot]) {
                    classes[class].fields.push(text);
                } else if let Some((class, _, in_variants)) = members {
                    let names = &mut classes[class];
                    if in_variants {
                        names.variants.push(text);
                    } else if is_call {
                        names.methods.push(text);
                    }
                }
            }
            _ => {}
        }
        before = [before[1], kind];
    }
    classes
}
