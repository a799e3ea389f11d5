//! The trace: the calls that were active when a script stopped.

use crate::interp::Vm;
use crate::interp::errors::ScriptCall;
use crate::object::{Function, Gc, List};

/// A function's number among all functions that a VM ever loaded, dead ones included.
///
/// The numbers of a script's functions are consecutive, with the script itself last: see
/// [`Script::functions`](crate::Script::functions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub u32);

/// A frame of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceFrame<'a> {
    /// The function's name; `None` for the script itself.
    pub name: Option<&'a str>,
    /// The line of the current instruction.
    pub line: u32,
    /// The function's number.
    pub function: FunctionId,
    /// The last word of the current instruction.
    pub word: u32,
    /// Whether it waits for a fiber: for the one whose calls come before it.
    pub resumes: bool,
}

impl Vm {
    /// The active calls, innermost first, without those of the library's functions. After an error, the calls at the place of the
    /// error; of an error that scripts caught and threw on, at most 256 of the place where it was thrown first.
    pub fn trace(&self) -> impl Iterator<Item = TraceFrame<'_>> {
        let kept = self.uncaught_trace();
        let active = self.script_calls(usize::MAX).filter(move |_| kept.is_none());
        kept.into_iter().flat_map(kept_calls).chain(active).map(|ScriptCall { function, word, resumes }| {
            let name = function.name.map(|name| {
                // SAFETY: a frame, or the trace that the VM keeps, keeps the function and its name alive while the VM is not
                // running.
                unsafe { name.text_for() }
            });
            TraceFrame { name, line: function.line(word), function: FunctionId(function.id), word, resumes }
        })
    }
}

/// The calls of a trace that an error has kept.
fn kept_calls(trace: Gc<List>) -> impl Iterator<Item = ScriptCall> {
    (0..trace.len() / 2).filter_map(move |index| {
        let function = trace.get(2 * index)?.as_object::<Function>()?;
        Some(ScriptCall::kept(function, trace.get(2 * index + 1)?.to_f64()?))
    })
}
