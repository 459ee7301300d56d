//! Tables of what is to be done, of who is reminded of what, and of who else is told.

use super::sweep_rows;

diesel::table! {
    tasks (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        title -> Text,
        notes -> Text,
        search_text -> Text,
        assignee_id -> Nullable<Text>,
        due -> Nullable<Text>,
        zone -> Text,
        due_at -> BigInt,
        lead -> Nullable<Text>,
        rule -> Nullable<Text>,
        rule_from -> Nullable<Text>,
        previous_id -> Nullable<Text>,
        created_by -> Text,
        done_at -> Nullable<BigInt>,
        done_by -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
        rev -> BigInt,
    }
}

diesel::table! {
    task_links (tenant_id, task_id, kind, entity_id) {
        tenant_id -> Text,
        task_id -> Text,
        kind -> Text,
        entity_id -> Text,
    }
}

diesel::table! {
    reminders (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        subject -> Text,
        subject_id -> Text,
        member_id -> Text,
        occurrence -> Text,
        lead -> Text,
        zone -> Text,
        instant -> BigInt,
        fires_at -> BigInt,
        state -> Text,
        sent_at -> Nullable<BigInt>,
        sent_count -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    endpoints (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        url -> Text,
        description -> Text,
        kinds -> Text,
        enabled -> Bool,
        off_reason -> Nullable<Text>,
        failing_since -> Nullable<BigInt>,
        old_secret_until -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        rev -> BigInt,
    }
}

diesel::table! {
    deliveries (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        endpoint_id -> Text,
        event_id -> Text,
        kind -> Text,
        body -> Text,
        state -> Text,
        job_id -> Text,
        step -> BigInt,
        tries -> BigInt,
        next_at -> Nullable<BigInt>,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    delivery_tries (tenant_id, delivery_id, number) {
        tenant_id -> Text,
        delivery_id -> Text,
        number -> BigInt,
        at -> BigInt,
        ended -> Text,
        status -> Nullable<BigInt>,
        ms -> BigInt,
        answer -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(tasks, task_links);
diesel::allow_tables_to_appear_in_same_query!(tasks, sweep_rows);
