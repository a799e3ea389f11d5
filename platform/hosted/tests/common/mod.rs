//! Machine code for the processor that runs the tests, and the memory mappings of this process.
#![allow(dead_code, reason = "not every file of tests uses all of it")]

use std::ops::Range;

use siskin_core::platform::{CodeMemory, CodeSpan};

/// Instructions that return `number`.
pub(crate) fn returns(number: u16) -> Vec<u8> {
    let number = u32::from(number);
    if cfg!(target_arch = "aarch64") {
        let (mov, ret) = (0x5280_0000 | number << 5, 0xd65f_03c0_u32); // movz w0, number; ret
        [mov, ret].map(u32::to_le_bytes).concat()
    } else {
        let mut code = vec![0xb8]; // mov eax, number; ret
        code.extend(number.to_le_bytes());
        code.push(0xc3);
        code
    }
}

/// A new span with a function that returns `number`, not sealed yet.
pub(crate) fn add(code: &mut impl CodeMemory, number: u16) -> CodeSpan {
    let function = returns(number);
    let span = code.allocate(function.len()).unwrap();
    code.write(span, 0, &function);
    span
}

/// Calls a function that [`add`] wrote, after a seal.
pub(crate) fn call(span: CodeSpan) -> u32 {
    // SAFETY: the span holds a whole function of this signature; tests call it only while it is sealed.
    let function = unsafe { std::mem::transmute::<*mut u8, extern "C" fn() -> u32>(span.start.as_ptr()) };
    function()
}

/// The bytes of a readable span.
pub(crate) fn bytes(span: CodeSpan) -> Vec<u8> {
    let start = span.start.as_ptr().cast_const();
    // SAFETY: tests read only spans whose pages were opened, and that no other thread writes.
    (0..span.len).map(|offset| unsafe { start.add(offset).read() }).collect()
}

/// `len` bytes of trap instructions.
pub(crate) fn traps(len: usize) -> Vec<u8> {
    let trap = if cfg!(target_arch = "aarch64") { [0x00, 0x00, 0x20, 0xd4] } else { [0xcc; 4] };
    trap.into_iter().cycle().take(len).collect()
}

/// A line of `/proc/self/maps`.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub(crate) range: Range<usize>,
    /// Permissions, such as `r-xp`.
    pub(crate) access: String,
}

/// All mappings of this process, lowest first.
pub(crate) fn maps() -> Vec<Mapping> {
    let text = std::fs::read_to_string("/proc/self/maps").unwrap();
    let number = |digits| usize::from_str_radix(digits, 16).unwrap_or(usize::MAX);
    text.lines()
        .map(|line| {
            let (range, rest) = line.split_once(' ').unwrap();
            let (start, end) = range.split_once('-').unwrap();
            Mapping { range: number(start)..number(end), access: rest[..4].to_owned() }
        })
        .collect()
}

/// The permissions of the memory at `address`, if there is any.
pub(crate) fn access_at(address: usize) -> Option<String> {
    maps().into_iter().find(|mapping| mapping.range.contains(&address)).map(|mapping| mapping.access)
}
