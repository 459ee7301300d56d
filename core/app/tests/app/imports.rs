//! Lists of people: what comes of each row, that it comes once, what is refused, and taking it all back.

mod amounts;
mod beside;
mod cards;
mod meanings;
mod numbers;
mod sources;

use crate::support::people::{add, named};
use crate::support::{Fixture, Signed, each, expect_invalid};
use app::Error;
use app::imports::{self, Counts, Doubles, Outcome, PlanInput, State, Target};
use app::people::{self, Person, PersonFilter, PersonInput, PersonOrder};
use app::{jobs, reports, tags, timeline};
use domain::{ImportId, Role, Timestamp};

const LIST: &str = "Full name,Phone,E-mail,Status,Tags,Birthday\n\
    Dana Cohen,050-1234567,dana@example.com,Customer,\"vip; wedding\",1.2.1990\n\
    Noa Levi,501112222,noa(at)example.com,,,\n\
    Amit Peretz,052 765 4321; 03-5550170,AMIT@Example.com,In touch,,\n\
    ,,,,vip,\n";

pub async fn keep(f: &Fixture, who: &Signed, bytes: &[u8]) -> ImportId {
    imports::keep_file(&f.app, &who.ctx, "list.csv", bytes.to_vec()).await.unwrap()
}

async fn state(f: &Fixture, who: &Signed, id: &ImportId) -> (State, Counts) {
    let import = imports::get_import(&f.app, &who.ctx, id).await.unwrap();
    (import.state, import.counts())
}

/// The plan as its form would send it.
async fn planned(f: &Fixture, who: &Signed, id: &ImportId) -> PlanInput {
    let import = imports::get_import(&f.app, &who.ctx, id).await.unwrap();
    let plan = imports::plan_of(&import).unwrap();
    PlanInput {
        head: plan.head,
        columns: plan.columns.iter().map(|column| column.word()).collect(),
        dates: plan.dates.as_str().to_owned(),
        doubles: plan.doubles.as_str().to_owned(),
        tag: plan.tag,
        source: plan.source,
        ..PlanInput::default()
    }
}

async fn set(f: &Fixture, who: &Signed, id: &ImportId, change: impl FnOnce(&mut PlanInput)) {
    let mut input = planned(f, who, id).await;
    change(&mut input);
    imports::plan_import(&f.app, &who.ctx, id, input).await.unwrap();
}

async fn run(f: &Fixture, who: &Signed, id: &ImportId) -> Counts {
    imports::start_import(&f.app, &who.ctx, id).await.unwrap();
    jobs::run_due(&f.app).await.unwrap();
    let (state, counts) = state(f, who, id).await;
    assert_eq!(state, State::Done);
    counts
}

async fn import(f: &Fixture, who: &Signed, text: &str, doubles: Doubles) -> (ImportId, Counts) {
    let id = keep(f, who, text.as_bytes()).await;
    set(f, who, &id, |input| input.doubles = doubles.as_str().to_owned()).await;
    let counts = run(f, who, &id).await;
    (id, counts)
}

async fn undo(f: &Fixture, who: &Signed, id: &ImportId) -> i64 {
    imports::undo_import(&f.app, &who.ctx, id).await.unwrap();
    jobs::run_due(&f.app).await.unwrap();
    let (state, counts) = state(f, who, id).await;
    assert_eq!(state, State::Undone);
    counts.kept
}

async fn everybody(f: &Fixture, who: &Signed) -> Vec<Person> {
    let all = PersonFilter::default();
    people::list_people(&f.app, &who.ctx, all, PersonOrder::Name, None, 500).await.unwrap().items
}

async fn names(f: &Fixture, who: &Signed) -> Vec<String> {
    everybody(f, who).await.into_iter().map(|person| person.name).collect()
}

async fn find(f: &Fixture, who: &Signed, name: &str) -> Person {
    let all = everybody(f, who).await;
    all.into_iter().find(|person| person.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_looked_at_first_and_then_comes_in_row_by_row() {
    each(async |f| {
        let owner = f.first_run().await;
        let id = keep(&f, &owner, LIST.as_bytes()).await;
        let look = imports::look_at_import(&f.app, &owner.ctx, &id).await.unwrap();
        let targets: Vec<Target> = look.plan.columns.iter().map(|column| column.to).collect();
        use Target::{Email, Name, Nothing, Phone, Stage, Tags};
        assert_eq!(targets, [Name, Phone, Email, Stage, Tags, Nothing]);
        assert_eq!((look.import.rows_all, look.checked, look.wrong), (4, 4, 2));
        assert_eq!(look.mistakes[0].said.as_ref().unwrap_err().key, "error-email-invalid");
        assert!(names(&f, &owner).await.is_empty(), "nothing came of looking");
        let counts = run(&f, &owner, &id).await;
        assert_eq!(counts, Counts { made: 2, refused: 2, ..Counts::default() });
        let dana = find(&f, &owner, "Dana Cohen").await;
        let whole = people::get_whole_person(&f.app, &owner.ctx, &dana.id).await.unwrap();
        assert_eq!(dana.standing, people::Standing::Customer);
        assert_eq!(whole.tags.iter().map(|tag| &*tag.name).collect::<Vec<_>>(), ["vip", "wedding"]);
        let amit = find(&f, &owner, "Amit Peretz").await;
        assert_eq!(
            (amit.phone.as_str(), amit.email.as_str()),
            ("052 765 4321", "amit@example.com")
        );
        let whole = people::get_whole_person(&f.app, &owner.ctx, &amit.id).await.unwrap();
        assert_eq!(whole.contacts.iter().map(|it| &*it.value).collect::<Vec<_>>()[2], "03-5550170");
        let told = timeline::list_entries(&f.app, &owner.ctx, &dana.id, None, 9).await.unwrap();
        let told: Vec<&str> = told.items.iter().map(|told| told.entry.kind.as_str()).collect();
        assert_eq!(told, ["imported"]);
        // What was refused is kept with the row and the reason; the file itself isn't.
        let refused =
            imports::list_results(&f.app, &owner.ctx, &id, Outcome::Refused, 0, 9).await.unwrap();
        let why: Vec<(i64, i64, &str)> =
            refused.iter().map(|row| (row.row_number, row.place, &*row.problem)).collect();
        assert_eq!(why, [(3, 2, "error-email-invalid"), (5, 0, "error-imports-nameless")]);
        assert_eq!(refused[0].cells_json.as_ref().unwrap().0[0], "Noa Levi");
        let import = imports::get_import(&f.app, &owner.ctx, &id).await.unwrap();
        assert!(import.document_id.is_none());
        // Started again, it stays as it is.
        imports::start_import(&f.app, &owner.ctx, &id).await.unwrap();
        assert_eq!(jobs::run_due(&f.app).await.unwrap(), 0);
        let acts = f.actions(&owner).await;
        assert_eq!(
            acts[..4],
            ["person.imported", "import.rows", "import.begun", "import.uploaded"]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hebrew_saved_by_an_old_program_comes_in_as_it_was_written() {
    each(async |f| {
        let owner = f.first_run().await;
        let text = "שם פרטי;שם משפחה;נייד;אימייל;הערות\r\n\
            דנה;כהן;050-1234567;dana@example.com;\"לקוחה ותיקה; אוהבת ורדים\"\r\n\
            נועה;לוי;501112222;;\r\n";
        let (bytes, _, lost) = encoding_rs::WINDOWS_1255.encode(text);
        assert!(!lost);
        let id = keep(&f, &owner, &bytes).await;
        assert_eq!(run(&f, &owner, &id).await.made, 2);
        let dana = find(&f, &owner, "דנה כהן").await;
        assert_eq!(dana.notes, "לקוחה ותיקה; אוהבת ורדים");
        // Excel took its zero.
        assert_eq!(find(&f, &owner, "נועה לוי").await.phone, "+972501112222");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_here_already_is_left_updated_or_added_as_was_said() {
    each(async |f| {
        let owner = f.first_run().await;
        let dana = PersonInput {
            phone: "+972 50-123 4567".into(),
            notes: "Likes roses".into(),
            ..named("Dana")
        };
        let dana = add(&f, &owner, dana).await;
        add(&f, &owner, PersonInput { email: "noa@example.com".into(), ..named("Noa Levi") }).await;
        // Who came first is told by when they came.
        f.clock.advance_millis(10);
        let list = "Name,Phone,Email,Notes,Tags\n\
            Dana Cohen,0501234567,dana@example.com,Pays late,vip\n\
            noa  LEVI,052-7654321,,,\n\
            Noa Levi,,other@example.com,,\n\
            Omer,054-0000001,,,\n\
            Omer Bar,+972540000001,omer@example.com,,\n";
        let (_, counts) = import(&f, &owner, list, Doubles::Skip).await;
        // The second Noa has another address, so her name alone says nothing.
        assert_eq!(counts, Counts { made: 2, skipped: 3, ..Counts::default() });
        assert_eq!(names(&f, &owner).await, ["Dana", "Noa Levi", "Noa Levi", "Omer"]);
        let list = list.replace("0000001,,,", "0000001,,Tall,");
        let (id, counts) = import(&f, &owner, &list, Doubles::Update).await;
        assert_eq!(counts, Counts { changed: 4, skipped: 1, ..Counts::default() });
        let after = people::get_whole_person(&f.app, &owner.ctx, &dana.id).await.unwrap();
        assert_eq!(after.person.name, "Dana Cohen");
        assert_eq!(after.person.phone, "+972 50-123 4567", "the same number, as it was typed");
        assert_eq!(after.person.email, "dana@example.com");
        assert_eq!(after.person.notes, "Likes roses\n\nPays late");
        assert_eq!(after.tags.len(), 1);
        assert_eq!(find(&f, &owner, "Omer Bar").await.email, "omer@example.com");
        // Two rows changed Omer, and both are taken back together.
        assert_eq!(undo(&f, &owner, &id).await, 0);
        let back = people::get_whole_person(&f.app, &owner.ctx, &dana.id).await.unwrap();
        assert_eq!((back.person.name.as_str(), back.person.email.as_str()), ("Dana", ""));
        assert_eq!((back.person.notes.as_str(), back.tags.len()), ("Likes roses", 0));
        assert_eq!(back.contacts.len(), 1);
        assert_eq!(names(&f, &owner).await, ["Dana", "Noa Levi", "Noa Levi", "Omer"]);
        let (_, counts) = import(&f, &owner, &list, Doubles::Add).await;
        assert_eq!(counts.made, 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stages_and_members_of_another_program_refuse_nobody() {
    each(async |f| {
        let owner = f.first_run().await;
        let list =
            "Name,Status,Owner\nNoa,Warm lead,Somebody\nAmit,Contacted,\nTal,Customer,Else\n";
        let (_, counts) = import(&f, &owner, list, Doubles::Skip).await;
        assert_eq!(counts, Counts { made: 3, ..Counts::default() });
        let noa = find(&f, &owner, "Noa").await;
        let whole = people::get_whole_person(&f.app, &owner.ctx, &noa.id).await.unwrap();
        assert_eq!(
            whole.tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(),
            ["Warm lead"]
        );
        assert_eq!((noa.notes.as_str(), noa.owner_id), ("Somebody", None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_of_a_list_are_of_the_day_it_says_or_of_none() {
    each(async |f| {
        let owner = f.first_run().await;
        let at = |text: &str| Timestamp::parse_rfc3339(text);
        let list = "Name,Status,Customer since,Added on\n\
            Dana,Customer,3.2.2025,1.1.2024\nNoa,Customer,,\nAmit,,5.2.2026,\n\
            Omer,New,1.2.2025,\nTal,Customer,2.3.2026,\n";
        let (_, counts) = import(&f, &owner, list, Doubles::Skip).await;
        // Nobody is a customer since tomorrow.
        assert_eq!(counts, Counts { made: 4, refused: 1, ..Counts::default() });
        let mut got = Vec::new();
        for name in ["Dana", "Noa", "Amit", "Omer"] {
            let person = find(&f, &owner, name).await;
            got.push((person.standing, person.won_at));
        }
        use people::Standing::{Customer, Lead};
        let wanted = [
            (Customer, at("2025-02-02T22:00:00Z")),
            (Customer, None),
            (Customer, at("2026-02-04T22:00:00Z")),
            (Lead, None),
        ];
        assert_eq!(got, wanted);
        let dana = find(&f, &owner, "Dana").await;
        assert_eq!(Some(dana.created_at), at("2023-12-31T22:00:00Z"));
        let report = reports::get_report(&f.app, &owner.ctx, 12).await.unwrap();
        assert_eq!((report.added().people, report.won_people()), (3, 1));
        // Whoever is known for how long, nobody waits who came with a list.
        let waiting = PersonFilter { waiting: true, ..PersonFilter::default() };
        assert_eq!(people::count_people(&f.app, &owner.ctx, waiting).await.unwrap(), 0);
        assert_eq!(report.steps, reports::Steps::default());

        let better = "Name,Customer since\nNoa,10.2.2026\nAmit,5.2.2026\n";
        let (id, counts) = import(&f, &owner, better, Doubles::Update).await;
        assert_eq!(counts, Counts { changed: 1, skipped: 1, ..Counts::default() });
        assert_eq!(find(&f, &owner, "Noa").await.won_at, at("2026-02-09T22:00:00Z"));
        assert_eq!(undo(&f, &owner, &id).await, 0);
        assert_eq!(find(&f, &owner, "Noa").await.won_at, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undone_import_leaves_whom_somebody_has_dealt_with_since() {
    each(async |f| {
        let owner = f.first_run().await;
        let kept = add(&f, &owner, PersonInput { phone: "050-0000001".into(), ..named("Old") }).await;
        let list = "Name,Phone,Company\nOld,050-0000001,Acme\nA,050-0000002,\nB,050-0000003,\nC,050-0000004,\n";
        let (id, counts) = import(&f, &owner, list, Doubles::Update).await;
        assert_eq!(counts, Counts { made: 3, changed: 1, ..Counts::default() });
        // Somebody changes one, writes a note on another, and changes the old one too.
        let a = find(&f, &owner, "A").await;
        people::update_person(&f.app, &owner.ctx, &a.id, named("A2"), a.rev).await.unwrap();
        let b = find(&f, &owner, "B").await;
        timeline::create_note(&f.app, &owner.ctx, &b.id, "Called", "").await.unwrap();
        let old = find(&f, &owner, "Old").await;
        people::update_person(&f.app, &owner.ctx, &old.id, named("Old 2"), old.rev).await.unwrap();
        assert_eq!(undo(&f, &owner, &id).await, 3);
        assert_eq!(names(&f, &owner).await, ["A2", "B", "Old 2"]);
        // Undone once more, and brought in again, nothing is different.
        imports::undo_import(&f.app, &owner.ctx, &id).await.unwrap();
        assert_eq!(jobs::run_due(&f.app).await.unwrap(), 0);
        let gone = people::restore_person(&f.app, &owner.ctx, &kept.id).await.unwrap();
        assert_eq!(gone.id, kept.id);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_rows_come_once_though_the_work_is_stopped_between_lots() {
    each(async |f| {
        let owner = f.first_run().await;
        let mut text = String::from("Name,Phone,Email\n");
        for n in 0..10_000 {
            text.push_str(&format!("Person {n},+97250{n:07},p{n}@example.com\n"));
        }
        let id = keep(&f, &owner, text.as_bytes()).await;
        imports::start_import(&f.app, &owner.ctx, &id).await.unwrap();
        // Workers that die in the middle: their leases run out, and others come to the same rows, at the
        // same time even.
        for far in [500, 2_000, 4_500] {
            let there = async {
                while state(&f, &owner, &id).await.1.made < far {
                    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                }
            };
            tokio::select! {
                _ = jobs::run_due(&f.app) => {}
                () = there => {}
            }
            f.clock.advance_millis(10 * 60_000);
        }
        let (one, other) = tokio::join!(jobs::run_due(&f.app), jobs::run_due(&f.app));
        assert!(one.unwrap() + other.unwrap() > 0);
        for _ in 0..20 {
            f.clock.advance_millis(60_000);
            jobs::run_due(&f.app).await.unwrap();
        }
        let (state, counts) = state(&f, &owner, &id).await;
        assert_eq!((state, counts.made, counts.skipped), (State::Done, 10_000, 0));
        let all = PersonFilter::default();
        assert_eq!(people::count_people(&f.app, &owner.ctx, all.clone()).await.unwrap(), 10_000);
        assert_eq!(undo(&f, &owner, &id).await, 0);
        assert_eq!(people::count_people(&f.app, &owner.ctx, all).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_import_keeps_who_came_and_can_be_taken_back() {
    each(async |f| {
        let owner = f.first_run().await;
        let id = keep(&f, &owner, LIST.as_bytes()).await;
        imports::start_import(&f.app, &owner.ctx, &id).await.unwrap();
        let running = imports::undo_import(&f.app, &owner.ctx, &id).await;
        assert!(matches!(running, Err(Error::Conflict { key: "error-imports-running" })));
        imports::cancel_import(&f.app, &owner.ctx, &id).await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(state(&f, &owner, &id).await, (State::Cancelled, Counts::default()));
        assert!(names(&f, &owner).await.is_empty());
        imports::cancel_import(&f.app, &owner.ctx, &id).await.unwrap();
        assert_eq!(undo(&f, &owner, &id).await, 0);
        // A file that waits is thrown away as a whole.
        let id = keep(&f, &owner, LIST.as_bytes()).await;
        imports::cancel_import(&f.app, &owner.ctx, &id).await.unwrap();
        let gone = imports::get_import(&f.app, &owner.ctx, &id).await;
        assert!(matches!(gone, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_the_columns_is_checked_and_kept() {
    each(async |f| {
        let owner = f.first_run().await;
        let id = keep(&f, &owner, b"a;b\nDana;050-1234567\n").await;
        let mut input = planned(&f, &owner, &id).await;
        let plan = async |input: &PlanInput| {
            imports::plan_import(&f.app, &owner.ctx, &id, input.clone()).await
        };
        input.columns = vec!["name".into(), "name".into()];
        expect_invalid(plan(&input).await, "column-1");
        input.columns = vec!["".into(), "nonsense".into()];
        expect_invalid(plan(&input).await, "column-1");
        input.columns = vec!["".into(), "notes".into()];
        assert!(!plan(&input).await.unwrap());
        expect_invalid(imports::start_import(&f.app, &owner.ctx, &id).await, "form");
        // Read otherwise, the columns are others, and are looked at again.
        input.separator = ",".into();
        assert!(plan(&input).await.unwrap());
        let import = imports::get_import(&f.app, &owner.ctx, &id).await.unwrap();
        assert_eq!(imports::plan_of(&import).unwrap().columns.len(), 1);
        input.separator = ";".into();
        assert!(plan(&input).await.unwrap());
        input.tag = "from the fair".into();
        input.source = "fair".into();
        input.columns = vec!["name".into(), "phone".into()];
        input.head = false;
        assert!(!plan(&input).await.unwrap());
        assert_eq!(run(&f, &owner, &id).await, Counts { made: 1, refused: 1, ..Counts::default() });
        let dana = find(&f, &owner, "Dana").await;
        assert_eq!(dana.source, "fair");
        let all = tags::list_tags(&f.app, &owner.ctx).await.unwrap();
        assert_eq!(all[0].name, "from the fair");
        // Begun, it can't be planned any more.
        assert!(plan(&input).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_write_people_may_not_import_them() {
    each(async |f| {
        let owner = f.first_run().await;
        let id = keep(&f, &owner, LIST.as_bytes()).await;
        let books = f.join(&owner, "books@example.com", Role::Accountant).await;
        let kept = imports::keep_file(&f.app, &books.ctx, "x.csv", LIST.into()).await;
        assert!(matches!(kept, Err(Error::NotFound)));
        for refused in [
            imports::start_import(&f.app, &books.ctx, &id).await,
            imports::undo_import(&f.app, &books.ctx, &id).await,
            imports::cancel_import(&f.app, &books.ctx, &id).await,
        ] {
            assert!(matches!(refused, Err(Error::NotFound)));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_nobody_went_on_with_are_forgotten() {
    each(async |f| {
        let owner = f.first_run().await;
        let waiting = keep(&f, &owner, LIST.as_bytes()).await;
        let (done, _) = import(&f, &owner, LIST, Doubles::Skip).await;
        f.clock.advance_millis((imports::WAITING_DAYS * 24 + 1) * 3_600_000);
        app::retention::sweep(&f.app).await;
        assert!(imports::get_import(&f.app, &owner.ctx, &waiting).await.is_err());
        assert!(imports::get_import(&f.app, &owner.ctx, &done).await.is_ok());
        f.clock.advance_millis(imports::UNDO_DAYS * 24 * 3_600_000);
        app::retention::sweep(&f.app).await;
        assert!(imports::get_import(&f.app, &owner.ctx, &done).await.is_err());
        assert_eq!(names(&f, &owner).await.len(), 2, "who came with it stays");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_makes_room_for_itself_and_never_of_itself() {
    each(async |f| {
        let owner = f.first_run().await;
        let oldest = keep(&f, &owner, LIST.as_bytes()).await;
        f.clock.advance_millis(1);
        // All in one instant, in which nothing says who came first.
        for _ in 0..25 {
            let id = keep(&f, &owner, LIST.as_bytes()).await;
            assert_eq!(state(&f, &owner, &id).await.0, State::Waiting);
        }
        assert!(imports::get_import(&f.app, &owner.ctx, &oldest).await.is_err());
        let waiting = imports::list_imports_after(&f.app, &owner.ctx, None, 100).await.unwrap();
        assert_eq!(waiting.items.len(), 10);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_become_own_fields_and_go_with_the_import() {
    each(async |f| {
        use crate::own_fields::{field, values, with};
        let owner = f.first_run().await;
        let born = field(&f, &owner, "Birthday", "day").await;
        let size = field(&f, &owner, "Size", "choice").await;
        let vip = field(&f, &owner, "VIP", "yes-no").await;
        let age = field(&f, &owner, "Age", "number").await;
        let input = PersonInput {
            email: "dana@example.com".into(),
            ..with("Dana", &[(&size, "1"), (&age, "31")])
        };
        let dana = add(&f, &owner, input).await;
        let list = "Name,Email,birthday,Size,VIP,Age\n\
            Dana,dana@example.com,13.2.1990,large,yes,\n\
            Noa,noa@example.com,2.3.1991,,no,\"1,200\"\n\
            Bad,bad@example.com,,Giant,,\n\
            Worse,worse@example.com,,,,twelve\n";
        let (id, counts) = import(&f, &owner, list, Doubles::Update).await;
        assert_eq!(counts, Counts { made: 1, changed: 1, refused: 2, ..Counts::default() });
        let refused =
            imports::list_results(&f.app, &owner.ctx, &id, Outcome::Refused, 0, 9).await.unwrap();
        let why: Vec<(i64, &str)> = refused.iter().map(|row| (row.place, &*row.problem)).collect();
        assert_eq!(why, [(3, "error-imports-option"), (5, "error-number-invalid")]);
        let pair =
            |field: &app::own_fields::OwnField, value: &str| (field.name.clone(), value.to_owned());
        let noa = find(&f, &owner, "Noa").await;
        let own = [pair(&born, "1991-03-02"), pair(&vip, "no"), pair(&age, "1200")];
        assert_eq!(values(&f, &owner, &noa).await, own);
        let own =
            [pair(&born, "1990-02-13"), pair(&size, "2"), pair(&vip, "yes"), pair(&age, "31")];
        assert_eq!(values(&f, &owner, &dana).await, own);
        assert_eq!(
            import(&f, &owner, list, Doubles::Update).await.1.skipped,
            2,
            "again is nothing"
        );
        assert_eq!(undo(&f, &owner, &id).await, 0);
        assert_eq!(names(&f, &owner).await, ["Dana"]);
        assert_eq!(values(&f, &owner, &dana).await, [pair(&size, "1"), pair(&age, "31")]);
    })
    .await;
}
