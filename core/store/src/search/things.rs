//! What each kind of thing is found by. What is deleted or cancelled is found by nothing.

use std::collections::HashMap;

use diesel::prelude::*;
use domain::{AppointmentId, DocumentId, EntryId, PersonId, TaskId, TenantId};

use super::words::Words;
use super::{Kind, index};
use crate::appointments::Status;
use crate::backend::Conn;
use crate::columns::Json;
use crate::contacts::ContactKind;
use crate::documents::{Document, about_living, seen};
use crate::error::Result;
use crate::own_fields::{self, OwnField};
use crate::people::NewPerson;
use crate::schema::{
    appointments, contacts, documents, people, person_field_values, person_tags, tasks, timeline,
};
use crate::scope;

/// Writes the words of these people anew: names, numbers and addresses, their tags, what they have of the
/// own fields, and what is remarked of them.
pub(crate) fn of_people(c: &mut Conn, tenant: &TenantId, ids: &[PersonId]) -> Result<()> {
    scope::tenant(c, tenant)?;
    for some in ids.chunks(index::AT_ONCE) {
        let ids: Vec<&str> = some.iter().map(PersonId::as_str).collect();
        let query = people::table
            .filter(people::tenant_id.eq(tenant.as_str()))
            .filter(people::id.eq_any(&ids))
            .filter(people::deleted_at.is_null())
            .order(people::id)
            .select((
                people::id,
                people::name,
                people::company,
                people::phone,
                people::email,
                people::notes,
            ));
        // Locked, so that of two who change the same person the later writes what both changed.
        let rows: Vec<(String, String, String, String, String, String)> = each_backend!(
            c,
            Sqlite(c) => query.load(c)?,
            Postgres(c) => query.for_no_key_update().load(c)?
        );
        let mut words: HashMap<String, Words> =
            ids.iter().map(|id| ((*id).to_owned(), Words::default())).collect();
        let mut add = |id: &str, more: &dyn Fn(Words) -> Words| {
            if let Some(had) = words.get_mut(id) {
                *had = more(std::mem::take(had));
            }
        };
        for (id, name, company, phone, email, _) in &rows {
            add(id, &|words| words.text(name).text(company).phone(phone).text(email));
        }
        let living: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
        for (id, kind, value) in contacts_of(c, tenant, &living)? {
            let is_phone = kind == ContactKind::Phone.as_str();
            add(&id, &|words| if is_phone { words.phone(&value) } else { words.text(&value) });
        }
        for (id, tag) in tags_of(c, tenant, &living)? {
            add(&id, &|words| words.sign(&tag));
        }
        for (id, value) in own_of(c, tenant, &living)? {
            add(&id, &|words| words.text(&value));
        }
        for (id, .., notes) in &rows {
            add(id, &|words| words.remark(notes));
        }
        index::write(c, tenant, Kind::Person, words.into_iter().collect())?;
    }
    Ok(())
}

/// Writes the words of people who come with these very rows: nothing of them is kept yet, and nothing
/// needs to be read back.
pub(crate) fn of_new_people(c: &mut Conn, tenant: &TenantId, people: &[NewPerson]) -> Result<()> {
    scope::tenant(c, tenant)?;
    let has_own = people.iter().any(|new| !new.own.is_empty());
    let fields = if has_own { own_fields::list(c, tenant)? } else { Vec::new() };
    for some in people.chunks(index::AT_ONCE) {
        let of = |new: &NewPerson| (new.person.id.to_string(), words_of_new(new, &fields));
        index::write_new(c, tenant, Kind::Person, some.iter().map(of).collect())?;
    }
    Ok(())
}

fn words_of_new(new: &NewPerson, fields: &[OwnField]) -> Words {
    let NewPerson { person, contacts, tags, own, .. } = new;
    let email = crate::accounts::normal_email(&person.email);
    let main = Words::default().text(&person.name).text(&person.company);
    let mut words = main.phone(&person.phone).text(&email);
    for contact in contacts {
        let is_phone = contact.kind == ContactKind::Phone;
        let value = &contact.value;
        words = if is_phone { words.phone(value) } else { words.text(value) };
    }
    words = tags.iter().fold(words, |words, tag| words.sign(tag.as_str()));
    let said = own.iter().filter_map(|own| {
        let field = fields.iter().find(|field| field.id == own.field_id)?;
        field.found_by(&own.value)
    });
    said.fold(words, |words, value| words.text(&value)).remark(&person.notes)
}

/// What people have of the own fields that words are looked for in, options by their names.
fn own_of(c: &mut Conn, tenant: &TenantId, ids: &[&str]) -> Result<Vec<(String, String)>> {
    scope::tenant(c, tenant)?;
    let fields = own_fields::list(c, tenant)?;
    let fields: HashMap<&str, &OwnField> =
        fields.iter().map(|field| (field.id.as_str(), field)).collect();
    if fields.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, String, String)> = person_field_values::table
        .filter(person_field_values::tenant_id.eq(tenant.as_str()))
        .filter(person_field_values::person_id.eq_any(ids))
        .select((
            person_field_values::person_id,
            person_field_values::field_id,
            person_field_values::value,
        ))
        .load(c)?;
    let said = |(id, field, value): (String, String, String)| {
        Some((id, fields.get(field.as_str())?.found_by(&value)?))
    };
    Ok(rows.into_iter().filter_map(said).collect())
}

fn contacts_of(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[&str],
) -> Result<Vec<(String, String, String)>> {
    scope::tenant(c, tenant)?;
    Ok(contacts::table
        .filter(contacts::tenant_id.eq(tenant.as_str()))
        .filter(contacts::person_id.eq_any(ids))
        .select((contacts::person_id, contacts::kind, contacts::value))
        .load(c)?)
}

fn tags_of(c: &mut Conn, tenant: &TenantId, ids: &[&str]) -> Result<Vec<(String, String)>> {
    scope::tenant(c, tenant)?;
    Ok(person_tags::table
        .filter(person_tags::tenant_id.eq(tenant.as_str()))
        .filter(person_tags::person_id.eq_any(ids))
        .select((person_tags::person_id, person_tags::tag_id))
        .load(c)?)
}

/// Writes the words of these tasks anew: title and notes.
pub(crate) fn of_tasks(c: &mut Conn, tenant: &TenantId, ids: &[TaskId]) -> Result<()> {
    scope::tenant(c, tenant)?;
    for some in ids.chunks(index::AT_ONCE) {
        let ids: Vec<&str> = some.iter().map(TaskId::as_str).collect();
        let query = tasks::table
            .filter(tasks::tenant_id.eq(tenant.as_str()))
            .filter(tasks::id.eq_any(&ids))
            .filter(tasks::deleted_at.is_null())
            .order(tasks::id)
            .select((tasks::id, tasks::title, tasks::notes));
        let rows: Vec<(String, String, String)> = each_backend!(
            c,
            Sqlite(c) => query.load(c)?,
            Postgres(c) => query.for_no_key_update().load(c)?
        );
        let mut words: HashMap<String, Words> =
            ids.iter().map(|id| ((*id).to_owned(), Words::default())).collect();
        for (id, title, notes) in rows {
            words.insert(id, Words::default().text(&title).text(&notes));
        }
        index::write(c, tenant, Kind::Task, words.into_iter().collect())?;
    }
    Ok(())
}

/// Writes the words of these notes anew. Those about somebody who was deleted are found by nothing.
pub(crate) fn of_notes(c: &mut Conn, tenant: &TenantId, ids: &[EntryId]) -> Result<()> {
    scope::tenant(c, tenant)?;
    let mut all: Vec<&str> = ids.iter().map(EntryId::as_str).collect();
    all.sort_unstable();
    for ids in all.chunks(index::AT_ONCE) {
        let own = timeline::table
            .filter(timeline::tenant_id.eq(tenant.as_str()))
            .filter(timeline::id.eq_any(ids))
            .order(timeline::id)
            .select(timeline::id);
        // Locked before they are looked at, so that whoever deletes one meanwhile, or whom it is about, takes
        // out the words that it gets here, or was here first and is seen. Only the notes, by their ids: who
        // deletes somebody holds the person before the notes about them, and would wait for whoever took
        // the two the other way round.
        let _held: Vec<String> = each_backend!(
            c,
            Sqlite(_c) => Vec::new(),
            Postgres(c) => own.for_no_key_update().load(c)?
        );
        let rows: Vec<(String, String)> = timeline::table
            .inner_join(people::table.on(
                people::tenant_id.eq(timeline::tenant_id).and(people::id.eq(timeline::person_id)),
            ))
            .filter(timeline::tenant_id.eq(tenant.as_str()))
            .filter(timeline::id.eq_any(ids))
            .filter(timeline::kind.eq(crate::timeline::NOTE))
            .filter(people::deleted_at.is_null())
            .select((timeline::id, timeline::detail_json))
            .load(c)?;
        let mut words: HashMap<String, Words> =
            ids.iter().map(|id| ((*id).to_owned(), Words::default())).collect();
        for (id, detail) in rows {
            let detail = Json::try_from(detail).map_err(crate::error::Error::internal)?;
            words.insert(id, Words::default().text(crate::timeline::text_of(&detail)));
        }
        index::write(c, tenant, Kind::Note, words.into_iter().collect())?;
    }
    Ok(())
}

/// Writes the words of these documents anew: their names. The house's own files are found by nothing, nor are
/// those about somebody who was deleted.
pub(crate) fn of_documents(c: &mut Conn, tenant: &TenantId, ids: &[DocumentId]) -> Result<()> {
    scope::tenant(c, tenant)?;
    let mut all: Vec<&str> = ids.iter().map(DocumentId::as_str).collect();
    all.sort_unstable();
    for ids in all.chunks(index::AT_ONCE) {
        let query = documents::table
            .filter(documents::tenant_id.eq(tenant.as_str()))
            .filter(documents::id.eq_any(ids))
            .order(documents::id)
            .select(documents::id);
        // Locked before they are looked at, so that whoever deletes one meanwhile, or whom it is about, takes
        // out the words that it gets here, or was here first and is seen.
        let _held: Vec<String> = each_backend!(
            c,
            Sqlite(_c) => Vec::new(),
            Postgres(c) => query.for_no_key_update().load(c)?
        );
        let rows: Vec<(String, String)> = documents::table
            .filter(documents::tenant_id.eq(tenant.as_str()))
            .filter(documents::id.eq_any(ids))
            .filter(seen!())
            .filter(about_living!(tenant))
            .select((documents::id, documents::name))
            .load(c)?;
        let mut words: HashMap<String, Words> =
            ids.iter().map(|id| ((*id).to_owned(), Words::default())).collect();
        for (id, name) in rows {
            words.insert(id, Words::default().text(&name));
        }
        index::write(c, tenant, Kind::Document, words.into_iter().collect())?;
    }
    Ok(())
}

/// Writes the words of a document that comes with this very row: its name.
pub(crate) fn of_new_document(c: &mut Conn, row: &Document) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    if !row.is_seen() {
        return Ok(());
    }
    let words = vec![(row.id.to_string(), Words::default().text(&row.name))];
    index::write_new(c, &row.tenant_id, Kind::Document, words)
}

/// The notes about these people.
fn notes_about(c: &mut Conn, tenant: &TenantId, ids: &[PersonId]) -> Result<Vec<EntryId>> {
    scope::tenant(c, tenant)?;
    let mut theirs = Vec::new();
    for some in ids.chunks(index::AT_ONCE) {
        let rows: Vec<String> = timeline::table
            .filter(timeline::tenant_id.eq(tenant.as_str()))
            .filter(timeline::person_id.eq_any(some.iter().map(PersonId::as_str)))
            .filter(timeline::kind.eq(crate::timeline::NOTE))
            .select(timeline::id)
            .load(c)?;
        for id in rows {
            theirs.push(id.parse().map_err(crate::error::Error::internal)?);
        }
    }
    Ok(theirs)
}

/// Writes the words of these appointments anew: title, place, the name of the person, and what is remarked.
pub(crate) fn of_appointments(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[AppointmentId],
) -> Result<()> {
    scope::tenant(c, tenant)?;
    for some in ids.chunks(index::AT_ONCE) {
        let ids: Vec<&str> = some.iter().map(AppointmentId::as_str).collect();
        let query = appointments::table
            .filter(appointments::tenant_id.eq(tenant.as_str()))
            .filter(appointments::id.eq_any(&ids))
            .filter(appointments::status.eq(Status::Booked.as_str()))
            .order(appointments::id)
            .select((
                appointments::id,
                appointments::title,
                appointments::location,
                appointments::person_id,
                appointments::notes,
            ));
        let rows: Vec<(String, String, String, Option<String>, String)> = each_backend!(
            c,
            Sqlite(c) => query.load(c)?,
            Postgres(c) => query.for_no_key_update().load(c)?
        );
        let names = names_of(c, tenant, rows.iter().filter_map(|row| row.3.as_deref()).collect())?;
        let mut words: HashMap<String, Words> =
            ids.iter().map(|id| ((*id).to_owned(), Words::default())).collect();
        for (id, title, place, person, notes) in rows {
            let name = person.and_then(|id| names.get(&id)).map(String::as_str);
            let all = Words::default().text(&title).text(&place).text(name.unwrap_or_default());
            words.insert(id, all.remark(&notes));
        }
        index::write(c, tenant, Kind::Appointment, words.into_iter().collect())?;
    }
    Ok(())
}

fn names_of(c: &mut Conn, tenant: &TenantId, ids: Vec<&str>) -> Result<HashMap<String, String>> {
    scope::tenant(c, tenant)?;
    let rows: Vec<(String, String)> = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq_any(ids))
        .filter(people::deleted_at.is_null())
        .select((people::id, people::name))
        .load(c)?;
    Ok(rows.into_iter().collect())
}

/// Writes the words of the appointments with these people anew: their name is another, or they are gone or
/// there again.
pub(crate) fn with_people(c: &mut Conn, tenant: &TenantId, ids: &[PersonId]) -> Result<()> {
    scope::tenant(c, tenant)?;
    let mut theirs = Vec::new();
    for some in ids.chunks(index::AT_ONCE) {
        let rows: Vec<String> = appointments::table
            .filter(appointments::tenant_id.eq(tenant.as_str()))
            .filter(appointments::person_id.eq_any(some.iter().map(PersonId::as_str)))
            .select(appointments::id)
            .load(c)?;
        for id in rows {
            theirs.push(id.parse().map_err(crate::error::Error::internal)?);
        }
    }
    of_appointments(c, tenant, &theirs)
}

/// Writes the words of the notes and the documents about these people anew: they are gone, or there again.
pub(crate) fn about_people(c: &mut Conn, tenant: &TenantId, ids: &[PersonId]) -> Result<()> {
    scope::tenant(c, tenant)?;
    let theirs = notes_about(c, tenant, ids)?;
    of_notes(c, tenant, &theirs)?;
    let theirs = crate::documents::list_about(c, tenant, ids)?;
    of_documents(c, tenant, &theirs)
}
