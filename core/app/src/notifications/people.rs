//! Telling members whom they are to look after, and of leads that come from outside.

use domain::text::grouped;
use domain::{AccountId, MemberId, NotificationId, PersonId, TenantId};
use store::Conn;
use store::members::Member;
use store::notifications::{Kind, Notification};
use store::people::{Person, Standing};

use super::{News, Way, needs, settle, tell, way_of};
use crate::error::Result;
use crate::{App, mail};

/// What all leads are told under that came before somebody read of the first.
const LEADS: &str = "leads";

/// Where those are to whom nobody turned yet.
const LEADS_HREF: &str = "/people?standing=lead&waiting=on";

/// Somebody gave a person to another to look after.
pub(crate) fn person_assigned(app: &App, c: &mut Conn, of: &Person, to: &MemberId) -> Result<()> {
    let Some(account) = hearer(c, &of.tenant_id, to)? else { return Ok(()) };
    let news = News {
        kind: Kind::PersonAssigned,
        matter: person_matter(&of.id),
        subject: &of.name,
        href: format!("/people/{}", of.id),
        only: Some(&account),
    };
    tell(app, c, &of.tenant_id, &news)
}

/// Somebody gave many people to another by one act, which has this id: one notification, however many they are.
pub(crate) fn people_assigned(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    act: &str,
    (to, count): (&MemberId, i64),
) -> Result<()> {
    let Some(account) = hearer(c, tenant, to)? else { return Ok(()) };
    let subject = grouped(&count.to_string());
    let news = News {
        kind: Kind::PeopleAssigned,
        matter: given_matter(act),
        subject: &subject,
        href: "/people?owner=me".to_owned(),
        only: Some(&account),
    };
    tell(app, c, tenant, &news)
}

/// The act was taken back: nobody has to read that it gave them anybody.
pub(crate) fn people_taken_back(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    act: &str,
) -> Result<()> {
    settle(app, c, tenant, &given_matter(act))
}

/// A person as they were is another's to look after: whoever looked after them needn't read that they came.
pub(crate) fn person_settled(app: &App, c: &mut Conn, of: &Person) -> Result<()> {
    let Some(owner) = &of.owner_id else { return Ok(()) };
    assigned_settled(app, c, of)?;
    leads_settled(app, c, of, |member| member == owner)
}

/// A person is gone: nobody needs to read that they came.
pub(crate) fn person_gone(app: &App, c: &mut Conn, of: &Person) -> Result<()> {
    assigned_settled(app, c, of)?;
    leads_settled(app, c, of, |_| true)
}

/// Only whoever looked after them can have been told, and an act over very many asks for each of them.
fn assigned_settled(app: &App, c: &mut Conn, of: &Person) -> Result<()> {
    let Some(owner) = &of.owner_id else { return Ok(()) };
    let (matter, now) = (person_matter(&of.id), app.clock.now());
    store::notifications::settle_of(c, &of.tenant_id, owner, &matter, now)?;
    Ok(())
}

/// Who doesn't see people hears of none, nor does anybody else in their place.
fn hearer(c: &mut Conn, tenant: &TenantId, to: &MemberId) -> Result<Option<AccountId>> {
    let member = store::members::find(c, tenant, to)?;
    let hears = |member: &Member| member.role.may(needs(Kind::PersonAssigned));
    Ok(member.filter(hears).map(|member| member.account_id))
}

fn given_matter(act: &str) -> String {
    format!("people-assigned/{act}")
}

fn person_matter(id: &PersonId) -> String {
    format!("person/{id}")
}

/// A lead came from outside: whoever is to look after them hears of it, or all who could, where that is nobody
/// yet. Until somebody reads of it those that come after it are told with it, and mailed no more.
pub(crate) fn lead_came(app: &App, c: &mut Conn, of: &Person) -> Result<()> {
    if of.standing != Standing::Lead {
        return Ok(());
    }
    let all = store::members::list(c, &of.tenant_id)?.into_iter().map(|named| named.member);
    let mut who: Vec<Member> = all.filter(|it| it.role.may(needs(Kind::LeadNew))).collect();
    if let Some(owner) = who.iter().position(|it| Some(&it.id) == of.owner_id.as_ref()) {
        who = vec![who.swap_remove(owner)];
    }
    who.iter().try_for_each(|member| tell_of_lead(app, c, of, member))
}

fn tell_of_lead(app: &App, c: &mut Conn, of: &Person, to: &Member) -> Result<()> {
    let tenant = &of.tenant_id;
    let way = way_of(c, tenant, &to.id, Kind::LeadNew)?;
    if way == Way::None {
        return Ok(());
    }
    let before = store::notifications::find_unread(c, tenant, &to.id, LEADS)?;
    let (kind, subject, href) = match before.map(|before| count_of(&before)) {
        None => {
            // They have read of those that came before.
            store::told_leads::delete_of(c, tenant, &to.id)?;
            one_lead(of)
        }
        Some(count) => many_leads(count + 1),
    };
    store::told_leads::put(c, tenant, &to.id, &of.id)?;
    let row = Notification {
        tenant_id: tenant.clone(),
        id: NotificationId::new(&*app.clock, &*app.rng),
        member_id: to.id.clone(),
        kind,
        matter: LEADS.to_owned(),
        subject,
        href,
        created_at: app.clock.now(),
        read_at: None,
    };
    let is_news = store::notifications::put(c, &row)?;
    if is_news && way == Way::Both {
        mail::tell_news(app, c, tenant, &to.account_id, kind, &row.subject, &row.href)?;
    }
    Ok(())
}

/// What tells of a lead.
fn one_lead(of: &Person) -> (Kind, String, String) {
    (Kind::LeadNew, of.name.clone(), format!("/people/{}", of.id))
}

/// What tells of so many.
fn many_leads(count: i64) -> (Kind, String, String) {
    (Kind::LeadsNew, grouped(&count.to_string()), LEADS_HREF.to_owned())
}

/// These members needn't read of a lead any more. A lead that comes is noted in the log first, and then told
/// with the others: whoever changed what tells of them first would hold that up, and be held up by the log.
fn leads_settled(
    app: &App,
    c: &mut Conn,
    of: &Person,
    who: impl Fn(&MemberId) -> bool,
) -> Result<()> {
    let mut told = store::told_leads::list_members(c, &of.tenant_id, &of.id)?;
    told.retain(who);
    if told.is_empty() {
        return Ok(());
    }
    store::audit::hold(c, &of.tenant_id)?;
    told.iter().try_for_each(|member| lead_settled(app, c, of, member))
}

/// A member needn't read of a lead any more: what tells them of it with others tells of the others.
fn lead_settled(app: &App, c: &mut Conn, of: &Person, member: &MemberId) -> Result<()> {
    let tenant = &of.tenant_id;
    if !store::told_leads::delete(c, tenant, member, &of.id)? {
        return Ok(());
    }
    let told = store::notifications::find_unread(c, tenant, member, LEADS)?;
    // What they have read by now stays as they read it.
    let Some(told) = told else { return Ok(()) };
    let left = count_of(&told) - 1;
    if left < 1 {
        store::notifications::settle_of(c, tenant, member, LEADS, app.clock.now())?;
        return Ok(());
    }
    let last = match left {
        1 => store::told_leads::find_first(c, tenant, member)?,
        _ => None,
    };
    let last = match last {
        Some(id) => store::people::find(c, tenant, &id)?,
        None => None,
    };
    let (kind, subject, href) = last.as_ref().map_or_else(|| many_leads(left), one_lead);
    Ok(store::notifications::retell(c, &Notification { kind, subject, href, ..told })?)
}

/// How many leads one tells of.
fn count_of(told: &Notification) -> i64 {
    let digits = || told.subject.chars().filter(char::is_ascii_digit).collect::<String>();
    match told.kind {
        Kind::LeadsNew => digits().parse().unwrap_or(1),
        _ => 1,
    }
}
