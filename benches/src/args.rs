//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Times Siskin beside other engines on the same programs.
#[derive(Parser)]
#[command(name = "siskin-benches", version)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the harness can do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run the programs on Siskin and on every other engine that is found, and show times and ratios
    Compare(Box<CompareArgs>),
    /// List the programs
    List,
}

/// What `compare` runs, how often, and where the results go.
#[derive(Args)]
pub(crate) struct CompareArgs {
    /// Only these programs
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub(crate) programs: Vec<String>,

    /// Timed rounds for each program
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) runs: u32,

    /// The Siskin program to run; built with cargo when not given
    #[arg(long, value_name = "PATH")]
    pub(crate) siskin: Option<PathBuf>,

    /// The book's C implementation, otherwise `clox` if it is on the PATH
    #[arg(long, value_name = "PATH")]
    pub(crate) clox: Option<PathBuf>,

    /// The `luau` program of this crate's feature `luau`, otherwise the one beside this program if it was built
    #[arg(long, value_name = "PATH")]
    pub(crate) luau: Option<PathBuf>,

    /// One more column, as in "siskin tail=target/tail/siskin --dispatch tail"; the script's path is added at
    /// the end. The script is Lox unless LABEL ends in :lua or :js. May be given more than once
    #[arg(long = "column", value_name = "LABEL=COMMAND ARGS")]
    pub(crate) columns: Vec<String>,

    /// Leave these columns out, by label
    #[arg(long, value_name = "LABEL,...", value_delimiter = ',')]
    pub(crate) without: Vec<String>,

    /// The column that ratios are taken to
    #[arg(long, value_name = "LABEL", default_value = "lua5.4")]
    pub(crate) base: String,

    /// The CPU to run everything on; by default the last one this process may use
    #[arg(long, value_name = "N")]
    pub(crate) cpu: Option<usize>,

    /// CPU seconds after which a run is stopped and counts as failed
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) limit: u64,

    /// Write everything measured as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Write a bar plot as SVG
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,

    /// Write the table as Markdown, with machine, date, versions and command
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
}
