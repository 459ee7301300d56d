//! Guests written by hand, so that each does exactly one bad (or good) thing. The shapes of calls
//! are the canonical ABI's: texts as pointer and length, results through a pointer, where byte 0
//! says ok (0) or problem (1) and the value begins at byte 8.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

pub const MANIFEST: &str = r#"
[plugin]
id = "acme"
version = "1.0.0"
abi = "1.0"
publisher = "Acme"
name = "n"
description = "d"
"#;

/// The manifest above with every capability and one route.
pub fn asking() -> String {
    format!(
        r#"{MANIFEST}
[capabilities]
kv = {{ reason = "r" }}
records = {{ reason = "r", read = ["person"], fields = {{ person = ["name"] }} }}

[[providers]]
id = "acme"
name = "n"
authorization = "https://accounts.acme.example/auth"
token = "https://accounts.acme.example/token"
identity = ["https://api.acme.example/v1/me"]

[[slots]]
id = "acme"
provider = "acme"
origin = "https://api.acme.example"
path = "/v1/"
methods = ["GET"]
place = "bearer"

[[egress]]
id = "things"
origin = "https://api.acme.example"
methods = ["GET"]
path = "/v1/{{thing}}"
rate_per_minute = 50
"#
    )
}

/// An allocator that never frees, which is all that these guests need.
const ALLOCATOR: &str = "(local $at i32)
            (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
            (global.set $heap (i32.add (local.get $at) (local.get 3)))
            (local.get $at)";

/// A component of a world and a core module's body; memory and allocator are added.
pub fn component(world: &str, body: &str) -> Vec<u8> {
    component_with(world, body, ALLOCATOR)
}

/// The same with an allocator of the guest's own, which the host calls when it hands something in.
pub fn component_with(world: &str, body: &str, allocator: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    resolve.push_source("plugin.wit", include_str!("../../../../sdk/wit/plugin.wit")).unwrap();
    let text = format!("package test:guest;\nworld guest {{ {world} }}");
    let package = resolve.push_source("guest.wit", &text).unwrap();
    let world = resolve.select_world(&[package], Some("guest")).unwrap();
    let mut module =
        wat::parse_str(module(body, allocator)).unwrap_or_else(|error| panic!("{error}"));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}

fn module(body: &str, allocator: &str) -> String {
    // Imports must come first in a module; guests mark theirs with a line.
    let (imports, rest) = body.split_once(";; code").unwrap_or(("", body));
    format!(
        r#"(module
        {imports}
        (memory (export "memory") 32)
        (global $heap (mut i32) (i32.const 131072))
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            {allocator})
        {rest})"#
    )
}

pub const JOB: &str = "export oxpi:plugin/job-handler@1.0.0;";

/// The same with more in its module.
pub fn job_with(more: &str, code: &str) -> Vec<u8> {
    component(JOB, &format!("{}{more}", run(code)))
}

/// A guest whose job runs this code, which leaves the answer's place on the stack.
pub fn job(code: &str) -> Vec<u8> {
    component(JOB, &run(code))
}

/// The export of a job handler with this code.
pub fn run(code: &str) -> String {
    format!(
        r#"(func (export "oxpi:plugin/job-handler@1.0.0#run")
            (param $h i32) (param $hl i32) (param $p i32) (param $pl i32) (param $attempt i32) (result i32)
            {code})"#
    )
}

/// Answers `ok(none)`: the place at 1024 is all zero.
pub const FINE: &str = "i32.const 1024";
pub const SPIN: &str = "(loop $l (br $l)) unreachable";
pub const TRAP: &str = "unreachable";
/// Takes memory until it is refused, then gives up as allocators do.
pub const ALLOCATE: &str =
    "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable";

pub fn recursing() -> Vec<u8> {
    let code = format!(
        "(func $r (param i32) (result i32) (i32.add (call $r (local.get 0)) (i32.const 1))) {}",
        run("(call $r (i32.const 1))")
    );
    component(JOB, &code)
}

/// Asks kv for the key `k` and answers with what came back.
pub fn kv() -> Vec<u8> {
    let code = format!(
        r#"(import "oxpi:plugin/kv@1.0.0" "get" (func $get (param i32 i32 i32)))
        ;; code
        (data (i32.const 16) "k")
        {}"#,
        run("(call $get (i32.const 16) (i32.const 1) (i32.const 1024))
            ;; A found value's shape is another than the answer's: only problems and none are passed on.
            (i32.const 1024)")
    );
    component(&format!("import oxpi:plugin/kv@1.0.0; {JOB}"), &code)
}

/// Reads the person named by the handler and answers it.
pub fn reader() -> Vec<u8> {
    let code = format!(
        r#"(import "oxpi:plugin/records@1.0.0" "get" (func $get (param i32 i32 i32 i32 i32)))
        ;; code
        (data (i32.const 16) "person")
        {}"#,
        run(
            "(call $get (i32.const 16) (i32.const 6) (local.get $h) (local.get $hl) (i32.const 1024)) (i32.const 1024)"
        )
    );
    component(&format!("import oxpi:plugin/records@1.0.0; {JOB}"), &code)
}

/// Logs the payload as often as the attempt says.
pub fn logger() -> Vec<u8> {
    let code = format!(
        r#"(import "oxpi:plugin/log@1.0.0" "write" (func $write (param i32 i32 i32 i32 i32 i32)))
        ;; code
        (data (i32.const 16) "error")
        {}"#,
        run("(loop $l
                (call $write (i32.const 16) (i32.const 5) (local.get $p) (local.get $pl) (i32.const 0) (i32.const 0))
                (local.set $attempt (i32.sub (local.get $attempt) (i32.const 1)))
                (br_if $l (local.get $attempt)))
            (i32.const 1024)")
    );
    component(&format!("import oxpi:plugin/log@1.0.0; {JOB}"), &code)
}

/// Fetches the address that is the handler's name and answers what comes.
/// The attempt says how: 1 with the slot, 2 without, 3 with a Host header, 4 reading on and on,
/// 5 again and again.
pub fn fetcher() -> Vec<u8> {
    let code = format!(
        r#"(import "oxpi:plugin/http@1.0.0" "[constructor]request" (func $new (param i32 i32 i32 i32) (result i32)))
        (import "oxpi:plugin/http@1.0.0" "[method]request.credential" (func $slot (param i32 i32 i32 i32)))
        (import "oxpi:plugin/http@1.0.0" "[method]request.header" (func $header (param i32 i32 i32 i32 i32 i32)))
        (import "oxpi:plugin/http@1.0.0" "send" (func $send (param i32 i32)))
        (import "oxpi:plugin/http@1.0.0" "[method]response.read" (func $read (param i32 i32 i32)))
        (import "oxpi:plugin/http@1.0.0" "[resource-drop]response" (func $drop (param i32)))
        ;; code
        (data (i32.const 16) "GETacmehostx")
        {}"#,
        run("(local $req i32) (local $resp i32) (local $got i32)
            (loop $again
                (local.set $req (call $new (i32.const 16) (i32.const 3) (local.get $h) (local.get $hl)))
                (if (i32.eq (local.get $attempt) (i32.const 1)) (then
                    (call $slot (local.get $req) (i32.const 19) (i32.const 4) (i32.const 1024))
                    (if (i32.load8_u (i32.const 1024)) (then (return (i32.const 1024))))))
                (if (i32.eq (local.get $attempt) (i32.const 3)) (then
                    (call $header (local.get $req) (i32.const 23) (i32.const 4) (i32.const 27) (i32.const 1) (i32.const 1024))
                    (if (i32.load8_u (i32.const 1024)) (then (return (i32.const 1024))))))
                (call $send (local.get $req) (i32.const 1024))
                (if (i32.load8_u (i32.const 1024)) (then (return (i32.const 1024))))
                (local.set $resp (i32.load (i32.const 1032)))
                (if (i32.eq (local.get $attempt) (i32.const 5)) (then
                    (call $drop (local.get $resp)) (br $again))))
            (loop $more
                (global.set $heap (i32.const 131072))
                (call $read (local.get $resp) (i32.const 65536) (i32.const 1024))
                (if (i32.load8_u (i32.const 1024)) (then (return (i32.const 1024))))
                (if (i32.load8_u (i32.const 1032)) (then
                    (if (i32.ne (local.get $attempt) (i32.const 4)) (then
                        (memory.copy
                            (i32.add (i32.const 262144) (local.get $got))
                            (i32.load (i32.const 1036)) (i32.load (i32.const 1040)))
                        (local.set $got (i32.add (local.get $got) (i32.load (i32.const 1040))))))
                    (br $more))))
            (i32.store8 (i32.const 1032) (i32.const 1))
            (i32.store (i32.const 1036) (i32.const 262144))
            (i32.store (i32.const 1040) (local.get $got))
            (i32.const 1024)")
    );
    component(&format!("import oxpi:plugin/http@1.0.0; {JOB}"), &code)
}

/// Answers which accounts a delivery concerns with a hundred thousand times the same 60 KB.
pub fn giant_list() -> Vec<u8> {
    let code = r#"
        (func (export "oxpi:plugin/webhook-handler@1.0.0#accounts") (param i32 i32 i32 i32 i32 i32) (result i32)
            (local $at i32)
            (local.set $at (i32.const 131072))
            (loop $l
                (i32.store (i32.add (local.get $at) (i32.const 4)) (i32.const 60000))
                (local.set $at (i32.add (local.get $at) (i32.const 8)))
                (br_if $l (i32.lt_u (local.get $at) (i32.const 931072))))
            (i32.store (i32.const 1032) (i32.const 131072))
            (i32.store (i32.const 1036) (i32.const 100000))
            (i32.const 1024))
        (func (export "oxpi:plugin/webhook-handler@1.0.0#handle")
            (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 1024))"#;
    component("export oxpi:plugin/webhook-handler@1.0.0;", code)
}
