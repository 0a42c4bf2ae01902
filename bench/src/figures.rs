//! What charts show of a report.

use crate::builder::Builder;
use crate::chart::{Bar, Panel};
use crate::record::Record;
use crate::report::Report;
use crate::scenario::Scenario;
use crate::suite::Suite;
use crate::targets::Results;
use crate::units::{bytes, seconds};

impl Report {
    /// Returns the charts: name, title, panels.
    pub(crate) fn charts(&self) -> Vec<(String, String, Vec<Panel>)> {
        let results = Results::of(&self.records);
        let service = results.service();
        let of =
            |scenarios: &[Scenario], value: fn(&Record) -> f64, text: fn(&Record) -> String| -> Vec<Panel> {
                let panel = |scenario: &Scenario| {
                    let records = Builder::ALL
                        .iter()
                        .filter_map(|builder| results.usual(*scenario, builder.name()));
                    Panel {
                        title: scenario.name().to_owned(),
                        bars: records
                            .map(|record| bar(&record.builder, record, value, text))
                            .collect(),
                    }
                };
                let panels = scenarios.iter().map(panel);
                panels.filter(|panel| panel.bars.len() > 1).collect()
            };
        let images = results.images(Builder::Vextrus.name());
        let image = |ours: &&Record| Panel {
            title: ours.service.clone(),
            bars: Builder::ALL
                .iter()
                .filter_map(|builder| {
                    results.get(Suite::Services, Scenario::BakeCold, builder.name(), &ours.service)
                })
                .map(|record| {
                    bar(
                        &record.builder,
                        record,
                        |record| record.image_bytes_unpacked as f64,
                        |record| bytes(record.image_bytes_unpacked),
                    )
                })
                .collect(),
        };
        let charts = [
            (
                "seconds",
                format!("Seconds a build takes ({service}; bakes: all services)"),
                of(
                    Suite::Services.scenarios(),
                    |record| record.seconds,
                    |record| seconds(record.seconds),
                ),
            ),
            (
                "pushed",
                format!("Bytes to push after a change ({service}; bakes: all services)"),
                of(
                    &[
                        Scenario::Source,
                        Scenario::SharedChanged,
                        Scenario::OwnDependency,
                        Scenario::BakeShared,
                    ],
                    |record| record.pushed_bytes as f64,
                    |record| bytes(record.pushed_bytes),
                ),
            ),
            (
                "images",
                "Images, unpacked".to_owned(),
                images.iter().map(image).collect(),
            ),
        ];
        let charts = charts.into_iter().filter(|(_, _, panels)| !panels.is_empty());
        charts
            .map(|(name, title, panels)| (name.to_owned(), title, panels))
            .collect()
    }
}

fn bar(label: &str, record: &Record, value: fn(&Record) -> f64, text: fn(&Record) -> String) -> Bar {
    Bar {
        label: label.to_owned(),
        value: value(record),
        text: text(record),
        ours: Builder::ALL
            .iter()
            .any(|builder| builder.is_ours() && builder.name() == record.builder),
    }
}
