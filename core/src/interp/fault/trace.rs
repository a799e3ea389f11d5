//! Where a script stopped.

use crate::interp::Vm;
use crate::stack::Frame;

/// A function's number among all that a VM ever loaded, dead ones included.
///
/// Those of a script lie together, with the script itself last: see [`Script::functions`](crate::Script::functions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub u32);

/// A frame of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceFrame<'a> {
    /// The function's name; `None` for the script itself.
    pub name: Option<&'a str>,
    /// The line it is at.
    pub line: u32,
    /// The function, by its number among all that the VM ever loaded.
    pub function: FunctionId,
    /// The last word of the instruction it is at.
    pub word: u32,
}

impl Vm {
    /// The frames that are active, innermost first: after an error, those of the place where it happened.
    pub fn trace(&self) -> impl Iterator<Item = TraceFrame<'_>> {
        self.context.stack.frames().filter_map(|frame: Frame| {
            let function = frame.closure()?.function;
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
