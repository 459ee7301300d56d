//! The first step of a member's towards people: what is one, and how soon it came.

/// What of a person's timeline is a step of a member's towards them, rather than a change of what is
/// known of them.
pub(crate) const STEP: &str = "timeline.tenant_id = people.tenant_id \
    AND timeline.person_id = people.id AND timeline.actor_kind = 'account' \
    AND timeline.kind NOT IN ('created', 'imported', 'import-undone', 'merged', 'unmerged', \
        'changed', 'restaged', 'stage-undone', 'stage-back', 'removed', 'restored', 'task-changed', \
        'task-assigned', 'task-unassigned', 'task-removed', 'task-restored', 'document-renamed')";

/// Who wasn't brought with a list: of those who were, nobody waited.
pub(crate) const CAME: &str = "NOT people.brought";

const HOUR_MILLIS: i64 = 3_600_000;
const DAY_MILLIS: i64 = 24 * HOUR_MILLIS;

words! {
    /// How soon a member took the first step towards somebody.
    pub enum StepWithin {
        /// Within an hour.
        Hour = "hour",
        /// Within a day.
        Day = "day",
        /// Within three days.
        ThreeDays = "three-days",
        /// Later.
        Later = "later",
    }
}

impl StepWithin {
    /// The longest wait of it, in milliseconds; there is none of those who waited longer than all others.
    const fn most_millis(self) -> Option<i64> {
        match self {
            Self::Hour => Some(HOUR_MILLIS),
            Self::Day => Some(DAY_MILLIS),
            Self::ThreeDays => Some(3 * DAY_MILLIS),
            Self::Later => None,
        }
    }

    /// The one of a wait. What was before they came belongs to somebody they were merged with, and is soon.
    pub fn of(wait_millis: i64) -> Self {
        let fits = |one: &&Self| one.most_millis().is_none_or(|most| wait_millis <= most);
        Self::ALL.iter().find(fits).copied().unwrap_or(Self::Later)
    }

    /// What holds of people who were turned to so soon, and no sooner.
    pub(crate) fn condition(self) -> String {
        let stepped = |most: Option<i64>| {
            let until = most.map(|most| format!(" AND timeline.at <= people.created_at + {most}"));
            let until = until.unwrap_or_default();
            format!("EXISTS (SELECT 1 FROM timeline WHERE {STEP}{until})")
        };
        let sooner = Self::ALL.iter().take_while(|one| **one != self).last();
        let sooner = sooner.map(|one| format!(" AND NOT {}", stepped(one.most_millis())));
        format!("{CAME} AND {}{}", stepped(self.most_millis()), sooner.unwrap_or_default())
    }
}

/// What holds of people towards whom no member took a step yet.
pub(crate) fn waiting() -> String {
    format!("{CAME} AND NOT EXISTS (SELECT 1 FROM timeline WHERE {STEP})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_in_one_of_them() {
        let all = [-5, 0, HOUR_MILLIS, HOUR_MILLIS + 1, DAY_MILLIS, 3 * DAY_MILLIS, 4 * DAY_MILLIS];
        let words = all.map(|wait| StepWithin::of(wait).as_str());
        assert_eq!(words, ["hour", "hour", "hour", "day", "day", "three-days", "later"]);
    }
}
