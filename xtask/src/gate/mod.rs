//! Gates: checks that a change must pass. CI runs all of them; a person runs some by name.

mod command;
mod crates;
mod dispatch;
mod examples;
mod toolchain;

use std::path::Path;
use std::time::{Duration, Instant};

use command::Runner;

/// The result of a gate that found no fault.
enum Passed {
    /// Everything was checked.
    All,
    /// A part was left out, for this reason.
    Without(String),
}

struct Gate {
    name: &'static str,
    about: &'static str,
    /// The deadline, in minutes. A gate that takes longer fails. It is far beyond what two quiet cores take: a busy machine may be
    /// several times slower.
    minutes: u64,
    check: fn(&Runner) -> Result<Passed, String>,
}

const GATES: [Gate; 15] = [
    Gate { name: "fmt", about: "rustfmt has nothing to change", minutes: 2, check: fmt },
    Gate { name: "links", about: "links between pages lead somewhere", minutes: 1, check: links },
    Gate {
        name: "crates",
        about: "the library brings few crates, and packages hold sources alone",
        minutes: 1,
        check: crates::check,
    },
    Gate {
        name: "imports",
        about: "modules import without circles, and downward where that is drawn",
        minutes: 1,
        check: imports,
    },
    Gate {
        name: "clippy",
        about: "no warning, on stable and on nightly with tail calls",
        minutes: 16,
        check: clippy,
    },
    Gate { name: "msrv", about: "all builds with the oldest Rust promised", minutes: 10, check: msrv },
    Gate { name: "doc", about: "rustdoc has no warning", minutes: 10, check: doc },
    Gate { name: "test", about: "all tests here", minutes: 24, check: test },
    Gate {
        name: "dispatch",
        about: "every opcode of the interpreter has its own indirect jump",
        minutes: 12,
        check: dispatch::check,
    },
    Gate {
        name: "examples",
        about: "the worked examples of CONTRIBUTING.md apply, build and pass",
        minutes: 24,
        check: examples::check,
    },
    Gate { name: "tail", about: "tests with tail calls, on nightly", minutes: 16, check: tail },
    Gate {
        name: "asan",
        about: "the language suite, callbacks and the fuzz targets' seeds under AddressSanitizer, on nightly",
        minutes: 24,
        check: asan,
    },
    Gate {
        name: "no-std",
        about: "core and compiler build for Cortex-M, RISC-V and WebAssembly; core without native tiers runs scripts",
        minutes: 16,
        check: no_std,
    },
    Gate { name: "i686", about: "tests with 32-bit pointers", minutes: 24, check: i686 },
    Gate { name: "arm64", about: "tests on ARM64, under QEMU if need be", minutes: 36, check: arm64 },
];

/// The deadline for all gates together, so that CI ends with a report before it is killed.
const ALL_MINUTES: u64 = 75;

/// Prints the names of the gates.
pub(crate) fn list() {
    for gate in &GATES {
        println!("  {:8} {}", gate.name, gate.about);
    }
}

/// Runs the named gates, all of them even if one fails. A name after `-` leaves a gate out.
pub(crate) fn run(root: &Path, names: &[&str]) -> Result<(), String> {
    let mut gates = Vec::new();
    for &name in names {
        match GATES.iter().find(|gate| gate.name == name) {
            Some(gate) => gates.push(gate),
            None if name == "all" => gates.extend(&GATES),
            None if name.strip_prefix('-').is_some_and(|name| GATES.iter().any(|gate| gate.name == name)) => {
                gates.retain(|gate| gate.name != &name[1..]);
            }
            None => return Err(format!("there is no gate {name}; see `cargo xtask`")),
        }
    }

    let end = Instant::now() + Duration::from_secs(60 * ALL_MINUTES);
    let mut report = String::new();
    let mut failed = Vec::new();
    for gate in gates {
        eprintln!("\n=== {}: {}", gate.name, gate.about);
        let start = Instant::now();
        let deadline = end.min(start + Duration::from_secs(60 * gate.minutes));
        let outcome = match (gate.check)(&Runner { root, gate: gate.name, deadline }) {
            Ok(Passed::All) => "ok".to_owned(),
            Ok(Passed::Without(what)) => format!("ok, but {what}"),
            Err(error) => {
                eprintln!("{}: {error}", gate.name);
                failed.push(gate.name);
                "FAILED".to_owned()
            }
        };
        report += &format!("{:8} {:6.1} s  {outcome}\n", gate.name, start.elapsed().as_secs_f64());
    }
    eprint!("\n{report}");
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

fn fmt(run: &Runner) -> Result<Passed, String> {
    run.cargo().args(["fmt", "--all", "--check"]).run()?;
    Ok(Passed::All)
}

fn links(run: &Runner) -> Result<Passed, String> {
    crate::links::check(run.root)?;
    Ok(Passed::All)
}

fn imports(run: &Runner) -> Result<Passed, String> {
    crate::imports::check(run.root)?;
    Ok(Passed::All)
}

fn clippy(run: &Runner) -> Result<Passed, String> {
    let all = ["clippy", "--locked", "--workspace", "--all-targets"];
    run.cargo().target_dir(USUAL).args(all).args(["--", "-Dwarnings"]).run()?;
    // Features may be left out.
    for (package, features) in [
        ("siskin", ""),
        ("siskin", "jit"),
        ("siskin", "reports"),
        ("siskin-cli", ""),
        ("siskin-cli", "jit"),
        ("siskin-cli", "views"),
    ] {
        let some = ["clippy", "--locked", "-p", package, "--no-default-features", "--features", features];
        run.cargo().target_dir(USUAL).args(some).args(["--", "-Dwarnings"]).run()?;
    }
    if !toolchain::has("nightly") {
        return Ok(Passed::Without(NO_NIGHTLY.into()));
    }
    let tail =
        ["clippy", "--locked", "--all-targets", "-p", "siskin-core", "-p", "siskin", "-p", "siskin-jit"];
    let cargo = run.cargo_of("nightly").target_dir(NIGHTLY).args(tail);
    cargo.args(["--features=siskin/tail", "--", "-Dwarnings"]).run()?;
    Ok(Passed::All)
}

/// Builds with the oldest supported Rust. Where that is missing, clippy's `incompatible_msrv` still checks the
/// functions that are called.
fn msrv(run: &Runner) -> Result<Passed, String> {
    let rust = env!("CARGO_PKG_RUST_VERSION");
    if !toolchain::has(rust) {
        return Ok(Passed::Without(format!("there is no Rust {rust}: `rustup toolchain install {rust}`")));
    }
    run.cargo_of(rust).args(["check", "--locked", "--workspace"]).run()?;
    Ok(Passed::All)
}

/// Builds the public documentation, where links to private items are errors, and that of all items but the
/// comparisons', for which another engine would have to be built.
fn doc(run: &Runner) -> Result<Passed, String> {
    for scope in [
        &["--lib", "-p", "siskin-core", "-p", "siskin"][..],
        &["--workspace", "--exclude", "siskin-benches", "--document-private-items"],
    ] {
        run.cargo()
            .target_dir(USUAL)
            .env("RUSTDOCFLAGS", "-Dwarnings")
            .args(["doc", "--locked", "--no-deps"])
            .args(scope)
            .run()?;
    }
    Ok(Passed::All)
}

fn test(run: &Runner) -> Result<Passed, String> {
    run.cargo().target_dir(USUAL).args(["test", "--locked", "--workspace"]).run()?;
    Ok(Passed::All)
}

fn tail(run: &Runner) -> Result<Passed, String> {
    if !toolchain::has("nightly") {
        return Ok(Passed::Without(NO_NIGHTLY.into()));
    }
    // The dispatcher is core's, and the tests of these crates run all that it does.
    let tail = ["test", "--locked", "--features=siskin/tail", "-p", "siskin-core", "-p", "siskin"];
    run.cargo_of("nightly").target_dir(NIGHTLY).args(tail).run()?;
    Ok(Passed::All)
}

/// The engine's tunables are lowered, so that the suite's scripts cross the borders of blocks and tables.
fn asan(run: &Runner) -> Result<Passed, String> {
    if !cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))) {
        return Ok(Passed::Without("AddressSanitizer runs on Linux here, for x86-64 and ARM64".into()));
    }
    if !toolchain::has("nightly") {
        // In CI nobody reads the message of a gate that passes, so a gate that checks nothing fails there.
        return match std::env::var_os("CI") {
            Some(_) => Err(NO_NIGHTLY.into()),
            None => Ok(Passed::Without(format!("nothing was checked: {NO_NIGHTLY}"))),
        };
    }
    // With a target, cargo builds scripts and macros without these flags.
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let test = || {
        run.cargo_of("nightly")
            .target_dir(NIGHTLY)
            .env("RUSTFLAGS", "-Zsanitizer=address --cfg fuzzing")
            // The program does not drop its VM at the end.
            .env("ASAN_OPTIONS", "detect_leaks=0")
            .args(["test", "--locked", "--target", &target])
    };
    test().args(["-p", "siskin", "--test", "spec", "--test", "callbacks"]).run()?;
    test().args(["--manifest-path", "fuzz/Cargo.toml", "--no-default-features"]).run()?;
    Ok(Passed::All)
}

fn no_std(run: &Runner) -> Result<Passed, String> {
    let core = ["-p", "siskin-core", "--no-default-features"];
    let both = ["-p", "siskin-core", "-p", "siskin-jit", "--no-default-features"];
    // One target is enough for code generation, which finds no more than the check for a library that nobody links, and
    // for the compiler to machine code, which needs nothing of a target but memory.
    for (target, verb, packages) in [
        ("thumbv7em-none-eabihf", "build", &both[..]),
        ("riscv32imac-unknown-none-elf", "check", &core[..]),
        ("wasm32-unknown-unknown", "check", &core[..]),
    ] {
        toolchain::cargo_for(run, target, verb, toolchain::Library::CoreAlloc)?
            .args(packages)
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .run()?;
    }
    // What firmware has: an engine without native tiers. All other tests are of builds that have `siskin-jit`.
    run.cargo()
        .target_dir(USUAL)
        .args(["test", "--locked", "-p", "siskin", "--no-default-features"])
        .args(["--features", "reports", "--test", "spec"])
        .run()?;
    Ok(Passed::All)
}

fn i686(run: &Runner) -> Result<Passed, String> {
    let target = "i686-unknown-linux-gnu";
    let mut cargo = toolchain::cargo_for(run, target, "test", toolchain::Library::Std)?;
    if toolchain::is_on_path("i686-linux-gnu-gcc") {
        cargo = cargo.env("CARGO_TARGET_I686_UNKNOWN_LINUX_GNU_LINKER", "i686-linux-gnu-gcc");
    }
    // Linked statically, so that no 32-bit loader is needed.
    cargo = cargo.env("CARGO_TARGET_I686_UNKNOWN_LINUX_GNU_RUSTFLAGS", "-Ctarget-feature=+crt-static");
    cargo.args(LIBRARIES).args(NO_DOC_TESTS).run()?;
    Ok(Passed::All)
}

fn arm64(run: &Runner) -> Result<Passed, String> {
    let target = "aarch64-unknown-linux-gnu";
    let emulated = std::env::consts::ARCH != "aarch64";
    let cargo = |verb| {
        let cargo = toolchain::cargo_for(run, target, verb, toolchain::Library::Std)?;
        Ok::<_, String>(if emulated {
            cargo
                .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc")
                .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", "qemu-aarch64-static")
                .env(
                    "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUSTFLAGS",
                    "-Ctarget-feature=+crt-static --cfg=emulated",
                )
        } else {
            cargo
        })
    };
    cargo("test")?.args(LIBRARIES).args(["-p", "siskin-jit"]).args(NO_DOC_TESTS).run()?;
    cargo("check")?.args(["-p", "siskin-cli"]).run()?;
    Ok(Passed::All)
}

const NO_NIGHTLY: &str = "there is no nightly toolchain";

/// Leaves documentation tests out: rustdoc ignores the target's flags when it links them.
const NO_DOC_TESTS: [&str; 1] = ["--tests"];

/// The packages to test in further configurations: those that users depend on.
const LIBRARIES: [&str; 6] = ["-p", "siskin-core", "-p", "siskin-hosted", "-p", "siskin"];

/// The target folder that a person uses, so that what was built there is not built again.
const USUAL: &str = "..";
/// The target folder of gates on nightly.
const NIGHTLY: &str = "nightly";
