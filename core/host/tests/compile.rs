//! Compiling what strangers wrote: in a process of its own, stopped in time, without the keys.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may fail")]

use std::path::Path;
use std::time::{Duration, Instant};

use runtime::{CompileError, Compiler, CompilerProcess};

const PLENTY: u64 = 4 << 30;

fn compiler(cpu_secs: u64, wall: Duration, memory_bytes: u64) -> CompilerProcess {
    let arguments = [
        "compile-plugin".to_owned(),
        format!("--cpu-secs={cpu_secs}"),
        format!("--memory-bytes={memory_bytes}"),
    ];
    CompilerProcess::new(env!("CARGO_BIN_EXE_oxpi").into(), arguments.into(), wall, memory_bytes)
}

fn leb(mut number: usize, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn section(id: u8, content: &[u8], out: &mut Vec<u8>) {
    out.push(id);
    leb(content.len(), out);
    out.extend_from_slice(content);
}

/// A component whose one module has so many functions, each of so many additions.
fn component(functions: usize, additions: usize) -> Vec<u8> {
    let mut body = vec![0]; // no locals
    body.extend_from_slice(&[0x20, 0]); // the parameter
    for at in 0..additions {
        body.extend_from_slice(&[0x20, 0, 0x41, (at % 63) as u8, 0x6c, 0x6a]); // + parameter * at
    }
    body.push(0x0b);
    let (mut types, mut codes) = (Vec::new(), Vec::new());
    leb(functions, &mut types);
    leb(functions, &mut codes);
    types.extend(std::iter::repeat_n(0, functions));
    for _ in 0..functions {
        leb(body.len(), &mut codes);
        codes.extend_from_slice(&body);
    }
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    section(1, &[1, 0x60, 1, 0x7f, 1, 0x7f], &mut module); // (param i32) (result i32)
    section(3, &types, &mut module);
    section(10, &codes, &mut module);
    let mut component = b"\0asm\x0d\0\x01\0".to_vec();
    section(1, &module, &mut component);
    component
}

/// Children of this test's process that compile: their folders in `/proc`.
fn children() -> Vec<std::path::PathBuf> {
    let own = std::process::id().to_string();
    let is_child = |dir: &Path| {
        let stat = std::fs::read_to_string(dir.join("stat")).unwrap_or_default();
        let parent =
            stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(1).map(str::to_owned));
        parent.as_deref() == Some(&own)
            && std::fs::read(dir.join("cmdline"))
                .is_ok_and(|line| line.windows(14).any(|word| word == b"compile-plugin"))
    };
    let all = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    all.filter(|dir| is_child(dir)).collect()
}

/// How many there are.
fn compiling() -> usize {
    children().len()
}

/// Whether a child may dump no core and write no file, as far as it can be seen.
fn is_confined(child: &Path) -> bool {
    let limits = std::fs::read_to_string(child.join("limits")).unwrap_or_default();
    ["Max core file size", "Max file size"].iter().all(|name| {
        let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().take(2).eq(["0", "0"])
    })
}

#[test]
fn a_good_component_compiles() {
    let code = compiler(60, Duration::from_secs(60), PLENTY).compile(&component(3, 3));
    assert!(code.is_ok_and(|code| code.starts_with(b"\x7fELF")));
}

#[test]
fn a_broken_one_is_told_why() {
    for bytes in [&b"nonsense"[..], b"", b"\0asm\x0d\0\x01\0\x01\xff\xff"] {
        let error = compiler(60, Duration::from_secs(60), PLENTY).compile(bytes);
        assert!(matches!(&error, Err(CompileError::Invalid(why)) if !why.is_empty()), "{error:?}");
    }
}

#[test]
fn one_that_compiles_slowly_is_stopped_by_the_clock_and_nothing_is_left_running() {
    let slow = component(20_000, 400);
    let wall = Duration::from_millis(1_500);
    let began = Instant::now();
    let run = std::thread::spawn(move || compiler(600, wall, PLENTY).compile(&slow));
    while !children().iter().any(|child| is_confined(child)) {
        assert!(!run.is_finished(), "it was never confined");
        std::thread::park_timeout(Duration::from_millis(5));
    }
    let outcome = run.join().unwrap();
    assert_eq!(outcome, Err(CompileError::TooSlow(wall)));
    assert!(began.elapsed() >= wall && began.elapsed() < Duration::from_secs(20));
    assert_eq!(compiling(), 0);
}

#[test]
fn one_that_compiles_slowly_is_stopped_by_its_cpu_time_too() {
    let wall = Duration::from_secs(300);
    let outcome = compiler(1, wall, PLENTY).compile(&component(20_000, 400));
    assert_eq!(outcome, Err(CompileError::TooSlow(wall)));
}

#[test]
fn one_that_needs_more_memory_than_allowed_is_too_large() {
    let memory = 160 << 20;
    let outcome = compiler(300, Duration::from_secs(300), memory).compile(&component(20_000, 400));
    assert_eq!(outcome, Err(CompileError::TooLarge(memory)));
}

#[test]
fn a_program_that_does_something_else_is_a_failure_and_no_code() {
    let wall = Duration::from_secs(5);
    let run = |program: &str, arguments: &[&str]| {
        let arguments = arguments.iter().map(|word| (*word).to_owned()).collect();
        CompilerProcess::new(program.into(), arguments, wall, PLENTY).compile(b"x")
    };
    assert!(matches!(run("/no/such/program", &[]), Err(CompileError::Failed(_))));
    assert!(matches!(run("/bin/sh", &["-c", "exit 9"]), Err(CompileError::Failed(_))));
    let kept = run("/bin/sh", &["-c", "sleep 600 & exit 0"]);
    assert_eq!(kept, Err(CompileError::TooSlow(wall)), "a grandchild holds the pipe");
}

#[test]
fn the_child_has_an_empty_environment_and_no_file_to_write() {
    let seen = |script: &str| {
        let arguments = vec!["-c".to_owned(), script.to_owned()];
        let wall = Duration::from_secs(10);
        CompilerProcess::new("/bin/sh".into(), arguments, wall, PLENTY).compile(b"").unwrap()
    };
    let variables = String::from_utf8(seen("cat /proc/self/environ | tr '\\0' '\\n'")).unwrap();
    let mut names: Vec<&str> =
        variables.lines().filter_map(|line| line.split('=').next()).collect();
    // A shell adds its own.
    names.retain(|name| !["PWD", "SHLVL", "_", "OLDPWD"].contains(name));
    names.sort_unstable();
    assert_eq!(names, ["MALLOC_ARENA_MAX", "RAYON_NUM_THREADS"]);
    let open = String::from_utf8(seen("ls -l /proc/$$/fd")).unwrap();
    assert!(!open.contains("root.key") && !open.contains(".db"), "{open}");
}
