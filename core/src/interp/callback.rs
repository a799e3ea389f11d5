//! Calls of scripts by functions of the host.
//!
//! ```text
//!   record of the host's function ──> Boundary ──> the machine, again, until the callee returns to the record
//! ```
//!
//! A boundary saves the state of machine code that waits below: its stack pointer, its depths, and that it is
//! active. Scripts that a function of the host calls end before the function does, so they cannot be stopped and
//! resumed: when fuel or an interrupt ends them, the run ends with an error. Nor is anything compiled or freed while
//! machine code waits.

use super::host_call::Call;
use super::spread::Args;
use super::stop::Stop;
use super::work::Work;
use super::{Fault, Vm};
use crate::value::Value;

/// The deepest nesting of functions of the host that call scripts, the same in every tier. The native stack is
/// bounded separately, by address.
const MOST_NESTED: usize = 150;

impl Call<'_> {
    /// Calls a value. A safepoint: objects that the function holds outside its arguments may die. After it the
    /// function's own call cannot run again.
    ///
    /// # Errors
    /// The callee's fault. After [`Fault::Stopped`] the run is over, or the fault is caught further down: further calls fail in
    /// the same way, and the function's result is ignored.
    pub(crate) fn call(&mut self, callee: Value, args: &[Value]) -> Result<Value, Fault> {
        self.vm.call_from_host(callee, args)
    }
}

impl Vm {
    /// Calls a value from a function of the host, whose record is the current one, and runs it to its end.
    fn call_from_host(&mut self, callee: Value, args: &[Value]) -> Result<Value, Fault> {
        let argc = u8::try_from(args.len()).map_err(|_| Fault::StackOverflow)?;
        if !matches!(self.stop, Stop::Switch) {
            return Err(Fault::Stopped);
        }
        if self.host_depth >= MOST_NESTED || self.native_stack.is_passed() {
            return Err(Fault::StackOverflow);
        }
        let win = self.context.stack.host_registers();
        let registers = win + 1 + args.len();
        self.with_stack(None, |stack| stack.set_host_registers(registers))?;
        self.set_register(win, callee);
        for (index, &arg) in args.iter().enumerate() {
            self.set_register(win + 1 + index, arg);
        }
        self.callbacks += 1;
        self.host_depth += 1;
        let (depth, fiber) = (self.context.stack.depth(), self.fiber);
        let boundary = self.begin_boundary();
        let result = match self.charge_call().and_then(|()| self.call_value(callee, Args::new(argc), win)) {
            // A host function has already returned.
            Ok(()) if self.context.stack.depth() == depth && self.fiber == fiber => Ok(()),
            Ok(()) => self.run_to_return(depth),
            // A function got hot: another tier runs it, or a sample has run it.
            Err(Fault::Stopped) => self.run_to_return(depth),
            fault => fault,
        };
        self.end_boundary(&boundary);
        self.host_depth -= 1;
        // A library function that was to run again does not.
        self.work = Work::NONE;
        result?;
        let value = self.register(win);
        self.context.stack.set_host_registers(win)?;
        Ok(value)
    }

    /// Charges for a call.
    fn charge_call(&mut self) -> Result<(), Fault> {
        if self.context.fuel.slice == 0 {
            if self.take_interrupt() {
                self.stop = Stop::Interrupt;
                return Err(Fault::Stopped);
            }
            if !self.renew_slice() {
                self.stop = Stop::Fuel;
                return Err(Fault::Stopped);
            }
        }
        self.context.fuel.slice -= 1;
        Ok(())
    }

    /// Runs the begun call until it returns to the host's function, whose record is that of `depth`. A stop that could be resumed elsewhere ends the
    /// run.
    fn run_to_return(&mut self, depth: usize) -> Result<(), Fault> {
        self.run_until_stop();
        let fault = match core::mem::replace(&mut self.stop, Stop::Switch) {
            Stop::Done | Stop::Switch => return Ok(()),
            Stop::Fuel => Fault::OutOfFuel,
            Stop::Interrupt => Fault::Interrupted,
            Stop::Unwind => {
                // The function that called goes next.
                self.cut_frames(depth);
                self.stop = Stop::Unwind;
                return Err(Fault::Stopped);
            }
            stop @ Stop::Error(_) => {
                self.stop = stop;
                return Err(Fault::Stopped);
            }
        };
        // The trace shows the place where the callee stopped.
        let _ = self.raise(fault);
        Err(Fault::Stopped)
    }
}
