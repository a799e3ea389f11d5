//! What library functions ask of their calls: arguments of a type, whole texts, fuel for bulk work.

use super::Fault;
use super::host_call::Call;
use super::work::IN_CALL;
use crate::object::{Gc, MAX_LEN, Str};
use crate::value::Value;

/// The register of the receiver in the window of a call; arguments follow.
const RECEIVER: usize = 0;

impl Call<'_> {
    /// The number of arguments.
    pub(crate) fn argc(&self) -> usize {
        self.argc
    }

    /// The argument at an index; nil past the last.
    pub(crate) fn arg(&self, index: usize) -> Value {
        if index < self.argc { self.vm.context.stack.value_at(self.window + 1 + index) } else { Value::NIL }
    }

    /// The fault for a value that the function does not take. One of the right type is of the kind `Value`.
    pub(crate) fn wrong(&self, wanted: &'static str, found: Value, has_type: bool) -> Fault {
        let entry = self.vm.context.stack.top().callee.as_host();
        Fault::Argument { name: entry.map_or("", |entry| entry.name()), wanted, found, has_type }
    }

    /// The receiver, which is a number.
    pub(crate) fn number(&self) -> Result<f64, Fault> {
        self.receiver().to_f64().ok_or(Fault::Bytecode)
    }

    /// The argument at an index, a number.
    pub(crate) fn number_arg(&self, index: usize) -> Result<f64, Fault> {
        let value = self.arg(index);
        value.to_f64().ok_or_else(|| self.wrong("a number", value, false))
    }

    /// The argument at an index, an integer; `wanted` says which.
    pub(crate) fn integer_arg(&self, index: usize, wanted: &'static str) -> Result<i64, Fault> {
        let number = self.number_arg(index)?;
        if number % 1.0 == 0.0 {
            // One that is too large becomes the largest.
            Ok(number as i64)
        } else {
            Err(self.wrong(wanted, self.arg(index), true))
        }
    }

    /// The argument at an index, an integer from 0 on.
    pub(crate) fn count_arg(&self, index: usize) -> Result<usize, Fault> {
        const WANTED: &str = "an integer from 0 on";
        let integer = self.integer_arg(index, WANTED)?;
        match usize::try_from(integer) {
            Ok(count) => Ok(count),
            Err(_) if integer < 0 => Err(self.wrong(WANTED, self.arg(index), true)),
            Err(_) => Ok(usize::MAX),
        }
    }

    /// The receiver, which is a string.
    pub(crate) fn string(&self) -> Result<Gc<Str>, Fault> {
        self.receiver().as_object().ok_or(Fault::Bytecode)
    }

    /// The argument at an index, a string.
    pub(crate) fn string_arg(&self, index: usize) -> Result<Gc<Str>, Fault> {
        let value = self.arg(index);
        value.as_object().ok_or_else(|| self.wrong("a string", value, false))
    }

    /// Charges for `bytes` of bulk work before it is done, and for making the receiver and the first `strings` arguments
    /// whole, which it does: [`whole`](Call::whole) gives them then. The call may run again from the start.
    pub(crate) fn prepare(&mut self, strings: usize, bytes: usize) -> Result<(), Fault> {
        let mut all = bytes;
        for index in 0..=strings {
            if let Some(string) = self.string_in(index).filter(|string| string.pending().is_some()) {
                all = all.saturating_add(string.len());
            }
        }
        self.charge(all)?;
        self.make_whole(strings)
    }

    /// Makes the strings whole without a charge: that was paid in an earlier run of the call.
    fn make_whole(&mut self, strings: usize) -> Result<(), Fault> {
        for index in 0..=strings {
            let Some(string) = self.string_in(index).filter(|string| string.pending().is_some()) else {
                continue;
            };
            let whole = self.vm.new_text(string.len(), |_, out| {
                // SAFETY: a register holds the string, and there is no safepoint meanwhile.
                unsafe { string.parts_for() }.into_iter().for_each(|part| out.push(part));
            })?;
            self.vm.set_register(index, whole.value());
        }
        Ok(())
    }

    /// The receiver, or for `index` from 1 on the argument before that index, which `prepare` made whole.
    pub(crate) fn whole(&self, index: usize) -> Result<Gc<Str>, Fault> {
        self.string_in(index).ok_or(Fault::Bytecode)
    }

    fn string_in(&self, index: usize) -> Option<Gc<Str>> {
        let value = if index == RECEIVER { self.receiver() } else { self.arg(index - 1) };
        value.as_object()
    }

    /// Charges for `bytes` of bulk work before it is done. If fuel or an interrupt stops the run, the call runs again from
    /// the start; so a function has changed nothing before, and charges once.
    pub(crate) fn charge(&mut self, bytes: usize) -> Result<(), Fault> {
        self.vm.charge_bulk(bytes, IN_CALL)
    }

    /// Measures what the function will make, after a charge of `bytes` for that, and charges for the result. The
    /// receiver and the first `strings` arguments are whole then. What was measured is not measured again.
    pub(crate) fn measure(
        &mut self,
        strings: usize,
        bytes: usize,
        measure: impl FnOnce(&Call<'_>) -> Result<Option<usize>, Fault>,
    ) -> Result<usize, Fault> {
        let known = self.vm.work.partial.to_f64();
        let len = match known {
            Some(len) => {
                self.make_whole(strings)?;
                len as usize
            }
            None => {
                self.prepare(strings, bytes)?;
                measure(self)?.filter(|&len| len <= MAX_LEN).ok_or(Fault::StringTooLong)?
            }
        };
        self.vm.work.partial = Value::number(len as f64);
        self.charge(len)?;
        self.vm.work.partial = Value::NIL;
        Ok(len)
    }

    /// A string of a part of a whole string that is in a register.
    pub(crate) fn part(&mut self, string: Gc<Str>, part: &str) -> Result<Value, Fault> {
        if part.len() == string.len() {
            return Ok(string.value());
        }
        Ok(self.vm.new_text(part.len(), |_, out| out.push(part))?.value())
    }
}
