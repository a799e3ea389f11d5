//! The modules that a script imports: files beside it, or below the folder that `--root` names; those of the host that
//! `--allow` names.

use std::path::{Path, PathBuf};

use siskin::diagnostics::{ModuleSources, Source};
use siskin::{Files, Grants};
use siskin_core::bytecode::Program;
use siskin_core::mem::Mem;
use siskin_core::{HostModule, LoadError, ModuleText, Refusal, Resolver, Script, Vm};

use crate::args::Compile;

/// The modules of one main text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Modules {
    /// Where they are looked for, until a text is loaded that may import: a look at folders takes longer than a short script.
    place: Option<Place>,
    /// None where there is no such folder.
    files: Option<Files>,
    /// The id of the main text.
    main: String,
    /// The modules of the host; what runs nothing knows all of them.
    grants: Option<Grants>,
}

/// Where the modules of a text are.
#[derive(Clone, Debug)]
struct Place {
    folder: PathBuf,
    /// The file of the main text.
    file: Option<PathBuf>,
    /// Bytes of text at most.
    memory: usize,
}

impl Modules {
    /// The modules of the script that the command line names.
    pub(crate) fn of(args: &Compile) -> Modules {
        let file = args.input.file.as_deref().filter(|&path| path != Path::new("-"));
        let folder = args.root.as_deref().or_else(|| file?.parent()).unwrap_or(Path::new(""));
        let place =
            Place { folder: folder.into(), file: file.map(Path::to_owned), memory: args.options().memory };
        Modules { place: Some(place), ..Modules::default() }
    }

    /// The modules below a folder, with so many bytes of text at most.
    #[cfg(feature = "repl")]
    pub(crate) fn below(folder: &Path, memory: usize) -> Modules {
        let place = Place { folder: folder.into(), file: None, memory };
        Modules { place: Some(place), ..Modules::default() }
    }

    /// The same with modules of the host that are granted.
    #[must_use]
    pub(crate) fn granting(self, grants: Grants) -> Modules {
        Modules { grants: Some(grants), ..self }
    }

    /// What modules of the host work on.
    pub(crate) fn grants(&mut self) -> &mut Grants {
        self.grants.get_or_insert_with(Grants::names_only)
    }

    /// Whether a run may do more than compute.
    #[cfg(feature = "repl")]
    pub(crate) fn grants_something(&self) -> bool {
        self.grants.as_ref().is_some_and(|grants| !grants.is_empty())
    }

    /// Looks at the folder, if the main text may import.
    fn prepare(&mut self, text: &str) {
        if !text.contains("import") {
            return;
        }
        let Some(Place { folder, file, memory }) = self.place.take() else { return };
        self.files = Files::new(&folder).ok().map(|files| files.limit(memory));
        if let (Some(files), Some(file)) = (&self.files, file) {
            self.main = files.id_of(&file).unwrap_or_default();
        }
    }

    /// Loads the main text.
    ///
    /// # Errors
    /// When it or what it imports has errors, or memory is out.
    pub(crate) fn load(&mut self, vm: &mut Vm, source: &Source) -> Result<Script, LoadError> {
        self.prepare(source.text());
        let main = std::mem::take(&mut self.main);
        let loaded = vm.load_importing(&main, source.text(), source.dialect(), source.options(), self);
        self.main = main;
        loaded
    }

    /// Loads the program of the main text.
    ///
    /// # Errors
    /// When what it imports has errors, or memory is out.
    pub(crate) fn load_program(
        &mut self,
        vm: &mut Vm,
        program: &Program,
        source: &Source,
    ) -> Result<Script, LoadError> {
        self.prepare(source.text());
        let main = std::mem::take(&mut self.main);
        let loaded = vm.load_program_importing(&main, program, self);
        self.main = main;
        loaded
    }

    /// Compiles the main text and what it imports into one program.
    ///
    /// # Errors
    /// When it or what it imports has errors, or memory is out.
    pub(crate) fn compile(&mut self, mem: &Mem, source: &Source) -> Result<Program, LoadError> {
        self.prepare(source.text());
        let main = std::mem::take(&mut self.main);
        let text = ModuleText { text: source.text(), dialect: source.dialect() };
        let compiled = Program::compile_importing(mem, &main, text, source.options(), self);
        self.main = main;
        compiled
    }

    /// The texts that were read.
    pub(crate) fn sources(&self) -> ModuleSources {
        self.files.as_ref().map(ModuleSources::of).unwrap_or_default()
    }
}

impl Resolver for Modules {
    fn resolve(&mut self, importer: &str, path: &str) -> Result<&str, Refusal> {
        if !path.contains('.') {
            return self.grants().resolve(importer, path);
        }
        self.files.as_mut().ok_or(Refusal::NotAvailable)?.resolve(importer, path)
    }

    fn load(&mut self, id: &str) -> Result<ModuleText<'_>, Refusal> {
        self.files.as_mut().ok_or(Refusal::NotAvailable)?.load(id)
    }

    fn host_module(&mut self, id: &str) -> Option<HostModule> {
        self.grants().host_module(id)
    }
}
