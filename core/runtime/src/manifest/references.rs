//! Checks that what one part of a manifest names is there in another.

use toml::de::{DeTable, DeValue};

use super::reader::{Lines, Result};
use super::{CONNECTION_SERVER, Manifest, ManifestError, Signature, Slot, SlotPlace, SlotSource};

pub(super) fn check(manifest: &Manifest, lines: &Lines, root: &DeTable<'_>) -> Result<()> {
    check_servers(manifest).map_err(|(key, at, reason)| wrong(lines, root, key, at, reason))?;
    for (at, slot) in manifest.slots.iter().enumerate() {
        check_slot(manifest, slot).map_err(|reason| wrong(lines, root, "slots", at, reason))?;
    }
    for (at, webhook) in manifest.webhooks.iter().enumerate() {
        let is_token = matches!(webhook.signature, Signature::HeaderToken { slot: None, .. });
        if webhook.channels.is_some() && !is_token {
            let reason =
                "channels = \"…\" goes with a header-token without a slot, which the host \
                          makes for each channel"
                    .to_owned();
            return Err(wrong(lines, root, "webhooks", at, reason));
        }
        let slot = webhook.signature.slot();
        if let Some(slot) = slot.filter(|slot| manifest.slot(slot).is_none()) {
            let reason = format!("the signature's slot {slot:?} is not in [[slots]]");
            return Err(wrong(lines, root, "webhooks", at, reason));
        }
    }
    for (at, schedule) in manifest.schedules.iter().enumerate() {
        if manifest.capabilities.jobs.is_none() {
            let reason = format!(
                "the schedule {:?} runs jobs: ask for them with [capabilities] jobs = {{ reason = \"…\" }}",
                schedule.name
            );
            return Err(wrong(lines, root, "schedules", at, reason));
        }
    }
    for (at, route) in manifest.egress.iter().enumerate() {
        if route.effect.needs_approval() && manifest.capabilities.approvals.is_none() {
            let reason = format!(
                "the route {:?} has an effect, so people approve it first: ask for that with \
                 [capabilities] approvals = {{ reason = \"…\" }}",
                route.id
            );
            return Err(wrong(lines, root, "egress", at, reason));
        }
    }
    Ok(())
}

type Misplaced = (&'static str, usize, String);

/// What leads to a server that people name: there is one provider where they name it, and a password
/// goes nowhere else.
fn check_servers(manifest: &Manifest) -> std::result::Result<(), Misplaced> {
    let mut logins = manifest.providers.iter().enumerate().filter(|(_, p)| p.login.is_some());
    let login = logins.next();
    if let Some((at, _)) = logins.next() {
        let reason = "a plugin has one provider with kind = \"password\"".to_owned();
        return Err(("providers", at, reason));
    }
    let login = login.map(|(_, provider)| provider.id.as_str());
    for (at, route) in manifest.egress.iter().enumerate() {
        if route.origin != CONNECTION_SERVER {
            continue;
        }
        if login.is_none() || route.effect.needs_approval() {
            let reason = format!(
                "{CONNECTION_SERVER:?} needs a provider with kind = \"password\", where people name \
                 the server, and goes with effect = \"none\""
            );
            return Err(("egress", at, reason));
        }
    }
    for (at, slot) in manifest.slots.iter().enumerate() {
        let is_login = login.is_some_and(|id| slot.source == SlotSource::Provider(id.to_owned()));
        let leads_there = slot.origin == CONNECTION_SERVER;
        if is_login != leads_there || (is_login && slot.place != SlotPlace::Basic) {
            let reason = format!(
                "a password that people type goes to {CONNECTION_SERVER:?} as place = \"basic\", \
                 and nothing else goes there"
            );
            return Err(("slots", at, reason));
        }
    }
    Ok(())
}

fn check_slot(manifest: &Manifest, slot: &Slot) -> std::result::Result<(), String> {
    match &slot.source {
        SlotSource::Provider(id) if manifest.provider(id).is_none() => {
            Err(format!("the slot's provider {id:?} is not in [[providers]]"))
        }
        SlotSource::Secret(name) => {
            let property = manifest.settings.as_ref().and_then(|schema| schema.property(name));
            match property {
                Some(property) if property.is_secret() => Ok(()),
                Some(_) => Err(format!("the setting {name:?} must have format = \"password\"")),
                None => Err(format!("the slot's secret {name:?} is no property of [settings]")),
            }
        }
        SlotSource::Provider(_) => Ok(()),
    }?;
    if slot.place == SlotPlace::Nowhere {
        let proves = manifest.webhooks.iter().any(|it| it.signature.slot() == Some(&slot.id));
        return match proves || !slot.hmac.is_empty() {
            true => Ok(()),
            false => Err(format!(
                "nothing uses the slot {:?}: say where its secret goes (`origin` and `place`), what it \
                 signs (`hmac`), or which [[webhooks]] prove themselves by it",
                slot.id
            )),
        };
    }
    let reached = manifest.egress.iter().any(|route| route.origin == slot.origin);
    if reached { Ok(()) } else { Err(format!("no [[egress]] route leads to {}", slot.origin)) }
}

fn wrong(lines: &Lines, root: &DeTable<'_>, key: &str, at: usize, reason: String) -> ManifestError {
    let list = root.get(key).map(|value| value.get_ref());
    let start = match list {
        Some(DeValue::Array(list)) => list.get(at).map_or(0, |table| table.span().start),
        _ => 0,
    };
    ManifestError { line: lines.line(start), reason }
}
