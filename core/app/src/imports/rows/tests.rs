//! What rows say, in both languages.

use std::collections::{BTreeMap, HashMap};

use domain::phone::Country;
use proptest::prelude::*;

use super::super::plan::{Column, DateOrder, Decimals, Doubles, Reading};
use super::super::sheet::Sheet;
use super::super::targets::doubt;
use super::*;

fn known() -> Known {
    Known {
        stages: Vec::new(),
        members: HashMap::new(),
        tags: HashMap::new(),
        currency: "ILS".to_owned(),
        home: Some(Country { code: "972", trunk: "0" }),
        own: Vec::new(),
        zone: "Asia/Jerusalem".parse().unwrap(),
        today: jiff::civil::date(2026, 11, 29),
    }
}

fn plan(targets: &[Target]) -> Plan {
    let column = |to: &Target| Column {
        name: format!("{to:?}"),
        to: *to,
        own: None,
        values: BTreeMap::new(),
    };
    Plan {
        reading: Reading::default(),
        head: false,
        columns: targets.iter().map(column).collect(),
        dates: DateOrder::DayFirst,
        decimals: Decimals::Point,
        doubles: Doubles::Skip,
        tag: String::new(),
        source: String::new(),
    }
}

fn read_row(targets: &[Target], cells: &[&str]) -> std::result::Result<Said, Wrong> {
    let mut sheet = Sheet::default();
    sheet.push(1, cells.iter().copied()).unwrap();
    read(sheet.row(0).unwrap(), &plan(targets), &known())
}

fn wrong(target: Target, cell: &str) -> String {
    let read = read_row(&[Target::Name, target], &["Dana", cell]);
    let Err(Wrong { place: 1, key }) = read else { panic!("{cell}: {read:?}") };
    key
}

#[test]
fn names_come_from_whatever_there_is() {
    use Target::{Company, Email, FirstName, LastName, Name, Phone};
    let name = |targets: &[Target], cells: &[&str]| read_row(targets, cells).unwrap();
    assert_eq!(name(&[LastName, FirstName], &["כהן", "דנה"]).name, "דנה כהן");
    assert_eq!(name(&[Name, FirstName], &["Dana Cohen", "D"]).name, "Dana Cohen");
    let firm = name(&[Company, Phone], &["Acme", "050-1234567"]);
    assert_eq!((firm.name.as_str(), firm.kind), ("Acme", Some(Kind::Company)));
    assert_eq!(name(&[Name, Email], &["", "a@b.com"]).name, "a@b.com");
    assert_eq!(name(&[Name, Phone], &["", "050-1234567"]).name, "050-1234567");
    let nobody = read_row(&[Target::Notes, Name], &["hello", ""]).unwrap_err();
    assert_eq!((nobody.place, nobody.key.as_str()), (1, "error-imports-nameless"));
}

#[test]
fn numbers_are_kept_as_typed_and_mended_where_a_spreadsheet_broke_them() {
    let numbers = |cell: &str| -> Vec<String> {
        let said = read_row(&[Target::Name, Target::Phone], &["Dana", cell]).unwrap();
        said.contacts.into_iter().map(|(_, value, _)| value).collect()
    };
    assert_eq!(numbers("050-123 4567"), ["050-123 4567"]);
    assert_eq!(numbers("501234567"), ["+972501234567"]);
    assert_eq!(numbers("35550170"), ["+97235550170"]);
    assert_eq!(numbers("*2700, 03-5550170"), ["*2700", "03-5550170"]);
    assert_eq!(numbers("050-1; 050-1 ; 050-2222222"), ["050-1", "050-2222222"]);
    assert_eq!(wrong(Target::Phone, "9.72501E+11"), "error-imports-power");
    assert_eq!(wrong(Target::Phone, "call me"), "error-phone-invalid");
}

#[test]
fn dates_amounts_and_consent_are_read_as_people_write_them() {
    use Target::{Consent as Agreed, FollowUp, Value};
    let said = |target, cell: &str| read_row(&[Target::Name, target], &["Dana", cell]).unwrap();
    for (cell, day) in [
        ("31/12/2026", "2026-12-31"),
        ("1.2.26", "2026-02-01"),
        ("2026-02-01", "2026-02-01"),
        ("2026-02-01 10:30", "2026-02-01"),
        ("05-Jan-24", "2024-01-05"),
        ("12 במרץ 2026", "2026-03-12"),
        ("March 5, 2026", "2026-03-05"),
    ] {
        assert_eq!(said(FollowUp, cell).follow_up_on.as_deref(), Some(day));
    }
    for cell in ["12/31/2026", "31 Feb 2026", "soon", "30.2.2026", "1.1.0001", "1/2", "1.2.3.4"] {
        assert_eq!(wrong(FollowUp, cell), "error-imports-date", "{cell}");
    }
    assert_eq!(said(Value, "₪1,500.50").value, Some(150_050));
    assert_eq!(wrong(Value, "a lot"), "error-amount-invalid");
    assert_eq!(said(Agreed, "כן").consent, Some(Consent::Given));
    assert_eq!(said(Agreed, "Unsubscribed").consent, Some(Consent::Withdrawn));
    assert_eq!(wrong(Agreed, "perhaps"), "error-imports-consent");
    assert_eq!(wrong(Target::Stage, "Nowhere"), "error-imports-stage");
    assert_eq!(wrong(Target::Owner, "Nobody"), "error-imports-member");
    assert_eq!(wrong(Target::Kind, "cat"), "error-imports-kind-word");
}

#[test]
fn what_somebody_may_be_worth_is_of_the_currency_that_the_row_names() {
    use Target::{Currency, Value};
    let row = |amount: &str, currency: &str| {
        read_row(&[Target::Name, Value, Currency], &["Dana", amount, currency])
    };
    for (amount, currency, value, of) in [
        ("1,500", "", 150_000, "ILS"),
        ("1,500 ש״ח", "", 150_000, "ILS"),
        ("$1,500", "", 150_000, "USD"),
        ("1500", "usd", 150_000, "USD"),
        ("1500", "₪", 150_000, "ILS"),
        ("$20", "CAD", 2_000, "CAD"),
        ("1500", "JPY", 1_500, "JPY"),
        ("1.250", "KWD", 1_250, "KWD"),
    ] {
        let said = row(amount, currency).unwrap();
        assert_eq!((said.value, said.currency.as_str()), (Some(value), of), "{amount} {currency}");
    }
    // Nothing is of no currency, whatever stands beside it.
    for (amount, currency, value) in
        [("", "USD", None), ("0", "points", Some(0)), ("-", "USD", None), (" ₪ - ", "", None)]
    {
        let said = row(amount, currency).unwrap();
        assert_eq!((said.value, said.currency.as_str()), (value, ""), "{amount}");
    }
    for (amount, currency, place, key) in [
        ("1500", "points", 2, "error-imports-currency"),
        ("€1500", "USD", 1, "error-imports-currencies"),
        ("-20", "", 1, "error-amount-negative"),
        ("1500.5", "JPY", 1, "error-amount-invalid"),
        ("1500 points", "", 1, "error-amount-invalid"),
    ] {
        let wrong = row(amount, currency).unwrap_err();
        assert_eq!((wrong.place, wrong.key.as_str()), (place, key), "{amount} {currency}");
    }
}

#[test]
fn a_sign_of_several_currencies_is_the_business_s_own_where_it_is_one_of_them() {
    let plan = plan(&[Target::Name, Target::Value]);
    let said = |home: &str, cell: &str| {
        let mut sheet = Sheet::default();
        sheet.push(1, ["Dana", cell]).unwrap();
        let known = Known { currency: home.to_owned(), ..known() };
        let said = read(sheet.row(0).unwrap(), &plan, &known).unwrap();
        (said.value, said.currency)
    };
    for (home, cell, of) in [
        ("CAD", "$20", "CAD"),
        ("NOK", "20 kr", "NOK"),
        ("ILS", "$20", "USD"),
        ("CAD", "US$20", "USD"),
        ("CAD", "€20", "EUR"),
    ] {
        assert_eq!(said(home, cell), (Some(2_000), of.to_owned()), "{home}: {cell}");
    }
}

#[test]
fn a_comma_stands_before_parts_where_the_plan_says_so() {
    let mut plan = plan(&[Target::Name, Target::Value]);
    let read = |plan: &Plan, cell: &str| {
        let mut sheet = Sheet::default();
        sheet.push(1, ["Dana", cell]).unwrap();
        let said = read(sheet.row(0).unwrap(), plan, &known());
        said.map(|said| said.value).map_err(|wrong| wrong.key)
    };
    assert_eq!(read(&plan, "1.500,50"), Err("error-amount-invalid".to_owned()));
    plan.decimals = Decimals::Comma;
    for (cell, value) in [("1.500,50 €", 150_050), ("1500,5", 150_050), ("1.500", 150_000)] {
        assert_eq!(read(&plan, cell), Ok(Some(value)), "{cell}");
    }
    assert_eq!(read(&plan, "1,500.50"), Err("error-amount-invalid".to_owned()));
}

#[test]
fn days_that_were_begin_where_the_business_is_and_none_is_still_to_come() {
    use Target::{AddedOn, ConsentOn, CustomerSince};
    let at = |text: &str| domain::Timestamp::parse_rfc3339(text);
    let said = |target, cell: &str| read_row(&[Target::Name, target], &["Dana", cell]).unwrap();
    assert_eq!(said(AddedOn, "1.2.2020").added_at, at("2020-01-31T22:00:00Z"));
    assert_eq!(said(CustomerSince, "2026-11-29").won_at, at("2026-11-28T22:00:00Z"));
    assert_eq!(said(ConsentOn, "2026-07-01 10:30").consent_at, at("2026-06-30T21:00:00Z"));
    // Of two digits, a year is one that somebody may mean.
    assert_eq!(said(AddedOn, "1.2.98").added_at, at("1998-01-31T22:00:00Z"));
    assert_eq!(said(AddedOn, "70-02-01").added_at, at("1970-01-31T22:00:00Z"));
    for target in [AddedOn, ConsentOn, CustomerSince] {
        assert_eq!(wrong(target, "30.11.2026"), "error-day-future");
        assert_eq!(wrong(target, "1.2.46"), "error-day-future");
        assert_eq!(wrong(target, "long ago"), "error-imports-date");
    }
}

#[test]
fn where_somebody_came_from_first_is_read_part_by_part() {
    use Target::{Campaign, Landing, Medium};
    let row = ["Dana", "cpc", "Spring", "https://shop.example/?utm_medium=cpc"];
    let said = read_row(&[Target::Name, Medium, Campaign, Landing], &row).unwrap().attribution;
    assert_eq!((said.medium.as_str(), said.campaign.as_str()), ("cpc", "Spring"));
    assert_eq!((said.landing.as_str(), said.referrer.as_str()), (row[3], ""));
    assert_eq!(wrong(Medium, &"x".repeat(201)), "error-too-long");
}

#[test]
fn columns_of_the_same_kind_are_put_together() {
    use Target::{Address, Notes, Phone, Tags};
    let columns = [Target::Name, Phone, Phone, Address, Address, Notes, Notes, Tags, Tags];
    let cells = ["Dana", "050-1", "03-5550170", "3 Yefet St", "Jaffa", "a", "b", "x, y", "y; z"];
    let said = read_row(&columns, &cells).unwrap();
    let contacts: Vec<(&str, &str)> =
        said.contacts.iter().map(|(_, value, label)| (value.as_str(), label.as_str())).collect();
    assert_eq!(contacts, [("050-1", ""), ("03-5550170", "Phone"), ("3 Yefet St, Jaffa", "")]);
    assert_eq!(said.notes, "a\nNotes: b");
    assert_eq!(said.tags, ["x", "y", "z"]);
}

#[test]
fn a_cell_of_thousands_costs_no_more_than_the_first_too_many() {
    let mut said = Said::default();
    for n in 0..1_000 {
        add(&mut said, ContactKind::Phone, format!("050-{n:07}"), "");
    }
    assert_eq!(said.contacts.len(), CONTACTS_MAX + 1);
    let numbers: Vec<String> = (0..1_000).map(|n| format!("050-{n:07}")).collect();
    let refused = read_row(&[Target::Name, Target::Phone], &["Dana", &numbers.join(";")]);
    assert_eq!(refused.unwrap_err().key, "error-too-many-contacts");
    let tags: Vec<String> = (0..1_000).map(|n| format!("tag {n}")).collect();
    let refused = read_row(&[Target::Name, Target::Tags], &["Dana", &tags.join(";")]);
    assert_eq!(refused.unwrap_err().key, "error-too-many-tags");
}

#[test]
fn stages_that_nobody_has_become_tags_and_remarks_become_notes() {
    let doubted = |cells: &[String]| {
        let mut sheet = Sheet::default();
        for (at, cell) in cells.iter().enumerate() {
            sheet.push(at + 1, [cell.as_str()]).unwrap();
        }
        let mut columns = [Column {
            name: "Status".to_owned(),
            to: Target::Stage,
            own: None,
            values: BTreeMap::new(),
        }];
        doubt(&mut columns, &sheet, 0, &known());
        columns[0].to
    };
    assert_eq!(doubted(&["Warm", "Cold", "Warm"].map(str::to_owned)), Target::Tags);
    assert_eq!(doubted(&["Called on Monday, nobody answered".to_owned()]), Target::Notes);
    let each_its_own: Vec<String> = (0..40).map(|n| format!("Called {n} times")).collect();
    assert_eq!(doubted(&each_its_own), Target::Notes);
}

proptest! {
    #[test]
    fn whatever_a_row_holds_it_says_something_or_is_refused(
        cells in prop::collection::vec("\\PC{0,30}", Target::ALL.len()..30)
    ) {
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        if cells.iter().any(|cell| !cell.trim().is_empty())
            && let Ok(said) = read_row(Target::ALL, &cells)
        {
            prop_assert!(!said.name.is_empty());
        }
    }
}
