//! Functions of any value.

use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, Pieces, entry};
use crate::object::Str;
use crate::text::Quoted;
use crate::value::Value;

pub(super) static GLOBALS: &[Entry] = &[
    entry("same", Arity::exactly(2), "(a, b): whether a and b are the same; nan is the same as nan.", same),
    entry("type", Arity::exactly(1), "(x): the class or type of x.", |call| {
        let value = call.arg(0);
        call.vm().type_of(value)
    }),
];

fn str(call: &mut Call<'_>) -> Result<Value, Fault> {
    let value = call.arg(0);
    if value.as_object::<Str>().is_some() {
        return Ok(value);
    }
    let len = Pieces::len_of(value, &call.vm().context.heap.shapes);
    call.charge(len)?;
    let text = call.vm().new_text(len, |vm, out| {
        Pieces::of(value, &vm.context.heap.shapes).each(|text| out.push(text));
    })?;
    Ok(text.value())
}

pub(super) fn repr(call: &mut Call<'_>) -> Result<Value, Fault> {
    let Some(string) = call.arg(0).as_object::<Str>() else { return str(call) };
    let len = call.measure(1, string.len(), |call| {
        let mut len = 0_usize;
        Quoted(call.whole(1)?.text()).each(|piece| len += piece.len());
        Ok(Some(len))
    })?;
    let string = call.whole(1)?;
    let text = call.vm().new_text(len, |_, out| Quoted(string.text()).each(|piece| out.push(piece)))?;
    Ok(text.value())
}

fn same(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (a, b) = (call.arg(0), call.arg(1));
    if let (Some(a), Some(b)) = (a.to_f64(), b.to_f64()) {
        return Ok(Value::bool(a == b || a.is_nan() && b.is_nan()));
    }
    let (Some(left), Some(right)) = (a.as_object::<Str>(), b.as_object::<Str>()) else {
        return Ok(Value::bool(a.is_identical(b)));
    };
    if left == right || left.len() != right.len() {
        return Ok(Value::bool(left == right));
    }
    call.prepare(2, left.len())?;
    Ok(Value::bool(call.whole(1)?.bytes() == call.whole(2)?.bytes()))
}
