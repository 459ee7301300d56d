//! People to test with.

use app::people::doubles::{Doubles, list_doubles};
use app::people::{self, Contact, ContactInput, ContactKind, DetailsInput, Person, PersonInput};
use app::{App, Context};

use app::pipelines::{self, PipelineInput, StageInput};
use app::settings::{self, LookInput};
use app::tenants::BusinessInput;
use domain::StageId;

use super::{Fixture, Signed, first_run};

/// Somebody with a name and nothing else.
pub fn named(name: &str) -> PersonInput {
    PersonInput { name: name.into(), ..PersonInput::default() }
}

/// Adds somebody.
pub async fn add(f: &Fixture, who: &Signed, input: PersonInput) -> Person {
    people::create_person(&f.app, &who.ctx, input, "").await.unwrap()
}

/// Everybody who may be there twice, of the first page.
pub async fn doubles_of(app: &App, ctx: &Context) -> Vec<Doubles> {
    list_doubles(app, ctx, None, 100).await.unwrap().items
}

/// Takes a stage out of the business's first pipeline.
pub async fn remove_stage(f: &Fixture, who: &Signed, stage: &StageId) {
    let of = pipelines::list_pipelines(&f.app, &who.ctx).await.unwrap().remove(0);
    let stays = of.stages.into_iter().filter(|it| it.id != *stage);
    let stages = stays.map(|it| StageInput {
        id: it.id.to_string(),
        name: it.name,
        outcome: it.outcome.to_string(),
    });
    let input = PipelineInput { name: of.pipeline.name, stages: stages.collect() };
    pipelines::update_pipeline(&f.app, &who.ctx, &of.pipeline.id, input).await.unwrap();
}

/// Moves the business to another time zone.
pub async fn move_to(f: &Fixture, who: &Signed, zone: &str) {
    let input = BusinessInput { zone: zone.into(), ..first_run("").business };
    become_other(f, who, input).await;
}

/// Lets the business count in another currency.
pub async fn count_in(f: &Fixture, who: &Signed, currency: &str) {
    let input = BusinessInput { currency: currency.into(), ..first_run("").business };
    become_other(f, who, input).await;
}

async fn become_other(f: &Fixture, who: &Signed, input: BusinessInput) {
    let look = LookInput { colour: "pine".into(), theme: "default".into() };
    let rev = settings::get_settings(&f.app, &who.ctx).await.unwrap().rev;
    settings::update_settings(&f.app, &who.ctx, input, look, rev).await.unwrap();
}

/// Makes of somebody's number one of before numbers were kept as they are dialled from anywhere.
pub async fn unread(f: &Fixture, who: &Signed, person: &Person) {
    let (tenant, id) = (who.ctx.tenant.clone(), person.id.clone());
    let of_before = |it: Contact| match it.kind {
        ContactKind::Phone => {
            let cut = it.match_key.len().saturating_sub(8);
            let match_key = it.match_key.chars().skip(cut).collect();
            Contact { match_key, e164: String::new(), ..it }
        }
        ContactKind::Email | ContactKind::Address => it,
    };
    let write = move |c: &mut store::Conn| {
        let person = store::people::get(c, &tenant, &id)?;
        let all = store::contacts::list(c, &tenant, &id)?.into_iter().map(of_before);
        let change = store::people::PersonChange {
            kind: person.kind,
            standing: person.standing,
            stage_id: person.stage_id,
            stage_since: person.stage_since,
            won_at: person.won_at,
            name: person.name,
            company: person.company,
            phone: person.phone,
            email: person.email,
            source: person.source,
            notes: person.notes,
            owner_id: person.owner_id,
            value: person.value,
            value_currency: person.value_currency,
            follow_up_on: person.follow_up_on,
            consent: person.consent,
            consent_at: person.consent_at,
            consent_note: person.consent_note,
        };
        let (all, now): (Vec<Contact>, _) = (all.collect(), person.updated_at);
        store::people::update(c, &tenant, &id, &change, &all, person.rev, now)?;
        store::contacts::again(c, &tenant)
    };
    f.app.db.write(write).await.unwrap();
}

/// Somebody of whom much is known.
pub fn detailed() -> PersonInput {
    let contact = |kind: &str, value: &str, label: &str| ContactInput {
        kind: kind.into(),
        value: value.into(),
        label: label.into(),
    };
    PersonInput {
        phone: "050-1234567".into(),
        source: "website".into(),
        details: Some(DetailsInput {
            contacts: vec![
                contact("phone", "03-555 0101", "work"),
                contact("email", "Second@Example.com", ""),
                contact("address", "3 Yefet St, Jaffa", ""),
                contact("phone", "  ", ""),
            ],
            value: "1,500.50".into(),
            follow_up_on: "2026-12-24".into(),
            consent: "given".into(),
            consent_note: "on the phone".into(),
            tags: vec!["VIP".into(), " vip ".into(), "wedding".into(), String::new()],
            ..DetailsInput::default()
        }),
        ..named("Noa")
    }
}
