//! Imports and what people may be worth, in whichever spelling and currency, and numbers and days beside that.

use super::{find, import, keep, planned, run, set};
use crate::own_fields::{field, values};
use crate::support::each;
use crate::support::people::{add, count_in, named};
use app::imports::{self, Counts, Decimals, Doubles, Outcome};
use app::people::PersonInput;

#[tokio::test(flavor = "multi_thread")]
async fn a_list_with_decimal_commas_is_known_by_what_it_holds() {
    each(async |f| {
        let owner = f.first_run().await;
        count_in(&f, &owner, "EUR").await;
        field(&f, &owner, "Ratio", "number").await;
        let list = "Name;Value;Ratio;Created\nDana;1.500,50 €;1.500;05-Jan-24\n\
            Noa;1500,5;0,25;12 במרץ 2024\nGal;-20;1;5.1.2024\n";
        let id = keep(&f, &owner, list.as_bytes()).await;
        let look = imports::look_at_import(&f.app, &owner.ctx, &id).await.unwrap();
        assert_eq!(look.plan.decimals, Decimals::Comma);
        assert_eq!((look.wrong, look.checked), (1, 3));
        assert_eq!(look.mistakes[0].said.as_ref().unwrap_err().key, "error-amount-negative");
        let counts = run(&f, &owner, &id).await;
        assert_eq!(counts, Counts { made: 2, refused: 1, ..Counts::default() });
        for (name, ratio, added) in [("Dana", "1500", "2024-01-05"), ("Noa", "0.25", "2024-03-12")]
        {
            let person = find(&f, &owner, name).await;
            assert_eq!((person.value, person.value_currency.as_str()), (150_050, "EUR"), "{name}");
            let day = owner.ctx.zone.local(person.created_at).date().to_string();
            assert_eq!(day, added);
            let own = values(&f, &owner, &person).await;
            assert_eq!(own, [("Ratio".to_owned(), ratio.to_owned())]);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_numbers_are_written_can_be_said_and_is_kept() {
    each(async |f| {
        let owner = f.first_run().await;
        let list = "Name,Value\nDana,\"1,500.50\"\nNoa,1500\n";
        let id = keep(&f, &owner, list.as_bytes()).await;
        let plan = async || {
            let look = imports::look_at_import(&f.app, &owner.ctx, &id).await.unwrap();
            (look.plan.decimals, look.wrong)
        };
        assert_eq!(plan().await, (Decimals::Point, 0));
        set(&f, &owner, &id, |input| input.decimals = "comma".into()).await;
        assert_eq!(plan().await, (Decimals::Comma, 1), "never the other way round");
        // Of what is not said, all stays.
        set(&f, &owner, &id, |input| input.tag = "fair".into()).await;
        assert_eq!(plan().await, (Decimals::Comma, 1));
        let mut input = planned(&f, &owner, &id).await;
        input.decimals = "dash".into();
        let refused = imports::plan_import(&f.app, &owner.ctx, &id, input).await;
        crate::support::expect_invalid(refused, "decimals");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_of_another_currency_is_never_taken_for_the_business_s() {
    each(async |f| {
        let owner = f.first_run().await;
        add(&f, &owner, PersonInput { phone: "050-7654321".into(), ..named("Gal") }).await;
        let list = "Name,Phone,Value,Currency\nDana,,\"$1,500\",\nNoa,,90,EUR\n\
            Gal,050-7654321,1500 ש״ח,ILS\nOmer,,€90,USD\nShir,,90,points\nTal,,,points\n";
        let (id, counts) = import(&f, &owner, list, Doubles::Update).await;
        assert_eq!(counts, Counts { made: 3, changed: 1, refused: 2, ..Counts::default() });
        for (name, value, currency) in [
            ("Dana", 150_000, "USD"),
            ("Noa", 9_000, "EUR"),
            ("Gal", 150_000, "ILS"),
            ("Tal", 0, ""),
        ] {
            let person = find(&f, &owner, name).await;
            assert_eq!((person.value, person.value_currency.as_str()), (value, currency), "{name}");
        }
        let refused =
            imports::list_results(&f.app, &owner.ctx, &id, Outcome::Refused, 0, 9).await.unwrap();
        let why: Vec<(i64, &str)> = refused.iter().map(|row| (row.place, &*row.problem)).collect();
        assert_eq!(why, [(2, "error-imports-currencies"), (3, "error-imports-currency")]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_number_shows_how_it_is_written_what_parts_the_cells_does() {
    each(async |f| {
        let owner = f.first_run().await;
        field(&f, &owner, "Ratio", "number").await;
        for (list, expected) in [
            ("Name;Ratio\nDana;1.500\n", Decimals::Comma),
            ("Name,Ratio\nNoa,1.500\n", Decimals::Point),
        ] {
            let id = keep(&f, &owner, list.as_bytes()).await;
            let look = imports::look_at_import(&f.app, &owner.ctx, &id).await.unwrap();
            assert_eq!((look.plan.decimals, look.wrong), (expected, 0), "{list}");
            let counts = run(&f, &owner, &id).await;
            assert_eq!(counts, Counts { made: 1, ..Counts::default() });
        }
        let dana = find(&f, &owner, "Dana").await;
        let own = values(&f, &owner, &dana).await;
        assert_eq!(own, [("Ratio".to_owned(), "1500".to_owned())]);
    })
    .await;
}
