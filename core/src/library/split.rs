//! Methods that take a string apart: each gives a list of strings.

use crate::interp::{Call, Fault};
use crate::object::{Gc, Str};
use crate::value::Value;

/// Bulk work of a piece: its string, and its place in the list.
const PIECE: usize = 64;

/// A list of pieces of the receiver, which `pieces` finds in it; also in the first argument's text if there are `strings`.
fn list_of(
    call: &mut Call<'_>,
    strings: usize,
    pieces: fn(&'static str, &'static str, &mut dyn FnMut(&'static str)),
) -> Result<Value, Fault> {
    let len = call.string()?.len();
    let bytes = call.measure(strings, len, |call| {
        let mut count = 0_usize;
        texts(call, strings)?.find(pieces, &mut |_| count += 1);
        Ok(count.checked_mul(PIECE))
    })?;
    let (texts, count) = (texts(call, strings)?, bytes / PIECE);
    call.vm().scope(|vm, scope| {
        let list = vm.make_list(count)?;
        scope.keep(list.value())?;
        let mut result = Ok(());
        texts.find(pieces, &mut |piece| {
            if result.is_ok() {
                result = vm
                    .new_text(piece.len(), |_, out| out.push(piece))
                    .map(|text| vm.append(list, text.value()));
            }
        });
        result?;
        Ok(list.value())
    })
}

/// The texts of the receiver and an argument, in registers of the call, which keep them while it lasts.
#[derive(Clone, Copy)]
struct Texts(&'static str, &'static str);

impl Texts {
    fn find(
        self,
        pieces: fn(&'static str, &'static str, &mut dyn FnMut(&'static str)),
        each: &mut dyn FnMut(&'static str),
    ) {
        pieces(self.0, self.1, each);
    }
}

fn texts(call: &Call<'_>, strings: usize) -> Result<Texts, Fault> {
    let text = |string: Gc<Str>| {
        // SAFETY: the call made the string whole, and its registers hold it for as long as the function runs; strings never
        // move. No text leaves this module.
        unsafe { string.text_for::<'static>() }
    };
    let other = if strings == 0 { "" } else { text(call.whole(1)?) };
    Ok(Texts(text(call.whole(0)?), other))
}

/// The separator, which must not be empty.
fn separator(call: &Call<'_>) -> Result<(), Fault> {
    let separator = call.string_arg(0)?;
    if separator.len() == 0 {
        Err(call.wrong("a text that is not empty", separator.value(), true))
    } else {
        Ok(())
    }
}

pub(super) fn chars(call: &mut Call<'_>) -> Result<Value, Fault> {
    list_of(call, 0, |text, _, each| {
        let mut rest = text;
        while let Some(char) = rest.chars().next() {
            let (char, after) = rest.split_at(char.len_utf8());
            each(char);
            rest = after;
        }
    })
}

pub(super) fn lines(call: &mut Call<'_>) -> Result<Value, Fault> {
    list_of(call, 0, |text, _, each| text.lines().for_each(each))
}

pub(super) fn words(call: &mut Call<'_>) -> Result<Value, Fault> {
    list_of(call, 0, |text, _, each| text.split_whitespace().for_each(each))
}

pub(super) fn split(call: &mut Call<'_>) -> Result<Value, Fault> {
    separator(call)?;
    list_of(call, 1, |text, separator, each| {
        let mut chars = separator.chars();
        match (chars.next(), chars.next()) {
            // The search for a character looks at several bytes at once.
            (Some(char), None) => text.split(char).for_each(each),
            _ => text.split(separator).for_each(each),
        }
    })
}

pub(super) fn split_once(call: &mut Call<'_>) -> Result<Value, Fault> {
    separator(call)?;
    let list = list_of(call, 1, |text, separator, each| {
        if let Some((before, after)) = text.split_once(separator) {
            each(before);
            each(after);
        }
    })?;
    let is_empty = list.as_object::<crate::object::List>().is_some_and(|list| list.len() == 0);
    Ok(if is_empty { Value::NIL } else { list })
}
