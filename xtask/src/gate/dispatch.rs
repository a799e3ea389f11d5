//! Each opcode of the interpreter must end in its own indirect jump, in the program that README's command builds.
//!
//! With one shared jump the processor predicts worse: programs take up to twice as long (`docs/decisions.md`). Whether
//! LLVM shares the jump depends on its version and on the options in `.cargo/config.toml`, and no test would notice.

use std::fs;

use super::Passed;
use super::command::Runner;

/// The fewest indirect jumps. There are some 100 opcodes; a few similar ones share a jump.
const FEWEST: usize = 60;

/// Parts of the dispatcher's symbol, in both mangling schemes.
const SYMBOL: [&str; 2] = ["match_loop", "run"];

pub(super) fn check(run: &Runner) -> Result<Passed, String> {
    options_are_documented(run)?;
    if !cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))) {
        return Ok(Passed::Without("the jumps are counted on Linux alone, for x86-64 and ARM64".into()));
    }
    run.cargo().target_dir("..").args(["build", "--release", "--locked", "-p", "siskin-cli"]).run()?;
    let program = run.target_dir().join("release/siskin");
    let listing = run.program("objdump").args(["-d", "--no-show-raw-insn"]).args([program]).stdout()?;
    let jumps = indirect_jumps(&listing).ok_or("the program has no dispatcher: match_loop::run")?;
    eprintln!("match_loop::run has {jumps} indirect jumps");
    if jumps < FEWEST {
        return Err(format!("match_loop::run has {jumps} indirect jumps, fewer than {FEWEST}"));
    }
    Ok(Passed::All)
}

/// Checks that `docs/embedding.md` lists the options: who embeds the engine must repeat them.
fn options_are_documented(run: &Runner) -> Result<(), String> {
    let read = |file| fs::read_to_string(run.root.join(file)).map_err(|error| format!("{file}: {error}"));
    let (config, page) = (read(".cargo/config.toml")?, read("docs/embedding.md")?);
    let flags = config.lines().find(|line| line.starts_with("rustflags = "));
    let flags = flags.ok_or(".cargo/config.toml sets no rustflags")?;
    if !page.contains(flags) {
        return Err(format!("docs/embedding.md does not say: {flags}"));
    }
    Ok(())
}

/// The number of indirect jumps of the dispatcher in a listing by objdump; `None` if the dispatcher is not in it.
fn indirect_jumps(listing: &str) -> Option<usize> {
    let mut functions = listing.split("\n\n");
    let dispatcher = functions.find(|function| {
        function.trim_start().lines().next().is_some_and(|name| SYMBOL.iter().all(|part| name.contains(part)))
    })?;
    Some(dispatcher.lines().filter(|line| is_indirect_jump(line)).count())
}

/// Whether a line is one such as `  4010:<tab>jmp    *%rax` and `  4010:<tab>br<tab>x8`.
fn is_indirect_jump(line: &str) -> bool {
    let mut words = line.split_whitespace().skip(1);
    match words.next() {
        Some("jmp" | "notrack") => line.contains('*'),
        Some("br") => true,
        Some(_) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::indirect_jumps;

    #[test]
    fn the_dispatchers_jumps_are_counted() {
        let listing = "siskin: file format\n\n0010 <_RNv4core10match_loop3run>:\n  10:\tjmp    *%rax\n  \
                       12:\tjmp    10 <x>\n  14:\tjmp    *0x8(%rax,%rcx,8)\n\n0020 <other>:\n  20:\tjmp    *%rax\n";
        assert_eq!(indirect_jumps(listing), Some(2));
        let listing = "0010 <match_loop::run>:\n  10:\tbr\tx8\n  14:\tbl\t20 <other>\n";
        assert_eq!(indirect_jumps(listing), Some(1));
        assert_eq!(indirect_jumps("0020 <other>:\n  20:\tjmp    *%rax\n"), None);
    }
}
