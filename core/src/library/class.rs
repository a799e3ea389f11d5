//! Methods of classes and types.

use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, entry};
use crate::object::{Class, TypeObject};
use crate::value::Value;

pub(super) static METHODS: &[Entry] = &[
    entry("name", Arity::exactly(0), "(): the name of the class.", name),
    entry("super", Arity::exactly(0), "(): the superclass; nil if there is none.", superclass),
    entry("variants", Arity::exactly(0), "(): a list of the names of the variants of an enum.", variants),
];

fn variants(call: &mut Call<'_>) -> Result<Value, Fault> {
    let class = call.receiver().as_object::<Class>();
    let Some(names) = class.and_then(|class| class.variants.get()) else {
        return Err(Fault::NoVariants(call.receiver()));
    };
    Ok(call.slice_list(names, 0, names.len())?.value())
}

fn name(call: &mut Call<'_>) -> Result<Value, Fault> {
    if let Some(class) = call.receiver().as_object::<Class>() {
        return Ok(class.name.value());
    }
    let of = call.receiver().as_object::<TypeObject>().ok_or(Fault::Bytecode)?;
    Ok(call.vm().literal(of.class.name().as_bytes())?.value())
}

fn superclass(call: &mut Call<'_>) -> Result<Value, Fault> {
    let class = call.receiver().as_object::<Class>();
    let above = class.and_then(|class| class.superclass.get());
    Ok(above.map_or(Value::NIL, |class| class.value()))
}
