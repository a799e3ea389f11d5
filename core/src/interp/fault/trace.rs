//! The trace: the calls that were active when a script stopped.

use crate::interp::Vm;
use crate::stack::Frame;

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
}

impl Vm {
    /// The active calls, innermost first, without those of the library's functions. After an error, the calls at the place of the error.
    pub fn trace(&self) -> impl Iterator<Item = TraceFrame<'_>> {
        self.context.stack.frames().filter_map(|frame: Frame| {
            let function = frame.closure()?.function;
            if function.is_library() {
                return None;
            }
            let name = function.name.map(|name| {
                // SAFETY: a frame keeps its closure, function and name alive while the VM is not running.
                unsafe { name.text_for() }
            });
            let word = function.word_index(frame.pc).saturating_sub(1);
            Some(TraceFrame {
                name,
                line: function.line_before(frame.pc),
                function: FunctionId(function.id),
                word,
            })
        })
    }
}
