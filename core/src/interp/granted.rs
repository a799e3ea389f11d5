//! Functions of the host's modules: what they ask of their calls, and give to them.
//!
//! ```text
//!   script ──call──> Entry::function ──guarded──> function(&mut HostCall)
//!                                        │            │ arguments, fuel, the host of the run
//!            its value <── end ──────────┘            └─ what it makes: in `Work::partial`, a root
//! ```
//!
//! A function sees neither values nor objects, so it can keep none across a collection. A function whose charge stops the
//! run is called again from its start, when the run goes on; what it has made is still there.

use core::any::Any;
use core::fmt;

use super::host_call::{Call, entry};
use super::stop::Stop;
use super::{Fault, Vm};
use crate::entry::{Arity, Entry};
use crate::fuel::BULK;
use crate::mem::{OutOfMemory, Vec};
use crate::object::{Bytes, Gc, List, MAX_BYTES, MAX_LEN, Str};
use crate::platform::Input;
use crate::value::Value;

/// A call of a function of the host has failed; the call knows why.
#[derive(Debug)]
pub struct Failed(());

impl Entry {
    /// A function of a module of the host. `function` is a function item or a closure that captures nothing; `doc` begins with
    /// the parameters, as in `(path): what the file holds.`.
    ///
    /// A panic of the function ends the run, see [`PanicGuard`](crate::platform::PanicGuard).
    #[must_use]
    pub const fn function<F>(name: &'static str, arity: Arity, doc: &'static str, function: F) -> Entry
    where
        F: Fn(&mut HostCall<'_>) -> Result<(), Failed> + Sync + 'static,
    {
        entry(name, arity, doc, move |call: &mut Call<'_>| call.guarded(&function))
    }
}

impl Call<'_> {
    /// Calls a function of a module of the host. The strings among its arguments are whole then.
    fn guarded(
        &mut self,
        function: &dyn Fn(&mut HostCall<'_>) -> Result<(), Failed>,
    ) -> Result<Value, Fault> {
        let (window, argc) = (self.window, self.argc);
        self.prepare(argc, 0)?;
        let mut value = Err(Fault::Panic);
        self.vm.call_function(&mut |vm| {
            let mut call = HostCall { call: Call { vm, window, argc }, fault: Fault::Thrown(Value::NIL) };
            let result = function(&mut call);
            value = call.end(result);
        })?;
        value
    }
}

/// A function's view of its call. The value is what the function gives or makes last; nil if that is nothing.
pub struct HostCall<'a> {
    call: Call<'a>,
    /// Why it has failed. What that holds is in a register, or is the VM's `thrown`.
    fault: Fault,
}

impl fmt::Debug for HostCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostCall").field("argc", &self.argc()).finish_non_exhaustive()
    }
}

// Arguments.
impl HostCall<'_> {
    /// The number of arguments.
    #[must_use]
    pub fn argc(&self) -> usize {
        self.call.argc()
    }

    /// The argument at an index, a number.
    ///
    /// # Errors
    /// If it is none.
    pub fn number(&mut self, index: usize) -> Result<f64, Failed> {
        let number = self.call.arg(index).to_f64();
        number.ok_or_else(|| self.wrong_type(index, "a number"))
    }

    /// The argument at an index, a string.
    ///
    /// # Errors
    /// If it is none.
    pub fn text(&mut self, index: usize) -> Result<&str, Failed> {
        match self.call.arg(index).as_object::<Str>() {
            // SAFETY: the string is whole, a register holds it, and all that could be a safepoint borrows the call.
            Some(string) => Ok(unsafe { string.text_for() }),
            None => Err(self.wrong_type(index, "a string")),
        }
    }

    /// The bytes of the argument at an index, a string or an array of bytes.
    ///
    /// # Errors
    /// If it is neither.
    pub fn data(&mut self, index: usize) -> Result<&[u8], Failed> {
        let found = self.call.arg(index);
        if let Some(bytes) = found.as_object::<Bytes>() {
            // SAFETY: a register holds the array, and all that changes one, or could be a safepoint, borrows the call.
            Ok(unsafe { bytes.slice_for() })
        } else if found.as_object::<Str>().is_some() {
            self.text(index).map(str::as_bytes)
        } else {
            Err(self.wrong_type(index, "a string or a Bytes"))
        }
    }
}

// Failures.
impl HostCall<'_> {
    fn failed(&mut self, fault: Fault) -> Failed {
        self.fault = if self.is_stopped() { Fault::Stopped } else { fault };
        Failed(())
    }

    fn wrong_type(&mut self, index: usize, wanted: &'static str) -> Failed {
        self.refuse(index, wanted, false)
    }

    /// The failure that the argument at an index has the right type and is not `wanted`, such as "a number from 0 on".
    pub fn wrong(&mut self, index: usize, wanted: &'static str) -> Failed {
        self.refuse(index, wanted, true)
    }

    fn refuse(&mut self, index: usize, wanted: &'static str, has_type: bool) -> Failed {
        let fault = self.call.wrong(wanted, self.call.arg(index), has_type);
        self.failed(fault)
    }

    /// The failure that the system refuses something: an error of the kind `Io` with this message, a sentence.
    pub fn refused(&mut self, message: fmt::Arguments<'_>) -> Failed {
        if let Err(failed) = self.goes_on() {
            return failed;
        }
        let mut text = Text(Vec::new(self.call.vm.mem()));
        let written = fmt::Write::write_fmt(&mut text, message).map_err(|_| OutOfMemory);
        let made = written.and_then(|()| self.call.vm.literal(&text.0));
        match made {
            Ok(message) => {
                self.call.vm.thrown = message.value();
                self.failed(Fault::Io(message))
            }
            Err(OutOfMemory) => self.failed(Fault::OutOfMemory),
        }
    }

    /// The failure that memory is out.
    pub fn out_of_memory(&mut self) -> Failed {
        self.failed(Fault::OutOfMemory)
    }
}

// Fuel, and the host of the run.
impl HostCall<'_> {
    /// Whether the run is to stop, which comes before all else.
    fn is_stopped(&self) -> bool {
        !matches!(self.call.vm.stop, Stop::Switch)
    }

    fn goes_on(&mut self) -> Result<(), Failed> {
        if self.is_stopped() || self.call.vm.suspended {
            Err(self.failed(Fault::OutOfMemory))
        } else {
            Ok(())
        }
    }

    /// Pays for `bytes` of work before it is done.
    ///
    /// # Errors
    /// If the run stops. When it goes on, the function is called again, and what this charge has paid is not paid again. So a
    /// function changes nothing before, or goes on with [`made_bytes`](HostCall::made_bytes).
    pub fn charge(&mut self, bytes: usize) -> Result<(), Failed> {
        self.goes_on()?;
        // A charge that is not the one that stopped the run pays for itself.
        if self.call.vm.work.paid >= (bytes / BULK).max(1) {
            self.call.vm.work.paid = 0;
        }
        self.call.charge(bytes).map_err(|fault| self.failed(fault))
    }

    /// A number of bytes, if a VM of this one's limit may hold so many.
    ///
    /// # Errors
    /// That they are too many, an error of the kind `Size`.
    pub fn fits(&mut self, bytes: u64) -> Result<usize, Failed> {
        let most = self.call.vm.mem().usage().limit.min(MAX_BYTES);
        let fits = usize::try_from(bytes).ok().filter(|&bytes| bytes <= most);
        fits.ok_or_else(|| self.failed(Fault::TooLarge { bytes }))
    }

    /// Whether the host wants the run to stop. What waits looks here.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.call.vm.is_interrupted()
    }

    /// Nanoseconds by the host's clock.
    ///
    /// # Errors
    /// If the clock panicked.
    pub fn nanoseconds(&mut self) -> Result<u64, Failed> {
        self.call.vm.nanoseconds().map_err(|fault| self.failed(fault))
    }

    /// The host's state, if it is of this type.
    pub fn state<S: 'static>(&mut self) -> Option<&mut S> {
        let state: Option<&mut (dyn Any + 'static)> = self.call.vm.host()?.state.as_deref_mut();
        state?.downcast_mut()
    }

    /// Where the host lets scripts read.
    pub fn input(&mut self) -> Option<&mut dyn Input> {
        match &mut self.call.vm.host()?.input {
            Some(input) => Some(&mut **input),
            None => None,
        }
    }

    /// Writes the string that is the argument at an index to the host's output.
    ///
    /// # Errors
    /// If it is no string, or the output cannot be written.
    pub fn print(&mut self, index: usize) -> Result<(), Failed> {
        let Some(string) = self.call.arg(index).as_object::<Str>() else {
            return Err(self.wrong_type(index, "a string"));
        };
        // SAFETY: a register holds the string, and output is no safepoint.
        let text = unsafe { string.text_for() };
        self.call.vm.write(text.as_bytes()).map_err(|fault| self.failed(fault))
    }

    /// Lets the host's output pass on what it holds back.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub fn flush(&mut self) -> Result<(), Failed> {
        let flushed = self.call.vm.call_host(|host| host.output.flush());
        flushed.and_then(|flushed| Ok(flushed?)).map_err(|fault| self.failed(fault))
    }
}

// The value.
impl HostCall<'_> {
    fn give(&mut self, value: Value) {
        self.call.vm.work.partial = value;
    }

    /// Calls `make`, which makes the value.
    fn make<T>(&mut self, make: impl FnOnce(&mut Vm) -> Result<T, Fault>) -> Result<T, Failed> {
        self.goes_on()?;
        make(self.call.vm).map_err(|fault| self.failed(fault))
    }

    /// The value is a boolean.
    pub fn give_bool(&mut self, value: bool) {
        self.give(Value::bool(value));
    }

    /// The value is a number.
    pub fn give_number(&mut self, value: f64) {
        self.give(Value::number(value));
    }

    /// The value is nil.
    pub fn give_nil(&mut self) {
        self.give(Value::NIL);
    }

    /// The value is a string. The function has paid for it.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn give_text(&mut self, text: &str) -> Result<(), Failed> {
        let made = self.make(|vm| string(vm, text))?;
        self.give(made.value());
        Ok(())
    }

    /// The value is a list, empty for now.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn make_list(&mut self) -> Result<(), Failed> {
        let made = self.make(|vm| vm.make_list(0))?;
        self.give(made.value());
        Ok(())
    }

    /// Appends a string to the list that was made. The function has paid for both.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn push_text(&mut self, text: &str) -> Result<(), Failed> {
        self.make(|vm| {
            let list = vm.work.partial.as_object::<List>().ok_or(Fault::Bytecode)?;
            vm.make_room(list, 1)?;
            let text = string(vm, text)?;
            vm.append(list, text.value());
            Ok(())
        })
    }

    /// The value is an array of so many zeros. The function has paid for it.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn make_bytes(&mut self, len: usize) -> Result<(), Failed> {
        if len > MAX_BYTES {
            return Err(self.out_of_memory());
        }
        let made = self.make(|vm| vm.make_bytes(len))?;
        self.give(made.value());
        Ok(())
    }

    /// How many bytes the array has that was made, also before the run was stopped in this call; none if there is no array.
    #[must_use]
    pub fn made_bytes(&self) -> Option<usize> {
        self.array().map(|bytes| bytes.len())
    }

    /// Writes into the array that was made. What does not fit is left out.
    pub fn write(&mut self, at: usize, data: &[u8]) {
        if let Some(bytes) = self.array() {
            bytes.write(at, data);
        }
    }

    /// Appends to the array that was made. The function has paid for twice the bytes, for those that move.
    ///
    /// # Errors
    /// If there is no memory for them.
    pub fn extend(&mut self, data: &[u8]) -> Result<(), Failed> {
        self.make(|vm| {
            let bytes = vm.work.partial.as_object::<Bytes>().ok_or(Fault::Bytecode)?;
            let len = bytes.len();
            vm.make_room_for_bytes(bytes, data.len())?;
            bytes.set_len(len + data.len());
            bytes.write(len, data);
            Ok(())
        })
    }

    /// Shortens the array that was made.
    pub fn shorten(&mut self, len: usize) {
        if let Some(bytes) = self.array() {
            bytes.set_len(len.min(bytes.len()));
        }
    }

    /// Takes the line end away that the array ends with.
    pub fn trim_line_end(&mut self) {
        let Some(bytes) = self.array() else { return };
        for end in *b"\n\r" {
            let less = bytes.len().checked_sub(1);
            match less.filter(|&last| bytes.get(last) == Some(end)) {
                Some(less) => bytes.set_len(less),
                None => return,
            }
        }
    }

    /// The value is the text whose UTF-8 the array has that was made. False if it is none. The function has paid for twice the
    /// bytes.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn make_text(&mut self) -> Result<bool, Failed> {
        let made = self.make(|vm| {
            let bytes = vm.work.partial.as_object::<Bytes>().ok_or(Fault::Bytecode)?;
            vm.text_of_bytes(bytes)
        })?;
        if let Some(text) = made {
            self.give(text.value());
        }
        Ok(made.is_some())
    }

    /// The array that was made.
    fn array(&self) -> Option<Gc<Bytes>> {
        self.call.vm.work.partial.as_object()
    }

    /// The value of the call.
    fn end(self, result: Result<(), Failed>) -> Result<Value, Fault> {
        let vm = self.call.vm;
        if result.is_err() && (matches!(self.fault, Fault::Stopped) || vm.suspended) {
            // It is called again.
            return Err(self.fault);
        }
        vm.work.paid = 0;
        let made = core::mem::replace(&mut vm.work.partial, Value::NIL);
        match result {
            Ok(()) => Ok(made),
            Err(Failed(())) => Err(self.fault),
        }
    }
}

/// A string of a text. A safepoint.
fn string(vm: &mut Vm, text: &str) -> Result<Gc<Str>, Fault> {
    if text.len() > MAX_LEN {
        return Err(Fault::StringTooLong);
    }
    Ok(vm.new_text(text.len(), |_, out| out.push(text))?)
}

/// A text in the making.
struct Text(Vec<u8>);

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes()).map_err(|OutOfMemory| fmt::Error)
    }
}
