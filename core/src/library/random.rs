//! Random numbers.
//!
//! A method charges and allocates before it takes numbers from the generator, so that one that runs again takes the same.

use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, entry};
use crate::object::{BuiltinClass, Gc, List, Random, Range, Str};
use crate::value::Value;

pub(super) static METHODS: &[Entry] = &[
    entry("bool", Arity::between(0, 1), "([p]): true with probability p, or 0.5.", bool),
    entry("float", Arity::exactly(0), "(): a number from 0 to less than 1.", float),
    entry("int", Arity::exactly(1), "(range): a number of a range, each as likely.", int),
    entry("pick", Arity::exactly(1), "(list): an item of a list, each as likely; nil without items.", pick),
    entry(
        "sample",
        Arity::exactly(2),
        "(list, n): a list of n items of a list, in random order, none of them twice.",
        sample,
    ),
    entry("shuffle", Arity::exactly(1), "(list): puts the items of a list in random order.", shuffle),
];

/// The function that the type `Random` is.
pub(super) const CONSTRUCTOR: Entry = entry(
    "Random",
    Arity::exactly(1),
    "(seed): a generator of random numbers, the same ones for each seed, a number or a string.",
    random,
);

/// The generator that a method is called on.
fn generator(call: &Call<'_>) -> Result<Gc<Random>, Fault> {
    call.receiver().as_object().ok_or(Fault::Bytecode)
}

fn random(call: &mut Call<'_>) -> Result<Value, Fault> {
    let found = call.arg(0);
    let seed = if let Some(number) = found.to_f64() {
        // Both zeros are one seed, and nan is one.
        if number.is_nan() { f64::NAN.to_bits() } else { (number + 0.0).to_bits() }
    } else if let Some(string) = found.as_object::<Str>() {
        call.charge(string.len())?;
        fnv(string.parts())
    } else {
        return Err(call.wrong("a number or a string", found, false));
    };
    Ok(call.vm().make(Random::new(seed))?.value())
}

/// FNV-1a of 64 bits.
fn fnv(parts: [&[u8]; 2]) -> u64 {
    let bytes = parts.into_iter().flatten();
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}

fn float(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::number(generator(call)?.float()))
}

fn bool(call: &mut Call<'_>) -> Result<Value, Fault> {
    let generator = generator(call)?;
    let p = if call.argc() == 0 { 0.5 } else { call.number_arg(0)? };
    if !(0.0..=1.0).contains(&p) {
        return Err(call.wrong("a number from 0 to 1", call.arg(0), true));
    }
    Ok(Value::bool(generator.float() < p))
}

fn int(call: &mut Call<'_>) -> Result<Value, Fault> {
    let generator = generator(call)?;
    let found = call.arg(0);
    let range = found.as_object::<Range>().ok_or_else(|| call.wrong("a range", found, false))?;
    let count = range.count();
    // Bounds are below 2^53, so the numbers of a range are below 2^55.
    if !(1.0..f64::INFINITY).contains(&count) {
        return Err(call.wrong("a range that has numbers and an end", found, true));
    }
    Ok(Value::number(range.start() + generator.below(count as u64) as f64 * range.step()))
}

fn list_arg(call: &Call<'_>) -> Result<Gc<List>, Fault> {
    let found = call.arg(0);
    found.as_object::<List>().ok_or_else(|| call.wrong("a list", found, false))
}

fn pick(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (generator, list) = (generator(call)?, list_arg(call)?);
    if list.len() == 0 {
        return Ok(Value::NIL);
    }
    Ok(list.get(generator.below(list.len() as u64) as usize).unwrap_or(Value::NIL))
}

/// Exchanges each of the first `count` items with a random one that does not come before it: the shuffle of Fisher and Yates.
fn mix(call: &mut Call<'_>, generator: Gc<Random>, list: Gc<List>, count: usize) {
    for index in 0..count {
        let other = index + generator.below((list.len() - index) as u64) as usize;
        let (item, others) = (list.get(index).unwrap_or(Value::NIL), list.get(other).unwrap_or(Value::NIL));
        call.vm().set_item(list, index, others);
        call.vm().set_item(list, other, item);
    }
}

fn shuffle(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (generator, list) = (generator(call)?, list_arg(call)?);
    if list.is_frozen() {
        return Err(Fault::Frozen(BuiltinClass::List));
    }
    call.charge(list.len() * size_of::<Value>())?;
    mix(call, generator, list, list.len());
    Ok(Value::NIL)
}

fn sample(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (generator, list) = (generator(call)?, list_arg(call)?);
    let count = call.count_arg(1)?;
    if count > list.len() {
        return Err(call.wrong("at most as many items as the list has", call.arg(1), true));
    }
    let made = call.slice_list(list, 0, list.len())?;
    mix(call, generator, made, count);
    made.shorten(count);
    Ok(made.value())
}
