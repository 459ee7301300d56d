//! What a row says that somebody may be worth, and in which currency: the one that the amount names or a column
//! beside it, and the business's where neither does.

use super::decimals;
use super::known::Known;
use super::plan::Plan;
use super::rows::{Said, Wrong};
use crate::currencies;
use crate::error::Error;
use crate::money::Typed;

/// The cells of a row that say it, each with its column's place.
#[derive(Default)]
pub(super) struct Worth<'c> {
    pub(super) value: Option<(usize, &'c str)>,
    pub(super) currency: Option<(usize, &'c str)>,
}

impl Worth<'_> {
    /// Reads them into what the row says. Without an amount its currency says nothing.
    pub(super) fn take(self, said: &mut Said, plan: &Plan, known: &Known) -> Result<(), Wrong> {
        let Some((place, cell)) = self.value.filter(|(_, cell)| !is_dash(cell)) else {
            return Ok(());
        };
        let wrong = |place, key: &str| Wrong { place, key: key.to_owned() };
        let cell = decimals::plain(cell, plan);
        let typed = Typed::of(&cell).ok_or_else(|| wrong(place, "error-amount-invalid"))?;
        if typed.is_zero() {
            said.value = Some(0);
            return Ok(());
        }
        let beside = match self.currency {
            Some((place, cell)) => {
                let codes = currencies::meant_by(cell);
                if codes.is_empty() {
                    return Err(wrong(place, "error-imports-currency"));
                }
                Some(codes)
            }
            None => None,
        };
        let codes = match (typed.named(), beside) {
            (None, None) => Vec::new(),
            (Some(named), None) => named.to_vec(),
            (None, Some(beside)) => beside,
            (Some(named), Some(beside)) => {
                let both: Vec<_> = beside.into_iter().filter(|it| named.contains(it)).collect();
                if both.is_empty() {
                    return Err(wrong(place, "error-imports-currencies"));
                }
                both
            }
        };
        // A sign that several currencies have is the business's where that is one of them.
        let home = known.currency();
        let likeliest = codes.first().copied().filter(|_| !codes.contains(&home));
        let currency = likeliest.unwrap_or(home);
        let value = typed.minor("value", currency).map_err(|error| match error {
            Error::Invalid { key, .. } => Wrong { place, key },
            _ => wrong(place, "error-invalid"),
        })?;
        (said.value, said.currency) = (Some(value), currency.to_owned());
        Ok(())
    }
}

/// What spreadsheets show of nothing in columns of amounts: a dash, perhaps beside a sign.
fn is_dash(cell: &str) -> bool {
    let is_around = |c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—');
    let rest = cell.trim_matches(is_around);
    let has_dash = cell.contains(['-', '–', '—']);
    has_dash && (rest.is_empty() || !currencies::meant_by(rest).is_empty())
}
