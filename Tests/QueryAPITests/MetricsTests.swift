import Credits
import Testing

@testable import QueryAPI

struct MetricsTests {
    private static func lines(_ figures: WorkerFigures, lag: Int64? = 7) async -> [Substring] {
        let status = FixedStatus(lag: lag, figures: figures)
        let answer = await makeAPI(.withGrant("acme"), status: status).get("/metrics")
        #expect(answer[header: "content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        return answer.text.split(separator: "\n")
    }

    @Test func outcomesAndCodesAreCounted() async {
        var figures = WorkerFigures()
        figures.outcomes.applied = 12
        figures.outcomes.duplicate = 3
        figures.deadLetters = [.noRate: 2]
        let lines = await Self.lines(figures)
        #expect(lines.contains(#"drawdown_events_total{outcome="applied"} 12"#))
        #expect(lines.contains(#"drawdown_events_total{outcome="duplicate"} 3"#))
        #expect(lines.contains(#"drawdown_events_total{outcome="invalid"} 0"#))
        #expect(lines.contains(#"drawdown_dead_letters_total{code="no_rate"} 2"#))
        #expect(lines.contains("drawdown_accounts 1"))
    }

    @Test func bucketsOfAHistogramAddUp() async {
        var figures = WorkerFigures()
        figures.committing = .init(bounds: [0.001, 0.5], counts: [2, 3, 4], sum: 1.25)
        let lines = await Self.lines(figures)
        let name = "drawdown_commit_duration_seconds"
        let found = lines.filter { $0.hasPrefix(name) }
        #expect(
            found == [
                #"drawdown_commit_duration_seconds_bucket{le="0.001"} 2"#,
                #"drawdown_commit_duration_seconds_bucket{le="0.5"} 5"#,
                #"drawdown_commit_duration_seconds_bucket{le="+Inf"} 9"#,
                "drawdown_commit_duration_seconds_sum 1.25",
                "drawdown_commit_duration_seconds_count 9",
            ]
        )
    }

    @Test func theLagIsAlsoNamedAsLagToolsNameIt() async {
        var figures = WorkerFigures()
        figures.group = #"a"b\c"#
        let lines = await Self.lines(figures)
        let partition = #"topic="usage.events",partition="3""#
        #expect(lines.contains("drawdown_consumer_lag_messages{\(partition)} 7"))
        #expect(
            lines.contains(#"kafka_consumergroup_lag{consumergroup="a\"b\\c",\#(partition)} 7"#)
        )
    }

    @Test func beforeTheFirstAssignmentThereIsNoLag() async {
        let lines = await Self.lines(WorkerFigures(), lag: nil)
        #expect(!lines.contains { $0.hasPrefix("kafka_consumergroup_lag{") })
    }

    @Test func everySampleBelongsToAFamilyThatIsDescribed() async {
        var family = Substring()
        for line in await Self.lines(WorkerFigures()) {
            if line.hasPrefix("# TYPE ") { family = line.split(separator: " ")[2] }
            if !line.hasPrefix("#") { #expect(line.hasPrefix(family)) }
        }
    }
}
