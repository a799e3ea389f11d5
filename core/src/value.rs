//! The NaN-box: the only file that knows the bits of a value.
//!
//! ```text
//!   63      48 47                                   0
//!  +----------+--------------------------------------+
//!  |  any bits up to FFF8 0000 0000 0000             |  double; NaN is 7FF8 0… or FFF8 0…
//!  |   FFFA   |  0 nil, 1 false, 2 true, 3 undefined |
//!  |   FFFC   |  address                             |  object
//!  |   FFFF   |  0000   |   32-bit integer           |  int
//!  +----------+--------------------------------------+
//! ```
//!
//! To a script a number is one type: an integer that fits 32 bits may be held either way, and equality and
//! printing do not tell. Negative zero is always a double. The order of the tags makes the commonest questions
//! one comparison each: int (from FFFF on), double (below FFFA), false or nil (two neighbours).

use core::ptr::NonNull;

pub(crate) const NIL: u64 = 0xFFFA << 48;
pub(crate) const OBJECT: u64 = 0xFFFC << 48;
pub(crate) const INT: u64 = 0xFFFF << 48;
/// Bits of an address.
const ADDRESS: u32 = 48;
const NAN: u64 = 0x7FF8 << 48;

/// A script value in 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Value(u64);

impl Value {
    pub(crate) const NIL: Value = Value(NIL);
    pub(crate) const FALSE: Value = Value(NIL | 1);
    pub(crate) const TRUE: Value = Value(NIL | 2);
    /// A global without a definition. In a register, an argument that the call left out: only `jump.given` sees it.
    pub(crate) const UNDEFINED: Value = Value(NIL | 3);

    #[inline(always)]
    pub(crate) fn int(value: i32) -> Value {
        Value(INT | u64::from(value as u32))
    }

    /// A double as it is, the result of arithmetic: never a NaN with a payload, because no operand is one.
    #[inline(always)]
    pub(crate) fn double(value: f64) -> Value {
        Value(value.to_bits())
    }

    #[inline(always)]
    pub(crate) fn bool(value: bool) -> Value {
        Value((NIL | 1) + u64::from(value))
    }

    /// The object at an address.
    ///
    /// # Safety
    /// It is the header of a live object.
    #[inline(always)]
    pub(crate) unsafe fn at<T>(object: NonNull<T>) -> Value {
        Value(OBJECT + object.as_ptr().expose_provenance() as u64)
    }

    /// A number from anywhere: NaN made canonical, an integer that fits kept as one.
    pub(crate) fn number(value: f64) -> Value {
        let int = value as i32;
        if value.is_nan() {
            Value(NAN)
        } else if f64::from(int).to_bits() == value.to_bits() {
            Value::int(int)
        } else {
            Value(value.to_bits())
        }
    }

    #[inline(always)]
    pub(crate) fn is_int(self) -> bool {
        self.0 >= INT
    }

    #[inline(always)]
    pub(crate) fn is_double(self) -> bool {
        self.0 < NIL
    }

    #[inline(always)]
    pub(crate) fn is_number(self) -> bool {
        self.is_int() || self.is_double()
    }

    #[inline(always)]
    pub(crate) fn is_object(self) -> bool {
        (self.0 ^ OBJECT) >> ADDRESS == 0
    }

    #[inline(always)]
    pub(crate) fn is_falsy(self) -> bool {
        self.0.wrapping_sub(NIL) <= 1
    }

    #[inline(always)]
    pub(crate) fn is_undefined(self) -> bool {
        self.0 == Value::UNDEFINED.0
    }

    /// The integer; meaningful only if `is_int`.
    #[inline(always)]
    pub(crate) fn as_int(self) -> i32 {
        self.0 as i32
    }

    /// The double; meaningful only if `is_double`.
    #[inline(always)]
    pub(crate) fn as_double(self) -> f64 {
        f64::from_bits(self.0)
    }

    /// The integer as a double; meaningful only if `is_int`.
    #[inline(always)]
    pub(crate) fn int_as_double(self) -> f64 {
        int_to_double(self.as_int())
    }

    /// The number as a double, if it is a number.
    #[inline(always)]
    pub(crate) fn to_f64(self) -> Option<f64> {
        if self.is_double() {
            Some(self.as_double())
        } else if self.is_int() {
            Some(self.int_as_double())
        } else {
            None
        }
    }

    /// The address of the object, if it is one.
    #[inline(always)]
    pub(crate) fn address<T>(self) -> Option<NonNull<T>> {
        let address = self.0 ^ OBJECT;
        if address >> ADDRESS != 0 {
            return None;
        }
        let pointer = core::ptr::with_exposed_provenance_mut(address as usize);
        // SAFETY: only `Value::at` makes values of this range, from an address that is not null.
        Some(unsafe { NonNull::new_unchecked(pointer) })
    }

    /// The bits, for machine code.
    pub(crate) fn bits(self) -> u64 {
        self.0
    }

    /// Whether two values have the same bits: the same object, the same double, the same nil.
    #[inline(always)]
    pub(crate) fn is_identical(self, other: Value) -> bool {
        self.0 == other.0
    }

    /// A raw number to keep in a constant: not a script value.
    #[inline(always)]
    pub(crate) fn raw(value: u32) -> Value {
        Value::int(value as i32)
    }

    /// The number that `raw` kept.
    #[inline(always)]
    pub(crate) fn as_raw(self) -> u32 {
        self.0 as u32
    }
}

/// Converts exactly.
///
/// On x86-64 the instruction leaves the upper half of its register as it was, so it waits for whatever wrote
/// that last; between functions that are joined by tail calls the compiler does not see what that was. Naming a
/// zeroed register ends the wait.
#[inline(always)]
pub(crate) fn int_to_double(value: i32) -> f64 {
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_mm_cvtsd_f64, _mm_cvtsi32_sd, _mm_setzero_pd};
        // SAFETY: every x86-64 has SSE2.
        unsafe { _mm_cvtsd_f64(_mm_cvtsi32_sd(_mm_setzero_pd(), value)) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        f64::from(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_value_and_sign() {
        for value in
            [0.0, -0.0, 1.0, -1.0, 0.5, 2147483647.0, 2147483648.0, -2147483648.0, 1e300, f64::INFINITY]
        {
            let boxed = Value::number(value);
            assert!(boxed.to_f64().is_some() && !boxed.is_object() && !boxed.is_falsy());
            assert_eq!(boxed.to_f64().map(f64::to_bits), Some(value.to_bits()));
        }
        assert!(Value::number(2147483647.0).is_int());
        assert!(Value::number(2147483648.0).is_double());
        assert!(Value::number(-0.0).is_double());
    }

    #[test]
    fn every_nan_is_canonical() {
        for bits in
            [0x7FF8_0000_0000_0000, 0xFFF8_0000_0000_0001, 0xFFFC_1234_5678_9ABC, 0x7FF0_0000_0000_0001]
        {
            let boxed = Value::number(f64::from_bits(bits));
            assert!(boxed.is_double() && boxed.as_double().is_nan());
        }
        assert!(Value::double(-f64::NAN).is_double());
    }

    #[test]
    fn only_nil_and_false_are_falsy() {
        assert!(Value::NIL.is_falsy() && Value::FALSE.is_falsy() && Value::bool(false).is_falsy());
        for value in [Value::TRUE, Value::UNDEFINED, Value::int(0), Value::double(0.0)] {
            assert!(!value.is_falsy());
        }
    }
}
