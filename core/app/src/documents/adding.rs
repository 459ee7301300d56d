//! Files that members add to people. They lie sealed where documents do, and stay until somebody deletes them or
//! whom they are about is gone for good.

use std::fmt::Write as _;

use domain::{ApiScope, DocumentId, Permission, PersonId, TenantId};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::Conn;
use store::documents::{Document, Retention};
use store::examples::SOURCE;
use zeroize::Zeroizing;

use super::own::{House, keep_own};
use super::{delete_bodies, get_kept, give_up, names, record, tell};
use crate::App;
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::once;

/// Bytes of one file.
pub const FILE_BYTES_MAX: usize = 25 << 20;
/// Bytes of the files of one form together.
pub const FORM_BYTES_MAX: usize = 2 * FILE_BYTES_MAX;
/// The type of a file that is none of the known ones.
pub const UNKNOWN_TYPE: &str = "application/octet-stream";
/// What the members of a business may add, in bytes.
const BYTES_MAX: i64 = 4 << 30;
/// How many files.
const COUNT_MAX: i64 = 50_000;
/// Bytes that are sealed at once.
const PIECE: usize = 256 << 10;

const ADD: &str = "document.add";

/// A file as somebody sends it.
pub struct NewFile {
    /// What it is called there.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Whether somebody may add files to people. A token that is good for documents names by an id whom they are
/// about, and learns nothing of them by it.
pub fn require_to_add(ctx: &Context) -> Result<()> {
    ctx.require_to_see(Permission::ReadDocuments)?;
    if !ctx.role.may(Permission::ReadPeople) {
        return Err(Error::NotFound);
    }
    let is_good = ctx.scopes.is_none_or(|scopes| scopes.has(ApiScope::DocumentsWrite));
    if is_good && ctx.role.may(Permission::WritePeople) { Ok(()) } else { Err(Error::Forbidden) }
}

/// What was answered to a form, and a keyed code of what it brought.
type Answered = (DocumentId, String);

/// Adds a file to a person. The same `form_id` adds once, however often it is sent.
///
/// # Errors
/// [`Error::Invalid`] of the field `file` for one that is empty, too large or one too many, and
/// [`Error::Conflict`] where the form brought another file before.
pub async fn add_document(
    app: &App,
    ctx: &Context,
    person: &PersonId,
    file: NewFile,
    form_id: &str,
) -> Result<Document> {
    add(app, ctx, person, file, (form_id, "")).await
}

/// Adds a file that goes with the examples.
pub(crate) async fn add_example(
    app: &App,
    ctx: &Context,
    person: &PersonId,
    file: NewFile,
) -> Result<Document> {
    add(app, ctx, person, file, ("", SOURCE)).await
}

/// Seals a file that goes with the examples; whom it is about is said when its row is inserted.
pub(crate) async fn seal_example(app: &App, ctx: &Context, file: NewFile) -> Result<Document> {
    let name = names::plain(&file.name);
    let media_type = kind_of(&name, &file.bytes);
    keep(app, ctx, (name, media_type, SOURCE), file.bytes).await
}

async fn add(
    app: &App,
    ctx: &Context,
    person: &PersonId,
    file: NewFile,
    (form_id, source): (&str, &str),
) -> Result<Document> {
    require_to_add(ctx)?;
    let name = names::plain(&file.name);
    check(&name, &file.bytes)?;
    let size = i64::try_from(file.bytes.len()).map_err(Error::internal)?;
    let (app2, tenant, of) = (app.clone(), ctx.tenant.clone(), person.clone());
    let called = name.clone();
    // A large one takes a while to look at, and others who are answered on this thread would wait for it.
    let looked = tokio::task::spawn_blocking(move || {
        let seal = seal_of(&app2, &tenant, &of, &called, &file.bytes);
        (kind_of(&called, &file.bytes), seal, file.bytes)
    });
    let (media_type, seal, bytes) = looked.await.map_err(Error::internal)?;
    let (tenant, of) = (ctx.tenant.clone(), person.clone());
    let (form, its) = (form_id.to_owned(), seal.clone());
    let known = app
        .db
        .inspect(move |c| {
            store::people::get(c, &tenant, &of)?;
            let known = find_answered(c, &tenant, &form, &its)?;
            if known.is_none() {
                require_room(c, &tenant, size)?;
            }
            Ok::<_, Error>(known)
        })
        .await?;
    if let Some(known) = known {
        return Ok(known);
    }
    let row = keep(app, ctx, (name, media_type, source), bytes).await?;
    let row = Document { person_id: Some(person.clone()), ..row };
    let (app2, ctx2, row2) = (app.clone(), ctx.clone(), row.clone());
    let (person, form) = (person.clone(), form_id.to_owned());
    let kept =
        app.db.transact(move |c| insert(&app2, c, &ctx2, row2, &person, (&form, &seal))).await;
    match &kept {
        Ok(kept) if kept.id == row.id => {}
        Ok(_) => delete_bodies(app, &row.tenant_id, vec![row.id]).await,
        Err(error) => give_up(app, &row, error).await,
    }
    kept
}

fn insert(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    row: Document,
    person: &PersonId,
    (form, seal): (&str, &str),
) -> Result<Document> {
    let tenant = &ctx.tenant;
    // Who is becoming one with another is waited for: nothing is added to whom nobody sees any more.
    store::people::lock_many(c, tenant, std::slice::from_ref(person))?;
    store::people::get(c, tenant, person)?;
    // Somebody may have sent the same meanwhile: theirs stays.
    if let Some(known) = find_answered(c, tenant, form, seal)? {
        return Ok(known);
    }
    require_room(c, tenant, row.size_bytes)?;
    store::documents::insert(c, &row)?;
    let who = Who::from(ctx);
    tell(app, c, &who, &row, "added")?;
    once::keep(app, c, tenant, ADD, form, &(&row.id, seal))?;
    record(app, c, &who, &row, "document.added")?;
    Ok(row)
}

fn check(name: &str, bytes: &[u8]) -> Result<()> {
    let wrong = if bytes.is_empty() {
        "error-document-empty"
    } else if bytes.len() > FILE_BYTES_MAX {
        "error-document-large"
    } else if name.is_empty() {
        "error-document-name"
    } else {
        return Ok(());
    };
    Err(Error::invalid("file", wrong))
}

fn require_room(c: &mut Conn, tenant: &TenantId, size: i64) -> Result<()> {
    let added = store::documents::sum_added(c, tenant)?;
    if added.bytes + size > BYTES_MAX || added.count >= COUNT_MAX {
        return Err(Error::invalid("file", "error-document-full"));
    }
    Ok(())
}

/// What this form added before.
fn find_answered(
    c: &mut Conn,
    tenant: &TenantId,
    form: &str,
    seal: &str,
) -> Result<Option<Document>> {
    let Some((id, before)) = once::find::<Answered>(c, tenant, ADD, form)? else {
        return Ok(None);
    };
    if before != seal {
        return Err(Error::Conflict { key: "error-document-key" });
    }
    get_kept(c, tenant, &id).map(Some)
}

/// A keyed code of what a form brings: nobody without the root key learns which file it was.
fn seal_of(app: &App, tenant: &TenantId, person: &PersonId, name: &str, bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes).to_vec();
    let all = json!([person, name, digest]).to_string();
    let code = app.vault.mac(ADD, Some(tenant), all.as_bytes());
    code.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What its bytes say that it is, and of a text its name.
fn kind_of(name: &str, bytes: &[u8]) -> &'static str {
    runtime::file_kind(bytes, names::text_type(name)).unwrap_or(UNKNOWN_TYPE)
}

/// Seals the file; answers the row that makes it known, about nobody yet.
async fn keep(
    app: &App,
    ctx: &Context,
    (name, media_type, source): (String, &str, &str),
    bytes: Vec<u8>,
) -> Result<Document> {
    let house = House {
        tenant: ctx.tenant.clone(),
        media_type: media_type.to_owned(),
        name,
        source: source.to_owned(),
        retention: Retention::Member,
    };
    let bytes = Zeroizing::new(bytes);
    let row =
        keep_own(app, house, move |out| bytes.chunks(PIECE).try_for_each(|it| out.write_all(it)))
            .await?;
    Ok(Document { added_by: Some(ctx.member.clone()), ..row })
}
