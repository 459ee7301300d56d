//! Guests that mean harm, each in one way.

use crate::guests::{self, JOB, component, component_with, job_with, run};

/// Has three memories.
pub fn several_memories() -> Vec<u8> {
    job_with("(memory $b 1) (memory $c 1)", guests::FINE)
}

/// Has two tables.
pub fn several_tables() -> Vec<u8> {
    job_with("(table $s 1 funcref) (table $t 1 funcref)", guests::FINE)
}

/// Grows a table until it doesn't.
pub fn growing_table() -> Vec<u8> {
    job_with(
        "(table $t 1 funcref)",
        "(loop $l
            (br_if $l (i32.ne (table.grow $t (ref.null func) (i32.const 500)) (i32.const -1))))
        unreachable",
    )
}

/// Takes what memory there is and writes into every page, so that the system must provide it.
pub fn touching() -> Vec<u8> {
    job_with(
        "",
        "(local $at i32) (local $more i32)
        (loop $l
            (local.set $more (memory.grow (i32.const 16)))
            (if (i32.ne (local.get $more) (i32.const -1)) (then
                (memory.fill (i32.mul (local.get $more) (i32.const 65536)) (i32.const 7) (i32.const 1048576))
                (br $l))))
        unreachable",
    )
}

/// Sets a header as often as the attempt says, then ends well.
pub fn header_flood() -> Vec<u8> {
    let code = format!(
        r#"(import "oxpi:plugin/http@1.0.0" "[constructor]request" (func $new (param i32 i32 i32 i32) (result i32)))
        (import "oxpi:plugin/http@1.0.0" "[method]request.header" (func $header (param i32 i32 i32 i32 i32 i32)))
        ;; code
        (data (i32.const 16) "GETx-a")
        {}"#,
        run(
            "(local $req i32)
            (local.set $req (call $new (i32.const 16) (i32.const 3) (local.get $h) (local.get $hl)))
            (loop $l
                (global.set $heap (i32.const 131072))
                (call $header (local.get $req) (i32.const 19) (i32.const 3) (i32.const 16) (i32.const 3) (i32.const 1024))
                (local.set $attempt (i32.sub (local.get $attempt) (i32.const 1)))
                (br_if $l (local.get $attempt)))
            (i32.const 2048)"
        )
    );
    component(&format!("import oxpi:plugin/http@1.0.0; {JOB}"), &code)
}

/// Makes requests and never lets go of one.
pub fn hoarder() -> Vec<u8> {
    let code = format!(
        r#"(import "oxpi:plugin/http@1.0.0" "[constructor]request" (func $new (param i32 i32 i32 i32) (result i32)))
        ;; code
        {}"#,
        run("(loop $l
                (drop (call $new (local.get $h) (local.get $hl) (local.get $h) (local.get $hl)))
                (br $l))
            unreachable")
    );
    component(&format!("import oxpi:plugin/http@1.0.0; {JOB}"), &code)
}

/// Logs one line with a hundred thousand fields that are all the same 60 KB.
pub fn giant_fields() -> Vec<u8> {
    let code = format!(
        r#"(import "oxpi:plugin/log@1.0.0" "write" (func $write (param i32 i32 i32 i32 i32 i32)))
        ;; code
        {}"#,
        run("(local $at i32)
            (local.set $at (i32.const 131072))
            (loop $l
                (i32.store (i32.add (local.get $at) (i32.const 4)) (i32.const 60000))
                (i32.store (i32.add (local.get $at) (i32.const 12)) (i32.const 60000))
                (local.set $at (i32.add (local.get $at) (i32.const 16)))
                (br_if $l (i32.lt_u (local.get $at) (i32.const 1731072))))
            (call $write (local.get $h) (local.get $hl) (local.get $h) (local.get $hl) (i32.const 131072) (i32.const 100000))
            (i32.const 2048)")
    );
    component(&format!("import oxpi:plugin/log@1.0.0; {JOB}"), &code)
}

/// Reads from an answer it was never given: the handle is the attempt.
pub fn handle_guesser() -> Vec<u8> {
    let code = format!(
        r#"(import "oxpi:plugin/http@1.0.0" "[constructor]request" (func $new (param i32 i32 i32 i32) (result i32)))
        (import "oxpi:plugin/http@1.0.0" "[method]response.read" (func $read (param i32 i32 i32)))
        ;; code
        {}"#,
        run("(drop (call $new (local.get $h) (local.get $hl) (local.get $h) (local.get $hl)))
            (call $read (local.get $attempt) (i32.const 10) (i32.const 1024))
            (i32.const 2048)")
    );
    component(&format!("import oxpi:plugin/http@1.0.0; {JOB}"), &code)
}

/// Names an account for its request: the handler is the connection's id.
pub fn account_chooser() -> Vec<u8> {
    let code = format!(
        r#"(import "oxpi:plugin/http@1.0.0" "[constructor]request" (func $new (param i32 i32 i32 i32) (result i32)))
        (import "oxpi:plugin/http@1.0.0" "[method]request.credential" (func $slot (param i32 i32 i32 i32)))
        (import "oxpi:plugin/http@1.0.0" "[method]request.connection" (func $connection (param i32 i32 i32 i32)))
        (import "oxpi:plugin/http@1.0.0" "send" (func $send (param i32 i32)))
        ;; code
        (data (i32.const 16) "GETacmehttps://api.acme.example/v1/echo")
        {}"#,
        run("(local $req i32)
            (local.set $req (call $new (i32.const 16) (i32.const 3) (i32.const 23) (i32.const 32)))
            (call $slot (local.get $req) (i32.const 19) (i32.const 4) (i32.const 1024))
            (if (i32.load8_u (i32.const 1024)) (then (return (i32.const 1024))))
            (call $connection (local.get $req) (local.get $h) (local.get $hl) (i32.const 1024))
            (if (i32.load8_u (i32.const 1024)) (then (return (i32.const 1024))))
            (call $send (local.get $req) (i32.const 1024))
            (if (i32.load8_u (i32.const 1024)) (then (return (i32.const 1024))))
            (i32.const 2048)")
    );
    component(&format!("import oxpi:plugin/http@1.0.0; {JOB}"), &code)
}

/// Answers its handler's bytes as the document.
pub fn parrot() -> Vec<u8> {
    job_with(
        "",
        "(i32.store8 (i32.const 1032) (i32.const 1))
        (i32.store (i32.const 1036) (local.get $h))
        (i32.store (i32.const 1040) (local.get $hl))
        (i32.const 1024)",
    )
}

/// Answers a document of more bytes than its memory has.
pub fn boaster() -> Vec<u8> {
    job_with(
        "",
        "(i32.store8 (i32.const 1032) (i32.const 1))
        (i32.store (i32.const 1036) (i32.const 0))
        (i32.store (i32.const 1040) (i32.const -1))
        (i32.const 1024)",
    )
}

/// Fails with its handler as the code, the message and the detail.
pub fn complainer() -> Vec<u8> {
    job_with(
        "",
        "(i32.store8 (i32.const 1024) (i32.const 1))
        (i32.store (i32.const 1032) (local.get $h)) (i32.store (i32.const 1036) (local.get $hl))
        (i32.store (i32.const 1040) (local.get $h)) (i32.store (i32.const 1044) (local.get $hl))
        (i32.store8 (i32.const 1064) (i32.const 1))
        (i32.store (i32.const 1068) (local.get $h)) (i32.store (i32.const 1072) (local.get $hl))
        (i32.const 1024)",
    )
}

/// Spins where the host doesn't expect it.
pub enum Spinning {
    /// While the host makes the instance.
    AtStart,
    /// While the host hands in the arguments.
    Allocating,
    /// While the host cleans up after the answer.
    Afterwards,
}

/// A guest that spins there.
pub fn spinning(place: &Spinning) -> Vec<u8> {
    let fine = run("i32.const 1024");
    match place {
        Spinning::AtStart => {
            component(JOB, &format!("{fine} (func $s (loop $l (br $l))) (start $s)"))
        }
        Spinning::Allocating => component_with(JOB, &fine, "(loop $l (br $l)) unreachable"),
        Spinning::Afterwards => component(
            JOB,
            &format!(
                r#"{fine} (func (export "cabi_post_oxpi:plugin/job-handler@1.0.0#run") (param i32)
                    (loop $l (br $l)))"#
            ),
        ),
    }
}

/// Hands the host a place outside its memory to put the arguments.
pub fn misallocating() -> Vec<u8> {
    component_with(JOB, &run("i32.const 1024"), "(i32.const -16)")
}
