//! The target that types at a prompt: inputs use, redefine and inspect the definitions of earlier inputs.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::rc::Rc;

use crate::Bytes;

/// The most inputs in a session.
const INPUTS: usize = 40;

/// The beginning of a line before each input, at which the output is split.
const MARK: &str = "#input ";

/// Runs the program's prompt on inputs that the bytes describe, interpreted and as machine code. Asserts that each
/// input has the same output in both. The output of a command may depend on the tier, but not that of later inputs.
pub fn session(data: &[u8]) {
    let mut bytes = Bytes(data);
    let (modes, hot) = (bytes.next(), bytes.next());
    let mut text = String::new();
    let mut commands = Vec::new();
    for index in 0..INPUTS {
        if bytes.0.is_empty() {
            break;
        }
        let _ = writeln!(text, "print \"{MARK}{index}\";");
        let input = input(&mut bytes);
        commands.push(input.starts_with(':'));
        text.push_str(&input);
        text.push('\n');
    }
    let depth = [7, 8, 64, 300][usize::from(modes & 3)] + u32::from(hot >> 5);
    let memory = [2 << 20, 64 << 20][usize::from(modes >> 2 & 1)];
    let stress = modes & 0x38 == 0x38;
    let run = |tier: &str| run(tier, u32::from(hot & 31), depth, memory, stress, &text);
    let (left, right) = (run("interp"), run("baseline"));
    let (left, right) = (parts(&left), parts(&right));
    for (index, (left, right)) in left.iter().zip(&right).enumerate() {
        if left.contains("Out of memory.") || right.contains("Out of memory.") {
            // Machine code takes memory, so from here on one session may have an object that the other could not
            // allocate.
            return;
        }
        // The first part comes before the first input.
        let command = index.checked_sub(1).is_some_and(|input| commands[input]);
        assert!(command || left == right, "part {index} of\n{text}\n{left}\n{right}");
    }
    assert_eq!(left.len(), right.len(), "{text}");
}

/// The program's output and errors, in order.
fn run(tier: &str, hot: u32, depth: u32, memory: usize, stress: bool, text: &str) -> String {
    let (hot, depth, memory) = (hot.to_string(), depth.to_string(), memory.to_string());
    let mut args = vec!["repl", "--tier", tier, "--hot", &hot, "--max-depth", &depth, "--memory", &memory];
    if stress {
        args.push("--gc-stress");
    }
    let page = Shared::default();
    let (mut output, mut errors) = (page.clone(), page.clone());
    let args = args.into_iter().map(OsString::from).collect();
    siskin_cli::run(args, &mut text.as_bytes(), &mut output, &mut errors);
    let page = page.0.borrow();
    String::from_utf8_lossy(&page).into_owned()
}

fn parts(output: &str) -> Vec<&str> {
    output.split(MARK).collect()
}

/// One text that two streams write to.
#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One input: mostly code that defines, redefines or uses a few names, else a command.
fn input(bytes: &mut Bytes<'_>) -> String {
    let kind = bytes.next();
    let (i, j, k) = (bytes.next() % 3, bytes.next() % 3, bytes.next());
    let class = ["A", "B"][usize::from(i & 1)];
    match kind % 40 {
        0 => format!("fn f{i}(n) {{ n + {k} }}"),
        1 => format!("fn f{i}(n) {{ if n > 0 {{ f{j}(n - 1) }} else {{ {k} }} }}"),
        2 => format!("fn f{i}(n) {{ {class}(n).get() }}"),
        3 => format!("fn f{i}(n) {{ v{j}.a + n }}"),
        4 => format!("fn f{i}(n) {{ var t = n; fn g() {{ t = t + {k}; t }} g(); g() }}"),
        5 => format!("fn f{i}(n) {{ f{j}(n) + 1 }}"),
        6 => format!("class {class} {{ init(n) {{ this.a = n; }} get() {{ this.a + {k} }} }}"),
        7 => format!(
            "class {class} {{ init(n) {{ this.b = {k}; this.a = n; }} get() {{ this.b = this.b + 1; this.a }} }}"
        ),
        8 => "class B < A { get() { super.get() + 1 } }".to_owned(),
        9 => format!(
            "class {class} {{ get() {{ {k} }} init(n) {{ if n > 0 {{ this.a = {class}(n - 1).a; }} else {{ this.a = 0; }} }} }}"
        ),
        10 | 11 => format!("var v{i} = {class}({k});"),
        12 => format!("var v{i} = f{j};"),
        13 => format!("v{i}.a = v{j};"),
        14 => format!("v{i}.c{j} = {k};"),
        15 | 16 => format!("f{i}({k})"),
        17 => format!("v{i}.get()"),
        18 => format!("for (var i = 0; i < {k}; i = i + 1) {{ f{j}(i); }}"),
        19 => format!("for (var i = 0; i < {k}; i = i + 1) {{ v{i} = {class}(i); v{i}.get(); }}"),
        20 => "fn r(n) { r(n + 1) } r(0)".to_owned(),
        21 => format!("fn p(n) {{ if n > 0 {{ q(n - 1) }} else {{ f{i}(1) }} }} fn q(n) {{ p(n) }} p({k})"),
        22 => format!("class R {{ init(n) {{ this.n = n; R(n + 1); }} }} R({k})"),
        23 => format!("class M {{ m(n) {{ if n > 0 {{ this.m(n - 1) }} else {{ f{i}(n) }} }} }} M().m({k})"),
        24 => format!("var s = \"\"; for (var i = 0; i < {k}; i = i + 1) {{ s = s + \"abc\"; }} s"),
        25 => format!("print v{i}; print f{j}; print {class};"),
        26 => "-nil".to_owned(),
        27 => "_".to_owned(),
        28 => format!("v{i} = nil; s = nil;"),
        29 => format!("clock(v{i}, {class}(1), {class}(2), {class}(3), {class}(4), f{j}({k})) > 0"),
        30 => "r(0)".to_owned(),
        31 => format!(":jit f{i}"),
        32 => format!(":tier {}", ["interp", "baseline"][usize::from(j & 1)]),
        33 => ":gc".to_owned(),
        34 => format!(":caches f{i}"),
        35 => format!(":disasm f{i}"),
        36 => format!(":type f{i}({k})"),
        37 => ":vars".to_owned(),
        38 => format!(":caches {class}.get"),
        _ if k < 16 => ":clear".to_owned(),
        _ => format!(":views f{i}"),
    }
}
