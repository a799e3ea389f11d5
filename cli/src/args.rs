//! The command line.

mod values;

use std::ffi::{OsStr, OsString};
use std::io;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use siskin::Grants;
use siskin::diagnostics::{Format, suggest};
use siskin::io::SystemClock;
use siskin_core::{Dialect, Dispatch, Options};
#[cfg(feature = "views")]
use siskin_jit::Isa;

#[cfg(feature = "views")]
use self::values::isas;
use self::values::{allow, bytes, colors, count, dialects, dispatch, formats, tiers};

#[derive(Parser)]
#[command(
    name = "siskin",
    version,
    about = "Siskin, a small and fast scripting language",
    override_usage = "siskin [OPTIONS] <FILE|-|-e CODE|-p CODE> [-- ARG...]\n       siskin <COMMAND> ...\n       siskin [OPTIONS]",
    after_help = "Without a command, `run` is meant: `siskin run --help` lists its options.\n\
        Without a script, a prompt opens at a terminal; otherwise standard input is run.\n\n\
        Exit codes: 64 usage, 65 compile error, 70 run-time error or limit, 74 input or output,\n\
        141 the reader of the output is gone."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What is to be done.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run a script
    #[command(override_usage = "siskin [run] [OPTIONS] <FILE|-|-e CODE|-p CODE> [-- ARG...]")]
    Run(Run),
    /// Open a prompt: read, evaluate, print, again
    #[cfg(feature = "repl")]
    #[command(override_usage = "siskin repl [OPTIONS]")]
    Repl(Repl),
    /// Compile a script and report its errors, without running it
    #[command(override_usage = "siskin check [OPTIONS] <FILE|-|-e CODE>")]
    Check(Compile),
    /// Compile a script into a file that can be run
    #[command(override_usage = "siskin build [OPTIONS] <FILE|-|-e CODE>")]
    Build(Build),
    /// List a script's bytecode
    #[command(override_usage = "siskin disasm [OPTIONS] <FILE|-|-e CODE>")]
    Disasm(Disasm),
    /// List a script's machine code beside its bytecode, as it is before it runs
    #[cfg(feature = "views")]
    #[command(override_usage = "siskin asm [OPTIONS] <FILE|-|-e CODE>")]
    Asm(Asm),
    /// Report which functions of a script compile to machine code, without running it
    #[cfg(feature = "views")]
    #[command(override_usage = "siskin jit [OPTIONS] <FILE|-|-e CODE>")]
    Jit(Asm),
    /// List a script's source, bytecode and machine code in three columns, as it is before it runs
    #[cfg(feature = "views")]
    #[command(override_usage = "siskin views [OPTIONS] <FILE|-|-e CODE>")]
    Views(Views),
    /// Run a script, discard its output, then list its functions' inline caches
    #[cfg(feature = "repl")]
    #[command(override_usage = "siskin caches [OPTIONS] <FILE|-|-e CODE>")]
    Caches(Caches),
    /// Run a script, discard its output, then list the objects that are left, and what the collector did
    #[cfg(feature = "repl")]
    #[command(override_usage = "siskin gc [OPTIONS] <FILE|-|-e CODE>")]
    Gc(Execute),
    /// Run a script interpreted and as machine code, discard its output, and compare the times
    #[cfg(feature = "repl")]
    #[command(override_usage = "siskin time [OPTIONS] <FILE|-|-e CODE>")]
    Time(Execute),
}

/// Where the script comes from.
#[derive(Args, Default)]
#[group(required = true, multiple = false)]
pub(crate) struct Input {
    /// The script; `-` for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The script itself
    #[arg(short, long = "eval", value_name = "CODE", allow_hyphen_values = true)]
    pub(crate) eval: Option<String>,
    /// Whether the script is for its value.
    #[arg(skip)]
    pub(crate) is_value: bool,
}

impl Input {
    /// What to call the script.
    pub(crate) fn name(&self) -> String {
        match &self.file {
            None if self.is_value => "-p".into(),
            None => "-e".into(),
            Some(path) if path == Path::new("-") => "<stdin>".into(),
            Some(path) => path.display().to_string(),
        }
    }
}

/// What compiling takes.
#[derive(Args, Default)]
pub(crate) struct Compile {
    #[command(flatten)]
    pub(crate) input: Input,
    /// The language of the script, lox or siskin; by default lox for files that end in .lox, else siskin
    #[arg(long, value_name = "NAME", value_parser = dialects(), hide_possible_values = true)]
    pub(crate) dialect: Option<Dialect>,
    /// The folder that imports may read from; by default that of the script
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    #[command(flatten)]
    memory: Memory,
    #[command(flatten)]
    pub(crate) errors: Errors,
}

/// How much memory there is.
#[derive(Args, Default)]
pub(crate) struct Memory {
    /// The most memory to use; with k, m or g for kibi, mebi or gibi
    #[arg(long = "memory", value_name = "BYTES", value_parser = bytes, allow_negative_numbers = true)]
    limit: Option<usize>,
}

/// How errors of scripts are shown.
#[derive(Args, Default)]
pub(crate) struct Errors {
    /// How to show errors: pretty, short, json or lox; by default lox for Lox, else pretty
    #[arg(long, value_name = "NAME", value_parser = formats(), hide_possible_values = true)]
    pub(crate) error_format: Option<Format>,
    /// Whether to colour errors: auto (on a terminal, unless NO_COLOR is set), always or never
    #[arg(long, value_name = "WHEN", default_value = "auto", value_parser = colors(), hide_possible_values = true)]
    pub(crate) color: Color,
}

/// What compiling to machine code takes.
#[cfg(feature = "views")]
#[derive(Args)]
pub(crate) struct Asm {
    #[command(flatten)]
    pub(crate) compile: Compile,
    /// The processor: x64 or a64; by default that of this machine
    #[arg(long, value_name = "NAME", value_parser = isas(), hide_possible_values = true)]
    target: Option<Isa>,
    /// List one function only: `f`, `Class.method`, `f.inner`; `script` is the script itself
    #[arg(long = "fn", value_name = "NAME")]
    pub(crate) function: Option<String>,
}

/// What compiling into a file takes.
#[derive(Args)]
pub(crate) struct Build {
    #[command(flatten)]
    pub(crate) compile: Compile,
    /// Where the program goes, `-` for standard output; by default beside the script, with the ending .skb
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// What listing bytecode takes.
#[derive(Args)]
pub(crate) struct Disasm {
    #[command(flatten)]
    pub(crate) compile: Compile,
    /// List one function only: `f`, `Class.method`, `f.inner`; `script` is the script itself
    #[arg(long = "fn", value_name = "NAME")]
    pub(crate) function: Option<String>,
}

/// The fewest columns of characters that `views` fills.
#[cfg(feature = "views")]
pub(crate) const LEAST_WIDTH: u16 = 40;

/// What listing in columns takes.
#[cfg(feature = "views")]
#[derive(Args)]
pub(crate) struct Views {
    #[command(flatten)]
    pub(crate) asm: Asm,
    /// How many columns of characters to fill
    #[arg(long, value_name = "N", default_value = "120", value_parser = clap::value_parser!(u16).range(i64::from(LEAST_WIDTH)..), allow_negative_numbers = true)]
    pub(crate) width: u16,
}

/// What listing inline caches takes.
#[cfg(feature = "repl")]
#[derive(Args)]
pub(crate) struct Caches {
    #[command(flatten)]
    pub(crate) execute: Execute,
    /// List those of one function only: `f`, `Class.method`, `f.inner`
    #[arg(long = "fn", value_name = "NAME")]
    pub(crate) function: Option<String>,
}

/// What executing a script takes.
#[derive(Args, Default)]
pub(crate) struct Execute {
    #[command(flatten)]
    pub(crate) compile: Compile,
    #[command(flatten)]
    pub(crate) engine: Engine,
    #[command(flatten)]
    pub(crate) fuel: Fuel,
    #[command(flatten)]
    pub(crate) grants: Granted,
}

/// What a script may do beside computing.
#[derive(Args, Default)]
pub(crate) struct Granted {
    /// Let the script import modules of the host: time, fs (the files of this folder), fs=DIR, env, io, entropy; several with
    /// commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = allow)]
    allow: Vec<Allow>,
    /// Arguments of the script, which it reads with `args` of the module env
    #[arg(last = true, value_name = "ARG")]
    args: Vec<String>,
}

/// A module of the host that a script may import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Allow {
    Entropy,
    Env,
    /// The files of a folder.
    Fs(PathBuf),
    Io,
    Time,
}

/// How long a script may run.
#[derive(Args, Default)]
pub(crate) struct Fuel {
    /// Stop with an error after N calls and loop iterations
    #[arg(id = "fuel", long = "fuel", value_name = "N", value_parser = count::<u64>, allow_negative_numbers = true)]
    pub(crate) limit: Option<u64>,
}

/// How code is executed.
#[derive(Args, Default)]
pub(crate) struct Engine {
    /// The highest tier that code is executed in: interp (or off) or baseline, which is machine code
    #[arg(long, value_name = "NAME", default_value = "baseline", value_parser = tiers(), hide_possible_values = true)]
    pub(crate) tier: Tier,
    /// Loop iterations after which a function is compiled to machine code; a call counts as four
    #[arg(long, value_name = "N", value_parser = count::<u32>, allow_negative_numbers = true)]
    hot: Option<u32>,
    /// How the interpreter gets from one instruction to the next: match or tail
    #[arg(long, value_name = "NAME", value_parser = dispatch)]
    dispatch: Option<Dispatch>,
    /// The most calls that may be active at once
    #[arg(long, value_name = "N", value_parser = count::<NonZeroU32>, allow_negative_numbers = true)]
    max_depth: Option<NonZeroU32>,
    /// Collect garbage at every allocation, to find faults in the engine
    #[arg(long)]
    gc_stress: bool,
}

/// What the prompt takes.
#[cfg(feature = "repl")]
#[derive(Args, Default)]
pub(crate) struct Repl {
    /// The language: siskin or lox
    #[arg(long, value_name = "NAME", default_value = "siskin", value_parser = dialects(), hide_possible_values = true)]
    pub(crate) dialect: Dialect,
    #[command(flatten)]
    pub(crate) errors: Errors,
    #[command(flatten)]
    memory: Memory,
    #[command(flatten)]
    pub(crate) engine: Engine,
    #[command(flatten)]
    pub(crate) grants: Granted,
}

/// What running takes.
#[derive(Args, Default)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) execute: Execute,
    /// Stop and resume every N units of fuel, to find faults in the engine
    #[arg(long, value_name = "N", value_parser = count::<NonZeroU64>, allow_negative_numbers = true)]
    pub(crate) slice: Option<NonZeroU64>,
    /// Report collections, memory and fuel on standard error at the end
    #[arg(long)]
    pub(crate) stats: bool,
    /// Map a compiled program's file instead of reading it: nobody may write to it meanwhile
    #[arg(long)]
    pub(crate) map: bool,
    /// Name machine code for Linux's perf, in /tmp/perf-PID.map
    #[arg(long)]
    pub(crate) perf_map: bool,
    /// The script itself; show the value of its last expression as the prompt does, unless it is nil
    #[cfg(feature = "repl")]
    #[arg(short, long, value_name = "CODE", group = "Input", allow_hyphen_values = true, display_order = 1)]
    print: Option<String>,
}

impl Granted {
    /// What was granted.
    ///
    /// # Errors
    /// The folder that cannot be used, and why.
    pub(crate) fn grants(&self) -> Result<Grants, (PathBuf, io::Error)> {
        self.allow.iter().try_fold(Grants::new(), |grants, allow| match allow {
            Allow::Entropy => Ok(grants.entropy()),
            Allow::Env => Ok(grants.env(self.args.iter().cloned())),
            Allow::Fs(folder) => grants.fs(folder).map_err(|error| (folder.clone(), error)),
            Allow::Io => Ok(grants.io()),
            Allow::Time => Ok(grants.time()),
        })
    }
}

impl Compile {
    /// The engine's limits for compiling alone.
    pub(crate) fn options(&self) -> Options {
        self.memory.options()
    }
}

impl Memory {
    fn options(&self) -> Options {
        let mut options = Options::new().seed(siskin::random_seed()).clock(SystemClock::since_first);
        if let Some(limit) = self.limit {
            options.memory = limit;
        }
        options
    }
}

#[cfg(feature = "views")]
impl Asm {
    /// The processor to compile for.
    pub(crate) fn isa(&self) -> Isa {
        self.target.or(Isa::native()).unwrap_or(Isa::X64)
    }
}

impl Execute {
    /// The engine's limits and modes.
    pub(crate) fn options(&self) -> Options {
        self.engine.applied_to(self.compile.options())
    }
}

#[cfg(feature = "repl")]
impl Repl {
    /// The engine's limits and modes.
    pub(crate) fn options(&self) -> Options {
        self.engine.applied_to(self.memory.options())
    }
}

impl Engine {
    fn applied_to(&self, mut options: Options) -> Options {
        if let Some(depth) = self.max_depth {
            options.max_frames = depth.get();
        }
        if let Some(dispatch) = self.dispatch {
            options.dispatch = dispatch;
        }
        if let Some(hot) = self.hot {
            options.hot = hot;
        }
        options.gc_stress = self.gc_stress;
        options
    }
}

/// The highest tier that code is executed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tier {
    /// The interpreter.
    Interp,
    /// The baseline compiler.
    #[default]
    Baseline,
}

/// When text is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Color {
    /// If that is known to be welcome.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What the program says instead of doing something.
pub(crate) enum Answer {
    /// Help or version, for stdout.
    Info(String),
    /// What is wrong with the command line, for stderr.
    Usage(String),
}

/// First words that are not a script to run.
const COMMANDS: &[&str] = &[
    "run",
    #[cfg(feature = "repl")]
    "repl",
    "check",
    "build",
    "disasm",
    #[cfg(feature = "views")]
    "asm",
    #[cfg(feature = "views")]
    "jit",
    #[cfg(feature = "views")]
    "views",
    #[cfg(feature = "repl")]
    "caches",
    #[cfg(feature = "repl")]
    "gc",
    #[cfg(feature = "repl")]
    "time",
    "help",
    "-h",
    "--help",
    "-V",
    "--version",
];

/// Reads the command line; `at_terminal` says whether a person is there who could be asked.
pub(crate) fn parse(mut args: Vec<OsString>, at_terminal: bool) -> Result<Command, Answer> {
    let Some(first) = args.first() else {
        return Ok(nothing(at_terminal));
    };
    let names_command = COMMANDS.iter().any(|&command| first == command);
    if !names_command {
        if let Some(answer) = mistyped(first) {
            return Err(answer);
        }
        if let [file] = args.as_slice()
            && !file.as_encoded_bytes().starts_with(b"-")
        {
            return Ok(plain_file(file));
        }
        args.insert(0, "run".into());
    }
    args.insert(0, "siskin".into());
    match Cli::try_parse_from(&args) {
        Ok(cli) => Ok(cli.command.normal()),
        Err(error) if !names_command && error.kind() == ErrorKind::MissingRequiredArgument => {
            options_alone(args, at_terminal)
        }
        Err(error) => {
            let text = error.render().to_string();
            Err(if error.use_stderr() { Answer::Usage(text) } else { Answer::Info(text) })
        }
    }
}

/// `siskin OPTIONS` does what `siskin` does, with these options; `args` are those of a run without a script.
fn options_alone(mut args: Vec<OsString>, at_terminal: bool) -> Result<Command, Answer> {
    let opens_prompt = cfg!(feature = "repl") && at_terminal;
    if opens_prompt {
        args[1] = "repl".into();
    } else {
        args.push("-".into());
    }
    Cli::try_parse_from(args).map(|cli| cli.command.normal()).map_err(|error| {
        let text = error.render().to_string();
        let hint = "\nThis is an option of a run, not of the prompt (`siskin repl`). Name a script, or `-` for standard input.\n";
        Answer::Usage(if opens_prompt { text + hint } else { text })
    })
}

impl Command {
    /// Code to be shown the value of is code.
    #[cfg(not(feature = "repl"))]
    fn normal(self) -> Command {
        self
    }

    /// Code to be shown the value of is code.
    #[cfg(feature = "repl")]
    fn normal(mut self) -> Command {
        if let Command::Run(run) = &mut self
            && let Some(code) = run.print.take()
        {
            run.execute.compile.input = Input { file: None, eval: Some(code), is_value: true };
        }
        self
    }
}

/// What other programs call what this one has.
const ELSEWHERE: &[(&str, &str)] = &[
    ("-c", "-e"),
    #[cfg(feature = "repl")]
    ("-i", "repl"),
    ("-v", "--version"),
    ("version", "--version"),
];

/// What to say if the first word is neither a command nor a file, or nearly an option that stands alone.
fn mistyped(word: &OsStr) -> Option<Answer> {
    let name = word.to_str()?;
    let is_option = name.starts_with('-');
    let candidates = COMMANDS.iter().copied().filter(|command| command.starts_with('-') == is_option);
    let meant = ELSEWHERE.iter().find(|(word, _)| *word == name).map(|(_, meant)| *meant);
    let near =
        meant.or_else(|| suggest::nearest(name, candidates).filter(|near| near.len() > 2 || !is_option));
    // What looks like the path of a file is one that is missing.
    let is_word = !name.is_empty() && name.chars().all(|char| char.is_alphanumeric());
    // What is there and cannot be read, such as a link to itself, the system explains.
    let is_file = || Path::new(word).symlink_metadata().is_ok();
    if !is_option && is_file() || near.is_none() && !is_word {
        return None;
    }
    let what = if is_option { "option" } else { "command or file" };
    let question = near.map(|near| format!(": did you mean '{near}'?")).unwrap_or_default();
    let text = format!("error: there is no {what} '{name}'{question}\n");
    Some(Answer::Usage(text + "\nFor more information, try '--help'.\n"))
}

/// `siskin` alone.
fn nothing(at_terminal: bool) -> Command {
    #[cfg(feature = "repl")]
    if at_terminal {
        return Command::Repl(Repl::default());
    }
    #[cfg(not(feature = "repl"))]
    let _ = at_terminal;
    plain_file("-".as_ref())
}

/// `siskin FILE`, the common case: building clap's tables would cost more than running a small script.
fn plain_file(file: &OsStr) -> Command {
    let input = Input { file: Some(file.into()), ..Input::default() };
    let compile = Compile { input, ..Compile::default() };
    Command::Run(Run { execute: Execute { compile, ..Execute::default() }, ..Run::default() })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn plain_file_is_what_clap_would_make_of_it() {
        let fast = parse(vec!["a.lox".into()], false);
        let slow = parse(vec!["run".into(), "a.lox".into()], false);
        let (Ok(Command::Run(fast)), Ok(Command::Run(slow))) = (fast, slow) else {
            panic!("both are runs");
        };
        assert_eq!(fast.execute.compile.input.file, slow.execute.compile.input.file);
        assert_eq!(fast.execute.compile.input.eval, slow.execute.compile.input.eval);
        assert_eq!(
            (fast.execute.fuel.limit, fast.slice, fast.stats),
            (slow.execute.fuel.limit, slow.slice, slow.stats)
        );
        // The seed is random.
        let options = |run: &Run| format!("{:?}", run.execute.options().seed([0, 0]));
        assert_eq!(options(&fast), options(&slow));
    }
}
