//! Functions.
//!
//! ```text
//!   Function ── code ──> [u32]            words, in the image of the program
//!            └─ data ─────────────┐
//!                                 v
//!   [InlineCache n-1] ... [InlineCache 1][InlineCache 0][DataHeader][const 0][const 1] ... [const m-1]
//! ```
//!
//! Machine code and the interpreter hold one pointer, `data`, and reach constants above it and inline caches
//! below it.

use core::alloc::Layout;
use core::cell::Cell;
use core::ptr::NonNull;

use super::inline_cache::{ENTRIES, IcEntry};
use super::native::FunctionNative;
use super::{
    DataHeader, Gc, Header, InlineCache, Kind, Object, Registry, ShapeTable, Str, Text, Tracer, Tracing,
};
use crate::bytecode::lines::Lines;
use crate::bytecode::{Capture, Code, Handler, List};
use crate::entry::Arity;
use crate::mem::{Keeper, Mem, OutOfMemory};
use crate::syntax::NAMELESS;
use crate::tunable::tunable;
use crate::value::Value;

/// A compiled function, ready to run.
#[repr(C)]
pub(crate) struct Function {
    header: Header,
    code: *const u32,
    data: NonNull<Value>,
    pub(crate) registers: u32,
    /// The number of arguments of a call that needs nothing but a frame. With a rest it is [`NO_ARITY`].
    pub(crate) arity: u8,
    /// How many of its arguments a call may not leave out.
    pub(crate) required: u8,
    /// How many parameters there are besides the rest.
    pub(crate) fixed: u8,
    /// Whether the parameter after them is a list of all further arguments.
    pub(crate) rest: bool,
    /// Unique in the VM, dead functions included.
    pub(crate) id: u32,
    /// None for the script.
    pub(crate) name: Option<Gc<Str>>,
    /// What native tiers know of it.
    pub(crate) native: FunctionNative,
    image: InImage,
    consts: u32,
    sites: u32,
    pub(super) mem: Mem,
}

// SAFETY: repr(C), header first; made by `Function::new` only.
unsafe impl Object for Function {
    const KIND: Kind = Kind::Function;
    const TRACING: Tracing = Tracing::Parts;
    const FINALIZE: bool = true;
    const TABLES: bool = true;

    fn trace(function: Gc<Function>, tracer: &mut impl Tracer) {
        if let Some(name) = function.name {
            tracer.object(name);
        }
        function.native.trace(tracer);
        tracer.in_parts(function);
    }

    /// A part of the constants, then of the sites. Inline caches are weak: a full collection visits them all and
    /// empties the entries of dead shapes.
    fn trace_part(function: Gc<Function>, part: usize, tracer: &mut impl Tracer) -> Option<usize> {
        let consts = function.consts();
        let first = part * PART;
        for value in consts.iter().skip(first).take(PART) {
            tracer.value(value.get());
        }
        let traced = consts.len().saturating_sub(first).min(PART);
        let first = first.saturating_sub(consts.len());
        let sites = (first..).take(PART - traced).map_while(|index| function.site(index));
        let mut visited = 0;
        for site in sites {
            tracer.object(site.name);
            for entry in &site.entries {
                if entry.get().shape().is_some_and(|shape| !tracer.is_shape(shape)) {
                    entry.set(IcEntry::EMPTY);
                }
            }
            visited += 1;
        }
        let bytes = traced * size_of::<Value>() + visited * size_of::<InlineCache>();
        (bytes > 0).then_some(bytes)
    }

    fn table_bytes(&self) -> usize {
        let data = data_layout(self.consts as usize, self.sites as usize).map_or(0, |layout| layout.size());
        // The image may count towards other memory, or none.
        let words = if self.image.keeper.is_in(&self.mem) { size_of_val(self.words()) } else { 0 };
        words + data
    }

    fn text(function: Gc<Function>, _: &ShapeTable) -> Text {
        Function::text(&function)
    }

    unsafe fn finalize(this: NonNull<Function>, registry: &mut impl Registry) {
        // SAFETY: passed on from the caller.
        unsafe {
            this.as_ref().native.finalize(registry.code());
            this.drop_in_place();
        }
    }
}

/// The arity of a function with a rest, which no call in Siskin has. (One in Lox can; then the last argument is in place of the
/// list.)
const NO_ARITY: u8 = u8::MAX;

/// Bits of `aux`.
const KNOWS_METHODS: u16 = 1;
const LIBRARY: u16 = 2;

/// Constants and sites that are a part of a function.
const PART: usize = tunable(512, 2);

/// The parts of a function that the loader takes from bytecode.
pub(crate) struct Parts {
    pub(crate) id: u32,
    pub(crate) name: Option<Gc<Str>>,
    pub(crate) arity: u8,
    pub(crate) required: u8,
    pub(crate) rest: bool,
    pub(crate) builtin_methods: bool,
    pub(crate) library: bool,
    pub(crate) registers: u16,
    pub(crate) image: InImage,
}

/// What of a function stays in the image of its program.
pub(crate) struct InImage {
    words: &'static [u32],
    captures: List<'static, Capture>,
    handlers: List<'static, Handler>,
    lines: Lines<'static>,
    /// Keeps the image, whose lifetime the others do not tell.
    keeper: Keeper,
}

impl InImage {
    /// The parts of a function of an image.
    ///
    /// # Safety
    /// `keeper` keeps the image.
    pub(crate) unsafe fn new(code: &Code<'_>, keeper: &Keeper) -> InImage {
        let Code { words, captures, handlers, lines, .. } = *code;
        // SAFETY: the lifetime is extended to that of `keeper`, which is kept with them; this module lends them for the
        // life of the function only.
        unsafe {
            InImage {
                words: core::mem::transmute::<&[u32], &'static [u32]>(words),
                captures: core::mem::transmute::<List<'_, Capture>, List<'static, Capture>>(captures),
                handlers: core::mem::transmute::<List<'_, Handler>, List<'static, Handler>>(handlers),
                lines: core::mem::transmute::<Lines<'_>, Lines<'static>>(lines),
                keeper: keeper.clone(),
            }
        }
    }

    /// Words that last, of a function that captures nothing.
    #[cfg(test)]
    pub(crate) fn lasting(words: &'static [u32]) -> InImage {
        InImage {
            words,
            captures: List::new(&[]),
            handlers: List::new(&[]),
            lines: Lines::NONE,
            keeper: Keeper::NOTHING,
        }
    }
}

impl Function {
    /// A function with nil constants and sites named `name`; the loader fills them.
    pub(crate) fn new(
        mem: &Mem,
        parts: Parts,
        consts: usize,
        sites: usize,
        name: Gc<Str>,
    ) -> Result<Function, OutOfMemory> {
        let layout = data_layout(consts, sites)?;
        // Without native tiers, a function may have no data.
        let block = if layout.size() == 0 {
            NonNull::<DataHeader>::dangling().cast()
        } else {
            mem.alloc_raw(layout)?
        };
        let offset = sites * size_of::<InlineCache>() + size_of::<DataHeader>();
        // SAFETY: the block is as long as `data_layout` says: sites, the header, constants.
        let data = unsafe { block.add(offset) }.cast::<Value>();
        for index in 0..sites {
            let site = InlineCache {
                name,
                hits: Cell::new(0),
                overflows: Cell::new(0),
                entries: [const { Cell::new(IcEntry::EMPTY) }; ENTRIES],
            };
            // SAFETY: `sites` of them fit below the header.
            unsafe { cache_at(data, index).write(site) };
        }
        // SAFETY: the header lies right below the constants.
        unsafe { header_below(data).write(DataHeader::new()) };
        for index in 0..consts {
            // SAFETY: `consts` of them fit.
            unsafe { data.add(index).write(Value::NIL) };
        }
        Ok(Function {
            header: Header::with_aux(
                Kind::Function,
                if parts.builtin_methods { KNOWS_METHODS } else { 0 }
                    | if parts.library { LIBRARY } else { 0 },
            ),
            code: parts.image.words.as_ptr(),
            data,
            native: FunctionNative::new(mem),
            registers: u32::from(parts.registers),
            arity: if parts.rest { NO_ARITY } else { parts.arity },
            required: parts.required,
            fixed: parts.arity - u8::from(parts.rest),
            rest: parts.rest,
            id: parts.id,
            name: parts.name,
            image: parts.image,
            consts: consts as u32,
            sites: sites as u32,
            mem: mem.clone(),
        })
    }

    /// The text that `print` writes for the function, its closures and bound methods.
    pub(crate) fn text(&self) -> Text {
        match self.name {
            Some(name) if name.text().as_bytes() == NAMELESS.as_bytes() => Text::plain(NAMELESS.as_bytes()),
            Some(name) => Text { before: b"<fn ", string: Some(name), after: b">" },
            None => Text::plain(b"<script>"),
        }
    }

    /// The number of its parameters.
    pub(crate) fn parameters(&self) -> u8 {
        self.fixed + u8::from(self.rest)
    }

    /// The numbers of arguments that it takes.
    pub(crate) fn takes(&self) -> Arity {
        if self.rest { Arity::at_least(self.required) } else { Arity::between(self.required, self.arity) }
    }

    /// Whether the function finds methods of values other than instances.
    pub(crate) fn knows_methods(&self) -> bool {
        self.header.aux() & KNOWS_METHODS != 0
    }

    /// Whether it is a part of the library, whose calls no trace shows.
    pub(crate) fn is_library(&self) -> bool {
        self.header.aux() & LIBRARY != 0
    }

    /// Whether the function compares strings with `<`: it is of the dialect whose values have methods.
    pub(crate) fn orders_strings(&self) -> bool {
        self.knows_methods()
    }

    /// The first instruction.
    #[inline(always)]
    pub(crate) fn code(&self) -> *const u32 {
        self.code
    }

    /// The constants. Sites lie below; see the module.
    #[inline(always)]
    pub(crate) fn data(&self) -> *const Value {
        self.data.as_ptr()
    }

    /// The words of the code.
    #[inline]
    pub(crate) fn words(&self) -> &[u32] {
        self.image.words
    }

    /// Where the upvalues of its closures come from.
    #[inline]
    pub(crate) fn captures(&self) -> List<'_, Capture> {
        self.image.captures
    }

    /// Which of its errors it catches, and where.
    #[inline]
    pub(crate) fn handlers(&self) -> List<'_, Handler> {
        self.image.handlers
    }

    /// The source line of the instruction that contains word `word`.
    pub(crate) fn line(&self, word: u32) -> u32 {
        self.image.lines.line(word)
    }

    /// The record between sites and constants.
    pub(crate) fn data_header(&self) -> &DataHeader {
        // SAFETY: the header lies right below the constants, and as long as them in the function's block.
        unsafe { header_below(self.data).as_ref() }
    }

    /// Offset of `code`, for machine code.
    pub(crate) const CODE: usize = core::mem::offset_of!(Function, code);
    /// Offset of `data`, for machine code.
    pub(crate) const DATA: usize = core::mem::offset_of!(Function, data);

    /// The constants.
    pub(crate) fn consts(&self) -> &[Cell<Value>] {
        // SAFETY: that many were written by `new`; a Cell of a Value is laid out like it.
        unsafe { core::slice::from_raw_parts(self.data.as_ptr().cast::<Cell<Value>>(), self.consts as usize) }
    }

    /// The site at an index.
    pub(crate) fn site(&self, index: usize) -> Option<&InlineCache> {
        // SAFETY: `sites` of them were written by `new`.
        (index < self.sites as usize).then(|| unsafe { cache_at(self.data, index).as_ref() })
    }

    /// Names a site. Only the loader does so, before the function runs.
    pub(crate) fn name_site(&self, index: usize, name: Gc<Str>) {
        if index < self.sites as usize {
            // SAFETY: in range, and nothing holds a reference to the site while the loader runs.
            unsafe { (*cache_at(self.data, index).as_ptr()).name = name };
        }
    }

    /// The index of the word that `pc`, a pointer into the code, points to.
    pub(crate) fn word_index(&self, pc: *const u32) -> u32 {
        (pc.addr().wrapping_sub(self.code.addr()) / size_of::<u32>()) as u32
    }

    /// Length of the code in words.
    pub(crate) fn word_count(&self) -> usize {
        self.words().len()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        if let Ok(layout) = data_layout(self.consts as usize, self.sites as usize)
            && layout.size() != 0
        {
            let offset = self.sites as usize * size_of::<InlineCache>() + size_of::<DataHeader>();
            // SAFETY: `new` allocated the block with this layout and put `data` at this offset.
            unsafe { self.mem.free_raw(self.data.cast::<u8>().sub(offset), layout) };
        }
    }
}

/// The record between sites and constants, below `data`.
///
/// # Safety
/// `data` is a function's.
#[inline(always)]
pub(crate) unsafe fn header_below(data: NonNull<Value>) -> NonNull<DataHeader> {
    // SAFETY: `new` made room for it.
    unsafe { data.byte_sub(size_of::<DataHeader>()).cast() }
}

/// The site with this index, below `data`.
///
/// # Safety
/// `data` is a function's that has more sites than `index`.
#[inline(always)]
pub(crate) unsafe fn cache_at(data: NonNull<Value>, index: usize) -> NonNull<InlineCache> {
    // SAFETY: sites lie below the header, the first one uppermost.
    unsafe { header_below(data).cast::<InlineCache>().sub(index + 1) }
}

fn data_layout(consts: usize, sites: usize) -> Result<Layout, OutOfMemory> {
    let sites = Layout::array::<InlineCache>(sites).map_err(|_| OutOfMemory)?;
    let consts = Layout::array::<Value>(consts).map_err(|_| OutOfMemory)?;
    let (front, _) = sites.extend(Layout::new::<DataHeader>()).map_err(|_| OutOfMemory)?;
    let (all, _) = front.extend(consts).map_err(|_| OutOfMemory)?;
    Ok(all)
}

// The layout that `cache_at` counts on.
const _: () = assert!(size_of::<InlineCache>().is_multiple_of(align_of::<DataHeader>()));
const _: () = assert!(size_of::<DataHeader>().is_multiple_of(align_of::<Value>()));
