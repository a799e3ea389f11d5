//! The interface between the VM and machine code, by numbers: stubs, runtime functions, answers.
//!
//! ```text
//!   VM ──Stub::Enter──> machine code ──Stub of a Runtime function──> VM
//!    ^                       │
//!    └──RETURNED, LEFT, UNCOMPILED
//! ```
//!
//! [`layout`](crate::layout) has the offsets of everything else that machine code touches.

/// Calls `$then! { rows }`, a row for each function of the VM that machine code calls.
macro_rules! runtime_table {
    ($then:ident) => {
        $then! {
            /// `step(word)`: executes the instruction at `word` of the running function. Answers 0 if the next one follows,
            /// else where to go on.
            Step step(word: u32) -> *const u8;
            /// `step_jump(word, target)`: the same for a jump. Answers 0 if the next instruction follows, 1 if the one at word
            /// `target`, else where to go on.
            StepJump step_jump(word: u32, target: u32) -> *const u8;
            /// `step_on(word)`: the same, but never 0: goes on executing until there is a place to enter. Its stub is jumped
            /// to, not called, and goes there.
            StepOn step_on(word: u32) -> *const u8;
            /// `unexpected(word)`: the same, for operands of other kinds than the code was made for; they are learned.
            Unexpected unexpected(word: u32) -> *const u8;
            /// `call(next, argc, window)`: the call that ends before word `next`, after its fast path failed. Answers 0 if it
            /// is done, else what to call: the callee's frame is the current one then.
            Call call(next: u32, argc: u32, window: u32) -> *const u8;
            /// `invoke(next, argc, window, site)`: the same for `invoke`.
            Invoke invoke(next: u32, argc: u32, window: u32, site: *const InlineCache) -> *const u8;
            /// `super_invoke(next, argc, window, site)`: the same for `super.invoke`.
            SuperInvoke super_invoke(next: u32, argc: u32, window: u32, site: *const InlineCache) -> *const u8;
            /// `deopt_inlined(next, window, closure, word)`: leaves, at `word`, a callee that is inlined in place of the call
            /// before word `next`. `closure` is the callee, or null if it is the value called. It gets a frame, and the
            /// interpreter brings it to its end. Answers 0 then, with the value in the window, else where to go on.
            DeoptInlined deopt_inlined(next: u32, window: u32, closure: *mut Closure, word: u32) -> *const u8;
            /// `concat(next, dst, lhs, rhs)`: the `add` that ends before word `next`, of values that are not both numbers.
            /// Answers 0 if it is done, else where to go on.
            Concat concat(next: u32, dst: u32, lhs: Value, rhs: Value) -> *const u8;
            /// `returned()`: the frame that was entered has returned. Answers where its caller goes on, 0 if machine code is to be
            /// left.
            Returned returned() -> *const u8;
            /// `item(object, index)`: the item of a list, a map or bytes at an index. The answer is `undefined` if there is none,
            /// or if more than a look is needed.
            Item item(object: Value, index: Value) -> Value;
            /// `set_item(object, index, value)`: replaces it. Answers 0 if there is none, or if more is needed.
            SetItem set_item(object: Value, index: Value, value: Value) -> u64;
            /// `next_item(iter, with_key)`: a turn of a loop whose iterator begins at register `iter`. Answers 0 at the end, 1 if
            /// there is an item, [`ELSEWHERE`] if the instruction is to be executed.
            NextItem next_item(iter: u32, with_key: u32) -> u64;
            /// `look(site, receiver, argument, argc)`: the value of a call of the host's method that the site has for the receiver,
            /// with one argument or, then it is nil, with none. The answer is `undefined` if more than a look is needed.
            Look look(site: *const InlineCache, receiver: Value, argument: Value, argc: u32) -> Value;
            /// `quotient(lhs, rhs)`: of numbers, to the floor. The answer is `undefined` for other values.
            Quotient quotient(lhs: Value, rhs: Value) -> Value;
            /// `rest(lhs, rhs)`: of numbers, divided to the floor. The answer is `undefined` for other values.
            Rest rest(lhs: Value, rhs: Value) -> Value;
            /// `remember(object)`: tells the collector that a scanned object was stored into.
            Remember remember(object: *mut Header) -> ();
            /// `remember_item(items, value)`: tells the collector that a value was stored into scanned items of a list.
            RememberItem remember_item(items: *mut Header, value: Value) -> ();
        }
    };
}
pub(crate) use runtime_table;

macro_rules! runtime {
    ($($(#[doc = $doc:literal])* $variant:ident $function:ident($($arg:ident: $type:ty),*) -> $result:ty;)*) => {
        /// Functions of the VM that machine code calls through the stub of the same name, with the VM as a further
        /// first argument.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(usize)]
        pub enum Runtime { $($(#[doc = $doc])* $variant,)* }

        /// The number of runtime functions.
        pub const RUNTIME: usize = [$(Runtime::$variant),*].len();

        impl Runtime {
            /// All runtime functions, in order.
            pub const ALL: [Runtime; RUNTIME] = [$(Runtime::$variant),*];

            /// Its name, for listings.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Runtime::$variant => stringify!($function),)* }
            }
        }
    };
}

runtime_table!(runtime);

impl Runtime {
    /// Whether its stub is jumped to, not called, and continues at the returned address.
    #[must_use]
    pub fn is_tail(self) -> bool {
        matches!(self, Runtime::StepOn | Runtime::Unexpected)
    }

    /// Whether it neither uses nor changes the frame's record and the fuel.
    #[must_use]
    pub fn is_leaf(self) -> bool {
        matches!(
            self,
            Runtime::Remember
                | Runtime::RememberItem
                | Runtime::Item
                | Runtime::SetItem
                | Runtime::Look
                | Runtime::Quotient
                | Runtime::Rest
        )
    }
}

/// Code that all functions of a VM share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Stub {
    /// `extern "C" fn(vm, target) -> u64`: enters machine code at `target`. Returns [`RETURNED`], [`LEFT`] or
    /// [`UNCOMPILED`].
    Enter,
    /// Leaves machine code from any depth of calls. Execution continues at the pc of the current frame's record.
    Exit,
    /// Goes on at [`VM_TARGET`](crate::layout::VM_TARGET), from any depth of calls, as if machine code were entered there.
    Switch,
    /// The entry of functions without code: leaves machine code at the frame's first instruction.
    Uncompiled,
    /// The numbers in `T0` and `T2`, unexpected operands, as doubles in the last two registers for doubles. `T0` is 0
    /// if they are none, or if the function has no exits left; else it is not.
    Doubles,
    /// Makes an instance of the class in `T5` for a call whose window is at `T2`, with as many arguments as `T4` says,
    /// and charges for the call. `T0` is [`NOT_MADE`], [`MADE`] or [`INIT`].
    Construct,
    /// Makes an instance of the class in `T5`, in the value at `T2`. `T0` is [`NOT_MADE`] or [`MADE`].
    Instance,
    /// The sum of the values in `T1` and `T2`, to `T0`, if they are strings and it takes neither fuel nor the collector nor
    /// a new buffer; else `T0` is 0, and [`Runtime::Concat`] is to be asked.
    ConcatNow,
    /// For the object in `T5`, whose shape is in `T6`, and the inline cache whose entries are at `T7`, the first two of
    /// which missed: `T7` is the entry of a field, and `T5` the object that its slot is in. `T7` is 0 if none is known.
    FindField,
    /// The same for a store, which may add the field.
    FindStore,
    /// The same for a method that takes as many arguments as `T4` says, which may be a host function.
    FindMethod,
    /// The first of the stubs around [`Runtime`] functions, in their order.
    Runtime,
}

impl Stub {
    /// The name of the stub at an index of [`VM_STUBS`](crate::layout::VM_STUBS), for listings.
    #[must_use]
    pub fn name(index: usize) -> Option<&'static str> {
        const OWN: [&str; Stub::Runtime as usize] = [
            "enter",
            "exit",
            "switch",
            "uncompiled",
            "doubles",
            "construct",
            "instance",
            "concat_now",
            "find_field",
            "find_store",
            "find_method",
        ];
        match index.checked_sub(OWN.len()) {
            None => OWN.get(index).copied(),
            Some(runtime) => Runtime::ALL.get(runtime).map(|runtime| runtime.name()),
        }
    }
}

/// The number of stubs.
pub const STUBS: usize = Stub::Runtime as usize + RUNTIME;

/// What a turn of a loop answered: the loop is over what a look does not do for.
pub const ELSEWHERE: u64 = 2;
/// What a jump that was executed answered: it was taken.
pub const TAKEN: u64 = 1;
/// What constructing answered: nothing was done.
pub const NOT_MADE: u64 = 0;
/// What constructing answered: the call is done.
pub const MADE: u64 = 1;
/// What constructing answered: the instance is in the window, and the initializer in `T5`, its function in `T3`; there
/// is room for its frame.
pub const INIT: u64 = 2;

/// What entering returned: the frame that was entered returned to its caller.
pub const RETURNED: u64 = 0;
/// What entering returned: machine code left, the current frame's record says where to go on.
pub const LEFT: u64 = 1;
/// What entering returned: machine code called a function without code, whose frame is the current one.
pub const UNCOMPILED: u64 = 2;
