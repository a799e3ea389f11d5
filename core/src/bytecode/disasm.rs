//! Listings of bytecode, for people: `siskin disasm`, golden tests, bug reports.
//!
//! ```text
//! fn fib/1  registers 5  words 11 (44 bytes)
//!   u0 = r3
//!     2  0000  jump.nlt.n     r1, k0 -> 0003             ; 2
//!        0002  return         r1
//!     3  0003  get.global     r2, k1                     ; global fib
//! ```
//!
//! From the left: the source line where it changes, the offset in words, the mnemonic, the operands as in the
//! row of the table (a jump's target as an absolute offset), and what constants, inline caches and functions
//! stand for. Upvalues come first, with where the maker of the closure takes them from (`u0 = r3`
//! its register 3, `u0 = u2` its upvalue 2), then parts whose errors are caught
//! (`0002 to 0007: r3 = error, go on at 0008`). A function without a name goes by its index in the
//! program. Words that are no instruction are shown as `??` with their bits, and what does not exist as `?`:
//! an image need not be verified, or even right, to be listed.
//!
//! Nothing here allocates, and the form is stable: tests and tools may rely on it.

use core::fmt::{self, Display, Formatter, Write};

use super::lines::Runs;
use super::{AnyOperand, Capture, Code, Const, FnIndex, Handler, Image, Insn, Program};

/// Where the comment of a line begins, counted from the operands.
const OPERANDS: usize = 25;
/// Width of a mnemonic; the longest is `super.invoke`, `add.loop.lt.n`.
const MNEMONIC: usize = 13;
/// A string in a comment is cut after as many characters.
const LONGEST: usize = 40;

/// The listing of a function: `listing(program.image(), FnIndex(0)).to_string()`.
///
/// For all functions, a [`Program`] itself is `Display`, and so is an [`Image`].
#[must_use]
pub fn listing(image: Image<'_>, function: FnIndex) -> Listing<'_> {
    Listing { image, function }
}

/// A function that displays as its listing; see [`listing`].
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    image: Image<'a>,
    function: FnIndex,
}

/// One instruction, without line, offset and line break: what stands at word `word` of a function.
#[must_use]
pub fn instruction(image: Image<'_>, function: FnIndex, word: u32) -> Instruction<'_> {
    Instruction { listing: listing(image, function), word }
}

/// An instruction that displays as it does in a listing; see [`instruction`].
#[derive(Clone, Copy, Debug)]
pub struct Instruction<'a> {
    listing: Listing<'a>,
    word: u32,
}

impl Display for Instruction<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Listing { image, function } = self.listing;
        let code = image.function(function);
        match code.and_then(|code| Some((code, code.words.get(self.word as usize..)?))) {
            Some((code, rest @ [_, ..])) => self.listing.at(f, &code, rest, self.word as usize).map(|_| ()),
            _ => f.write_char('?'),
        }
    }
}

impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.image().fmt(f)
    }
}

impl Display for Image<'_> {
    /// All functions' listings, in the order of their index, with empty lines between them.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for index in 0..self.function_count() {
            if index > 0 {
                f.write_char('\n')?;
            }
            listing(*self, FnIndex(index as u32)).fmt(f)?;
        }
        Ok(())
    }
}

impl Display for Listing<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Some(code) = self.image.function(self.function) else {
            return writeln!(f, "fn #{}  missing", self.function.0);
        };
        self.header(f, &code)?;
        for (index, capture) in code.captures.iter().enumerate() {
            match capture {
                Capture::Register(register) => writeln!(f, "  u{index} = r{register}")?,
                Capture::Upvalue(outer) => writeln!(f, "  u{index} = u{outer}")?,
            }
        }
        for Handler { from, to, target, register } in code.handlers.iter() {
            writeln!(f, "  {from:04} to {to:04}: r{register} = error, go on at {target:04}")?;
        }
        let mut margin = Margin::new(&code);
        let mut at = 0;
        while let Some(rest) = code.words.get(at..).filter(|rest| !rest.is_empty()) {
            margin.write(f, at)?;
            at += self.at(f, &code, rest, at)?;
            f.write_char('\n')?;
        }
        Ok(())
    }
}

impl Listing<'_> {
    fn header(&self, f: &mut Formatter<'_>, code: &Code<'_>) -> fmt::Result {
        let words = code.words.len();
        if self.function.0 == 0 {
            f.write_str("script")?;
        } else {
            write!(f, "{}/{}", FnName(self.image, self.function), code.arity)?;
        }
        writeln!(f, "  registers {}  words {words} ({} bytes)", code.registers, words * 4)
    }

    /// What stands at word `at`, where `rest` begins; so many words it takes.
    fn at(
        &self,
        f: &mut Formatter<'_>,
        code: &Code<'_>,
        rest: &[u32],
        at: usize,
    ) -> Result<usize, fmt::Error> {
        match Insn::decode(rest) {
            Some(insn) => self.instruction(f, code, &insn, at).map(|()| insn.op().words()),
            None => {
                let word = rest.first().copied().unwrap_or_default();
                write!(f, "{:MNEMONIC$}  {word:#010x}", "??").map(|()| 1)
            }
        }
    }

    fn instruction(&self, f: &mut Formatter<'_>, code: &Code<'_>, insn: &Insn, at: usize) -> fmt::Result {
        let mnemonic = insn.op().mnemonic();
        if insn.op().row().operands.is_empty() {
            return f.write_str(mnemonic);
        }
        write!(f, "{mnemonic:MNEMONIC$}  ")?;
        let mut column = Column { out: f, width: 0 };
        let mut result = Ok(());
        let mut separator = "";
        insn.operands(|_, operand| {
            if result.is_ok() {
                result = match operand.jump() {
                    Some(by) => {
                        let to = at as i64 + insn.op().words() as i64 + i64::from(by);
                        let gap = if separator.is_empty() { "" } else { " " };
                        write!(column, "{gap}-> {to:04}")
                    }
                    None => write!(column, "{separator}{operand}"),
                };
                separator = ", ";
            }
        });
        result?;

        let mut width = column.width;
        insn.operands(|_, operand| {
            if result.is_ok()
                && let Some(meaning) = self.meaning(code, operand)
            {
                let gap = OPERANDS.saturating_sub(width);
                result = write!(f, "{:gap$}  ; {meaning}", "");
                width = OPERANDS;
            }
        });
        result
    }

    /// What stands for itself only by an index.
    fn meaning<'a>(&'a self, code: &Code<'_>, operand: AnyOperand) -> Option<Meaning<'a>> {
        let image = self.image;
        if let AnyOperand::Site32(site) = operand {
            let site = code.sites.get(site.0 as usize);
            return Some(site.map_or(Meaning::Missing, |site| Meaning::Name(image.text(site.name))));
        }
        let index = operand.constant()?;
        let constant = code.consts.get(index as usize);
        Some(constant.map_or(Meaning::Missing, |constant| Meaning::Const(&self.image, constant)))
    }
}

/// The columns left of the mnemonic: the source line where it changes, the offset.
struct Margin<'a> {
    runs: Runs<'a>,
    run: super::lines::Run,
    shown: Option<u32>,
}

impl<'a> Margin<'a> {
    fn new(code: &Code<'a>) -> Margin<'a> {
        let mut runs = code.lines.runs();
        let run = runs.next().unwrap_or(super::lines::Run { end: None, line: 1 });
        Margin { runs, run, shown: None }
    }

    fn write(&mut self, f: &mut Formatter<'_>, at: usize) -> fmt::Result {
        while !self.run.covers(at as u32)
            && let Some(next) = self.runs.next()
        {
            self.run = next;
        }
        if self.shown == Some(self.run.line) {
            write!(f, "      ")?;
        } else {
            write!(f, "{:5} ", self.run.line)?;
            self.shown = Some(self.run.line);
        }
        write!(f, " {at:04}  ")
    }
}

/// A writer that counts characters.
struct Column<'a, 'b> {
    out: &'a mut Formatter<'b>,
    width: usize,
}

impl Write for Column<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.width += text.chars().count();
        self.out.write_str(text)
    }
}

/// What a comment says.
enum Meaning<'a> {
    Missing,
    Name(&'a str),
    Const(&'a Image<'a>, Const),
}

impl Display for Meaning<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (image, constant) = match *self {
            Meaning::Missing => return f.write_char('?'),
            Meaning::Name(name) => return plain(name, f),
            Meaning::Const(image, constant) => (image, constant),
        };
        match constant {
            Const::Nil => f.write_str("nil"),
            Const::Bool(value) => value.fmt(f),
            Const::Number(number) if number.abs() < 1e16 => number.fmt(f),
            Const::Number(number) => fmt::Debug::fmt(&number, f),
            Const::Str(text) | Const::Name(text) => quoted(image.text(text), f),
            Const::Global(name) => {
                f.write_str("global ")?;
                plain(image.text(name), f)
            }
            Const::Fn(index) => FnName(*image, index).fmt(f),
        }
    }
}

/// A string in quotes, escaped as in Rust, its end left out if it is long.
fn quoted(text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    let (text, dots) = shortened(text);
    write!(f, "{text:?}{dots}")
}

/// A name, escaped to stay on one line.
fn plain(name: &str, f: &mut Formatter<'_>) -> fmt::Result {
    let (name, dots) = shortened(name);
    write!(f, "{}{dots}", name.escape_debug())
}

fn shortened(text: &str) -> (&str, &'static str) {
    text.char_indices().nth(LONGEST).map_or((text, ""), |(end, _)| (&text[..end], "..."))
}

/// `fn` and the name of a function, or its index if it has none.
struct FnName<'a>(Image<'a>, FnIndex);

impl Display for FnName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let FnName(image, index) = self;
        match image.function(*index).map(|code| image.text(code.name)) {
            None => write!(f, "fn #{}?", index.0),
            Some("") => write!(f, "fn #{}", index.0),
            Some(name) => {
                f.write_str("fn ")?;
                plain(name, f)
            }
        }
    }
}
