//! Arguments of library functions: what they must be, and what is said if they are not.

use crate::interp::{Call, Fault};
use crate::object::BuiltinClass;
use crate::value::Value;

/// An argument of a function.
#[derive(Clone, Copy)]
pub(super) struct Argument {
    /// The function's name.
    pub(super) of: &'static str,
    /// Its place among the arguments.
    pub(super) index: usize,
}

/// An argument that is a number without a fraction.
pub(super) fn whole(call: &Call<'_>, argument: Argument) -> Result<f64, Fault> {
    let found = call.arg(argument.index);
    let number = found.to_f64().ok_or(Fault::Argument { of: argument.of, wants: "a number", found })?;
    if number == libm::trunc(number) && number.is_finite() {
        Ok(number)
    } else {
        Err(Fault::ArgumentValue { of: argument.of, wants: "an integer", found })
    }
}

/// An argument that is a number of things: an integer from 0 on.
pub(super) fn count(call: &Call<'_>, argument: Argument) -> Result<usize, Fault> {
    let number = whole(call, argument)?;
    // More than there can be of anything is as much as possible.
    if number >= 0.0 {
        Ok(number as usize)
    } else {
        let found = call.arg(argument.index);
        Err(Fault::ArgumentValue { of: argument.of, wants: "an integer from 0 on", found })
    }
}

/// An index below `end` of a list of `len` items.
pub(super) fn index_at(found: Value, end: usize, len: usize) -> Result<usize, Fault> {
    let of = BuiltinClass::List;
    match found.to_f64() {
        Some(number) if number == libm::trunc(number) && number.is_finite() => {
            if (0.0..end as f64).contains(&number) {
                Ok(number as usize)
            } else {
                Err(Fault::OutOfRange { of, index: found, len: len as u32 })
            }
        }
        _ => Err(Fault::IndexType { of, found }),
    }
}
