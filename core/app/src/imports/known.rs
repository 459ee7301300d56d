//! What the business has that rows of a list may name: stages, members, tags and own fields.

use std::collections::HashMap;

use domain::phone::{self, Country};
use domain::{MemberId, OwnFieldId, TenantId, Timestamp, Zone};
use jiff::civil::Date;
use store::Conn;
use store::own_fields::OwnField;
use store::people::folded_name;
use store::pipelines::Stage;
use store::tags::Tag;

use super::targets::Target;
use crate::App;
use crate::context::Context;
use crate::error::Result;

/// What rows are read by, the same for all of them.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) stages: Vec<Stage>,
    /// Members by what they are called, names folded and addresses.
    pub(super) members: HashMap<String, MemberId>,
    /// Tags by their folded names.
    pub(super) tags: HashMap<String, Tag>,
    pub(super) currency: String,
    pub(super) home: Option<Country>,
    pub(super) own: Vec<OwnField>,
    pub(super) zone: Zone,
    pub(super) today: Date,
}

impl Known {
    /// What the business has that brings a list.
    pub(super) async fn of(app: &App, ctx: &Context) -> Result<Self> {
        let (tenant, now) = (ctx.tenant.clone(), app.clock.now());
        app.db
            .inspect(move |c| -> Result<Self> {
                let zone = store::tenants::get(c, &tenant)?.zone;
                Self::load(c, &tenant, zone, now)
            })
            .await
    }

    /// The same, inside a transaction.
    pub(super) fn load(
        c: &mut Conn,
        tenant: &TenantId,
        zone: Zone,
        now: Timestamp,
    ) -> Result<Self> {
        let (mut members, mut stages) = (HashMap::new(), store::pipelines::list_stages(c, tenant)?);
        // One that goes takes nobody new in; another may have its name by now.
        stages.retain(Stage::stays);
        for named in store::members::list(c, tenant)? {
            members.insert(named.email.to_lowercase(), named.member.id.clone());
            members.insert(folded_name(&named.name), named.member.id);
        }
        let tags = store::tags::list(c, tenant)?.into_iter();
        Ok(Self {
            stages,
            members,
            tags: tags.map(|tag| (folded_name(&tag.name), tag)).collect(),
            currency: store::tenants::get(c, tenant)?.currency,
            home: phone::country_of(&zone),
            own: store::own_fields::list(c, tenant)?,
            today: zone.local(now).date(),
            zone,
        })
    }

    /// The currency of amounts.
    pub(super) fn currency(&self) -> &str {
        &self.currency
    }

    /// Where days begin.
    pub(super) fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The country whose numbers stand there without its code.
    pub(super) fn home(&self) -> Option<Country> {
        self.home
    }

    /// Whether the business has what a cell of such a column names.
    pub(super) fn has(&self, to: Target, cell: &str) -> bool {
        match to {
            Target::Stage => self.stage(cell).is_some(),
            Target::Owner => self.members.contains_key(&folded_name(cell)),
            Target::Tags => self.tags.contains_key(&folded_name(cell)),
            _ => true,
        }
    }

    /// One of the own fields.
    pub(super) fn own_field(&self, id: &OwnFieldId) -> Option<&OwnField> {
        self.own.iter().find(|field| field.id == *id)
    }

    /// A stage by what people call it.
    pub(super) fn stage(&self, text: &str) -> Option<Stage> {
        let wanted = folded_name(text);
        let named = self.stages.iter().find(|stage| folded_name(&stage.name) == wanted);
        let standing = match wanted.as_str() {
            "lead" | "ליד" | "מתעניין" | "מתעניינת" | "פוטנציאלי" => {
                "lead"
            }
            "customer" | "client" | "לקוח" | "לקוחה" | "לקוחות" => "customer",
            _ => "",
        };
        let of_standing =
            || self.stages.iter().find(|stage| stage.outcome.standing().as_str() == standing);
        named.or_else(of_standing).cloned()
    }
}
