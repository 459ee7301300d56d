//! Tables of the words that things are found by.

use super::{documents, people, person_field_values, tasks};

diesel::table! {
    search_things (tenant_id, kind, thing_id) {
        tenant_id -> Text,
        kind -> Text,
        thing_id -> Text,
        words -> Text,
    }
}

diesel::table! {
    search_words (tenant_id, kind, word, thing_id) {
        tenant_id -> Text,
        kind -> Text,
        word -> Text,
        thing_id -> Text,
    }
}

diesel::table! {
    search_near (tenant_id, near, word) {
        tenant_id -> Text,
        near -> Text,
        word -> Text,
    }
}

diesel::table! {
    search_backlog (tenant_id, kind) {
        tenant_id -> Text,
        kind -> Text,
        after_id -> Text,
        blank -> Bool,
        done -> BigInt,
        todo -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(search_near, search_words);
diesel::allow_tables_to_appear_in_same_query!(search_words, people, tasks);
diesel::allow_tables_to_appear_in_same_query!(search_words, person_field_values);
diesel::allow_tables_to_appear_in_same_query!(search_words, documents);
