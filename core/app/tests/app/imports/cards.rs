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
