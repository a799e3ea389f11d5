//! Luau for the side-by-side harness: runs a Lua file as Luau's own program does with `-O2 --codegen`.
//!
//! ```text
//! cargo build --release -p siskin-benches --features luau
//! target/release/luau benches/programs/fib/fib.lua
//! ```
//!
//! It is a program of its own so that Luau is timed like every other engine: as a process that is given a script.

use std::error::Error;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use mlua::Lua;
use mlua::chunk::Compiler;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("luau: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Takes `--version`, or a script that may follow `--interpreter`.
fn run(arguments: &[OsString]) -> Result<(), Box<dyn Error>> {
    let (native, script) = match arguments {
        [flag] if flag == "--version" => {
            println!("{}", Lua::new().globals().get::<String>("_VERSION")?);
            return Ok(());
        }
        [script] => (true, script),
        [flag, script] if flag == "--interpreter" => (false, script),
        _ => return Err("write luau [--interpreter] SCRIPT, or luau --version".into()),
    };
    // Luau would interpret without a word, and the column would be wrong.
    if native && !can_be_native() {
        return Err("Luau has no native code for this processor; --interpreter does without".into());
    }
    machine(native)?.load(Path::new(script)).exec()?;
    Ok(())
}

/// A Luau set up as its own program sets it up; mlua's defaults know fewer types and leave builtins slow.
fn machine(native: bool) -> mlua::Result<Lua> {
    let lua = Lua::new();
    // When it is on, a chunk is translated as a whole as soon as it is loaded; it need not ask with `--!native`.
    lua.enable_jit(native);
    lua.set_compiler(Compiler::new().set_optimization_level(2).set_type_info_level(1));
    // Then no one can replace the builtins, so calls of them need no look-up. Making objects takes half the time.
    lua.sandbox(true)?;
    Ok(lua)
}

/// What Luau's code generator asks of a processor, so far as it can fail.
fn can_be_native() -> bool {
    #[cfg(target_arch = "x86_64")]
    let can = std::arch::is_x86_feature_detected!("avx");
    #[cfg(not(target_arch = "x86_64"))]
    let can = cfg!(target_arch = "aarch64");
    can
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_and_interpreted_agree() {
        let script =
            "local function fib(n) return if n < 2 then n else fib(n - 1) + fib(n - 2) end return fib(20)";
        for native in [false, true] {
            let lua = machine(native).expect("there is memory");
            assert_eq!(lua.load(script).eval::<f64>().expect("it runs"), 6765.0, "native: {native}");
        }
    }

    #[test]
    fn every_program_is_luau() {
        let lua = machine(true).expect("there is memory");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
        let mut count = 0;
        for entry in std::fs::read_dir(folder).expect("the programs are there") {
            let folder = entry.expect("an entry").path();
            let name = folder.file_name().expect("a name");
            let script = folder.join(name).with_extension("lua");
            lua.load(script.as_path()).into_function().expect("it compiles");
            count += 1;
        }
        assert!(count > 0);
    }

    #[test]
    fn a_wrong_command_line_and_a_missing_script_are_errors() {
        for bad in [&[][..], &["a", "b"], &["--interpreter", "a", "b"], &["/no/such/script"]] {
            let arguments: Vec<_> = bad.iter().map(OsString::from).collect();
            assert!(run(&arguments).is_err(), "{bad:?}");
        }
    }
}
