//! The tables as diesel knows them; a test compares this with what the migrations make.

mod calendar;
mod customers;
mod door;
mod house;
mod record;
mod search;
mod work;

pub use calendar::*;
pub use customers::*;
pub use door::*;
pub use house::*;
pub use record::*;
pub use search::*;
pub use work::*;

diesel::table! {
    tenants (id) {
        id -> Text,
        name -> Text,
        locale -> Text,
        zone -> Text,
        currency -> Text,
        created_at -> BigInt,
        rev -> BigInt,
        second_step -> Bool,
        colour -> Text,
        theme -> Text,
        logo -> Nullable<Text>,
    }
}

diesel::table! {
    tenant_logos (tenant_id) {
        tenant_id -> Text,
        digest -> Text,
        body -> Binary,
        updated_at -> BigInt,
    }
}

diesel::table! {
    members (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        account_id -> Text,
        role -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    notifications (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        member_id -> Text,
        kind -> Text,
        matter -> Text,
        subject -> Text,
        href -> Text,
        created_at -> BigInt,
        read_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    told_leads (tenant_id, member_id, person_id) {
        tenant_id -> Text,
        member_id -> Text,
        person_id -> Text,
    }
}

diesel::table! {
    member_choices (tenant_id, member_id, name) {
        tenant_id -> Text,
        member_id -> Text,
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    data_keys (tenant_id, key_id) {
        tenant_id -> Text,
        key_id -> BigInt,
        epoch -> BigInt,
        wrapped -> Binary,
        state -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    secrets (tenant_id, owner, name, record) {
        tenant_id -> Text,
        owner -> Text,
        name -> Text,
        record -> Text,
        version -> BigInt,
        key_id -> BigInt,
        envelope -> Binary,
        updated_at -> BigInt,
    }
}

diesel::table! {
    vault_roots (tenant_id) {
        tenant_id -> Text,
        counter -> BigInt,
        manifest -> Binary,
        updated_at -> BigInt,
    }
}

diesel::table! {
    vault_buckets (tenant_id, bucket) {
        tenant_id -> Text,
        bucket -> BigInt,
        manifest -> Binary,
    }
}

diesel::table! {
    plugins (id, version) {
        id -> Text,
        version -> Text,
        hash -> Text,
        publisher -> Text,
        path -> Text,
        installed_at -> BigInt,
        origin -> Text,
        publisher_key -> Nullable<Text>,
    }
}

diesel::table! {
    plugin_publishers (plugin_id) {
        plugin_id -> Text,
        publisher_key -> Text,
        publisher -> Text,
        pinned_at -> BigInt,
    }
}

diesel::table! {
    tenant_plugins (tenant_id, plugin_id) {
        tenant_id -> Text,
        plugin_id -> Text,
        version -> Text,
        enabled -> Bool,
        grant_json -> Text,
        settings_json -> Text,
        changed_at -> BigInt,
        rev -> BigInt,
        generation -> BigInt,
        changing_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    plugin_snapshots (tenant_id, plugin_id) {
        tenant_id -> Text,
        plugin_id -> Text,
        version -> Text,
        grant_json -> Text,
        settings_json -> Text,
        with_state -> Bool,
        taken_at -> BigInt,
    }
}

diesel::table! {
    snapshot_records (tenant_id, plugin_id, collection, id) {
        tenant_id -> Text,
        plugin_id -> Text,
        collection -> Text,
        id -> Text,
        value_json -> Text,
        rev -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    snapshot_kv (tenant_id, plugin_id, key) {
        tenant_id -> Text,
        plugin_id -> Text,
        key -> Text,
        value -> Binary,
        rev -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    plugin_refusals (tenant_id, plugin_id) {
        tenant_id -> Text,
        plugin_id -> Text,
        version -> Text,
        reason -> Text,
        detail -> Text,
        refused_at -> BigInt,
    }
}

diesel::table! {
    plugin_records (tenant_id, plugin_id, collection, id) {
        tenant_id -> Text,
        plugin_id -> Text,
        collection -> Text,
        id -> Text,
        value_json -> Text,
        rev -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    kv (tenant_id, plugin_id, key) {
        tenant_id -> Text,
        plugin_id -> Text,
        key -> Text,
        value -> Binary,
        rev -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    connections (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        plugin_id -> Text,
        provider -> Text,
        account_ref -> Text,
        account_name -> Text,
        account_email -> Text,
        scopes -> Text,
        state -> Text,
        problem -> Nullable<Text>,
        token_expires_at -> Nullable<BigInt>,
        token_rev -> BigInt,
        refreshing_until -> Nullable<BigInt>,
        connected_by -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        rev -> BigInt,
        server -> Nullable<Text>,
        user_name -> Nullable<Text>,
        granted_at -> Nullable<BigInt>,
        grant_ends_at -> Nullable<BigInt>,
        end_told_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    oauth_flows (state_hash) {
        state_hash -> Text,
        tenant_id -> Text,
        account_id -> Text,
        plugin_id -> Text,
        provider -> Text,
        connection_id -> Nullable<Text>,
        redirect_uri -> Text,
        verifier_sealed -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        expected_account -> Nullable<Text>,
    }
}

diesel::table! {
    appointments (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        person_id -> Nullable<Text>,
        title -> Text,
        notes -> Text,
        location -> Text,
        starts_at -> BigInt,
        ends_at -> BigInt,
        zone -> Text,
        online -> Bool,
        status -> Text,
        calendar_id -> Nullable<Text>,
        external_id -> Nullable<Text>,
        etag -> Nullable<Text>,
        external_url -> Nullable<Text>,
        online_state -> Text,
        online_url -> Nullable<Text>,
        sync_state -> Text,
        sync_problem -> Nullable<Text>,
        link_rev -> BigInt,
        created_by -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        rev -> BigInt,
    }
}

diesel::table! {
    event_places (tenant_id, appointment_id) {
        tenant_id -> Text,
        appointment_id -> Text,
        plugin_id -> Text,
        account_ref -> Text,
        calendar -> Text,
        event -> Text,
    }
}

diesel::table! {
    event_copies (tenant_id, appointment_id) {
        tenant_id -> Text,
        appointment_id -> Text,
        seen_json -> Nullable<Text>,
        sent_json -> Text,
        clash_json -> Nullable<Text>,
        failing_since -> Nullable<BigInt>,
    }
}

diesel::table! {
    approvals (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        plugin_id -> Text,
        once_key -> Text,
        state -> Text,
        effect -> Text,
        route -> Text,
        digest -> Binary,
        method -> Text,
        url -> Text,
        headers_json -> Text,
        body -> Binary,
        connection_id -> Nullable<Text>,
        words_json -> Text,
        proposed_at -> BigInt,
        expires_at -> BigInt,
        decided_at -> Nullable<BigInt>,
        decided_by -> Nullable<Text>,
        reason -> Nullable<Text>,
        used_at -> Nullable<BigInt>,
        settled_at -> Nullable<BigInt>,
        answer_status -> Nullable<BigInt>,
        asked_at -> Nullable<BigInt>,
        asked_by -> Nullable<Text>,
        asked_json -> Nullable<Text>,
        replaces -> Nullable<Text>,
        replaced_by -> Nullable<Text>,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        tenant_id -> Text,
        kind -> Text,
        plugin_id -> Nullable<Text>,
        connection_id -> Nullable<Text>,
        unique_key -> Nullable<Text>,
        payload_json -> Text,
        state -> Text,
        run_at -> BigInt,
        attempts -> BigInt,
        attempts_max -> BigInt,
        lease_token -> BigInt,
        lease_until -> Nullable<BigInt>,
        held_by_plugin -> Bool,
        held_by_connection -> Bool,
        last_problem -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        lane -> Text,
        dismissed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    job_turns (tenant_id) {
        tenant_id -> Text,
        turn -> BigInt,
    }
}

diesel::table! {
    job_lanes (lane) {
        lane -> Text,
        tenant_id -> Text,
        turn -> BigInt,
        not_before -> BigInt,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        tenant_id -> Text,
        topic -> Text,
        subject_id -> Text,
        payload_json -> Text,
        created_at -> BigInt,
        dispatched_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    inbox (id) {
        id -> Text,
        tenant_id -> Text,
        plugin_id -> Text,
        route -> Text,
        delivery_id -> Text,
        headers_json -> Text,
        body -> Binary,
        received_at -> BigInt,
        handled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    schedules (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        plugin_id -> Nullable<Text>,
        name -> Text,
        kind -> Text,
        payload_json -> Text,
        cron -> Text,
        zone -> Text,
        next_at -> BigInt,
        paused -> Bool,
    }
}

diesel::table! {
    idempotency (tenant_id, scope, key) {
        tenant_id -> Text,
        scope -> Text,
        key -> Text,
        result_json -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    audit (tenant_id, seq) {
        tenant_id -> Text,
        seq -> BigInt,
        id -> Text,
        at -> BigInt,
        actor_kind -> Text,
        actor_id -> Text,
        action -> Text,
        entity -> Text,
        entity_id -> Text,
        detail_json -> Text,
        address -> Text,
        device -> Text,
        request_id -> Text,
        previous_mac -> Binary,
        mac -> Binary,
    }
}

diesel::table! {
    audit_heads (tenant_id) {
        tenant_id -> Text,
        seq -> BigInt,
        mac -> Binary,
    }
}

diesel::joinable!(members -> accounts (account_id));
diesel::joinable!(members -> tenants (tenant_id));
diesel::allow_tables_to_appear_in_same_query!(accounts, members, tenants);
diesel::allow_tables_to_appear_in_same_query!(tenants, vault_roots);
diesel::allow_tables_to_appear_in_same_query!(data_keys, secrets, vault_buckets, vault_roots);
diesel::allow_tables_to_appear_in_same_query!(appointments, event_copies);
diesel::allow_tables_to_appear_in_same_query!(appointments, event_places);
diesel::allow_tables_to_appear_in_same_query!(appointments, occurrences);
