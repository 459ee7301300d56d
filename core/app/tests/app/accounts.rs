//! First run, signing in, sessions, passwords: on every database there is.

use crate::support::{
    self, Fixture, PASSWORD, each, each_with_its_database, expect_invalid, secret,
};
use app::accounts::{self, Account, ProfileInput, Reset};
use app::sessions::{self, IDLE_SECS_MAX, LASTS_SECS_MAX};
use app::{Error, attempts, jobs, resets, settings, sign_ins, tenants};
use domain::{AccountId, Role, Timestamp};

type Spoil = fn(&mut tenants::FirstRun);

const NEW_PASSWORD: &str = "a kettle sings at dawn";

/// Too long to be hashed, so that only the counting costs time.
fn too_long() -> String {
    "x".repeat(2_000)
}

fn account(id: AccountId, email: &str) -> Account {
    let then = Timestamp::from_millis(0);
    Account {
        id,
        email: email.to_owned(),
        name: "Somebody".to_owned(),
        phone: String::new(),
        password_hash: String::new(),
        locale: None,
        created_at: then,
        updated_at: then,
    }
}

#[tokio::test]
async fn the_first_run_makes_a_business_with_its_owner() {
    each(async |f: Fixture| {
        assert!(tenants::needs_first_run(&f.app).await.unwrap());
        let owner = f.first_run().await;
        assert!(!tenants::needs_first_run(&f.app).await.unwrap());
        assert_eq!(owner.ctx.role, Role::Owner);
        let tenant = settings::get_settings(&f.app, &owner.ctx).await.unwrap();
        assert_eq!((tenant.name.as_str(), tenant.currency.as_str()), ("Dana's Studio", "ILS"));
        assert_eq!(tenant.zone.name(), "Asia/Jerusalem");
    })
    .await;
}

#[tokio::test]
async fn of_many_first_runs_at_once_one_succeeds() {
    each(async |f: Fixture| {
        let runs = (0..6).map(|n| {
            let app = f.app.clone();
            tokio::spawn(async move {
                let input = support::first_run(&format!("owner{n}@example.com"));
                tenants::create_first_business(&app, &support::origin(), input).await
            })
        });
        let runs = async {
            let mut won = 0;
            for run in runs.collect::<Vec<_>>() {
                match run.await.unwrap() {
                    Ok(_) => won += 1,
                    Err(error) => assert!(
                        matches!(error, Error::Conflict { key: "error-set-up-already" }),
                        "{error}"
                    ),
                }
            }
            won
        };
        // Their addresses are being taken by somebody else, who gives up: each has seen by then
        // that there is no business, unless they wait for each other.
        let (clock, rng) = (f.app.clock.clone(), f.app.rng.clone());
        let take = move |c: &mut store::Conn| {
            (0..6).try_for_each(|n| {
                let id = AccountId::new(&*clock, &*rng);
                store::accounts::insert(c, &account(id, &format!("owner{n}@example.com")))
            })
        };
        let won = f.held_up(take, runs).await;
        assert_eq!(won, 1);
        assert_eq!(f.tenants().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_first_run_names_the_field_and_leaves_nothing() {
    each(async |f: Fixture| {
        let change: [(&str, Spoil); 7] = [
            ("business", |i| i.business.business = "  ".into()),
            ("locale", |i| i.business.locale = "xx".into()),
            ("zone", |i| i.business.zone = "Mars/Olympus".into()),
            ("currency", |i| i.business.currency = "XXX".into()),
            ("name", |i| i.owner.name = "\u{202e}".into()),
            ("email", |i| i.owner.email = "dana".into()),
            ("password", |i| i.owner.password = secret("short")),
        ];
        for (field, spoil) in change {
            let mut input = support::first_run("dana@example.com");
            spoil(&mut input);
            let made = tenants::create_first_business(&f.app, &support::origin(), input).await;
            expect_invalid(made, field);
        }
        assert!(tenants::needs_first_run(&f.app).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn signing_in_opens_a_session_that_signing_out_ends() {
    each(async |f: Fixture| {
        f.first_run().await;
        let signed = f.sign_in(" Dana@Example.com", PASSWORD).await.unwrap();
        let current = f.current(&signed.token).await.unwrap();
        assert_eq!(current.context.unwrap().role, Role::Owner);
        sessions::sign_out(&f.app, &signed.token, &support::origin()).await.unwrap();
        assert!(matches!(f.current(&signed.token).await, Err(Error::SignedOut)));
        sessions::sign_out(&f.app, &signed.token, &support::origin()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_read_the_same() {
    each(async |f: Fixture| {
        f.first_run().await;
        for email in ["dana@example.com", "nobody@example.com"] {
            let wrong = f.sign_in(email, "not the password at all").await;
            let Err(Error::Invalid { field, key }) = wrong else { panic!("let in") };
            assert_eq!((field.as_str(), key.as_str()), ("password", "error-sign-in-failed"));
        }
    })
    .await;
}

#[tokio::test]
async fn guessing_one_account_is_slowed_down_until_it_is_unlocked_or_time_passes() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let max = attempts::PER_ACCOUNT_MAX;
        let tries = (0..max + 5).map(|n| {
            let f = f.clone();
            // Each from another address, all at once: only the account's own counter can stop them.
            tokio::spawn(async move {
                let origin = support::origin_at(&format!("192.0.2.{n}"));
                let email = "dana@example.com";
                sign_ins::sign_in(&f.app, &origin, email, secret(&too_long())).await.err()
            })
        });
        let mut limited = 0;
        for one in tries.collect::<Vec<_>>() {
            match one.await.unwrap() {
                Some(Error::Limited { retry_after_secs }) => {
                    assert!((1..=901).contains(&retry_after_secs), "{retry_after_secs}");
                    limited += 1;
                }
                Some(Error::Invalid { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(limited, 5);
        // Even the right password waits now.
        assert!(matches!(
            f.sign_in("dana@example.com", PASSWORD).await,
            Err(Error::Limited { .. })
        ));
        // Nothing is written of it at the door but a wish, or the time would tell who has an account.
        assert_eq!(f.actions(&owner).await.iter().filter(|a| *a == "account.locked").count(), 0);
        let count = || f.app.db.read(store::testing::count_ceremonies);
        assert_eq!(count().await.unwrap(), max);
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(f.actions(&owner).await.iter().filter(|a| *a == "account.locked").count(), 1);
        assert_eq!(count().await.unwrap(), 0);
        let refused = |a: &&String| *a == "account.password-refused";
        let refused = f.actions(&owner).await.iter().filter(refused).count();
        assert_eq!(refused as i64, max - 1, "each wrong one before it is in the log");
        accounts::unlock(&f.app, "dana@example.com").await.unwrap();
        f.sign_in("dana@example.com", PASSWORD).await.unwrap();

        for _ in 0..=max {
            let _ = f.sign_in("nobody@example.com", &too_long()).await;
        }
        let again = f.sign_in("nobody@example.com", &too_long()).await;
        assert!(matches!(again, Err(Error::Limited { .. })), "an unknown address must act alike");
        assert_eq!(count().await.unwrap(), max, "and be written of alike");
        f.clock.advance_millis(15 * 60 * 1_000 + 1);
        let later = f.sign_in("nobody@example.com", &too_long()).await;
        assert!(matches!(later, Err(Error::Invalid { .. })));
    })
    .await;
}

#[tokio::test]
async fn one_address_can_not_try_many_accounts() {
    each(async |f: Fixture| {
        f.first_run().await;
        let long = too_long();
        for n in 0..attempts::PER_ADDRESS_MAX {
            let one = f.sign_in(&format!("user{n}@example.com"), &long).await;
            assert!(matches!(one, Err(Error::Invalid { .. })), "{n}");
        }
        let more = f.sign_in("one-more@example.com", &long).await;
        assert!(matches!(more, Err(Error::Limited { .. })));
        let elsewhere = support::origin_at("198.51.100.7");
        sign_ins::sign_in(&f.app, &elsewhere, "dana@example.com", secret(PASSWORD)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_one_address_is_refused_uses_up_nobody_elses_tries() {
    each(async |f: Fixture| {
        f.first_run().await;
        // Everybody's tries are used up but for what this address has, and one.
        let (now, window) = (f.app.clock.now(), 15 * 60 * 1_000);
        let others = attempts::OVERALL_MAX - attempts::PER_ADDRESS_MAX - 1;
        let many = move |c: &mut store::Conn| {
            (0..others)
                .try_for_each(|_| store::sign_in_attempts::add(c, "overall", now, window).map(drop))
        };
        f.app.db.write(many).await.unwrap();
        let long = too_long();
        for n in 0..attempts::PER_ADDRESS_MAX + 20 {
            let refused = f.sign_in(&format!("user{n}@example.com"), &long).await;
            let limited = matches!(refused, Err(Error::Limited { .. }));
            assert_eq!(limited, n >= attempts::PER_ADDRESS_MAX, "{n}");
        }
        let elsewhere = support::origin_at("198.51.100.7");
        sign_ins::sign_in(&f.app, &elsewhere, "dana@example.com", secret(PASSWORD)).await.unwrap();
        let again =
            sign_ins::sign_in(&f.app, &elsewhere, "dana@example.com", secret(PASSWORD)).await;
        assert!(matches!(again, Err(Error::Limited { .. })), "there is a bound for all together");
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_when_idle_and_at_its_whole_time() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        f.clock.advance_millis(IDLE_SECS_MAX * 1_000 - 1);
        f.current(&owner.token).await.unwrap();
        f.clock.advance_millis(IDLE_SECS_MAX * 1_000);
        assert!(matches!(f.current(&owner.token).await, Err(Error::SignedOut)));

        let signed = f.sign_in("dana@example.com", PASSWORD).await.unwrap();
        let step = IDLE_SECS_MAX / 2;
        let mut lived = 0;
        while lived + step < LASTS_SECS_MAX {
            f.clock.advance_millis(step * 1_000);
            lived += step;
            f.current(&signed.token).await.unwrap();
        }
        f.clock.advance_millis((LASTS_SECS_MAX - lived) * 1_000);
        assert!(matches!(f.current(&signed.token).await, Err(Error::SignedOut)));
    })
    .await;
}

#[tokio::test]
async fn a_session_opens_while_its_last_use_can_not_be_noted() {
    each_with_its_database(async |f: Fixture, db| {
        let owner = f.first_run().await;
        let refuse = if f.app.db.backend() == store::Backend::Sqlite {
            "CREATE TRIGGER full_disk BEFORE UPDATE ON sessions BEGIN SELECT RAISE(ABORT, 'full'); END"
        } else {
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'full'; END $$; \
             CREATE TRIGGER full_disk BEFORE UPDATE ON sessions \
             FOR EACH ROW EXECUTE FUNCTION full_disk()"
        };
        db.tamper(refuse);
        f.clock.advance_millis(61_000);
        assert!(f.current(&owner.token).await.unwrap().context.is_some());
    })
    .await;
}

#[tokio::test]
async fn only_an_unknown_browser_is_noted_as_new() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let sign_in = async |device: &str| {
            let mut origin = support::origin();
            origin.device = device.to_owned();
            sign_ins::sign_in(&f.app, &origin, "dana@example.com", secret(PASSWORD)).await.unwrap();
            f.actions(&owner).await.remove(0)
        };
        assert_eq!(sign_in("Firefox/140.0 (X11)").await, "session.started", "the first run's own");
        assert_eq!(sign_in("Firefox/141.2 (X11)").await, "session.started", "an update");
        assert_eq!(sign_in("Safari (iPhone)").await, "session.new-device");
        assert_eq!(sign_in("Safari (iPhone)").await, "session.started");
    })
    .await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_own_account_only() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let other = f.sign_in("dana@example.com", PASSWORD).await.unwrap();
        let listed = sessions::list_sessions(&f.app, &owner.login).await.unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!(listed.iter().filter(|session| session.is_current).count(), 1);
        let id = &listed.iter().find(|session| !session.is_current).unwrap().id;

        let colleague = f.join(&owner, "noa@example.com", Role::Owner).await;
        let theirs = sessions::end_session(&f.app, &colleague.login, id).await;
        assert!(matches!(theirs, Err(Error::NotFound)));
        f.current(&other.token).await.unwrap();

        sessions::end_session(&f.app, &owner.login, id).await.unwrap();
        assert!(matches!(f.current(&other.token).await, Err(Error::SignedOut)));
        f.sign_in("dana@example.com", PASSWORD).await.unwrap();
        assert_eq!(sessions::end_other_sessions(&f.app, &owner.login).await.unwrap(), 1);
        f.current(&owner.token).await.unwrap();
        f.current(&colleague.token).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_the_old_token() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let other = f.sign_in("dana@example.com", PASSWORD).await.unwrap();
        let change = async |current: &str, new: &str| {
            accounts::change_password(&f.app, &owner.login, secret(current), secret(new)).await
        };
        expect_invalid(change("not the password at all", NEW_PASSWORD).await, "current_password");
        expect_invalid(change(PASSWORD, "short").await, "new_password");
        expect_invalid(change(PASSWORD, "dana@example.com!!").await, "new_password");
        f.current(&other.token).await.unwrap();

        let signed = change(PASSWORD, NEW_PASSWORD).await.unwrap();
        assert!(f.current(&other.token).await.is_err());
        assert!(f.current(&owner.token).await.is_err());
        assert!(f.current(&signed.token).await.unwrap().context.is_some());
        assert!(f.sign_in("dana@example.com", PASSWORD).await.is_err());
        f.sign_in("dana@example.com", NEW_PASSWORD).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_address_changes_with_the_password_and_only_to_a_free_one() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        f.join(&owner, "noa@example.com", Role::Member).await;
        let change = async |email: &str, password: &str| {
            accounts::change_email(&f.app, &owner.login, email, secret(password)).await
        };
        expect_invalid(change("new@example.com", "wrong wrong wrong").await, "password");
        expect_invalid(change("NOA@example.com", PASSWORD).await, "email");
        change("New@Example.com", PASSWORD).await.unwrap();
        let profile = accounts::get_profile(&f.app, &owner.login).await.unwrap();
        assert_eq!(profile.email, "new@example.com");
        f.sign_in("new@example.com", PASSWORD).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_profile_is_cleaned_and_its_language_is_the_pages() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let input = |name: &str, phone: &str, locale: &str| ProfileInput {
            name: name.into(),
            phone: phone.into(),
            locale: locale.into(),
        };
        for (field, bad) in [
            ("name", input("", "", "")),
            ("phone", input("Dana", "call me", "")),
            ("locale", input("Dana", "", "xx")),
        ] {
            expect_invalid(accounts::update_profile(&f.app, &owner.login, bad).await, field);
        }
        let good = input(" דנה ", "050-123 4567", "he");
        let profile = accounts::update_profile(&f.app, &owner.login, good).await.unwrap();
        assert_eq!((profile.name.as_str(), profile.phone.as_str()), ("דנה", "050-123 4567"));
        let current = f.current(&owner.token).await.unwrap();
        assert_eq!(current.context.unwrap().locale, domain::Locale::He);
    })
    .await;
}

#[tokio::test]
async fn a_reset_link_works_once_and_for_a_day() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let link = async || {
            let link = accounts::reset_password(&f.app, "dana@example.com", Reset::Link).await;
            link.unwrap().unwrap().rsplit('/').next().unwrap().to_owned()
        };
        let token = link().await;
        let email = resets::look_up_reset(&f.app, &support::origin(), &token).await.unwrap();
        assert_eq!(email, "dana@example.com");
        for other in [format!("{token}0"), token.replace('.', ""), String::new()] {
            let found = resets::look_up_reset(&f.app, &support::origin(), &other).await;
            assert!(matches!(found, Err(Error::NotFound)), "{other}");
        }
        let at_once = (0..4).map(|n| {
            let (f, token) = (f.clone(), token.clone());
            tokio::spawn(async move {
                let new = secret(&format!("{NEW_PASSWORD} {n}"));
                resets::finish_reset(&f.app, &support::origin(), &token, new).await.is_ok()
            })
        });
        let at_once = async {
            let mut done = 0;
            for one in at_once.collect::<Vec<_>>() {
                done += usize::from(one.await.unwrap());
            }
            done
        };
        let id = owner.ctx.account.clone();
        let done = f.held_up(move |c| store::accounts::lock(c, &id), at_once).await;
        assert_eq!(done, 1);
        assert!(f.current(&owner.token).await.is_err(), "a reset ends every session");
        assert!(f.sign_in("dana@example.com", PASSWORD).await.is_err());

        let late = link().await;
        f.clock.advance_millis(resets::LASTS_SECS * 1_000);
        assert!(matches!(
            resets::look_up_reset(&f.app, &support::origin(), &late).await,
            Err(Error::NotFound)
        ));
    })
    .await;
}

#[tokio::test]
async fn an_admin_of_the_machine_sets_a_password() {
    each(async |f: Fixture| {
        f.first_run().await;
        let reset = async |email: &str, new: &str| {
            accounts::reset_password(&f.app, email, Reset::Password(secret(new))).await
        };
        expect_invalid(reset("dana@example.com", "short").await, "password");
        assert!(matches!(reset("nobody@example.com", NEW_PASSWORD).await, Err(Error::NotFound)));
        assert_eq!(reset("dana@example.com", NEW_PASSWORD).await.unwrap(), None);
        f.sign_in("dana@example.com", NEW_PASSWORD).await.unwrap();
    })
    .await;
}

/// Computing time of this process's threads of a name, to the nanosecond (proc(5), `schedstat`).
fn computed(name: &str) -> std::time::Duration {
    let mut nanos = 0;
    for task in std::fs::read_dir("/proc/self/task").unwrap().flatten() {
        let read = |file: &str| std::fs::read_to_string(task.path().join(file)).unwrap_or_default();
        if read("comm").trim() == name {
            let first = read("schedstat").split(' ').next().unwrap().parse::<u64>();
            nanos += first.unwrap_or_default();
        }
    }
    std::time::Duration::from_nanos(nanos)
}

#[test]
fn a_sign_in_computes_as_much_for_an_address_that_nobody_has() {
    // Threads of its own, whose time nobody else's work is in, and which stay until they were looked at.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("oxpi-costs")
        .thread_keep_alive(std::time::Duration::from_secs(600))
        .build()
        .unwrap();
    runtime.block_on(async {
        let fresh = store::testing::sqlite().await;
        let f = Fixture::over(fresh.db.clone());
        f.first_run().await;
        let mut costs = Vec::new();
        for email in ["dana@example.com", "nobody@example.com"] {
            let before = computed("oxpi-costs");
            for n in 0..5 {
                let origin = support::origin_at(&format!("192.0.2.{n}"));
                let wrong = secret("not the right one");
                let refused = sign_ins::sign_in(&f.app, &origin, email, wrong).await;
                assert!(matches!(refused, Err(Error::Invalid { .. })));
            }
            costs.push(computed("oxpi-costs") - before);
        }
        let before = computed("oxpi-costs");
        for _ in 0..5 {
            let hash = || vault::password::hash(&secret("not the right one"));
            tokio::task::spawn_blocking(hash).await.unwrap().unwrap();
        }
        let (known, unknown, hashing) = (costs[0], costs[1], computed("oxpi-costs") - before);
        assert!(known > hashing / 2, "five hashes take {hashing:?}: {known:?}");
        assert!(unknown > known / 2 && unknown < known * 2, "{known:?} {unknown:?}");
    });
}
