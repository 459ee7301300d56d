//! The names that lists of documents need: of those they are about, and of the members who added them.

use std::collections::HashMap;

use domain::{MemberId, Permission, PersonId};
use store::documents::Document;

use crate::App;
use crate::context::Context;
use crate::error::Result;

/// Names around documents, as far as who asks may know them.
#[derive(Debug, Default)]
pub struct Named {
    people: HashMap<PersonId, String>,
    members: HashMap<MemberId, String>,
}

impl Named {
    /// What whom it is about is called.
    pub fn person(&self, it: &Document) -> Option<&str> {
        self.people.get(it.person_id.as_ref()?).map(String::as_str)
    }

    /// What the member is called who added it; nothing where they have left.
    pub fn member(&self, it: &Document) -> Option<&str> {
        self.members.get(it.added_by.as_ref()?).map(String::as_str)
    }
}

/// The names that these documents need.
pub async fn name_around(app: &App, ctx: &Context, rows: &[Document]) -> Result<Named> {
    let sees_people = ctx.may(Permission::ReadPeople);
    let sees_team = ctx.may(Permission::ReadTeam) && rows.iter().any(|it| it.added_by.is_some());
    let people = rows.iter().filter(|_| sees_people).filter_map(|it| it.person_id.clone());
    let people: Vec<PersonId> = people.collect();
    if people.is_empty() && !sees_team {
        return Ok(Named::default());
    }
    let tenant = ctx.tenant.clone();
    app.db
        .inspect(move |c| -> Result<Named> {
            let people = store::people::list_names(c, &tenant, &people)?.into_iter().collect();
            let team = if sees_team { store::members::list(c, &tenant)? } else { Vec::new() };
            let members = team.into_iter().map(|it| (it.member.id, it.name)).collect();
            Ok(Named { people, members })
        })
        .await
}
