//! Lists of which a page shows a few columns: the team, connections, plugins, what somebody was told of,
//! proposals, imports, work that was given up, tokens, endpoints, and messages to one. Each says what stands
//! above its columns and what its rows are, as its page has them; the way through all of them is one.

use domain::{EndpointId, ImportId, Locale, Permission, Timestamp};

use super::{FETCHED, Words};
use crate::App;
use crate::api_tokens::{self, TokenView};
use crate::approvals::{self, ApprovalCard};
use crate::calendars;
use crate::connections::{self, Connection, ConnectionState};
use crate::context::Context;
use crate::endpoints::{self, DeliveryState, Endpoint, Line};
use crate::error::Result;
use crate::imports::{self, PeopleImport};
use crate::jobs::dead::{self, GivenUp};
use crate::plugins::{self, PluginCard};
use crate::{invitations, members, money, notifications};

/// The keys of what stands above the columns of the longer ones.
const APPROVALS: &[&str] = &[
    "exports-title",
    "exports-plugin",
    "exports-what",
    "approval-to",
    "approval-amount",
    "exports-currency",
    "exports-status",
    "exports-proposed",
    "approval-expires",
];
const IMPORTS: &[&str] = &[
    "exports-file",
    "exports-when",
    "exports-status",
    "exports-rows",
    "exports-rows-new",
    "exports-rows-changed",
    "exports-rows-skipped",
    "exports-rows-refused",
    "exports-rows-kept",
];
const JOBS: &[&str] = &[
    "exports-when",
    "exports-what",
    "task-about",
    "exports-plugin",
    "exports-why",
    "exports-detail",
    "exports-tries",
];
const TOKENS: &[&str] = &[
    "imports-target-name",
    "exports-ending",
    "exports-may",
    "exports-who",
    "exports-added",
    "exports-used",
    "exports-last-day",
];

/// One of these lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum List {
    /// Members, and open invitations.
    Team,
    /// Connected accounts.
    Connections,
    /// Plugins, and which are on.
    Plugins,
    /// What a member was told of.
    Notifications,
    /// What plugins proposed.
    Approvals,
    /// Lists of people that were brought.
    Imports,
    /// Work that was given up.
    Jobs,
    /// Tokens for programs, never themselves.
    Tokens,
    /// Addresses that are told of what happens.
    Endpoints,
    /// Messages to an endpoint; only those in a state, if one is named.
    Deliveries(EndpointId, Option<DeliveryState>),
}

impl List {
    /// What it is called, in the file's name and in the activity log.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Connections => "connections",
            Self::Plugins => "plugins",
            Self::Notifications => "notifications",
            Self::Approvals => "approvals",
            Self::Imports => "imports",
            Self::Jobs => "jobs",
            Self::Tokens => "tokens",
            Self::Endpoints => "webhooks",
            Self::Deliveries(..) => "deliveries",
        }
    }

    /// The keys of what stands above its columns.
    pub(super) const fn heads(&self) -> &'static [&'static str] {
        match self {
            Self::Team => &[
                "imports-target-name",
                "email",
                "role",
                "exports-status",
                "exports-since",
                "member-second-factor",
                "exports-open-until",
            ],
            Self::Connections => &[
                "exports-service",
                "exports-plugin",
                "imports-target-name",
                "email",
                "exports-status",
                "exports-since",
                "exports-ends-on",
            ],
            Self::Plugins => &[
                "imports-target-name",
                "exports-detail",
                "exports-publisher",
                "exports-version",
                "exports-status",
            ],
            Self::Notifications => &["exports-when", "exports-what", "task-about", "exports-read"],
            Self::Approvals => APPROVALS,
            Self::Imports => IMPORTS,
            Self::Jobs => JOBS,
            Self::Tokens => TOKENS,
            Self::Endpoints => &[
                "exports-detail",
                "exports-address",
                "exports-what",
                "exports-status",
                "exports-since",
            ],
            Self::Deliveries(..) => &[
                "exports-when",
                "exports-what",
                "exports-which",
                "exports-status",
                "exports-tries",
                "exports-last-try",
                "exports-next-try",
            ],
        }
    }

    /// Hides it from whom its page is hidden.
    pub(super) fn require(&self, ctx: &Context) -> Result<()> {
        match self {
            Self::Team => ctx.require_to_see(Permission::ReadTeam),
            Self::Connections | Self::Plugins => ctx.require_to_see(Permission::ReadPlugins),
            Self::Notifications => Ok(()),
            Self::Approvals => ctx.require_to_see(Permission::DecideApprovals),
            Self::Imports => {
                ctx.require_to_see(Permission::ReadPeople)?;
                ctx.require(Permission::WritePeople)
            }
            Self::Jobs => ctx.require_to_see(Permission::ManageJobs),
            Self::Tokens | Self::Endpoints | Self::Deliveries(..) => {
                ctx.require_to_see(Permission::ManageSettings)
            }
        }
    }
}

/// Rows, and where the next ones begin.
type Part = (Vec<Vec<String>>, Option<String>);

/// How far through a list somebody is.
pub(super) struct Walk {
    of: Reader,
    list: List,
    after: Option<String>,
    ended: bool,
}

impl Walk {
    pub(super) fn begin(app: &App, ctx: &Context, list: List) -> Self {
        let of = Reader { app: app.clone(), ctx: ctx.clone() };
        Self { of, list, after: None, ended: false }
    }

    pub(super) const fn heads(&self) -> &'static [&'static str] {
        self.list.heads()
    }

    pub(super) async fn next(&mut self, words: &Words) -> Result<Option<Vec<Vec<String>>>> {
        if self.ended {
            return Ok(None);
        }
        let (of, after) = (&self.of, self.after.take());
        let after = after.as_deref();
        let (rows, next) = match &self.list {
            List::Team => (of.team(words).await?, None),
            List::Connections => (of.connections(words).await?, None),
            List::Plugins => (of.plugins(words).await?, None),
            List::Notifications => of.notifications(words, after).await?,
            List::Approvals => of.approvals(words, after).await?,
            List::Imports => of.imports(words, after).await?,
            List::Jobs => of.jobs(words, after).await?,
            List::Tokens => (of.tokens().await?, None),
            List::Endpoints => (of.endpoints(words).await?, None),
            List::Deliveries(endpoint, state) => {
                of.deliveries(words, (endpoint, *state), after).await?
            }
        };
        self.ended = next.is_none();
        self.after = next;
        Ok(Some(rows))
    }
}

/// Who takes a list along.
struct Reader {
    app: App,
    ctx: Context,
}

impl Reader {
    fn day(&self, at: Timestamp) -> String {
        self.ctx.zone.local(at).strftime("%Y-%m-%d").to_string()
    }

    fn moment(&self, at: Timestamp) -> String {
        self.ctx.zone.local(at).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// Invitations only for whom the page shows them; their links for nobody.
    async fn team(&self, words: &Words) -> Result<Vec<Vec<String>>> {
        let (app, ctx) = (&self.app, &self.ctx);
        let mut rows = Vec::new();
        for it in members::list_members(app, ctx).await? {
            rows.push(vec![
                it.name,
                it.email,
                words(&format!("role-{}", it.role)),
                words("exports-status-member"),
                self.day(it.created_at),
                yes_or_no(words, it.has_second_factor),
                String::new(),
            ]);
        }
        if !ctx.may(Permission::ManageTeam) {
            return Ok(rows);
        }
        for it in invitations::list_invitations(app, ctx).await? {
            rows.push(vec![
                String::new(),
                it.email,
                words(&format!("role-{}", it.role)),
                words("exports-status-invited"),
                self.day(it.created_at),
                String::new(),
                self.moment(it.expires_at),
            ]);
        }
        Ok(rows)
    }

    async fn connections(&self, words: &Words) -> Result<Vec<Vec<String>>> {
        let (app, ctx) = (&self.app, &self.ctx);
        let (resting, now) = (plugins::list_resting(app, ctx).await?, app.clock.now());
        let behind = calendars::list_behind(app, ctx).await?;
        let mut all = connections::list_connections(app, ctx).await?;
        all.retain(|it| it.state != ConnectionState::Disconnected);
        let row = |it: Connection| {
            let (is_resting, is_behind) =
                (resting.contains(&it.plugin_id), behind.contains(&it.id));
            let health = match connections::health(&it, is_resting, is_behind, now) {
                // When it ends stands in a column of its own.
                "ends" => "working",
                health => health,
            };
            vec![
                provider(app, &it, ctx.locale),
                plugins::name_of(app, &it.plugin_id, ctx.locale),
                it.account_name,
                it.account_email,
                words(&format!("health-{health}")),
                self.day(it.created_at),
                it.grant_ends_at.map(|at| self.moment(at)).unwrap_or_default(),
            ]
        };
        Ok(all.into_iter().map(row).collect())
    }

    async fn plugins(&self, words: &Words) -> Result<Vec<Vec<String>>> {
        let all = plugins::list_plugins(&self.app, &self.ctx).await?;
        let row = |it: PluginCard| {
            let state = match (it.needs_consent, it.update_waits, it.enabled) {
                (true, ..) => "plugin-needs-consent",
                (false, true, _) => "version-waits",
                (false, false, true) => "plugin-on",
                (false, false, false) => "plugin-off",
            };
            vec![it.name, it.description, it.publisher, it.version, words(state)]
        };
        Ok(all.into_iter().map(row).collect())
    }

    async fn notifications(&self, words: &Words, after: Option<&str>) -> Result<Part> {
        let after = after.and_then(|after| after.parse().ok());
        let page = notifications::page_notifications(&self.app, &self.ctx, after, FETCHED).await?;
        let row = |it: notifications::Notification| {
            let kind = words(&format!("notice-{}", it.kind));
            vec![
                self.moment(it.created_at),
                kind,
                it.subject,
                yes_or_no(words, it.read_at.is_some()),
            ]
        };
        Ok((page.items.into_iter().map(row).collect(), page.next.map(|it| it.to_string())))
    }

    /// What waits comes before what is over.
    async fn approvals(&self, words: &Words, after: Option<&str>) -> Result<Part> {
        let found = approvals::list_approvals(&self.app, &self.ctx, after, FETCHED).await?;
        let waiting = if after.is_none() { found.waiting } else { Vec::new() };
        let row = |it: ApprovalCard| {
            let amount = it.amount.as_ref();
            let minor = amount.map(|it| money::typed(it.minor, &it.currency));
            vec![
                it.title,
                it.plugin_name,
                words(&format!("effect-{}", it.effect)),
                it.host,
                minor.unwrap_or_default(),
                amount.map(|it| it.currency.clone()).unwrap_or_default(),
                words(&format!("approval-{}", it.state)),
                self.moment(it.proposed_at),
                self.moment(it.expires_at),
            ]
        };
        Ok((waiting.into_iter().chain(found.settled).map(row).collect(), found.next))
    }

    async fn imports(&self, words: &Words, after: Option<&str>) -> Result<Part> {
        let after: Option<ImportId> = after.and_then(|after| after.parse().ok());
        let page = imports::list_imports_after(&self.app, &self.ctx, after, FETCHED).await?;
        let row = |it: PeopleImport| {
            let counts = [it.rows_all, it.made, it.changed, it.skipped, it.refused, it.kept];
            let state = words(&format!("imports-state-{}", it.state));
            let mut row = vec![it.name, self.moment(it.created_at), state];
            row.extend(counts.map(|count| count.to_string()));
            row
        };
        Ok((page.items.into_iter().map(row).collect(), page.next.map(|it| it.to_string())))
    }

    async fn jobs(&self, words: &Words, after: Option<&str>) -> Result<Part> {
        let after = after.and_then(|after| after.parse().ok());
        let page = dead::list_given_up(&self.app, &self.ctx, after, FETCHED).await?;
        let or = |key: String, otherwise: &str| {
            let told = words(&key);
            if told == key { words(otherwise) } else { told }
        };
        let row = |it: GivenUp| {
            let plugin = it.plugin.map(|id| plugins::name_of(&self.app, &id, self.ctx.locale));
            vec![
                self.moment(it.at),
                or(format!("job-{}", it.kind.replace('.', "-")), "job-other"),
                it.subject,
                plugin.unwrap_or_default(),
                or(it.problem, "error-job-broken"),
                it.detail,
                it.tries.to_string(),
            ]
        };
        Ok((page.items.into_iter().map(row).collect(), page.next.map(|it| it.to_string())))
    }

    async fn tokens(&self) -> Result<Vec<Vec<String>>> {
        let row = |it: TokenView| {
            vec![
                it.name,
                it.ending,
                // The words of programs: what stands here is asked with by them.
                it.scopes.to_string(),
                it.maker,
                self.day(it.created_at),
                it.used_at.map(|at| self.moment(at)).unwrap_or_default(),
                // It ends with its last day, so a moment before is still within that.
                it.expires_at.map(|end| self.day(end.plus_millis(-1))).unwrap_or_default(),
            ]
        };
        let all = api_tokens::list_tokens(&self.app, &self.ctx).await?;
        Ok(all.into_iter().map(row).collect())
    }

    async fn endpoints(&self, words: &Words) -> Result<Vec<Vec<String>>> {
        let row = |it: Endpoint| {
            let state = match (it.enabled, it.failing_since) {
                (true, None) => "on",
                (true, Some(_)) => "failing",
                (false, _) => "off",
            };
            let kinds = it.kinds.0.join("; ");
            vec![
                it.description.clone(),
                endpoints::host_of(&it),
                if kinds.is_empty() { words("exports-everything") } else { kinds },
                words(&format!("endpoint-is-{state}")),
                self.day(it.created_at),
            ]
        };
        let all = endpoints::list_endpoints(&self.app, &self.ctx).await?;
        Ok(all.into_iter().map(row).collect())
    }

    /// Neither what was sent nor what was answered: a list of messages tells what became of them.
    async fn deliveries(
        &self,
        words: &Words,
        (endpoint, state): (&EndpointId, Option<DeliveryState>),
        after: Option<&str>,
    ) -> Result<Part> {
        let (app, ctx) = (&self.app, &self.ctx);
        let after = after.and_then(|after| after.parse().ok());
        let page = endpoints::list_deliveries(app, ctx, endpoint, state, after, FETCHED).await?;
        let row = |line: Line| {
            let it = line.delivery;
            let last = line.last.map(|last| match last.status {
                Some(status) => format!("{} {status}", last.ended),
                None => last.ended.to_string(),
            });
            vec![
                self.moment(it.created_at),
                // The words of programs: what is read here is read by them.
                it.kind,
                format!("msg_{}", it.event_id),
                words(&format!("delivery-is-{}", it.state)),
                it.tries.to_string(),
                last.unwrap_or_default(),
                it.next_at.map(|at| self.moment(at)).unwrap_or_default(),
            ]
        };
        Ok((page.items.into_iter().map(row).collect(), page.next.map(|it| it.to_string())))
    }
}

fn yes_or_no(words: &Words, yes: bool) -> String {
    words(if yes { "exports-yes" } else { "exports-no" })
}

/// What the provider of an account is called; its own word where the plugin isn't there any more.
fn provider(app: &App, of: &Connection, locale: Locale) -> String {
    let name = plugins::find_loaded(app, &of.plugin_id).ok().and_then(|plugin| {
        let provider = plugin.manifest().provider(&of.provider)?;
        Some(plugin.texts().text(locale, &provider.name, &[]))
    });
    name.unwrap_or_else(|| of.provider.clone())
}
