//! The document that describes the API (OpenAPI 3.1), made from the table of operations and the schemas
//! that requests are held to.

use std::sync::OnceLock;

use domain::ApiScope;
use serde_json::{Map, Value, json};

use super::describe::{items, page};
use super::links::links;
use super::operations::{
    BY_KIND, FILE, MAY_GO_ON, Operation, PLUGIN, Shows, file_types, operations,
};
use super::problem::PROBLEM;
use super::schema;

/// The document as text, made once.
pub fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| document().to_string())
}

/// The document.
pub fn document() -> Value {
    let mut paths = Map::new();
    for operation in operations() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.to_ascii_lowercase()] = describe(operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "OXPI",
            "version": "1",
            "summary": "What a business has, for programs.",
            "description": "A token is made in the settings, under “Tokens for programs”. Times are in \
                UTC. Lists come in pages: ask on with `next` as `after`.",
            "license": {"name": "AGPL-3.0-only", "identifier": "AGPL-3.0-only"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "oxpi_…",
                "description": scopes(),
            }},
            "schemas": schema::all(),
            "responses": problems(),
            "headers": headers(),
        },
    })
}

fn scopes() -> String {
    let words: Vec<String> = ApiScope::ALL.iter().map(|scope| format!("`{scope}`")).collect();
    format!("A token is good for what was ticked when it was made: {}.", words.join(", "))
}

fn describe(operation: &Operation) -> Value {
    let mut described = json!({
        "operationId": operation.id(),
        "summary": operation.summary,
        "tags": [operation.name.split("::").next()],
        "parameters": parameters(operation),
        "responses": responses(operation),
    });
    let scope = operation.scope.map(|scope| format!("The token needs `{scope}`."));
    let by_kind = BY_KIND.iter().find(|(name, _)| *name == operation.name);
    let otherwise = || by_kind.map_or("Any token will do.", |(_, text)| *text).to_owned();
    described["description"] = scope.unwrap_or_else(otherwise).into();
    if operation.body == Some(FILE) {
        // What stands in a file no schema says.
        let kinds = file_types(operation);
        let content: Map<String, Value> =
            kinds.iter().map(|kind| ((*kind).to_owned(), json!({}))).collect();
        described["requestBody"] = json!({"required": true, "content": content});
    } else if let Some(name) = operation.body {
        let body = json!({"schema": schema::named(name), "example": example(name)});
        let mut content = json!({"application/json": body});
        if operation.method == "PATCH" {
            content["application/merge-patch+json"] = body;
        }
        described["requestBody"] = json!({"required": true, "content": content});
    }
    described
}

fn parameters(operation: &Operation) -> Value {
    let mut all: Vec<Value> = operation
        .ids()
        .map(
            |name| json!({"name": name, "in": "path", "required": true, "schema": id_schema(name)}),
        )
        .collect();
    for (name, mut schema) in (operation.query)() {
        let mut parameter = json!({"name": name, "in": "query"});
        if let Some(fields) = schema.as_object_mut() {
            parameter["required"] = fields.remove("required").unwrap_or(Value::Bool(false));
            if let Some(explodes) = fields.remove("explode") {
                parameter["style"] = "form".into();
                parameter["explode"] = explodes;
            }
            if let Some(description) = fields.remove("description") {
                parameter["description"] = description;
            }
        }
        parameter["schema"] = schema;
        all.push(parameter);
    }
    if operation.method == "POST" {
        all.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Sent again within a day under the same key, the request is answered \
                as before and nothing is done again.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }));
    }
    if operation.can_match() {
        all.push(header("If-Match", "Only if it still has this tag."));
    }
    if operation.method == "GET" && matches!(operation.shows, Shows::One(_)) {
        all.push(header("If-None-Match", "Only if it no longer has this tag."));
    }
    Value::Array(all)
}

/// What an id in a path looks like.
fn id_schema(name: &str) -> Value {
    if name == PLUGIN {
        return json!({"type": "string", "minLength": 2, "maxLength": 64,
            "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"});
    }
    json!({"type": "string", "format": "uuid"})
}

fn header(name: &str, description: &str) -> Value {
    json!({"name": name, "in": "header", "required": false, "description": description,
        "schema": {"type": "string"}})
}

fn responses(operation: &Operation) -> Value {
    let limits = json!({
        "RateLimit": {"$ref": "#/components/headers/RateLimit"},
        "RateLimit-Policy": {"$ref": "#/components/headers/RateLimit-Policy"},
    });
    let (status, schema) = match operation.shows {
        Shows::One(name) | Shows::Told(name) => ("200", Some(schema::named(name))),
        Shows::Made(name) => ("201", Some(schema::named(name))),
        Shows::Begun(name) => ("202", Some(schema::named(name))),
        Shows::Page(name) => ("200", Some(page(name))),
        Shows::Items(name) => ("200", Some(items(name))),
        Shows::File(_) => ("200", None),
        Shows::Nothing => ("204", None),
    };
    let mut good = json!({"description": "Done.", "headers": limits});
    if let Some(schema) = schema {
        good["content"] = json!({"application/json": {"schema": schema}});
    }
    if let Shows::File(kinds) = operation.shows {
        let content: Map<String, Value> =
            kinds.iter().map(|kind| ((*kind).to_owned(), json!({}))).collect();
        good["content"] = Value::Object(content);
    }
    if matches!(operation.shows, Shows::One(_) | Shows::Made(_)) {
        good["headers"]["ETag"] = json!({"$ref": "#/components/headers/ETag"});
    }
    if matches!(operation.shows, Shows::Made(_) | Shows::Begun(_)) {
        good["headers"]["Location"] = json!({"$ref": "#/components/headers/Location"});
    }
    let links = links(operation);
    if !links.is_empty() {
        good["links"] = Value::Object(links);
    }
    let mut all = Map::from_iter([(status.to_owned(), good)]);
    if MAY_GO_ON.contains(&operation.name) {
        let mut begun = json!({
            "description": "It concerns so many that it goes on: followed where it says.",
            "headers": limits,
            "content": {"application/json": {"schema": schema::named("Sweep")}},
        });
        begun["headers"]["Location"] = json!({"$ref": "#/components/headers/Location"});
        all.insert("202".into(), begun);
    }
    if operation.method == "GET" && matches!(operation.shows, Shows::One(_)) {
        all.insert("304".into(), json!({"description": "It still has the tag."}));
    }
    for (status, _) in PROBLEMS {
        if can_fail(operation, status) {
            let reference = json!({"$ref": format!("#/components/responses/{status}")});
            all.insert(status.to_string(), reference);
        }
    }
    Value::Object(all)
}

/// Statuses of problems, and what each means.
const PROBLEMS: [(u16, &str); 14] = [
    (400, "A parameter, a header or the JSON itself can’t be read."),
    (401, "No token, or one that opens nothing any more."),
    (403, "The token isn’t good for this, or its maker may not do it."),
    (404, "Nothing is there, or nothing that this token sees."),
    (406, "Answers come as JSON."),
    (408, "The body took too long."),
    (409, "As things are, it can’t be done; or it changed meanwhile."),
    (412, "It no longer has the tag."),
    (413, "The body is too large."),
    (415, "The body isn’t JSON."),
    (422, "A field of the body is wrong, or the key was another request’s."),
    (429, "Too many requests; try again after a while."),
    (500, "A defect on this side."),
    (503, "Something that this needs doesn’t answer right now."),
];

fn can_fail(operation: &Operation, status: u16) -> bool {
    match status {
        404 => operation.sees.is_some() || operation.ids().next().is_some(),
        408 | 413 => operation.method != "GET",
        409 => operation.method != "GET",
        412 => operation.can_match(),
        415 => operation.method != "GET",
        422 => operation.body.is_some() || operation.method != "GET",
        _ => true,
    }
}

fn problems() -> Value {
    let content = json!({PROBLEM: {"schema": schema::named("Problem")}});
    let one = |(status, text): (u16, &str)| {
        (status.to_string(), json!({"description": text, "content": content}))
    };
    Value::Object(PROBLEMS.into_iter().map(one).collect())
}

fn headers() -> Value {
    let text =
        |description: &str| json!({"description": description, "schema": {"type": "string"}});
    json!({
        "ETag": text("What tells this state from every other."),
        "Location": text("Where it is from now on."),
        "RateLimit": text("How many requests are left, and in how many seconds there are more."),
        "RateLimit-Policy": text("How many requests a token has in which time."),
    })
}

/// An example of each body.
fn example(name: &str) -> Value {
    match name {
        "PersonNew" => json!({"name": "Dana Levi", "phone": "050-123-4567", "tags": ["garden"],
            "attribution": {"source": "search", "medium": "cpc", "campaign": "spring"}}),
        "PersonChange" => json!({"email": "dana@example.com", "follow_up_on": "2026-12-01"}),
        "StageMove" => json!({"stage": "customer"}),
        "PeopleAct" => json!({"people": ["01900000-0000-7000-8000-000000000000"], "act": "tag",
            "to": "garden"}),
        "PeopleActAll" => json!({"act": "tag", "to": "garden"}),
        "TasksActAll" => json!({"act": "delay", "to": "+1"}),
        "TasksAct" => json!({"tasks": ["01900000-0000-7000-8000-000000000000"], "act": "delay",
            "to": "+1"}),
        "Merge" | "Apart" => json!({"other": "01900000-0000-7000-8000-000000000000"}),
        "ApprovalChange" => json!({"fields": {"budget": "300", "days": ["sunday", "monday"]}}),
        "EndpointNew" => {
            json!({"url": "https://hooks.example.com/oxpi", "kinds": ["person.created"]})
        }
        "EndpointChange" => json!({"description": "The shop"}),
        "SendAgain" => json!({"since": "2026-12-01T08:00:00Z"}),
        "ImportPlanChange" => json!({"columns": ["name", "phone", ""], "doubles": "update"}),
        "KindAgain" | "KindDismiss" => json!({"kind": "calendar.push"}),
        "CalendarImportStart" => json!({"events": [0, 2]}),
        "DocumentChange" => json!({"name": "Offer of March.pdf"}),
        "MemberChange" => json!({"role": "accountant"}),
        "NoticeChoicesChange" => json!({"kinds": {"task-due": "app"},
            "reminders": {"tasks": "1d", "quiet": {"from": "22:00", "until": "07:00"}}}),
        "Snooze" => json!({"until": "tomorrow"}),
        "BusinessChange" => json!({"name": "Dana’s Garden"}),
        "ViewNew" => json!({"name": "New leads", "query": "standing=lead&order=newest"}),
        "ViewChange" => json!({"name": "Leads of this week"}),
        "PersonFieldNew" => json!({"name": "Size", "kind": "choice", "options": [{"name": "Small"},
            {"name": "Large"}]}),
        "PersonFieldChange" => json!({"help": "Of shirts"}),
        "SeriesChange" => json!({"rule": "FREQ=WEEKLY;BYDAY=MO", "reach": "following"}),
        "SeriesCancel" => json!({"reach": "all"}),
        "InvitationNew" => json!({"email": "noa@example.com", "role": "member"}),
        "NoteNew" => json!({"text": "Called; wants an offer by Sunday."}),
        "TagChange" => json!({"name": "garden"}),
        "SourceRename" => json!({"from": "web site", "to": "Website"}),
        "PipelineNew" | "PipelineChange" => json!({"name": "Repairs", "stages": [
            {"name": "New", "outcome": "open"},
            {"name": "Fixed", "outcome": "won"},
        ]}),
        "TaskNew" => json!({"title": "Send the offer", "day": "2026-12-01", "time": "09:30",
            "links": [{"kind": "address", "id": "https://shop.example.com/offers/7"}]}),
        "TaskChange" => json!({"day": "2026-12-02", "time": null}),
        "AppointmentNew" => json!({"title": "Fitting", "starts_at": "2026-12-01T08:00:00Z",
            "ends_at": "2026-12-01T09:00:00Z"}),
        "AppointmentChange" => json!({"location": "Herzl 1"}),
        "AppointmentMove" => json!({"starts_at": "2026-12-02T08:00:00Z",
            "ends_at": "2026-12-02T09:00:00Z"}),
        _ => json!({}),
    }
}
