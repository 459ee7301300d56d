//! Imports of cards of people, as phones give them away.

use super::{find, keep, names, run, set};
use crate::support::each;
use app::imports::{self, Counts, Format, Outcome};
use app::people::{self, Kind};

const CARDS: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Dana Cohen\r\nTEL;type=WORK:03-555 0101\r\n\
    TEL;type=CELL;type=pref:050-1234567\r\nBDAY:1990-05-13\r\nNOTE:Likes lilies\r\nEND:VCARD\r\n\
    BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Broken\r\nTEL:none of it\r\nEND:VCARD\r\n\
    BEGIN:VCARD\r\nVERSION:3.0\r\nN:;;;;\r\nORG:Flora;\r\nX-ABShowAs:COMPANY\r\n\
    EMAIL:shop@flora.example\r\nEND:VCARD\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_family_with_one_number_at_home_comes_in_whole() {
    each(async |f| {
        let owner = f.first_run().await;
        let card = |name: &str, cell: &str| {
            format!("BEGIN:VCARD\nFN:{name}\nTEL;CELL:{cell}\nTEL;HOME:03-555 0102\nEND:VCARD\n")
        };
        let family = [("Dana", "050-1234567"), ("Yoav", "052-7654321"), ("Tal", "054-1112223")];
        let all: String = family.iter().map(|(name, cell)| card(name, cell)).collect();
        let id = keep(&f, &owner, all.as_bytes()).await;
        let look = imports::look_at_import(&f.app, &owner.ctx, &id).await.unwrap();
        assert_eq!((look.doubles, look.twice), (0, 0));
        assert_eq!(run(&f, &owner, &id).await, Counts { made: 3, ..Counts::default() });
        // Brought again they are who they are, whatever else they are called; and by the number at home
        // alone somebody is.
        let again = all.replace("Yoav", "Yoav Bar") + "BEGIN:VCARD\nTEL:035550102\nEND:VCARD\n";
        let id = keep(&f, &owner, again.as_bytes()).await;
        assert_eq!(run(&f, &owner, &id).await, Counts { skipped: 4, ..Counts::default() });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_of_a_phone_come_in_as_people() {
    each(async |f| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let id = keep(&f, &owner, CARDS.as_bytes()).await;
        let plan = imports::plan_of(&imports::get_import(app, ctx, &id).await.unwrap()).unwrap();
        let columns: Vec<(&str, String)> =
            plan.columns.iter().map(|it| (it.name.as_str(), it.word())).collect();
        let expected = [
            ("Name", "name"),
            ("Kind", "kind"),
            ("Phone", "phone"),
            ("Work phone", "phone"),
            ("Email", "email"),
            ("Birthday", ""),
            ("Notes", "notes"),
        ];
        assert_eq!(columns, expected.map(|(name, to)| (name, to.to_owned())));
        assert_eq!(plan.reading.format, Format::Cards);
        // Their page has no switch for heads that stand in no file.
        set(&f, &owner, &id, |input| input.head = false).await;
        let counts = run(&f, &owner, &id).await;
        assert_eq!(counts, Counts { made: 2, refused: 1, ..Counts::default() });
        assert_eq!(names(&f, &owner).await, ["Dana Cohen", "Flora"]);
        let dana = find(&f, &owner, "Dana Cohen").await;
        let whole = people::get_whole_person(app, ctx, &dana.id).await.unwrap();
        let numbers: Vec<(&str, &str)> =
            whole.contacts.iter().map(|it| (it.value.as_str(), it.label.as_str())).collect();
        assert_eq!(numbers, [("050-1234567", ""), ("03-555 0101", "Work phone")]);
        assert_eq!(dana.notes, "Likes lilies");
        let flora = find(&f, &owner, "Flora").await;
        assert_eq!((flora.kind, flora.company.as_str()), (Kind::Company, ""));
        assert_eq!(flora.email, "shop@flora.example");
        let refused = imports::list_results(app, ctx, &id, Outcome::Refused, 0, 9).await.unwrap();
        let why: Vec<(i64, &str)> =
            refused.iter().map(|row| (row.row_number, row.problem.as_str())).collect();
        assert_eq!(why, [(2, "error-phone-invalid")], "cards are counted from the first");
    })
    .await;
}
