//! Calls with the items of a list as arguments, and functions that get a list of arguments.
//!
//! ```text
//!   f(a, ...xs)    call.list 2, win      win      win + 1   win + 2
//!                                        callee   a         [x, y, z]
//!
//!   closure        its frame first, then the items in its registers; the list is read last
//!   host function  a window past the caller's registers: if the call runs again, the list is still there
//!
//!   fn f(a, ...b)  the arguments from the second on are copied to a list before the frame is made
//! ```

use super::items::bytes;
use super::machine::Flow;
use super::{Fault, Vm};
use crate::entry::Entry;
use crate::fuel::BULK;
use crate::object::{Closure, Gc, InlineCache, List};
use crate::value::Value;

/// The arguments of a call: in registers, then in a list in the next register, if there is one.
#[derive(Clone, Copy)]
pub(super) struct Args {
    registers: u8,
    list: Option<Gc<List>>,
}

impl Args {
    pub(super) fn new(argc: u8) -> Args {
        Args { registers: argc, list: None }
    }

    pub(super) fn count(self) -> usize {
        usize::from(self.registers) + self.list.map_or(0, |list| list.len())
    }

    /// Their number, if all are in registers.
    pub(super) fn written_out(self) -> Option<u8> {
        self.list.is_none().then_some(self.registers)
    }
}

impl Vm {
    /// `call.list`
    #[inline(never)]
    pub(super) fn call_list(&mut self, argc: u8, win: usize) -> Flow {
        let args = self.listed_args(argc, win, 1);
        let result = args.and_then(|args| self.call_value(self.register(win), args, win));
        self.flow(result)
    }

    /// `invoke.list`
    #[inline(never)]
    pub(super) fn invoke_list(&mut self, argc: u8, win: usize, site: &InlineCache) -> Flow {
        let args = self.listed_args(argc, win, 2);
        let result = args.and_then(|args| self.invoke_property(args, win, site));
        self.flow(result)
    }

    /// The arguments of a call whose last register holds a list. Charges for the call and for the items.
    fn listed_args(&mut self, argc: u8, win: usize, words: usize) -> Result<Args, Fault> {
        let list = self.register(win + usize::from(argc)).as_object::<List>();
        let (Some(list), Some(registers)) = (list, argc.checked_sub(1)) else { return Err(Fault::Bytecode) };
        // A function of the host that runs again has been paid for.
        if !core::mem::take(&mut self.work.call_is_paid) {
            self.charge_bulk(BULK + bytes(list.len()), words)?;
        }
        Ok(Args { registers, list: Some(list) })
    }

    /// The argument at an index of a call with this window.
    pub(super) fn argument(&self, args: Args, win: usize, index: usize) -> Value {
        match index.checked_sub(usize::from(args.registers)) {
            None => self.register(win + 1 + index),
            Some(index) => args.list.and_then(|list| list.get(index)).unwrap_or(Value::NIL),
        }
    }

    /// Puts the arguments that are in a list, up to the argument `given`, into the registers of the frame, which has just been
    /// made.
    pub(super) fn place_listed(&mut self, args: Args, given: usize) {
        let Some(list) = args.list else { return };
        let first = usize::from(args.registers);
        for index in first..given {
            self.set_register(index + 1, list.get(index - first).unwrap_or(Value::NIL));
        }
    }

    /// Makes the frame of a function with a rest, and the list for that. The caller fills the registers before it. A safepoint.
    pub(super) fn push_with_rest(
        &mut self,
        closure: Gc<Closure>,
        args: Args,
        win: usize,
        first: Value,
    ) -> Result<(), Fault> {
        let fixed = usize::from(closure.function.fixed);
        let registers = usize::from(args.registers);
        let rest = self.scope(|vm, scope| {
            scope.keep(first)?;
            let rest = vm.make_list(args.count().saturating_sub(fixed))?;
            scope.keep(rest.value())?;
            for index in fixed..registers {
                vm.append(rest, vm.register(win + 1 + index));
            }
            if let Some(list) = args.list {
                for index in fixed.saturating_sub(registers)..list.len() {
                    vm.append(rest, list.get(index).unwrap_or(Value::NIL));
                }
            }
            vm.with_stack(None, |stack| stack.push(closure, win))?;
            Ok::<_, Fault>(rest)
        })?;
        // The list of arguments may be in this register, or in one of those before it.
        self.set_register(fixed + 1, rest.value());
        Ok(())
    }

    /// Calls a function of the host.
    pub(super) fn call_entry(
        &mut self,
        entry: &'static Entry,
        args: Args,
        win: usize,
        receiver: Value,
    ) -> Result<(), Fault> {
        if let Some(argc) = args.written_out() {
            return self.call_host_function(entry, argc, win, receiver);
        }
        let count = args.count();
        let argc = u8::try_from(count).ok().filter(|&argc| entry.arity().accepts(argc));
        if argc.is_none() {
            return Err(Fault::Arity { expected: entry.arity(), got: count as u32 });
        }
        let around = self.context.stack.top().closure().ok_or(Fault::Bytecode)?.function.registers as usize;
        let written: usize = usize::from(args.registers);
        let window = self.with_stack(Some(receiver), |stack| stack.push_host(entry, count, around))?;
        // The caller's registers end where the window begins.
        let back = around - win;
        self.context.stack.set_first(receiver);
        for index in 0..written {
            let value = self.context.stack.value_at(window - back + 1 + index);
            self.set_register(1 + index, value);
        }
        self.place_listed(args, count);
        // SAFETY: the window of the record just made, as many arguments as the entry allows.
        unsafe { self.run_host_function(entry, window, count, 0)? };
        let value = self.context.stack.value_at(window);
        self.set_register(win, value);
        Ok(())
    }
}
