//! Tables of people: who they are, where they stand, what happened with them, and the files about them.

diesel::table! {
    people (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        standing -> Text,
        name -> Text,
        company -> Text,
        phone -> Text,
        email -> Text,
        source -> Text,
        notes -> Text,
        search_text -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
        rev -> BigInt,
        stage_id -> Text,
        stage_since -> BigInt,
        kind -> Text,
        owner_id -> Nullable<Text>,
        value -> BigInt,
        value_currency -> Text,
        follow_up_on -> Nullable<Text>,
        consent -> Text,
        consent_at -> Nullable<BigInt>,
        consent_note -> Text,
        name_key -> Text,
        won_at -> Nullable<BigInt>,
        merged_into -> Nullable<Text>,
        brought -> Bool,
    }
}

diesel::table! {
    pipelines (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        name -> Text,
        position -> BigInt,
    }
}

diesel::table! {
    stages (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        pipeline_id -> Text,
        name -> Text,
        position -> BigInt,
        outcome -> Text,
        goes_to -> Nullable<Text>,
    }
}

diesel::table! {
    contacts (tenant_id, person_id, position) {
        tenant_id -> Text,
        person_id -> Text,
        position -> BigInt,
        kind -> Text,
        value -> Text,
        match_key -> Text,
        label -> Text,
        e164 -> Text,
    }
}

diesel::table! {
    contact_backlog (tenant_id) {
        tenant_id -> Text,
        after_id -> Text,
    }
}

diesel::table! {
    tags (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        name -> Text,
        folded -> Text,
    }
}

diesel::table! {
    people_apart (tenant_id, one_id, other_id) {
        tenant_id -> Text,
        one_id -> Text,
        other_id -> Text,
    }
}

diesel::table! {
    person_tags (tenant_id, person_id, tag_id) {
        tenant_id -> Text,
        person_id -> Text,
        tag_id -> Text,
    }
}

diesel::table! {
    person_fields (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        kind -> Text,
        name -> Text,
        help -> Text,
        position -> BigInt,
        options_json -> Text,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    person_field_values (tenant_id, person_id, field_id) {
        tenant_id -> Text,
        person_id -> Text,
        field_id -> Text,
        value -> Text,
        sort_key -> Text,
    }
}

diesel::table! {
    timeline (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        person_id -> Text,
        at -> BigInt,
        kind -> Text,
        actor_kind -> Text,
        actor_id -> Text,
        entity_id -> Text,
        detail_json -> Text,
    }
}

diesel::table! {
    documents (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        plugin_id -> Text,
        once_key -> Text,
        name -> Text,
        media_type -> Text,
        size_bytes -> BigInt,
        mac -> Binary,
        key_id -> BigInt,
        head -> Binary,
        retention -> Text,
        connection_id -> Nullable<Text>,
        source -> Text,
        created_at -> BigInt,
        person_id -> Nullable<Text>,
        added_by -> Nullable<Text>,
    }
}

diesel::table! {
    attributions (tenant_id, person_id) {
        tenant_id -> Text,
        person_id -> Text,
        at -> BigInt,
        source -> Text,
        medium -> Text,
        campaign -> Text,
        term -> Text,
        content -> Text,
        landing -> Text,
        referrer -> Text,
    }
}

diesel::table! {
    imports (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        name -> Text,
        state -> Text,
        document_id -> Nullable<Text>,
        plan_json -> Text,
        rows_all -> BigInt,
        rows_done -> BigInt,
        made -> BigInt,
        changed -> BigInt,
        skipped -> BigInt,
        refused -> BigInt,
        kept -> BigInt,
        problem -> Text,
        created_by -> Text,
        created_at -> BigInt,
        settled_at -> Nullable<BigInt>,
        begun_at -> Nullable<BigInt>,
        begun_by -> Nullable<Text>,
        given_json -> Text,
    }
}

diesel::table! {
    exports (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        state -> Text,
        document_id -> Nullable<Text>,
        done -> BigInt,
        todo -> BigInt,
        size_bytes -> BigInt,
        created_by -> Text,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        expires_at -> BigInt,
    }
}

diesel::table! {
    import_results (tenant_id, import_id, row_number) {
        tenant_id -> Text,
        import_id -> Text,
        row_number -> BigInt,
        outcome -> Text,
        person_id -> Nullable<Text>,
        rev -> BigInt,
        before_json -> Nullable<Text>,
        place -> BigInt,
        problem -> Text,
        cells_json -> Nullable<Text>,
        kept -> Bool,
    }
}

diesel::table! {
    saved_views (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        member_id -> Nullable<Text>,
        name -> Text,
        query -> Text,
        created_at -> BigInt,
        list -> Text,
    }
}

diesel::table! {
    examples (tenant_id, kind, entity_id) {
        tenant_id -> Text,
        kind -> Text,
        entity_id -> Text,
    }
}

diesel::table! {
    undos (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        kind -> Text,
        member_id -> Text,
        made_at -> BigInt,
        state_json -> Text,
        undone_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sweeps (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        list -> Text,
        act_json -> Text,
        state -> Text,
        count_all -> BigInt,
        done -> BigInt,
        changed -> BigInt,
        kept -> BigInt,
        reached -> Text,
        problem -> Text,
        member_id -> Text,
        created_at -> BigInt,
        begun_at -> BigInt,
        settled_at -> Nullable<BigInt>,
        token_id -> Nullable<Text>,
    }
}

diesel::table! {
    sweep_rows (tenant_id, sweep_id, row_id) {
        tenant_id -> Text,
        sweep_id -> Text,
        row_id -> Text,
        was_json -> Nullable<Text>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    people,
    contacts,
    person_tags,
    person_fields,
    person_field_values,
    stages,
    timeline,
    documents
);
diesel::allow_tables_to_appear_in_same_query!(people, sweep_rows);
