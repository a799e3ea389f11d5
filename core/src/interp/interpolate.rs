//! Interpolated strings: texts of values, joined by one allocation.
//!
//! ```text
//!   row of registers ──lengths──> len ──charge──> flat          short, or long by pieces
//!          │                                        ^
//!          └ the first is a sum with an allowance ──┴──> slice of its buffer: the rest is appended
//! ```
//!
//! So a loop of `s = "${s}..."` copies each byte a bounded number of times on average, as one of `s = s + ...` does.

use core::ops::Range;

use super::format::Pieces;
use super::machine::Flow;
use super::work::PIECE;
use super::{Fault, Vm};
use crate::bytecode::operand::{Count32, Dst, Regs};
use crate::bytecode::{Insn, Op};
use crate::object::{Allowance, Buffer, FLAT, Gc, MAX_LEN, Slice, Str};
use crate::text::{Digits, Filling, Spec, Wanted};
use crate::value::Value;

/// The most texts that one instruction joins.
const MOST_JOINED: usize = 255;

/// Words of `concat`, and of `format`.
const WORDS: usize = Op::Concat.words();
const _: () = assert!(Op::Format.words() == WORDS);

impl Vm {
    /// The instruction `concat`. A safepoint.
    #[inline(never)]
    pub(super) fn join(&mut self, dst: Dst, first: Regs, count: Count32) -> Flow {
        let count = count.0 as usize;
        let row = usize::from(first.0)..usize::from(first.0) + count;
        // The compiler joins more in groups; here the work for each piece of the text grows with the number.
        if count > MOST_JOINED {
            return self.raise(Fault::Bytecode);
        }
        let result = self.join_texts(dst, row);
        self.flow(result)
    }

    fn join_texts(&mut self, dst: Dst, row: Range<usize>) -> Result<(), Fault> {
        if let Some(index) = self.text_to_make(row.clone()) {
            return self.finish_by_text(self.register(index), WORDS);
        }
        let text = self.join_row(row)?;
        self.set_register(usize::from(dst.0), text.value());
        Ok(())
    }

    /// The first register of a row whose text a script makes.
    fn text_to_make(&self, mut row: Range<usize>) -> Option<usize> {
        row.find(|&index| self.has_made_text(self.register(index)))
    }

    /// Puts the text that a script has made for `concat` or `format` in the place of the value.
    pub(super) fn replace_by_text(&mut self, insn: Insn, text: Value) -> Result<(), Fault> {
        let row = match insn {
            Insn::Concat { first, count, .. } => {
                usize::from(first.0)..usize::from(first.0) + count.0 as usize
            }
            Insn::Format { src, .. } => usize::from(src.0)..usize::from(src.0) + 1,
            _ => return Err(Fault::Bytecode),
        };
        let index = self.text_to_make(row).ok_or(Fault::Bytecode)?;
        self.set_register(index, text);
        Ok(())
    }

    fn join_row(&mut self, row: Range<usize>) -> Result<Gc<Str>, Fault> {
        let mut len = 0_usize;
        for index in row.clone() {
            let more = Pieces::len_of(self.register(index), &self.context.heap.shapes);
            len = len.checked_add(more).filter(|&len| len <= MAX_LEN).ok_or(Fault::StringTooLong)?;
        }
        if let Some(left) = self.first_string(&row) {
            if left.len() == len {
                return Ok(left);
            }
            if len >= FLAT && left.is_computed() && left.pending().is_none() {
                return self.extend(left, row, len);
            }
        }
        if len <= PIECE {
            self.charge_bulk(len, WORDS)?;
            return Ok(self.new_text(len, |vm, out| {
                for index in row {
                    Pieces::of(vm.register(index), &vm.context.heap.shapes).each(|text| out.push(text));
                }
            })?);
        }
        // Without spare bytes: nothing says that it grows.
        let buffer = self.buffer_of(len, 0, 0)?;
        let slice = Slice { buffer, from: buffer.from() as u32 };
        self.append_row(row, slice, 0..len, len, Allowance::new(0), len)
    }

    fn first_string(&self, row: &Range<usize>) -> Option<Gc<Str>> {
        if row.is_empty() { None } else { self.register(row.start).as_object::<Str>() }
    }

    /// The sum of a row that begins with a computed string, for the same price as a sum of two strings.
    fn extend(&mut self, left: Gc<Str>, row: Range<usize>, len: usize) -> Result<Gc<Str>, Fault> {
        let more = len - left.len();
        let rest = left.allowance().appended(more);
        let (slice, missing) = match left.slice_to_append(more) {
            Some(slice) => (slice, left.len()..len),
            None => {
                let buffer = self.buffer_of(len, Buffer::spare_for(len, more.min(left.len())), 0)?;
                if rest.is_some() {
                    self.copy_unpaid(left, buffer, WORDS)?;
                }
                (Slice { buffer, from: buffer.from() as u32 }, buffer.used()..len)
            }
        };
        let (price, allowance) = match rest {
            Some(rest) => (more, rest),
            None => (len, Allowance::new(len)),
        };
        let sum = self.append_row(row, slice, missing, price, allowance, len)?;
        if rest.is_some() {
            left.end_allowance();
        }
        Ok(sum)
    }

    /// Pays `price` for a sum of `len` bytes, and writes its `missing` bytes.
    fn append_row(
        &mut self,
        row: Range<usize>,
        slice: Slice,
        missing: Range<usize>,
        price: usize,
        allowance: Allowance,
        len: usize,
    ) -> Result<Gc<Str>, Fault> {
        // Before it is paid for, because without memory the instruction may run again.
        let memory = self.allocate(Str::SLICE_SIZE, false)?;
        self.in_pieces(price, WORDS, |vm, range| {
            let end = (len - price + range.end).min(missing.end);
            let start = (len - price + range.start).max(missing.start).min(end);
            vm.write_row(row.clone(), start..end, slice);
            Ok(())
        })?;
        self.work.partial = Value::NIL;
        let from = slice.from as usize;
        let memory = memory.cast::<Str>();
        // SAFETY: the pieces are all that was missing; memory of a slice, whose bytes are in use.
        unsafe {
            slice.buffer.extend_used(from, from + len);
            Str::init_slice(memory.as_ptr(), slice, len, allowance, false);
            Ok(Gc::from_raw(memory))
        }
    }

    /// Writes the bytes of a range of the row's text to where the slice has them. No string has these bytes.
    fn write_row(&self, row: Range<usize>, range: Range<usize>, slice: Slice) {
        let mut at = 0;
        for index in row {
            if at >= range.end {
                return;
            }
            Pieces::of(self.register(index), &self.context.heap.shapes).each(|text| {
                let start = range.start.clamp(at, at + text.len());
                let end = range.end.clamp(at, at + text.len());
                let bytes = text.as_bytes().get(start - at..end - at).unwrap_or_default();
                // SAFETY: the caller's buffer has space for the text there, and no string has these bytes.
                unsafe { slice.buffer.write(slice.from as usize + start, bytes) };
                at += text.len();
            });
        }
    }

    /// The instruction `format`. A safepoint.
    #[inline(never)]
    pub(super) fn format(&mut self, dst: Dst, value: Value, format: Value) -> Flow {
        let result = self.format_value(dst, value, format);
        self.flow(result)
    }

    fn format_value(&mut self, dst: Dst, value: Value, format: Value) -> Result<(), Fault> {
        if self.has_made_text(value) {
            return self.finish_by_text(value, WORDS);
        }
        let text = self.formatted(value, format)?;
        self.set_register(usize::from(dst.0), text.value());
        Ok(())
    }

    fn formatted(&mut self, value: Value, format: Value) -> Result<Gc<Str>, Fault> {
        let bits = format.to_f64().map(|bits| bits as u64);
        let spec = bits.and_then(Spec::unpack).ok_or(Fault::Bytecode)?;
        let number = value.to_f64();
        let (fits, sign, integer) = match spec.wants() {
            Wanted::Anything => (true, ' ', false),
            Wanted::Number(sign) => (number.is_some(), sign, false),
            Wanted::Integer(sign) => (number.is_some_and(|number| number % 1.0 == 0.0), sign, true),
        };
        if !fits {
            return Err(Fault::Format { sign, integer, found: value });
        }
        match number {
            Some(number) => self.formatted_number(&spec, &Digits::new(&spec, number)),
            None => self.formatted_text(&spec, value),
        }
    }

    #[inline(never)]
    fn formatted_number(&mut self, spec: &Spec, digits: &Digits) -> Result<Gc<Str>, Fault> {
        let [head, rest] = digits.parts();
        let filling = Filling::new(spec, head.len() + rest.len(), Some(digits));
        let fills = filling.before + filling.after;
        let len = head.len() + rest.len() + filling.zeros + fills * spec.fill.len_utf8();
        self.charge_bulk(len, WORDS)?;
        Ok(self.new_text(len, |_, out| {
            out.fill(spec.fill, filling.before);
            out.push(head);
            out.fill('0', filling.zeros);
            out.push(rest);
            out.fill(spec.fill, filling.after);
        })?)
    }

    /// At most as many characters as a spec can ask for are looked at, so this is a bounded amount of work.
    #[inline(never)]
    fn formatted_text(&mut self, spec: &Spec, value: Value) -> Result<Gc<Str>, Fault> {
        let most = spec.digits.map_or(usize::MAX, |digits| digits as usize);
        // The characters that count, and the bytes of those that are kept.
        let (mut chars, mut bytes, mut is_cut) = (0, 0, false);
        let enough = most.min(spec.width as usize);
        let pieces = Pieces::of(value, &self.context.heap.shapes);
        pieces.each(|text| {
            let left = if spec.digits.is_some() { most } else { enough } - chars;
            let mut rest = text.char_indices().skip(left);
            let end = rest.next().map_or(text.len(), |(end, _)| end);
            chars += text.get(..end).unwrap_or_default().chars().count();
            if spec.digits.is_some() {
                is_cut |= end < text.len();
                bytes += end;
            } else {
                bytes += text.len();
            }
        });
        let filling = Filling::new(spec, chars, None);
        let fills = filling.before + filling.after;
        if fills == 0
            && !is_cut
            && let Some(string) = value.as_object::<Str>()
        {
            return Ok(string);
        }
        let len = bytes + fills * spec.fill.len_utf8();
        self.charge_bulk(len, WORDS)?;
        Ok(self.new_text(len, |vm, out| {
            out.fill(spec.fill, filling.before);
            let mut left = bytes;
            Pieces::of(value, &vm.context.heap.shapes).each(|text| {
                let kept = text.get(..left.min(text.len())).unwrap_or_default();
                out.push(kept);
                left -= kept.len();
            });
            out.fill(spec.fill, filling.after);
        })?)
    }
}
