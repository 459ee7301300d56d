//! Tables of calendars elsewhere (which are used, when they are busy, who tells of changes), of
//! appointments that come again, and of calendar files that were brought.

diesel::table! {
    calendars (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        connection_id -> Text,
        external_id -> Text,
        name -> Text,
        color -> Text,
        zone -> Text,
        access -> Text,
        is_default -> Bool,
        cursor -> Nullable<Text>,
        pulled_at -> Nullable<BigInt>,
        created_at -> BigInt,
        detail -> Text,
        failing_since -> Nullable<BigInt>,
        problem -> Nullable<Text>,
        is_behind -> Bool,
        missing -> Nullable<BigInt>,
        missing_answer -> Nullable<Text>,
        blocks -> Bool,
    }
}

diesel::table! {
    busy_blocks (tenant_id, calendar_id, external_id) {
        tenant_id -> Text,
        calendar_id -> Text,
        external_id -> Text,
        starts_at -> BigInt,
        ends_at -> BigInt,
        all_day -> Bool,
        title -> Text,
        location -> Text,
        notes -> Text,
        series -> Text,
    }
}

diesel::table! {
    channels (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        plugin_id -> Text,
        connection_id -> Text,
        calendar_id -> Text,
        route -> Text,
        token_mac -> Binary,
        state -> Text,
        resource -> Nullable<Text>,
        opened_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    series (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        rule -> Text,
        first_day -> Text,
        starts_min -> BigInt,
        ends_min -> BigInt,
        zone -> Text,
        person_id -> Nullable<Text>,
        calendar_id -> Nullable<Text>,
        title -> Text,
        notes -> Text,
        location -> Text,
        online -> Bool,
        made_until -> Text,
        ended -> Bool,
        created_by -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    occurrences (tenant_id, appointment_id) {
        tenant_id -> Text,
        appointment_id -> Text,
        series_id -> Text,
        day -> Text,
    }
}

diesel::table! {
    calendar_imports (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        name -> Text,
        state -> Text,
        file -> Text,
        created_by -> Nullable<Text>,
        created_at -> BigInt,
        settled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    import_effects (tenant_id, import_id, kind, subject) {
        tenant_id -> Text,
        import_id -> Text,
        kind -> Text,
        subject -> Text,
        rev -> BigInt,
        before_json -> Nullable<Text>,
    }
}

diesel::table! {
    imported_events (tenant_id, uid) {
        tenant_id -> Text,
        uid -> Text,
        appointment_id -> Nullable<Text>,
        series_id -> Nullable<Text>,
        sequence -> BigInt,
        stamp -> BigInt,
        digest -> Text,
    }
}
