//! Generated from `sdk/wit`: one world for all imports and one for each export, so that a plugin's
//! component has exactly the exports its `plugin!` names. Unused imports are dropped on packing.

wit_bindgen::generate!({
    inline: "
        package oxpi:kit-imports;
        world imports {
            import oxpi:plugin/types@1.0.0; import oxpi:plugin/http@1.0.0;
            import oxpi:plugin/crypto@1.0.0;
            import oxpi:plugin/records@1.0.0; import oxpi:plugin/kv@1.0.0;
            import oxpi:plugin/approvals@1.0.0; import oxpi:plugin/documents@1.0.0; import oxpi:plugin/jobs@1.0.0; import oxpi:plugin/events@1.0.0;
            import oxpi:plugin/log@1.0.0; import oxpi:plugin/env@1.0.0;
            import oxpi:plugin/i18n@1.0.0;
        }
    ",
    path: "../wit",
    world: "oxpi:kit-imports/imports",
    generate_all,
});

macro_rules! export_world {
    ($module:ident, $inline:literal, $world:literal, $place:literal) => {
        pub mod $module {
            wit_bindgen::generate!({
                inline: $inline,
                path: "../wit",
                world: $world,
                with: { "oxpi:plugin/types@1.0.0": crate::bindings::oxpi::plugin::types },
                generate_all,
                pub_export_macro: true,
                default_bindings_module: $place,
            });
        }
    };
}

export_world!(
    lifecycle,
    "package oxpi:kit-lifecycle; world exports-lifecycle { export oxpi:plugin/lifecycle@1.0.0; }",
    "oxpi:kit-lifecycle/exports-lifecycle",
    "oxpi_kit::bindings::lifecycle"
);
export_world!(
    job_handler,
    "package oxpi:kit-job; world exports-job { export oxpi:plugin/job-handler@1.0.0; }",
    "oxpi:kit-job/exports-job",
    "oxpi_kit::bindings::job_handler"
);
export_world!(
    webhook_handler,
    "package oxpi:kit-webhook; world exports-webhook { export oxpi:plugin/webhook-handler@1.0.0; }",
    "oxpi:kit-webhook/exports-webhook",
    "oxpi_kit::bindings::webhook_handler"
);
export_world!(
    event_handler,
    "package oxpi:kit-event; world exports-event { export oxpi:plugin/event-handler@1.0.0; }",
    "oxpi:kit-event/exports-event",
    "oxpi_kit::bindings::event_handler"
);
export_world!(
    view_provider,
    "package oxpi:kit-view; world exports-view { export oxpi:plugin/view-provider@1.0.0; }",
    "oxpi:kit-view/exports-view",
    "oxpi_kit::bindings::view_provider"
);
export_world!(
    account_checker,
    "package oxpi:kit-account; world exports-account { export oxpi:plugin/account-checker@1.0.0; }",
    "oxpi:kit-account/exports-account",
    "oxpi_kit::bindings::account_checker"
);
export_world!(
    connection_checker,
    "package oxpi:kit-connection; world exports-connection { export oxpi:plugin/connection-checker@1.0.0; }",
    "oxpi:kit-connection/exports-connection",
    "oxpi_kit::bindings::connection_checker"
);
export_world!(
    calendar_provider,
    "package oxpi:kit-calendar; world exports-calendar { export oxpi:plugin/calendar-provider@1.0.0; }",
    "oxpi:kit-calendar/exports-calendar",
    "oxpi_kit::bindings::calendar_provider"
);
