//! Between the interpreter and machine code: when a function is compiled, how code is entered and left, and the
//! functions of the VM that it calls.
//!
//! ```text
//!   run ──> interpret ──hot──> Stop::Switch ──> run ──> enter ──> machine code
//!    ^                                           ^                   │  step, call, ...: a function here,
//!    │                                           │                   │  which answers with an address to go on at
//!    └── done, out of fuel, error <── Native ────┴──── Exit stub <───┘
//! ```
//!
//! Frames are the truth. Whatever happens off the fast path of machine code, the instruction is executed by the
//! interpreter's own meaning, on the frame's record; then code goes on where the record says, if that place may be
//! entered, or leaves. So there is one meaning of every error, of every slice of fuel, and of every trace.

use core::ptr::NonNull;

use super::Vm;
use super::machine::{Flow, Machine};
use super::stack::Frame;
use super::vm::Stop;
use crate::bytecode::{Insn, Op};
use crate::layout::{LEFT, RETURNED, STUBS, Stub, UNCOMPILED};
use crate::mem::Mem;
use crate::object::{COLD, Closure, Function, Gc, Header, Object, Site};
use crate::platform::{CodeError, CodeSpan};
use crate::tier::{Bail, Kinds, NativeRecord, NativeTier, Unit};
use crate::value::Value;

/// Calls between pieces of machine code that may be active at once: each takes 16 bytes of native stack. Deeper
/// calls leave and enter anew.
const DEPTH: usize = 4096;
/// Samples of a function before it is compiled.
const SAMPLES: u8 = 4;

macro_rules! runtime {
    ($($(#[doc = $doc:literal])* $variant:ident $function:ident($($arg:ident: $type:ty),*) -> $result:ty;)*) => {
        /// Functions of the VM that machine code calls through the stub of the same name, with the VM as a further
        /// first argument.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(usize)]
        pub enum Runtime { $($(#[doc = $doc])* $variant,)* }

        /// How many there are.
        pub const RUNTIME: usize = [$(Runtime::$variant),*].len();

        impl Runtime {
            /// All of them, in order.
            pub const ALL: [Runtime; RUNTIME] = [$(Runtime::$variant),*];

            /// Its name, for listings.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Runtime::$variant => stringify!($function),)* }
            }
        }

        fn addresses() -> [usize; RUNTIME] {
            [$({
                let function: unsafe extern "C" fn(*mut Vm, $($type),*) -> $result = $function;
                function as usize
            },)*]
        }
    };
}

runtime! {
    /// `step(word)`: executes the instruction at `word` of the running function. Answers 0 if the next one follows,
    /// else where to go on.
    Step step(word: u32) -> *const u8;
    /// `step_on(word)`: the same, but never 0: goes on executing until there is a place to enter. Its stub is jumped to,
    /// not called, and goes there.
    StepOn step_on(word: u32) -> *const u8;
    /// `unexpected(word)`: the same, for operands of other kinds than the code was made for.
    Unexpected unexpected(word: u32) -> *const u8;
    /// `call(next, argc, window)`: the call that ends before word `next`, after its fast path failed. Answers 0 if it is
    /// done, else what to call: the callee's frame is the current one then.
    Call call(next: u32, argc: u32, window: u32) -> *const u8;
    /// `invoke(next, argc, window, site)`: the same for `invoke`.
    Invoke invoke(next: u32, argc: u32, window: u32, site: *const Site) -> *const u8;
    /// `super_invoke(next, argc, window, site)`: the same for `super.invoke`.
    SuperInvoke super_invoke(next: u32, argc: u32, window: u32, site: *const Site) -> *const u8;
    /// `remember(object)`: tells the collector that a scanned object was stored into.
    Remember remember(object: *mut Header) -> ();
}

impl Runtime {
    /// Whether its stub is jumped to and goes on where the answer says, rather than called.
    #[must_use]
    pub fn is_tail(self) -> bool {
        matches!(self, Runtime::StepOn | Runtime::Unexpected)
    }
}

/// What machine code finds in the VM beside its stacks and fuel.
#[repr(C)]
pub(crate) struct Native {
    pub(crate) frames_end: *mut Frame,
    pub(crate) globals: *mut Value,
    pub(crate) sp: usize,
    pub(crate) stubs: [usize; STUBS],
    pub(crate) runtime: [usize; RUNTIME],
    /// Constants that machine code compares with.
    pub(crate) nil: Value,
    pub(crate) undefined: Value,
    /// A sample was taken, so frames may be other ones than before.
    pub(super) moved: bool,
    /// The depth that machine code may not reach since it was entered.
    limit: usize,
    tier: Option<NonNull<dyn NativeTier>>,
    tier_layout: core::alloc::Layout,
    mem: Mem,
    /// The system takes executable memory away: nothing of it is entered any more.
    refused: bool,
    stats: NativeStats,
}

/// What native tiers did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NativeStats {
    /// Functions compiled.
    pub compiled: u32,
    /// Functions that stay interpreted.
    pub bailed: u32,
    /// Why the last of them does.
    pub last_bail: Option<Bail>,
    /// Bytes of machine code in use.
    pub code: usize,
}

impl Native {
    pub(crate) fn new(mem: &Mem) -> Native {
        Native {
            frames_end: core::ptr::null_mut(),
            globals: core::ptr::null_mut(),
            sp: 0,
            stubs: [0; STUBS],
            runtime: addresses(),
            nil: Value::NIL,
            undefined: Value::UNDEFINED,
            moved: false,
            limit: 0,
            tier: None,
            tier_layout: core::alloc::Layout::new::<()>(),
            mem: mem.clone(),
            refused: false,
            stats: NativeStats::default(),
        }
    }

    fn tier(&mut self) -> Option<&mut dyn NativeTier> {
        // SAFETY: `install_tier` put it there, and nobody else has it.
        self.tier.map(|mut tier| unsafe { tier.as_mut() })
    }

    /// The entry of functions that have no code yet; null before there is any code.
    pub(crate) fn first_entry(&self) -> *const u8 {
        core::ptr::with_exposed_provenance(self.stub(Stub::Uncompiled))
    }

    /// Heat of a function that was just loaded, if `hot` calls and turns make one hot.
    pub(crate) fn first_heat(&self, hot: u32) -> u32 {
        match self.tier {
            Some(_) => (hot / u32::from(SAMPLES)).max(1),
            None => COLD,
        }
    }

    /// Frees code of functions that died.
    pub(crate) fn free(&mut self, span: CodeSpan) {
        if let Some(tier) = self.tier() {
            tier.free(span);
        }
    }

    fn stub(&self, stub: Stub) -> usize {
        self.stubs.get(stub as usize).copied().unwrap_or(0)
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        if let Some(tier) = self.tier.take() {
            // SAFETY: `install_tier` allocated it with this layout; nothing uses its code any more.
            unsafe {
                tier.as_ptr().drop_in_place();
                self.mem.free_raw(tier.cast(), self.tier_layout);
            }
        }
    }
}

impl Vm {
    /// Gives the VM a native tier: functions that get hot (see `Options::hot`) are compiled from here on.
    ///
    /// # Errors
    /// When memory is out, or a script was loaded before; the VM goes on interpreting.
    pub fn install_tier<T: NativeTier + 'static>(&mut self, tier: T) -> Result<(), Bail> {
        if self.functions != 0 || self.native.tier.is_some() {
            return Err(Bail::NoTier);
        }
        let layout = core::alloc::Layout::new::<T>();
        let place: NonNull<T> = self.mem.alloc_raw(layout)?.cast();
        // SAFETY: memory for a T.
        unsafe { place.write(tier) };
        self.native.tier = Some(place);
        self.native.tier_layout = layout;
        Ok(())
    }

    /// What its native tier did so far.
    #[must_use]
    pub fn native_stats(&self) -> NativeStats {
        // SAFETY: as in `Native::tier`.
        let code = self.native.tier.map_or(0, |tier| unsafe { tier.as_ref() }.used());
        NativeStats { code, ..self.native.stats }
    }

    /// The name of its native tier, if it has one.
    #[must_use]
    pub fn tier_name(&self) -> Option<&'static str> {
        // SAFETY: as in `Native::tier`.
        self.native.tier.map(|tier| unsafe { tier.as_ref() }.name())
    }

    /// The running function's heat is used up: samples it, or wants it compiled. The frame's record is right; if
    /// there is, or will be, code for it, the interpreter stops to make way.
    #[cold]
    #[inline(never)]
    pub(super) fn hot(&mut self) -> Flow {
        let Some(closure) = self.stack.top().closure else { return Flow::Reload };
        let function = closure.function;
        let warm = match &*function.native.borrow() {
            NativeRecord::Cold => Some(0),
            NativeRecord::Warm(samples) => Some(*samples),
            NativeRecord::Hot | NativeRecord::Compiled(_) | NativeRecord::Bailed => None,
        };
        if self.native.tier.is_none() {
            function.heat().set(COLD);
            return Flow::Reload;
        }
        if let Some(samples) = warm {
            if self.options.hot >= u32::from(SAMPLES) && samples < SAMPLES - 1 {
                function.heat().set(self.native.first_heat(self.options.hot));
                *function.native.borrow_mut() = NativeRecord::Warm(samples + 1);
                return self.sample_once();
            }
            *function.native.borrow_mut() = NativeRecord::Hot;
        }
        let bailed = matches!(&*function.native.borrow(), NativeRecord::Bailed);
        function.heat().set(if bailed { COLD } else { 1 });
        if matches!(&*function.native.borrow(), NativeRecord::Hot) || self.native_target().is_some() {
            self.stop = Stop::Switch;
            return Flow::Stop;
        }
        Flow::Reload
    }

    /// Compiles the current frame's function if it is wanted. No machine code is active: while code memory is
    /// written, none of it may run.
    fn compile_hot(&mut self) {
        let Some(closure) = self.stack.top().closure else { return };
        let function = closure.function;
        if !matches!(&*function.native.borrow(), NativeRecord::Hot) {
            return;
        }
        // Without code memory there is nothing to try.
        let refused = Err(Bail::Code(CodeError::Refused));
        let result = if self.native.refused { refused } else { self.try_compile(function) };
        let record = match result {
            Ok(code) => {
                function.entry.set(code.span.start.as_ptr());
                self.native.stats.compiled += 1;
                NativeRecord::Compiled(code)
            }
            Err(bail) => {
                // Without its seal no machine code can run, what there was included.
                self.native.refused |= matches!(bail, Bail::Code(CodeError::Refused));
                self.native.stats.bailed += 1;
                self.native.stats.last_bail = Some(bail);
                NativeRecord::Bailed
            }
        };
        *function.native.borrow_mut() = record;
    }

    fn try_compile(&mut self, function: Gc<Function>) -> Result<crate::tier::NativeCode, Bail> {
        if self.native.stub(Stub::Enter) == 0 {
            self.native.stubs = self.native.tier().ok_or(Bail::NoTier)?.stubs()?;
            let entry = self.native.first_entry();
            self.heap.each_function(|function| function.entry.set(entry));
        }
        // For when the function dies: freeing must not fail.
        self.heap.dead_code.reserve(2 * self.native.stats.compiled as usize + 2)?;
        function.renew_patience();
        let unit = Unit::new(function, &self.mem, &self.globals);
        self.native.tier().ok_or(Bail::NoTier)?.compile(&unit)
    }

    /// Where machine code goes on with the current frame, if it can.
    fn native_target(&self) -> Option<*const u8> {
        let frame = self.stack.top();
        let function = frame.closure?.function;
        if self.native.refused {
            return None;
        }
        match &*function.native.borrow() {
            NativeRecord::Compiled(code) => code.address(function.word_index(frame.pc)),
            _ => None,
        }
    }

    /// Runs machine code if there is some for the current frame, else interprets, until there is nothing to go on
    /// with: `stop` says why.
    pub(super) fn run_tiers(&mut self) {
        self.stop = Stop::Switch;
        let begins = self.stack.top().closure.is_some_and(|main| self.stack.top().pc == main.function.code());
        if begins && self.stack.depth() == 1 {
            self.count_call();
        }
        while matches!(self.stop, Stop::Switch) {
            self.free_dead_code();
            self.compile_hot();
            match self.native_target() {
                Some(target) => self.enter_native(target),
                None => self.interpret(),
            }
        }
    }

    /// Frees code of functions that died since. No machine code is active.
    fn free_dead_code(&mut self) {
        while let Some(span) = self.heap.dead_code.pop() {
            self.native.free(span);
        }
    }

    /// Counts a call of the current frame's function, whose first instruction is next. A sample may bring the
    /// script to its end: `stop` says so.
    fn count_call(&mut self) {
        if self.stack.top().closure.is_some_and(|closure| closure.function.count()) {
            let _ = self.hot();
        }
    }

    fn enter_native(&mut self, target: *const u8) {
        self.native.limit = self.stack.depth() + DEPTH;
        self.before_native();
        let enter = self.native.stub(Stub::Enter);
        // SAFETY: the tier vouches for its code: the stub is a function of this type, and the target one of its
        // function's entries, for which the current frame is in order.
        let how = unsafe {
            let enter: unsafe extern "C" fn(*mut Vm, *const u8) -> u64 = core::mem::transmute(enter);
            enter(self, target)
        };
        match how {
            RETURNED if self.stack.top().pc.is_null() => self.stop = Stop::Done,
            RETURNED | LEFT => {}
            UNCOMPILED => self.count_call(),
            _ => debug_assert!(false, "{how}"),
        }
    }

    /// Machine code runs next: tells it how deep it may call.
    fn before_native(&mut self) {
        self.native.frames_end = self.stack.frames_end.min(self.stack.record(self.native.limit));
        self.native.globals = self.globals.base();
    }

    /// Executes the instruction at `pc`, which belongs to the current frame. Its record is right afterwards.
    fn execute(&mut self, pc: *const u32) -> Flow {
        self.stack.top_mut().pc = pc;
        let mut machine = Machine::at_frame(self);
        let first = machine.fetch();
        let mut words = [first, 0];
        if Op::from_word(first).is_some_and(|op| op.words() == 2) {
            words[1] = machine.fetch();
        }
        let Some(insn) = Insn::decode(&words) else { return Flow::Stop };
        let flow = insn.accept(&mut machine);
        if flow == Flow::Next {
            machine.save();
        }
        flow
    }

    fn exit(&self) -> *const u8 {
        core::ptr::with_exposed_provenance(self.native.stub(Stub::Exit))
    }

    /// The address of a word of the running function.
    fn pc_of(&self, word: u32) -> *const u32 {
        let code = self.stack.top().closure.map_or(core::ptr::null(), |closure| closure.function.code());
        code.wrapping_add(word as usize)
    }

    fn step(&mut self, word: u32, rejoin: bool) -> *const u8 {
        let Some(closure) = self.stack.top().closure else { return self.exit() };
        let pc = self.pc_of(word);
        if closure.function.patience().get() == 0 {
            return self.reconsider(closure.function, pc);
        }
        let depth = self.stack.depth();
        let words = word_count(pc);
        let mut at = pc;
        loop {
            self.native.moved = false;
            if self.execute(at) == Flow::Stop && !matches!(self.stop, Stop::Switch) {
                return self.exit();
            }
            if self.native.moved || self.stack.depth() != depth {
                return self.exit();
            }
            at = self.stack.top().pc;
            if rejoin && at == pc.wrapping_add(words) {
                self.before_native();
                return core::ptr::null();
            }
            if let Some(target) = self.native_target() {
                self.before_native();
                return target;
            }
        }
    }

    fn unexpected(&mut self, word: u32) -> *const u8 {
        if let Some(closure) = self.stack.top().closure {
            let patience = closure.function.patience();
            patience.set(patience.get().saturating_sub(1));
        }
        self.step(word, false)
    }

    /// Gives up the code of the running function, and samples it. Its entry and its heat see to it that it is
    /// compiled again.
    fn reconsider(&mut self, function: Gc<Function>, pc: *const u32) -> *const u8 {
        self.stack.top_mut().pc = pc;
        if let NativeRecord::Compiled(code) = function.native.replace(NativeRecord::Warm(SAMPLES - 1)) {
            // There is room: whoever compiled it saw to that. It is freed when no machine code is active.
            let _ = self.heap.dead_code.push(code.span);
        }
        if let Some(feedback) = function.feedback.borrow_mut().as_mut() {
            // An int that overflows is seen as a double by nobody else.
            feedback.see_operand(function.word_index(pc), 0, Kinds::DOUBLE);
        }
        function.entry.set(self.native.first_entry());
        function.heat().set(1);
        // If that ends the run, `stop` says so.
        let _ = self.sample_once();
        self.exit()
    }

    fn call_from_native(&mut self, next: u32, call: impl FnOnce(&mut Vm) -> Flow) -> *const u8 {
        let pc = self.pc_of(next);
        let depth = self.stack.depth();
        self.native.moved = false;
        self.stack.top_mut().pc = pc;
        if call(self) == Flow::Stop && !matches!(self.stop, Stop::Switch) || self.native.moved {
            return self.exit();
        }
        self.before_native();
        if self.stack.depth() == depth {
            return core::ptr::null();
        }
        match self.stack.top().closure {
            Some(callee) if self.stack.depth() == depth + 1 && depth < self.native.limit => {
                callee.function.entry.get()
            }
            _ => self.exit(),
        }
    }
}

/// Words of the instruction at `pc`.
fn word_count(pc: *const u32) -> usize {
    // SAFETY: machine code passes addresses of its function's instructions.
    Op::from_word(unsafe { *pc }).map_or(1, Op::words)
}

/// # Safety
/// Of all functions below: `vm` is the VM whose machine code calls, with its current frame's record and its fuel
/// written back; words are those of instructions of that frame's function.
unsafe extern "C" fn step(vm: *mut Vm, word: u32) -> *const u8 {
    // SAFETY: nobody else has the VM while machine code calls.
    unsafe { (*vm).step(word, true) }
}

/// # Safety
/// As for `step`.
unsafe extern "C" fn step_on(vm: *mut Vm, word: u32) -> *const u8 {
    // SAFETY: as above.
    unsafe { (*vm).step(word, false) }
}

/// # Safety
/// As for `step`.
unsafe extern "C" fn unexpected(vm: *mut Vm, word: u32) -> *const u8 {
    // SAFETY: as above.
    unsafe { (*vm).unexpected(word) }
}

/// # Safety
/// As for `step`.
unsafe extern "C" fn call(vm: *mut Vm, next: u32, argc: u32, window: u32) -> *const u8 {
    // SAFETY: as above.
    unsafe { (*vm).call_from_native(next, |vm| vm.call(argc as u8, window as usize)) }
}

/// # Safety
/// As for `step`; `site` is the instruction's.
unsafe extern "C" fn invoke(vm: *mut Vm, next: u32, argc: u32, window: u32, site: *const Site) -> *const u8 {
    // SAFETY: as above; the function, which a frame keeps alive, owns the site.
    unsafe { (*vm).call_from_native(next, |vm| vm.invoke(argc as u8, window as usize, &*site)) }
}

/// # Safety
/// As for `invoke`.
unsafe extern "C" fn super_invoke(
    vm: *mut Vm,
    next: u32,
    argc: u32,
    window: u32,
    site: *const Site,
) -> *const u8 {
    // SAFETY: as above.
    unsafe { (*vm).call_from_native(next, |vm| vm.super_invoke(argc as u8, window as usize, &*site)) }
}

/// # Safety
/// As for `step`; `object` is a live object.
unsafe extern "C" fn remember(vm: *mut Vm, object: *mut Header) {
    // SAFETY: as above.
    unsafe { (*vm).heap.barrier(Gc::from_raw(NonNull::new_unchecked(object))) }
}

const _: () = assert!(!Closure::FINALIZE);
