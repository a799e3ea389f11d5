//! The machine's registers, on which handlers work.
//!
//! A [`Machine`] is four words by value. It never escapes into memory: every method on it is inlined; functions that
//! are not get the VM and plain operands. So both dispatchers keep it in machine registers.

use super::Vm;
use crate::bytecode::operand::{Argc, Dst, FarDst, FarSrc, Lit8, Lit32, Num8, Site32, Src, Upvalue16, Win};
use crate::object::{Closure, Gc, InlineCache, cache_at, header_below};
use crate::value::Value;

/// The dispatcher's next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Continue at the machine's pc.
    Next,
    /// Load pc, base and data from the VM's current frame, then continue. Functions of the VM return this, so that no
    /// part of the machine is live across their calls.
    Reload,
    /// Stop; `Vm::stop` holds the reason.
    Stop,
}

/// The state of the running frame.
///
/// Invariants, established by the verifier and kept by calls and returns: `pc` points into the frame's code after
/// the words of the instruction being run; `base` to its registers, as many as the function says; `data` to its
/// function's constants; `vm` to the VM, to which nobody else holds a reference while a handler runs.
#[derive(Clone, Copy)]
pub(crate) struct Machine {
    pub(super) pc: *const u32,
    pub(super) base: *mut Value,
    pub(super) data: *const Value,
    pub(super) vm: *mut Vm,
}

impl Machine {
    /// The machine of the VM's current frame.
    #[inline(always)]
    pub(super) fn at_frame(vm: *mut Vm) -> Machine {
        let mut machine =
            Machine { pc: core::ptr::null(), base: core::ptr::null_mut(), data: core::ptr::null(), vm };
        machine.reload();
        machine
    }

    /// The VM.
    #[inline(always)]
    pub(super) fn vm(&mut self) -> &mut Vm {
        // SAFETY: see the invariants.
        unsafe { &mut *self.vm }
    }

    /// The next word: an instruction's second, or the next instruction.
    #[inline(always)]
    pub(super) fn fetch(&mut self) -> u32 {
        if cfg!(any(test, fuzzing)) && !self.vm().native.is_active() {
            self.vm().meter.fetched();
        }
        // SAFETY: verified code ends with an instruction that never continues to the next word, and instructions are
        // whole.
        unsafe {
            let word = *self.pc;
            self.pc = self.pc.add(1);
            word
        }
    }

    /// Writes the pc to the frame's record: before anything that may stop, throw or allocate.
    #[inline(always)]
    pub(super) fn save(&mut self) {
        let pc = self.pc;
        self.vm().context.stack.top_mut().pc = pc;
    }

    /// Loads the VM's current frame.
    #[inline(always)]
    pub(super) fn reload(&mut self) {
        let frame = *self.vm().context.stack.top();
        self.pc = frame.pc;
        self.base = frame.base;
        self.data = frame.data;
    }

    /// A jump by `words` words.
    ///
    /// The empty assembly keeps the compiler from turning a jump on a condition into a conditional move: then the pc
    /// and all later instructions would wait for the condition, which the processor predicts otherwise.
    #[inline(always)]
    pub(super) fn jump_by(&mut self, words: i32) {
        #[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "x86"))]
        // SAFETY: no instruction, no effect.
        unsafe {
            core::arch::asm!("", options(nomem, nostack, preserves_flags));
        }
        // SAFETY: verified jumps stay in the function's code.
        self.pc = unsafe { self.pc.offset(words as isize) };
    }

    #[inline(always)]
    pub(super) fn read(&self, src: Src) -> Value {
        self.register(usize::from(src.0))
    }

    #[inline(always)]
    pub(super) fn read_far(&self, far: FarSrc) -> Value {
        self.register(usize::from(far.0))
    }

    #[inline(always)]
    pub(super) fn read_win(&self, win: Win) -> Value {
        self.register(usize::from(win.0))
    }

    /// The superclass, which is after the arguments of a window.
    #[inline(always)]
    pub(super) fn read_superclass(&self, win: Win, argc: Argc) -> Value {
        self.register(usize::from(win.0) + 1 + usize::from(argc.0))
    }

    #[inline(always)]
    fn register(&self, index: usize) -> Value {
        // SAFETY: verified instructions name registers of the frame only.
        unsafe { *self.base.add(index) }
    }

    /// A register that holds a double.
    ///
    /// Loads the register again rather than reuse the tested bits: a load costs less than a move from an integer
    /// register to a floating-point one, which would lie on the path from each result to the next. Volatile, for the
    /// compiler would make one load of two.
    #[inline(always)]
    pub(super) fn read_double(&self, src: Src) -> f64 {
        // SAFETY: as above.
        unsafe { self.base.add(usize::from(src.0)).cast::<f64>().read_volatile() }
    }

    #[inline(always)]
    pub(super) fn write(&mut self, dst: Dst, value: Value) {
        // SAFETY: as above.
        unsafe { *self.base.add(usize::from(dst.0)) = value };
    }

    #[inline(always)]
    pub(super) fn write_far(&mut self, far: FarDst, value: Value) {
        // SAFETY: as above.
        unsafe { *self.base.add(usize::from(far.0)) = value };
    }

    /// The address of a window's first register.
    #[inline(always)]
    pub(super) fn window(&self, win: Win) -> *mut Value {
        self.base.wrapping_add(usize::from(win.0))
    }

    #[inline(always)]
    pub(super) fn number(&self, number: Num8) -> Value {
        self.constant(usize::from(number.0))
    }

    #[inline(always)]
    pub(super) fn literal(&self, lit: Lit8) -> Value {
        self.constant(usize::from(lit.0))
    }

    #[inline(always)]
    pub(super) fn literal_wide(&self, lit: Lit32) -> Value {
        self.constant(lit.0 as usize)
    }

    #[inline(always)]
    pub(super) fn constant(&self, index: usize) -> Value {
        // SAFETY: verified instructions name constants of the function only.
        unsafe { *self.data.add(index) }
    }

    /// An inline cache. It is borrowed from a machine, though the function owns it and the running frame keeps it
    /// alive: code that uses it while the VM works gets it from a copy of the machine.
    #[inline(always)]
    pub(super) fn site(&self, site: Site32) -> &InlineCache {
        // SAFETY: verified instructions name sites of the function only; `data` is never null.
        unsafe { cache_at(core::ptr::NonNull::new_unchecked(self.data.cast_mut()), site.0 as usize).as_ref() }
    }

    /// Counts a call or an iteration of a loop of the running function, which uses up `cost` of its hotness. True if none
    /// is left.
    #[inline(always)]
    pub(super) fn count(&self, cost: u32) -> bool {
        // SAFETY: `data` is the running function's, and never null.
        unsafe { header_below(core::ptr::NonNull::new_unchecked(self.data.cast_mut())).as_ref() }.count(cost)
    }

    /// The running closure.
    #[inline(always)]
    pub(super) fn running(&mut self) -> Gc<Closure> {
        // SAFETY: records of the host and of its functions run no code.
        unsafe { self.vm().context.stack.top().callee.unchecked_closure() }
    }

    /// An upvalue of the running closure.
    #[inline(always)]
    pub(super) fn upvalue(&mut self, upvalue: Upvalue16) -> Value {
        // SAFETY: verified instructions name upvalues of the function only.
        unsafe { self.running().upvalue(usize::from(upvalue.0)).get() }
    }
}
