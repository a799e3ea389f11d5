//! Calls and returns.

use crate::bytecode::operand::{Argc, Site32, SuperWin, Win};
use crate::interp::Vm;
use crate::interp::machine::{Flow, Machine};
use crate::interp::native::CALL;
use crate::object::stack::Frame;
use crate::object::{Callable, Closure, Gc, Header, InlineCache};
use crate::value::Value;

impl Machine {
    /// Calls the value in `win`.
    #[inline(always)]
    pub(in crate::interp) fn call_window(&mut self, argc: Argc, win: Win) -> Flow {
        if let Some(closure) = self.read_win(win).as_object::<Closure>()
            && closure.function.arity == argc.0
            && let Some(flow) = self.push_frame(closure, win)
        {
            return flow;
        }
        self.save();
        self.vm().call(argc.0, usize::from(win.0))
    }

    /// Calls a method of the receiver in `win`.
    #[inline(always)]
    pub(in crate::interp) fn invoke_window(&mut self, argc: Argc, win: Win, site: Site32) -> Flow {
        let machine = *self;
        let cache = machine.site(site);
        if let Some(method) = self.read_win(win).header().and_then(|header| hit(cache, header))
            && let Some(flow) = self.push_frame(method, win)
        {
            return flow;
        }
        self.save();
        self.vm().invoke(argc.0, usize::from(win.0), cache)
    }

    /// Calls a method of the superclass, which is in the register after the arguments, on the receiver in `win`.
    #[inline(always)]
    pub(in crate::interp) fn super_window(&mut self, argc: Argc, win: SuperWin, site: Site32) -> Flow {
        let win = Win(win.0);
        let machine = *self;
        let cache = machine.site(site);
        if let Some(method) = self.read_superclass(win, argc).header().and_then(|header| hit(cache, header))
            && let Some(flow) = self.push_frame(method, win)
        {
            return flow;
        }
        self.save();
        self.vm().super_invoke(argc.0, usize::from(win.0), cache)
    }

    /// Leaves the function; the value goes to the caller's window.
    #[inline(always)]
    pub(in crate::interp) fn return_to_caller(&mut self, value: Value) -> Flow {
        self.write(crate::bytecode::operand::Dst(0), value);
        let stack = &mut self.vm().context.stack;
        // SAFETY: below a function's record there is its caller's, or the host's.
        let caller = unsafe {
            stack.frame = stack.frame.sub(1);
            *stack.frame
        };
        if caller.pc.is_null() {
            return done(self.vm());
        }
        self.pc = caller.pc;
        self.base = caller.base;
        self.data = caller.data;
        Flow::Next
    }

    /// Begins a call, if there is fuel and enough stack.
    #[inline(always)]
    fn push_frame(&mut self, closure: Gc<Closure>, win: Win) -> Option<Flow> {
        let function = closure.function;
        let base = self.window(win);
        let pc = self.pc;
        let vm = self.vm();
        let slice = vm.context.fuel.slice;
        let frame = vm.context.stack.frame.wrapping_add(1);
        let top = base.wrapping_add(function.registers as usize);
        if slice == 0 || frame >= vm.context.stack.frames_end || top > vm.context.stack.end {
            return None;
        }
        vm.context.fuel.slice = slice - 1;
        vm.context.stack.top_mut().pc = pc;
        let data = function.data();
        // SAFETY: there is room for one more record.
        unsafe { *frame = Frame { pc: function.code(), base, data, callee: Callable::closure(closure) } };
        vm.context.stack.frame = frame;
        self.pc = function.code();
        self.base = base;
        self.data = data;
        // The new record has its pc already.
        Some(if self.count(CALL) { self.vm().hot() } else { Flow::Next })
    }
}

/// A function has returned to a record without a pc: the watermark's, where it continues, or the host's, or the first of a fiber. A separate
/// function, since the handler would keep the old `stop` on the native stack.
#[cold]
#[inline(never)]
fn done(vm: &mut Vm) -> Flow {
    if vm.context.stack.pass_watermark() {
        return vm.poll();
    }
    vm.end_of_stack()
}

/// The site's method for the shape of the object, if it is a closure.
#[inline(always)]
fn hit(site: &InlineCache, object: Gc<Header>) -> Option<Gc<Closure>> {
    site.entry(object.shape())?.closure()
}
