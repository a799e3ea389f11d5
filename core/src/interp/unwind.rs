//! Errors that are caught: the frames above the one that catches them are cut.
//!
//! ```text
//!   fault ──> raise ──> the innermost frame with a handler for its pc ──none──> the run ends, frames stay for the trace
//!                          │                                │
//!                          │ no function of the host        │ a function of the host lies between
//!                          v between                        v
//!             frames are cut, the register         Stop::Unwind ──> frames are cut down to the function,
//!             gets the value, on at the target                      which cannot go on: its call fails ──> raise, again
//! ```
//!
//! The frames are those of all fibers that wait for each other: those of which none is left have failed.
//!
//! Machine code is left by whatever raised: the frames below it are no longer those that it was entered with.

use super::fibers::ActiveCall;
use super::machine::Flow;
use super::stop::Stop;
use super::work::Work;
use super::{Fault, Vm};
use crate::bytecode::Handler;
use crate::object::stack::Frame;
use crate::value::Value;

/// Bulk work for each frame and handler that is looked at.
const LOOK: usize = 16;

/// Where an error is caught.
struct Caught {
    handler: Handler,
    /// Where the calls above are cut: at the handler's, or at a function of the host that lies between.
    cut: ActiveCall,
}

impl Vm {
    /// Goes on where the fault is caught.
    ///
    /// # Errors
    /// The fault that ends the run.
    pub(super) fn catch(&mut self, fault: Fault) -> Result<Flow, Fault> {
        if !fault.kind().is_catchable() {
            return Err(fault);
        }
        let Caught { handler, cut } = self.find_handler().ok_or(fault)?;
        self.work = Work::NONE;
        self.suspended = false;
        let value = self.error_value(fault)?;
        self.fail_fibers(cut.fibers, value);
        if cut.frame.callee.is_host() {
            self.thrown = value;
            self.fault = Fault::Thrown(value);
            self.stop = Stop::Unwind;
            return Ok(Flow::Stop);
        }
        self.thrown = Value::NIL;
        self.cut_frames(cut.depth);
        self.set_register(usize::from(handler.register), value);
        let frame = self.context.stack.top_mut();
        if let Some(closure) = frame.closure() {
            frame.pc = closure.function.code().wrapping_add(handler.target as usize);
        }
        Ok(Flow::Reload)
    }

    /// The innermost handler for the current instructions of the active calls.
    fn find_handler(&mut self) -> Option<Caught> {
        let mut looks = 0;
        let (mut found, mut host) = (None, None);
        for call in self.active_calls() {
            looks += 1;
            if call.frame.callee.is_host() {
                host = host.or(Some(call));
            } else if let Some(handler) = handler_of(&call.frame, &mut looks) {
                found = Some(Caught { handler, cut: host.unwrap_or(call) });
                break;
            }
        }
        // An error that ends the run costs nothing.
        found.inspect(|_| self.context.fuel.owe_bulk(looks * LOOK))
    }

    /// Ends all calls above that depth, and machine code.
    pub(super) fn cut_frames(&mut self, depth: usize) {
        self.context.stack.cut(depth);
        self.native.leave();
    }
}

/// The handler for the instruction that ends before the frame's pc: a call that is the last of a part lies in it.
fn handler_of(frame: &Frame, looks: &mut usize) -> Option<Handler> {
    let function = frame.closure()?.function;
    let word = function.word_index(frame.pc).checked_sub(1)?;
    function.handlers().iter().find(|handler| {
        *looks += 1;
        (handler.from..handler.to).contains(&word)
    })
}
