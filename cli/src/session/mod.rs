//! A VM that lives on from one input to the next: the engine side of a REPL, without a terminal.
//!
//! ```text
//!   text ──load──> script ──run──> result, `_`      what an input defines stays: globals
//!     └── Sources                                   so that listings and errors find the text again
//! ```

mod defined;
mod find;
mod saved;
mod show;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use siskin::diagnostics::{Printer, Source, Sources, Stopped};
use siskin::io::{StreamOutput, SystemClock};
use siskin::{SYSTEM, native};
use siskin_core::inspect::ValueKind;
use siskin_core::mem::{Mem, OutOfMemory};
use siskin_core::platform::{Clock, HostIo};
use siskin_core::tier::Bail;
use siskin_core::{Dialect, ErrorKind, LoadError, Options, Outcome, RuntimeError, Vm};

pub(crate) use defined::{Definition, definitions};
pub(crate) use find::{Found, NotFound};
pub(crate) use saved::{Input, script};
pub(crate) use show::{is_literal, made_text, start_text};

use crate::args::Tier;
use crate::modules::Modules;

/// Why an input did not come to its end.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It does not load.
    Load(LoadError, Source),
    /// It failed; the VM has the trace.
    Run(RuntimeError),
    /// Somebody wanted it to stop; the VM has the trace.
    Interrupted,
    /// It used up its fuel; the VM has the trace.
    OutOfFuel,
    /// There is no memory for what belongs to the session.
    OutOfMemory(OutOfMemory),
    /// What it printed could not be written.
    Output(io::Error),
}

impl From<OutOfMemory> for Failure {
    fn from(error: OutOfMemory) -> Failure {
        Failure::OutOfMemory(error)
    }
}

/// Memory beyond a VM's limit, for loading, for `_` and for listings: so that one which is full can still be told to let
/// go of something.
struct Reserve {
    mem: Mem,
    limit: usize,
}

impl Reserve {
    const BYTES: usize = 1 << 20;

    fn of(vm: &Vm) -> Reserve {
        let (mem, limit) = (vm.mem().clone(), vm.mem().usage().limit);
        mem.set_limit(limit.saturating_add(Reserve::BYTES));
        Reserve { mem, limit }
    }
}

impl Drop for Reserve {
    fn drop(&mut self) {
        self.mem.set_limit(self.limit);
    }
}

/// Fuel for what a script of the inputs does beside them: it gives `_` its values.
const SPARE_FUEL: u64 = 1000;

/// A VM and its inputs.
pub(crate) struct Session {
    pub(crate) vm: Vm,
    pub(crate) dialect: Dialect,
    /// The loaded scripts.
    pub(crate) sources: Sources,
    /// The inputs that came to their end.
    pub(crate) inputs: Vec<Input>,
    /// Whether machine code may be used.
    pub(crate) native: bool,
    /// Why there is none, if it was wanted.
    pub(crate) refused: Option<Bail>,
    /// What each run may use.
    pub(crate) fuel: Option<u64>,
    /// What texts may import.
    pub(crate) modules: Modules,
    interrupt: Arc<AtomicBool>,
    tier: Tier,
    /// Number of inputs, those included that did not load.
    count: u32,
    /// How many functions the text loaded last has.
    loaded: usize,
    /// Bytes of the texts that were given and may be kept.
    kept: usize,
}

impl Session {
    /// # Errors
    /// When there is not even memory for an empty VM.
    pub(crate) fn new(options: Options, tier: Tier, dialect: Dialect) -> Result<Session, OutOfMemory> {
        let mut vm = Vm::new(SYSTEM, options)?;
        let refused = match tier {
            Tier::Interp => None,
            Tier::Baseline => native::install(&mut vm).err(),
        };
        let native = vm.tier_name().is_some();
        let interrupt = Arc::new(AtomicBool::new(false));
        Ok(Session {
            vm,
            dialect,
            sources: Sources::new(),
            inputs: Vec::new(),
            native,
            refused,
            fuel: None,
            modules: Modules::default(),
            interrupt,
            tier,
            count: 0,
            loaded: 0,
            kept: 0,
        })
    }

    /// The interrupt flag: setting it stops the running script.
    pub(crate) fn interrupt(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.interrupt)
    }

    /// Forgets everything that was defined.
    ///
    /// # Errors
    /// When memory is out; then nothing is forgotten.
    pub(crate) fn clear(&mut self) -> Result<(), OutOfMemory> {
        let fresh = Session::new(self.vm.options(), self.tier, self.dialect)?;
        let interrupt = self.interrupt();
        let modules = std::mem::take(&mut self.modules);
        *self = Session { interrupt, count: self.count, fuel: self.fuel, modules, ..fresh };
        Ok(())
    }

    /// Lets machine code take part, or not.
    pub(crate) fn set_native(&mut self, on: bool) {
        self.native = on && self.vm.tier_name().is_some();
        self.vm.set_native(self.native);
    }

    /// What the next input will be called.
    fn next_name(&mut self) -> String {
        self.count += 1;
        format!("<input {}>", self.count)
    }

    /// Bytes that the next text may have. It may be kept twice, as an input and as what functions came from, and all such
    /// texts have to fit into as much memory as the VM may have.
    pub(crate) fn text_capacity(&self) -> usize {
        (self.vm.options().memory - self.kept) / 2
    }

    /// Bytes that may be used beside the VM: what its limit leaves, or the reserve.
    pub(crate) fn memory_left(&self) -> usize {
        let usage = self.vm.mem().usage();
        usage.limit.saturating_sub(usage.used).max(Reserve::BYTES)
    }

    /// Counts a text that may be kept.
    fn keep(&mut self, text: &str) -> Result<(), OutOfMemory> {
        if text.len() > self.text_capacity() {
            return Err(OutOfMemory);
        }
        self.kept += 2 * text.len();
        Ok(())
    }

    /// Runs a text typed at a prompt. If it ends with a value that is not nil, `_` is that from then on.
    ///
    /// # Errors
    /// Why it did not come to its end.
    pub(crate) fn evaluate(&mut self, text: &str, output: &mut dyn Write) -> Result<(), Failure> {
        self.keep(text)?;
        let name = self.next_name();
        self.load(Source::new(name, text, self.dialect).interactive())?;
        self.run(output)?;
        self.forget_last();
        let is_value = !matches!(self.vm.result().kind(), ValueKind::Nil);
        self.inputs.push(Input { text: text.to_owned(), dialect: self.dialect, file: None, is_value });
        if is_value {
            let _reserve = Reserve::of(&self.vm);
            self.vm.bind_result("_")?;
        }
        Ok(())
    }

    /// The text of the last value, if its class defines one. That may print. A class whose text cannot be made has none.
    ///
    /// # Errors
    /// When what it printed could not be written.
    pub(crate) fn own_text(&mut self, output: &mut dyn Write) -> Result<Option<String>, Failure> {
        let reserve = Reserve::of(&self.vm);
        let started = start_text(&mut self.vm);
        drop(reserve);
        if !started {
            return Ok(None);
        }
        match self.run(output) {
            Ok(()) => Ok(made_text(&self.vm)),
            Err(Failure::Output(error)) => Err(Failure::Output(error)),
            Err(_) => Ok(None),
        }
    }

    /// Runs a file's text.
    ///
    /// # Errors
    /// Why it did not come to its end.
    pub(crate) fn run_file(&mut self, source: Source, output: &mut dyn Write) -> Result<(), Failure> {
        let (text, dialect, file) =
            (source.text().to_owned(), source.dialect(), Some(source.name().to_owned()));
        self.keep(&text)?;
        self.load(source)?;
        self.run(output)?;
        self.inputs.push(Input { text, dialect, file, is_value: false });
        Ok(())
    }

    /// The inputs as one script, which compiles.
    ///
    /// # Errors
    /// Why it does not.
    pub(crate) fn script(&self, name: &str, dialect: Dialect) -> Result<Source, Failure> {
        let source = Source::new(name, script(&self.inputs, self.memory_left()), dialect);
        let _reserve = Reserve::of(&self.vm);
        match self.vm.compile_with(source.text(), dialect, source.options()) {
            Ok(_) => Ok(source),
            Err(error) => Err(Failure::Load(error, source)),
        }
    }

    /// Runs a script of the inputs in a machine apart, without its output. An input that failed may have made something
    /// that later ones need: then the script, which lacks it, fails. Takes no more fuel than the inputs took, and no more
    /// memory than is left; if that does not suffice, nothing is found out, nor where the inputs may do more than compute: that is
    /// not done again.
    ///
    /// # Errors
    /// What to say of its failure.
    pub(crate) fn try_out(&self, script: Source, printer: Printer) -> Result<(), String> {
        if self.modules.grants_something() {
            return Ok(());
        }
        let options = self.vm.options().memory(self.memory_left());
        let Ok(fresh) = Session::new(options, self.tier, script.dialect()) else { return Ok(()) };
        let fuel = self.vm.stats().fuel + SPARE_FUEL;
        let (interrupt, modules) = (self.interrupt(), self.modules.clone());
        let mut fresh = Session { interrupt, fuel: Some(fuel), modules, ..fresh };
        match fresh.run_file(script, &mut io::sink()) {
            Err(Failure::Run(error)) if error.kind() != ErrorKind::OutOfMemory => {
                Err(fresh.report(&Failure::Run(error), printer))
            }
            _ => Ok(()),
        }
    }

    /// Loads a text and starts it.
    fn load(&mut self, source: Source) -> Result<(), Failure> {
        let reserve = Reserve::of(&self.vm);
        let script = match self.modules.load(&mut self.vm, &source) {
            Ok(script) => script,
            Err(error) => return Err(Failure::Load(error, source)),
        };
        self.loaded = script.functions().len();
        if script.modules().next().is_some() {
            self.sources.add_modules(&self.modules.sources(), &script);
        }
        self.sources.add(source, &script);
        let started = self.vm.start(script).map_err(Failure::Run);
        drop(reserve);
        started
    }

    /// Runs the script that was started last.
    fn run(&mut self, output: &mut dyn Write) -> Result<(), Failure> {
        let clock = SystemClock::start();
        let mut output = StreamOutput::new(output);
        // A wish to stop that came before is not for this run.
        self.interrupt.store(false, Relaxed);
        let host = HostIo::new(&mut output).clock(&clock).interrupt(&self.interrupt);
        let outcome = self.vm.run(self.fuel, &mut host.state(self.modules.grants()));
        if let Some(error) = output.error() {
            return Err(Failure::Output(error));
        }
        match outcome {
            Outcome::Done => Ok(()),
            Outcome::Error(error) => Err(Failure::Run(error)),
            Outcome::Interrupted => Err(Failure::Interrupted),
            Outcome::OutOfFuel => Err(Failure::OutOfFuel),
        }
    }

    /// Runs a text typed at a prompt for its value alone, the VM's result: it is no input, and `_` stays.
    ///
    /// # Errors
    /// As for [`evaluate`](Session::evaluate).
    pub(crate) fn value_of(&mut self, text: &str, output: &mut dyn Write) -> Result<(), Failure> {
        self.run_timed(self.expression(text), output).map(|_| ())
    }

    /// A text typed at a prompt that is no input: part of a command.
    pub(crate) fn expression(&self, text: &str) -> Source {
        Source::new("<expression>", text, self.dialect).interactive()
    }

    /// Runs a text with machine code or without; says how many nanoseconds running took.
    ///
    /// # Errors
    /// As for [`evaluate`](Session::evaluate).
    pub(crate) fn time_once(
        &mut self,
        source: &Source,
        native: bool,
        output: &mut dyn Write,
    ) -> Result<u64, Failure> {
        self.vm.set_native(native);
        let timed = self.run_timed(source.clone(), output);
        self.vm.set_native(self.native);
        timed
    }

    fn run_timed(&mut self, source: Source, output: &mut dyn Write) -> Result<u64, Failure> {
        self.load(source)?;
        let clock = SystemClock::start();
        self.run(output)?;
        let took = clock.nanoseconds();
        self.forget_last();
        Ok(took)
    }

    /// What ran last will not be asked for, unless it made functions, which may be left.
    fn forget_last(&mut self) {
        if self.loaded <= 1 {
            self.sources.forget_last();
        }
    }

    /// What to say of a failure.
    pub(crate) fn report(&self, failure: &Failure, printer: Printer) -> String {
        match failure {
            Failure::Load(error, source) => printer.load_error_of(error, source, &self.modules.sources()),
            Failure::Run(error) => printer.stopped(Stopped::Error(error), &self.vm, &self.sources),
            Failure::Interrupted => printer.stopped(Stopped::Interrupted, &self.vm, &self.sources),
            Failure::OutOfFuel => printer.stopped(Stopped::OutOfFuel, &self.vm, &self.sources),
            Failure::OutOfMemory(error) => format!("{error}\n"),
            Failure::Output(error) => format!("cannot write: {error}\n"),
        }
    }
}
