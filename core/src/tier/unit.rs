//! What a native tier sees of a function.

use super::{Kinds, Root};
use crate::bytecode::{Handler, Op, OperandName, SampledOperand};
use crate::globals::Globals;
use crate::heap::Heap;
use crate::mem::Mem;
use crate::object::{Class, Closure, CodeList, Function, Gc, Instance, ShapeTable, Target};

/// A function to compile: verified bytecode, constants, sites and feedback.
///
/// Addresses are good as long as the function lives, and with it the code that is made of it.
#[derive(Clone, Copy)]
pub struct Unit<'a> {
    function: Gc<Function>,
    mem: &'a Mem,
    globals: &'a Globals,
    codes: &'a CodeList,
    shapes: &'a ShapeTable,
}

/// The function that a call was always seen to run.
///
/// It lives, at these addresses, as long as code with its `root`.
#[derive(Clone, Copy)]
pub struct Callee<'a> {
    /// The function.
    pub unit: Unit<'a>,
    /// Its address.
    pub function: u64,
    /// What code that contains these addresses has among its [roots](super::NativeCode::roots).
    pub root: Root,
    /// Which of its closures is called.
    pub closure: Called,
    /// Whether it may be compiled in place of the call: not if such code had to be given up before.
    pub inlinable: bool,
}

/// Which closure of a function is called, and how it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Called {
    /// The one at this address, which captures nothing: it is called itself, or as a method.
    Always(u64),
    /// Any that captures variables: the value called is one.
    Any,
    /// The one at this address, which captures nothing: the initializer of a class that is called.
    Initializer(u64),
}

/// A variant of an enum: a constant of the enum.
///
/// It lives, as does the enum, as long as code with its `root`.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// The bits of the enum.
    pub of: u64,
    /// The bits of the variant: of its class, or of its one value.
    pub value: u64,
    /// The shape of its values, which they have from the start and for ever.
    pub values: u32,
    /// How many fields its values have.
    pub fields: u8,
    /// What code that contains these numbers has among its [roots](super::NativeCode::roots).
    pub root: Root,
}

/// A global as code finds it when it is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Global {
    /// Its index.
    pub index: u32,
    /// What code may rely on. Code that uses the value of a constant lists it in
    /// [`NativeCode::globals`](super::NativeCode::globals).
    pub state: GlobalState,
}

/// The facts about a global on which machine code may rely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobalState {
    /// It is not defined yet, and may become defined at any time.
    Undefined,
    /// It is defined, and stays so.
    Defined,
    /// It has the value with these bits. Code that contains the value is given up before the global changes.
    Constant(u64),
}

impl<'a> Unit<'a> {
    pub(crate) fn new(
        function: Gc<Function>,
        mem: &'a Mem,
        globals: &'a Globals,
        heap: &'a Heap,
    ) -> Unit<'a> {
        Unit { function, mem, globals, codes: &heap.code, shapes: &heap.shapes }
    }

    /// The memory to compile in.
    #[must_use]
    pub fn mem(&self) -> &'a Mem {
        self.mem
    }

    /// Its name; `None` for the script itself.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        // SAFETY: the function keeps its name alive, and this view does not outlive the function.
        self.function.name.map(|name| unsafe { name.text_for() })
    }

    /// The words of its bytecode.
    #[must_use]
    pub fn words(&self) -> &'a [u32] {
        // SAFETY: as above; nothing changes the words of a function.
        unsafe { &*self.function.as_ptr() }.words()
    }

    /// Which errors of its instructions, and of its calls, it catches, and where it goes on then: a block begins there, of
    /// whose registers nothing is known.
    pub fn handlers(&self) -> impl Iterator<Item = Handler> + 'a {
        // SAFETY: as above; nothing changes the handlers of a function.
        unsafe { &*self.function.as_ptr() }.handlers().iter()
    }

    /// The address of its first word.
    #[must_use]
    pub fn code_address(&self) -> usize {
        self.function.code().expose_provenance()
    }

    /// The number of its parameters.
    #[must_use]
    pub fn arity(&self) -> u8 {
        self.function.arity
    }

    /// How many registers its frames have.
    #[must_use]
    pub fn registers(&self) -> u32 {
        self.function.registers
    }

    /// The line of the instruction that contains word `word`.
    #[must_use]
    pub fn line(&self, word: u32) -> u32 {
        self.function.line(word)
    }

    /// The bits of a constant: a value, or what [`layout`](crate::layout) says of its kind.
    #[must_use]
    pub fn constant(&self, index: u32) -> Option<u64> {
        self.function.consts().get(index as usize).map(|constant| constant.get().bits())
    }

    /// The global that a constant names.
    #[must_use]
    pub fn global(&self, constant: u32) -> Option<Global> {
        let index = self.function.consts().get(constant as usize)?.get().as_raw();
        let state = match self.globals.value(index) {
            None => GlobalState::Undefined,
            Some(value) if self.codes.dependents.is_constant(index) => GlobalState::Constant(value.bits()),
            Some(_) => GlobalState::Defined,
        };
        Some(Global { index, state })
    }

    /// The name of the global that a constant names.
    #[must_use]
    pub fn global_name(&self, constant: u32) -> Option<&'a str> {
        let name = self.globals.name(self.global(constant)?.index)?;
        // SAFETY: names of globals are roots.
        Some(unsafe { name.text_for() })
    }

    /// The address of a constant.
    #[must_use]
    pub fn constant_address(&self, index: u32) -> usize {
        self.function.data().wrapping_add(index as usize).expose_provenance()
    }

    /// The address of an inline cache.
    #[must_use]
    pub fn site_address(&self, index: u32) -> Option<usize> {
        self.function.site_address(index as usize)
    }

    /// The variant that the instruction of a site found in the enum in a global, which a constant names and code contains.
    #[must_use]
    pub fn variant(&self, site: u32, constant: u32) -> Option<Variant> {
        let GlobalState::Constant(bits) = self.global(constant)?.state else { return None };
        let of = self.globals.value(self.global(constant)?.index)?.as_object::<Class>()?;
        let shape = of.header.shape();
        // The enum lives, and keeps what it has.
        let value = self.function.site(site as usize)?.outlying(shape)?.as_variant()?;
        let class = match value.as_object::<Instance>() {
            Some(one) => self.shapes.get(one.header.shape())?.class.get()?,
            None => value.as_object::<Class>()?,
        };
        // Code that no compiler makes may make values before the class has all its fields.
        let root = class.root.get().filter(|root| root.count == class.fields.get())?;
        Some(Variant {
            of: bits,
            value: value.bits(),
            values: root.id,
            fields: u8::try_from(class.fields.get()).ok()?,
            root: Root(value),
        })
    }

    /// Whether a site has a method of the host that may find the value of a call with so many arguments with a
    /// [look](crate::layout::Runtime::Look).
    #[must_use]
    pub fn looks(&self, site: u32, argc: u8) -> bool {
        let entries = self.function.site(site as usize).map_or(&[][..], |site| &site.entries);
        let mut methods = entries.iter().filter_map(|entry| entry.get().target()?.as_host());
        methods.any(|method| method.look(argc).is_some())
    }

    /// The kinds that an operand of the instruction at `word` was seen to have; none for one that is not sampled.
    #[must_use]
    pub fn operand(&self, word: u32, operand: OperandName) -> Kinds {
        let operand = self.op(word).and_then(|op| op.row().sampled_operand(operand));
        operand.map_or(Kinds::default(), |operand| self.seen(word, operand))
    }

    /// The kinds seen of the value of `register`, in all operands of the instruction at `word` that read it.
    #[must_use]
    pub fn operand_in(&self, word: u32, register: u16) -> Kinds {
        let (Some(op), Some(words)) = (self.op(word), self.words().get(word as usize..)) else {
            return Kinds::default();
        };
        let reads = op.row().sampled().filter(|(_, row)| row.field.bits(words) == Some(u32::from(register)));
        reads.fold(Kinds::default(), |kinds, (operand, _)| kinds.or(self.seen(word, operand)))
    }

    fn op(&self, word: u32) -> Option<Op> {
        self.words().get(word as usize).copied().and_then(Op::from_word)
    }

    fn seen(&self, word: u32, operand: SampledOperand) -> Kinds {
        let feedback = self.function.native.feedback.try_borrow().ok();
        feedback
            .as_ref()
            .and_then(|feedback| feedback.as_ref())
            .map_or(Kinds::default(), |feedback| feedback.operand(word, operand))
    }

    /// False if the block that begins at `word` never ran, as far as is known; true if nothing is known.
    ///
    /// A block begins at word 0, at targets of jumps, and after jumps. Samples of the interpreter see some blocks. From the
    /// first compilation on, all that run in machine code are known, since code marks those that have a
    /// [`coverage_address`](Unit::coverage_address). Nothing is known of a function before its first sample, nor if it
    /// was compiled before that by [`Vm::compile_now`](crate::Vm::compile_now).
    #[must_use]
    pub fn ran(&self, word: u32) -> bool {
        self.coverage_address(word).is_none()
    }

    /// The address of a byte in which code writes 1 when the block that begins at `word` runs; none if it is known to have
    /// run, or nothing is known. Code of another function may write it too, as long as that function's
    /// [root](Callee::root) is among its own.
    #[must_use]
    pub fn coverage_address(&self, word: u32) -> Option<u64> {
        let feedback = self.function.native.feedback.try_borrow().ok()?;
        let byte = feedback.as_ref()?.unseen(word)?;
        Some(core::ptr::from_ref(byte).expose_provenance() as u64)
    }

    /// The function that the call at `word` was always seen to run.
    #[must_use]
    pub fn callee(&self, word: u32) -> Option<Callee<'a>> {
        let (target, inlinable) = self.target(word)?;
        let function = target.function()?;
        let address = |closure: Gc<Closure>| closure.as_ptr().expose_provenance() as u64;
        let closure = match target {
            Target::Closure(closure) => Called::Always(address(closure)),
            Target::Initializer(closure) => Called::Initializer(address(closure)),
            Target::Function(_) => Called::Any,
            Target::Class | Target::Host(_) | Target::Other => return None,
        };
        let unit = Unit { function, ..*self };
        let root = Root(target.object()?);
        Some(Callee {
            unit,
            function: function.as_ptr().expose_provenance() as u64,
            root,
            closure,
            inlinable,
        })
    }

    /// Whether the call at `word` was always seen to call a class without an initializer.
    #[must_use]
    pub fn makes_plain_instances(&self, word: u32) -> bool {
        matches!(self.target(word), Some((Target::Class, _)))
    }

    fn target(&self, word: u32) -> Option<(Target, bool)> {
        let feedback = self.function.native.feedback.try_borrow().ok()?;
        feedback.as_ref()?.target(word + self.op(word)?.words() as u32)
    }
}
