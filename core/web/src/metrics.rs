//! `/metrics`: the process's figures as Prometheus reads them (text exposition format 0.0.4), for
//! whoever has the token of the configuration. Without a token there is no such page.

use std::fmt::Write as _;

use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL};
use actix_web::{HttpRequest, HttpResponse, web};
use app::Error;
use app::metrics::Metrics;
use app::plugins::Figures;
use domain::Secret;

use crate::answer::Answer;
use crate::state::Web;

/// The figures.
pub async fn show(web: web::Data<Web>, request: HttpRequest) -> Answer {
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if !may_read(web.metrics_token.as_ref(), given) {
        return Err(Error::NotFound.into());
    }
    let text = written(&app::metrics::read(&web.app).await?, web.started_ms);
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text))
}

/// Whether the header brings the token; as long for a wrong one as for the right one.
fn may_read(token: Option<&Secret>, header: Option<&str>) -> bool {
    let Some(token) = token else { return false };
    let given = header.and_then(|header| header.strip_prefix("Bearer ")).unwrap_or_default();
    let (token, given) = (token.expose(), given.as_bytes());
    let differing = token.iter().zip(given).fold(0, |all, (a, b)| all | (a ^ b));
    token.len() == given.len() && differing == 0
}

type Read = fn(&Figures) -> f64;

/// Name, kind, help and reading of each figure of a plugin.
const OF_PLUGINS: [(&str, &str, &str, Read); 7] = [
    ("oxpi_plugin_cpu_seconds_total", "counter", "Time on a CPU.", |f| f.cpu.as_secs_f64()),
    ("oxpi_plugin_wall_seconds_total", "counter", "From wish to answer.", |f| f.wall.as_secs_f64()),
    ("oxpi_plugin_queued_seconds_total", "counter", "Of that, waiting for a place.", |f| {
        f.queued.as_secs_f64()
    }),
    ("oxpi_plugin_memory_peak_bytes", "gauge", "The most memory of one call.", |f| {
        f.memory_bytes_max as f64
    }),
    ("oxpi_plugin_requests_total", "counter", "Requests sent to providers.", |f| f.requests as f64),
    ("oxpi_plugin_answer_bytes_total", "counter", "Bytes that providers answered.", |f| {
        f.answer_bytes as f64
    }),
    ("oxpi_plugin_denials_total", "counter", "Wishes that were refused.", |f| f.denials as f64),
];

fn written(metrics: &Metrics, started_ms: i64) -> String {
    let mut text = String::new();
    let head = |text: &mut String, name: &str, kind: &str, help: &str| {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    };
    let plain = [
        ("oxpi_start_time_seconds", "When the process started.", started_ms as f64 / 1e3),
        ("oxpi_plugin_calls_running", "Plugin calls that run.", f64::from(metrics.calls_running)),
        (
            "oxpi_plugin_calls_waiting",
            "Plugin calls that wait for a place.",
            metrics.calls_waiting as f64,
        ),
        (
            "oxpi_jobs_late_seconds",
            "How long ago the oldest waiting job should have run.",
            metrics.jobs_late_ms as f64 / 1e3,
        ),
        ("oxpi_jobs_waiting", "Jobs that wait.", metrics.jobs_waiting as f64),
        ("oxpi_jobs_dead", "Jobs that were given up.", metrics.jobs_dead as f64),
        (
            "oxpi_outbox_waiting",
            "Changes whose effects are not jobs yet.",
            metrics.outbox_waiting as f64,
        ),
        (
            "oxpi_db_connections_max",
            "Database connections that there may be.",
            metrics.db.connections_max as f64,
        ),
        (
            "oxpi_db_connections_busy",
            "Database connections at work.",
            metrics.db.connections_busy as f64,
        ),
        (
            "oxpi_db_writes_waiting",
            "Writes that wait for their turn.",
            metrics.db.writes_waiting as f64,
        ),
    ];
    for (name, help, value) in plain {
        head(&mut text, name, "gauge", help);
        let _ = writeln!(text, "{name} {value}");
    }
    let calls = "oxpi_plugin_calls_total";
    head(&mut text, calls, "counter", "Calls by how they ended.");
    for (plugin, figures) in &metrics.plugins {
        for (outcome, count) in &figures.outcomes {
            let _ = writeln!(text, "{calls}{{plugin=\"{plugin}\",outcome=\"{outcome}\"}} {count}");
        }
    }
    for (name, kind, help, read) in OF_PLUGINS {
        head(&mut text, name, kind, help);
        for (plugin, figures) in &metrics.plugins {
            let _ = writeln!(text, "{name}{{plugin=\"{plugin}\"}} {}", read(figures));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::metrics::DbLoad;

    #[test]
    fn only_the_token_opens_it() {
        let token = Secret::from_text("a-long-token-of-prometheus".to_owned());
        assert!(may_read(Some(&token), Some("Bearer a-long-token-of-prometheus")));
        for wrong in [
            None,
            Some(""),
            Some("Bearer "),
            Some("Bearer a-long-token-of-prometheux"),
            Some("Bearer a-long-token-of-prometheus "),
            Some("Bearer a-long"),
            Some("bearer a-long-token-of-prometheus"),
            Some("a-long-token-of-prometheus"),
        ] {
            assert!(!may_read(Some(&token), wrong), "{wrong:?}");
        }
        assert!(!may_read(None, Some("Bearer ")), "without a token there is no page");
    }

    #[test]
    fn each_figure_has_its_help_type_and_labels() {
        let mut figures = Figures { requests: 3, ..Figures::default() };
        figures.outcomes.insert("ok", 2);
        figures.outcomes.insert("out-of-cpu", 1);
        let plugins = [("acme".parse().unwrap(), figures)].into();
        let metrics = Metrics {
            plugins,
            calls_running: 1,
            calls_waiting: 4,
            jobs_late_ms: 1_500,
            jobs_waiting: 7,
            jobs_dead: 2,
            outbox_waiting: 5,
            db: DbLoad { connections_max: 8, connections_busy: 3, writes_waiting: 6 },
        };
        let text = written(&metrics, 2_000);
        for line in [
            "oxpi_start_time_seconds 2",
            "oxpi_jobs_late_seconds 1.5",
            "oxpi_jobs_waiting 7",
            "oxpi_jobs_dead 2",
            "oxpi_outbox_waiting 5",
            "oxpi_db_connections_max 8",
            "oxpi_db_connections_busy 3",
            "oxpi_db_writes_waiting 6",
            "oxpi_plugin_calls_waiting 4",
            "oxpi_plugin_calls_total{plugin=\"acme\",outcome=\"out-of-cpu\"} 1",
            "oxpi_plugin_requests_total{plugin=\"acme\"} 3",
            "# TYPE oxpi_plugin_memory_peak_bytes gauge",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        let names = text.lines().filter(|line| !line.starts_with('#'));
        for line in names {
            let name = line.split(['{', ' ']).next().unwrap();
            assert!(
                text.contains(&format!("# TYPE {name} "))
                    && text.contains(&format!("# HELP {name} "))
            );
        }
    }
}
