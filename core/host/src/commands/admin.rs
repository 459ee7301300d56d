//! `oxpi admin`: whoever has the machine can let people in.

use std::io::BufRead;
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use app::App;
use app::accounts::Reset;
use app::deletions::{self, Deletion};
use app::tenants::{BusinessInput, FirstRun, OwnerInput};
use domain::{Secret, TenantId};

use crate::cli::{Admin, NewBusiness};
use crate::commands::sample;
use crate::config::Config;
use crate::house;

/// Runs one of the admin's commands.
pub async fn run(config: &Config, command: Admin) -> anyhow::Result<ExitCode> {
    let public_url = config.server.public_url(config.server.address.port);
    let open = || house::open(config, public_url.clone());
    match command {
        Admin::CreateBusiness(new) => create_business(config, public_url.clone(), new).await?,
        Admin::DeleteBusiness { business } => delete_business(&open().await?, &business).await?,
        Admin::ResetPassword { email, password_stdin } => {
            let app = open().await?;
            let how = if password_stdin { Reset::Password(read_password()?) } else { Reset::Link };
            match app::accounts::reset_password(&app, &email, how).await.map_err(told)? {
                Some(link) => println!("{link}"),
                None => println!("The password of {email} is set; they are signed out everywhere."),
            }
        }
        Admin::RemoveFactors { email } => {
            app::accounts::remove_factors(&open().await?, &email).await.map_err(told)?;
            println!("{email} signs in with the password alone and is signed out everywhere.");
        }
        Admin::Unlock { email } => {
            app::accounts::unlock(&open().await?, &email).await.map_err(told)?;
            println!("{email} can sign in again.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn create_business(config: &Config, url: String, new: NewBusiness) -> anyhow::Result<()> {
    let story = sample::Story::new();
    let app = match new.sample {
        true => house::open_at(config, url, story.clock()).await?,
        false => house::open(config, url).await?,
    };
    let app = &app;
    let (password, made_up) = if new.password_stdin {
        (read_password()?, None)
    } else {
        let text = vault::token::generate(&*app.rng);
        (Secret::from_text(text.clone()), Some(text))
    };
    let known = app.db.read({
        let email = new.email.trim().to_lowercase();
        move |c| store::accounts::find_by_email(c, &email)
    });
    let known = known.await?.is_some();
    let business = BusinessInput {
        business: new.name.clone(),
        locale: new.locale,
        zone: new.zone,
        currency: new.currency,
    };
    let owner = OwnerInput { name: new.owner, email: new.email.clone(), password };
    let tenant =
        app::tenants::create_business(app, FirstRun { business, owner }).await.map_err(told)?;
    if new.sample {
        app::plugins::load_packages(app, &config.plugins.folders(&config.data)).await;
        let ctx = owner_of(app, tenant).await?;
        story.play(app, &ctx).await.map_err(told)?;
    }
    println!("{} is there; {} owns it.", new.name, new.email);
    match made_up {
        _ if known => println!("That account was there already; its password stays as it was."),
        Some(password) => println!("The password of {} is: {password}", new.email),
        None => {}
    }
    println!("Sign in at {}", app.options.public_url);
    Ok(())
}

async fn delete_business(app: &App, wanted: &str) -> anyhow::Result<()> {
    let mut found = deletions::find_businesses(app, wanted).await?;
    let Some(business) = found.pop() else { return was_deleted(app, wanted).await };
    if !found.is_empty() {
        found.push(business);
        let ids: Vec<_> = found.iter().map(|one| one.tenant.id.as_str()).collect();
        bail!("several businesses have that name; say which by its id: {}", ids.join(", "));
    }
    let tenant = &business.tenant;
    eprintln!("{} ({}), {} members", tenant.name, tenant.id, business.members);
    if business.connected > 0 {
        eprintln!(
            "{} accounts at providers are connected; disconnect them on its pages first, or their \
             providers are not told.",
            business.connected
        );
    }
    eprintln!("Its keys, rows and documents go for good; its activity log stays.");
    eprint!("Type its name to delete it: ");
    let typed = read_line()?;
    let record = deletions::delete_business(app, &tenant.id, &typed).await.map_err(undeleted)?;
    println!("{} is deleted: {}.", tenant.name, counted(&record));
    Ok(())
}

/// Says of a business that isn't there when it was deleted, so that the command may be given again.
async fn was_deleted(app: &App, wanted: &str) -> anyhow::Result<()> {
    let record = match wanted.trim().parse::<TenantId>() {
        Ok(id) => deletions::find_deletion(app, &id).await?,
        Err(_) => None,
    };
    let record = record.context("there is no business of that id or name")?;
    let at = record.ended_at.unwrap_or(record.begun_at).to_rfc3339();
    println!("It was deleted at {at}: {}.", counted(&record));
    Ok(())
}

fn counted(record: &Deletion) -> String {
    format!("{} rows, {} documents", record.row_count, record.document_count)
}

fn undeleted(error: app::Error) -> anyhow::Error {
    match error {
        app::Error::Invalid { .. } => anyhow!("that is not its name; nothing was changed"),
        app::Error::Unavailable { key: "error-deletion-list", detail } => anyhow!(
            "the list of deleted businesses can't be written, so nothing was deleted: {}",
            detail.unwrap_or_default()
        ),
        other => anyhow!("it is not deleted to the end, run it again: {other}"),
    }
}

/// The owner of a business just made, at work in it.
async fn owner_of(app: &App, tenant: TenantId) -> anyhow::Result<app::Context> {
    let read = move |c: &mut store::Conn| {
        let business = store::tenants::get(c, &tenant)?;
        let owner = store::members::list(c, &tenant)?.into_iter().next();
        Ok((business, owner.ok_or(store::Error::NotFound)?.member))
    };
    let (business, owner) = app.db.read(read).await?;
    Ok(app::Context {
        tenant: business.id,
        account: owner.account_id,
        member: owner.id,
        role: owner.role,
        locale: business.locale,
        zone: business.zone,
        origin: app::Origin::default(),
        is_recent: true,
        scopes: None,
    })
}

/// The first line of standard input.
fn read_line() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("standard input can't be read")?;
    let length = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(length);
    Ok(line)
}

fn read_password() -> anyhow::Result<Secret> {
    Ok(Secret::from_text(read_line()?))
}

/// A use case's error in words for a terminal.
fn told(error: app::Error) -> anyhow::Error {
    match error {
        app::Error::NotFound => anyhow!("there is no account of that email"),
        app::Error::Invalid { field, key } => {
            let reason = key.trim_start_matches("error-").replace('-', " ");
            anyhow!("the {field} is not right: {reason}")
        }
        other => other.into(),
    }
}
