//! The texts that a VM has loaded, and the piece of text of each active call.

use std::collections::BTreeMap;
use std::ops::Range;

use siskin_core::bytecode::{FnIndex, Program};
use siskin_core::{FunctionId, LoadOptions, Script, TraceFrame, Vm};

use super::imports::ModuleSources;
use super::record::Frame;
use super::source::{Place, Source};
use crate::SYSTEM;

/// The texts that one VM has loaded. They are found by the VM's function numbers, so VMs cannot share them.
///
/// # Examples
/// ```
/// use siskin::diagnostics::{Pretty, Report, Source, Sources, Stopped};
/// use siskin::io::{StreamOutput, SystemClock};
/// use siskin::{Dialect, HostIo, Options, SYSTEM, Vm};
///
/// let mut vm = Vm::new(SYSTEM, Options::default())?;
/// let mut sources = Sources::new();
/// let source = Source::new("half.sk", "fn half(x) { x / 2 }\nprint half(nil);\n", Dialect::Siskin);
/// let script = vm.load_with(source.text(), source.dialect(), source.options())?;
/// sources.add(source, &script);
/// vm.start(script)?;
///
/// let mut nowhere = std::io::sink();
/// let (output, clock) = (&mut StreamOutput::new(&mut nowhere), &SystemClock::start());
/// let outcome = vm.run(None, &mut HostIo::new(output).clock(clock));
/// let why = Stopped::of(&outcome).expect("nothing cannot be halved");
/// let report = Report::stopped(why, &vm, &sources);
/// assert_eq!(
///     Pretty { reports: &[report], color: false }.to_string(),
///     "\
/// error: Operands must be numbers.
///  --> half.sk:1:14
///   |
/// 1 | fn half(x) { x / 2 }
///   |              ^^^^^
///   in half() at half.sk:1:14
///   in script at half.sk:2:7
/// "
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Sources {
    /// Sorted by the numbers of their functions.
    loaded: Vec<Loaded>,
}

#[derive(Debug)]
struct Loaded {
    source: Source,
    /// The numbers of its functions.
    functions: Range<u32>,
}

impl Sources {
    /// No texts yet.
    #[must_use]
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Adds a text and the script that it was loaded as.
    pub fn add(&mut self, source: Source, script: &Script) {
        self.insert(source, script.functions());
    }

    /// Adds the texts of the modules that were loaded with a script.
    pub fn add_modules(&mut self, modules: &ModuleSources, script: &Script) {
        for (id, functions) in script.modules() {
            if let Some(source) = modules.get(id) {
                self.insert(source.clone(), functions);
            }
        }
    }

    fn insert(&mut self, source: Source, functions: Range<u32>) {
        let at = self.loaded.partition_point(|loaded| loaded.functions.start < functions.start);
        self.loaded.insert(at, Loaded { source, functions });
    }

    /// The text of a function, and the function's index in the text's program.
    #[must_use]
    pub fn of(&self, function: FunctionId) -> Option<(&Source, FnIndex)> {
        let Loaded { source, functions } = self.loaded.get(self.find(function)?)?;
        Some((source, Script::index_of(functions, function)?))
    }

    /// The texts, in the order in which they were loaded.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.loaded.iter().map(|loaded| &loaded.source)
    }

    /// Forgets the text loaded last.
    pub fn forget_last(&mut self) {
        self.loaded.pop();
    }

    /// The active calls, innermost first.
    pub(super) fn frames<'a>(&'a self, vm: &'a Vm) -> Vec<Frame<'a>> {
        let mut spans = Spans::new(self, vm);
        vm.trace()
            .map(|frame| Frame {
                function: frame.name,
                line: frame.line,
                place: spans.place(&frame),
                resumes: frame.resumes,
            })
            .collect()
    }

    /// The index of the text of a function.
    fn find(&self, function: FunctionId) -> Option<usize> {
        let number = function.0;
        let at = self.loaded.partition_point(|loaded| loaded.functions.end <= number);
        self.loaded.get(at).filter(|loaded| loaded.functions.contains(&number)).map(|_| at)
    }
}

/// The least memory for compiling texts again, in bytes: the VM's memory may be full, which may be the error to report.
/// If the VM has more left, compiling may take that much.
const LEAST_MEMORY: usize = 1 << 20;

/// Finds the piece of text of an instruction, by compiling its text again, at most once. Compiling is deterministic,
/// so the new program has the same instructions.
struct Spans<'a> {
    sources: &'a Sources,
    /// Compiles the texts, in separate memory.
    compiler: Option<Vm>,
    /// The programs compiled so far, by the index of the text.
    programs: BTreeMap<usize, Option<Program>>,
}

impl<'a> Spans<'a> {
    fn new(sources: &'a Sources, vm: &Vm) -> Spans<'a> {
        let usage = vm.mem().usage();
        let memory = usage.limit.saturating_sub(usage.used).max(LEAST_MEMORY);
        let compiler = Vm::new(SYSTEM, vm.options().memory(memory)).ok();
        Spans { sources, compiler, programs: BTreeMap::new() }
    }

    /// The place of a call: the exact one if it is found, else its line.
    fn place(&mut self, frame: &TraceFrame<'_>) -> Option<Place<'a>> {
        let index = self.sources.find(frame.function)?;
        let source = &self.sources.loaded[index].source;
        let exact = self.span(index, frame).map(|span| source.place(span));
        // If the lines differ, the program came from another text or another compiler.
        let right = exact.filter(|place| source.line_at(place.span().end) == frame.line as usize);
        Some(right.unwrap_or_else(|| source.line(frame.line as usize)))
    }

    fn span(&mut self, index: usize, frame: &TraceFrame<'_>) -> Option<Range<usize>> {
        let function = Script::index_of(&self.sources.loaded[index].functions, frame.function)?;
        let code = self.program(index)?.function(function)?;
        let after = code.spans.partition_point(|span| span.word <= frame.word);
        let span = code.spans.get(after.checked_sub(1)?)?;
        Some(span.start as usize..span.end as usize)
    }

    fn program(&mut self, index: usize) -> Option<&Program> {
        let source = &self.sources.loaded[index].source;
        let options = LoadOptions { spans: true, ..source.options() };
        let compiled = || self.compiler.as_ref()?.compile_with(source.text(), source.dialect(), options).ok();
        self.programs.entry(index).or_insert_with(compiled).as_ref()
    }
}
