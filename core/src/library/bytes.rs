//! Methods of byte arrays.
//!
//! A method that goes over bytes charges for them first.

use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, byte_of, entry};
use crate::object::{BuiltinClass, Bytes, Gc, MAX_BYTES, MAX_LEN};
use crate::value::Value;

use super::layout::Layout;

pub(super) static METHODS: &[Entry] = &[
    entry("copy", Arity::exactly(0), "(): a byte array of the same bytes, not frozen.", copy),
    entry("fill", Arity::exactly(1), "(byte): sets all bytes.", fill),
    entry("freeze", Arity::exactly(0), "(): lets the bytes never change again; the byte array.", freeze),
    entry(
        "get",
        Arity::exactly(2),
        "(i, type): the number whose bytes begin at index i, in a layout such as \"u8\", \"i16le\", \"f64be\".",
        get,
    ),
    entry("is_empty", Arity::exactly(0), "(): whether it has no bytes.", is_empty),
    entry("is_frozen", Arity::exactly(0), "(): whether it never changes.", is_frozen),
    entry("len", Arity::exactly(0), "(): how many bytes it has.", len)
        .looking(0, |_, bytes, _| Some(Value::number(bytes.as_object::<Bytes>()?.len() as f64))),
    entry("push", Arity::exactly(1), "(byte): appends a byte.", push),
    entry(
        "set",
        Arity::exactly(3),
        "(i, value, type): writes a number from index i on, in a layout as for `get`.",
        set,
    ),
    entry("to_hex", Arity::exactly(0), "(): the text of two hexadecimal digits for each byte.", to_hex),
    entry(
        "to_text",
        Arity::exactly(0),
        "(): the text whose UTF-8 the bytes are; nil if they are none.",
        to_text,
    ),
];

/// Functions of the type `Bytes`.
pub(super) static STATICS: &[Entry] = &[entry(
    "from_hex",
    Arity::exactly(1),
    "(s): the byte array of which each byte is two hexadecimal digits of s.",
    from_hex,
)];

/// The function that the type `Bytes` is.
pub(super) const CONSTRUCTOR: Entry =
    entry("Bytes", Arity::exactly(1), "(n): a byte array of n zeros.", zeros);

/// The array that a method is called on.
fn bytes(call: &Call<'_>) -> Result<Gc<Bytes>, Fault> {
    call.receiver().as_object().ok_or(Fault::Bytecode)
}

/// The array, which may change.
fn changing(call: &Call<'_>) -> Result<Gc<Bytes>, Fault> {
    let bytes = bytes(call)?;
    if bytes.is_frozen() { Err(Fault::Frozen(BuiltinClass::Bytes)) } else { Ok(bytes) }
}

/// What is wanted in place of more bytes than any array has.
const MOST: &str = "at most 2^30 bytes";

fn zeros(call: &mut Call<'_>) -> Result<Value, Fault> {
    let len = call.count_arg(0)?;
    if len > MAX_BYTES {
        let found = call.arg(0);
        return Err(call.wrong(MOST, found, true));
    }
    call.charge(len)?;
    Ok(call.vm().make_bytes(len)?.value())
}

fn len(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::number(bytes(call)?.len() as f64))
}

fn is_empty(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::bool(bytes(call)?.len() == 0))
}

fn is_frozen(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::bool(bytes(call)?.is_frozen()))
}

fn freeze(call: &mut Call<'_>) -> Result<Value, Fault> {
    let bytes = bytes(call)?;
    bytes.freeze();
    Ok(bytes.value())
}

fn copy(call: &mut Call<'_>) -> Result<Value, Fault> {
    let bytes = bytes(call)?;
    Ok(call.bytes_part(bytes, 0, bytes.len())?.value())
}

fn fill(call: &mut Call<'_>) -> Result<Value, Fault> {
    let bytes = changing(call)?;
    let byte = byte_of(call.arg(0))?;
    call.charge(bytes.len())?;
    bytes.bytes().iter().for_each(|place| place.set(byte));
    Ok(Value::NIL)
}

fn push(call: &mut Call<'_>) -> Result<Value, Fault> {
    let bytes = changing(call)?;
    let byte = byte_of(call.arg(0))?;
    call.grow_bytes(bytes, 1)?;
    bytes.write(bytes.len() - 1, &[byte]);
    Ok(Value::NIL)
}

/// `$extend_bytes`: appends the bytes of another array, or of the same.
pub(super) fn extend(call: &mut Call<'_>) -> Result<Value, Fault> {
    let array = |value: Value| value.as_object::<Bytes>().ok_or(Fault::Bytecode);
    let (bytes, other) = (array(call.arg(0))?, array(call.arg(1))?);
    if bytes.is_frozen() {
        return Err(Fault::Frozen(BuiltinClass::Bytes));
    }
    let (len, more) = (bytes.len(), other.len());
    call.grow_bytes(bytes, more)?;
    for index in 0..more {
        bytes.write(len + index, &[other.get(index).unwrap_or_default()]);
    }
    Ok(Value::NIL)
}

// Numbers of several bytes.

/// The layout that the argument at an index names, and the place of a number of it at the index that is the first argument.
fn place(call: &Call<'_>, bytes: Gc<Bytes>, layout: usize) -> Result<(Layout, usize), Fault> {
    let name = call.string_arg(layout)?;
    let wrong = || call.wrong(Layout::WANTED, name.value(), true);
    let layout = Layout::named(name.parts()).ok_or_else(wrong)?;
    let found = call.arg(0);
    let index = match found.to_f64() {
        Some(index) if index == libm::trunc(index) && index.is_finite() => index,
        _ => return Err(Fault::IndexType { of: BuiltinClass::Bytes, found }),
    };
    if index >= 0.0 && index + layout.size() as f64 <= bytes.len() as f64 {
        Ok((layout, index as usize))
    } else {
        Err(Fault::OutOfRange { of: BuiltinClass::Bytes, index: found, len: bytes.len() as u32 })
    }
}

fn get(call: &mut Call<'_>) -> Result<Value, Fault> {
    let bytes = bytes(call)?;
    let (layout, index) = place(call, bytes, 1)?;
    let mut read = [0; Layout::LONGEST];
    read.iter_mut().zip(index..).for_each(|(to, at)| *to = bytes.get(at).unwrap_or_default());
    Ok(Value::number(layout.read(read)))
}

fn set(call: &mut Call<'_>) -> Result<Value, Fault> {
    let bytes = changing(call)?;
    let (layout, index) = place(call, bytes, 2)?;
    let number = call.number_arg(1)?;
    let written = layout.write(number).map_err(|wanted| call.wrong(wanted, call.arg(1), true))?;
    bytes.write(index, written.get(..layout.size()).unwrap_or_default());
    Ok(Value::NIL)
}

// Texts.

fn to_text(call: &mut Call<'_>) -> Result<Value, Fault> {
    let bytes = bytes(call)?;
    call.charge(2 * bytes.len())?;
    Ok(call.vm().text_of_bytes(bytes)?.map_or(Value::NIL, |text| text.value()))
}

fn to_hex(call: &mut Call<'_>) -> Result<Value, Fault> {
    let bytes = bytes(call)?;
    let len = 2 * bytes.len();
    if len > MAX_LEN {
        return Err(Fault::StringTooLong);
    }
    call.charge(len)?;
    let text = call.vm().new_text(len, |_, out| {
        for byte in bytes.bytes() {
            let byte = byte.get();
            for digit in [byte >> 4, byte & 15] {
                let digit = char::from_digit(u32::from(digit), 16).unwrap_or_default();
                out.push(digit.encode_utf8(&mut [0; 4]));
            }
        }
    })?;
    Ok(text.value())
}

fn from_hex(call: &mut Call<'_>) -> Result<Value, Fault> {
    let text = call.string_arg(0)?;
    call.prepare(1, text.len())?;
    let text = call.whole(1)?;
    let digit = |&byte: &u8| char::from(byte).to_digit(16);
    if text.len() % 2 != 0 || !text.bytes().iter().all(|byte| digit(byte).is_some()) {
        return Err(call.wrong("an even number of hexadecimal digits", text.value(), true));
    }
    let made = call.vm().make_bytes(text.len() / 2)?;
    for (place, digits) in made.bytes().iter().zip(text.bytes().chunks_exact(2)) {
        place.set(digits.iter().filter_map(digit).fold(0, |byte, digit| byte << 4 | digit as u8));
    }
    Ok(made.value())
}
