import Credits
import Foundation
import Testing

@testable import Drawdown

@Suite struct LiveViewTests {
    private let figures: LiveFigures

    init() throws {
        let noon = try #require(Timestamp("2026-11-22T12:00:03Z"))
        var figures = LiveFigures(now: noon, uptime: .seconds(83), eventsPerSecond: 1203.7)
        figures.recentRates = [0, 150, 300, 450, 600, 750, 900, 1050, 1203.7]
        figures.outcomes.applied = 98_112
        figures.outcomes.duplicate = 2004
        figures.outcomes.conflict = 101
        figures.commitP50 = .microseconds(1240)
        figures.commitP99 = .milliseconds(340)
        figures.lag = 0
        figures.outboxDepth = 12
        figures.accountCount = 240
        figures.lowestBalances = [
            .init(customer: "cus_aurora_studio", amount: try Amount("-1234.5")),
            .init(customer: String(repeating: "x", count: 90), amount: try Amount("0.0875")),
        ]
        figures.latestTriggers = [
            .init(
                time: noon,
                type: "credit_balance.low",
                customer: "cus_bluebird_media",
                balance: try Amount("81.25")
            ),
            .init(
                time: noon,
                type: "credit_balance.recovered",
                customer: "cus_\u{1B}[2Jevil",
                balance: Amount(whole: 10_000)
            ),
        ]
        figures.api = "http://127.0.0.1:8080"
        figures.broker = "127.0.0.1:39211"
        figures.storePath = "./drawdown-data"
        figures.hint = "drawdown balance cus_aurora_studio"
        self.figures = figures
    }

    @Test func thePictureFitsTheSmallestTerminal() {
        let lines = LiveView(width: 80, height: 24, isColoured: false).lines(figures)
        let picture = """
              drawdown                                            up 1:23 · Ctrl-C ends it
              ────────────────────────────────────────────────────────────────────────────
                      1,204  events/s    ▁▁▂▃▄▅▆▇█

                     98,112  applied               1.2 ms  commit p50
                      2,004  duplicate             340 ms  commit p99
                        101  conflict                   0  messages behind
                          0  rejected                  12  to be published
                          0  invalid                  240  accounts

              lowest balances ────────────────────────────────────────────────────────────
              cus_aurora_studio                                                   -1,234.5
              xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…                  0.0875

              latest triggers ────────────────────────────────────────────────────────────
              12:00:03  credit_balance.low        cus_bluebird_media                 81.25
              12:00:03  credit_balance.recovered  cus_�[2Jevil                      10,000


              API     http://127.0.0.1:8080
              Kafka   127.0.0.1:39211
              ledger  ./drawdown-data
              try     drawdown balance cus_aurora_studio
            """
        #expect(lines.joined(separator: "\n") == picture)
        #expect(lines.count == 23)
        #expect(lines.allSatisfy { $0.count <= 80 })
    }

    @Test func aLargeTerminalShowsMoreAndNoLineGrowsBeyondAHundred() {
        var full = figures
        full.lowestBalances = Array(repeating: figures.lowestBalances[1], count: 50)
        full.latestTriggers = Array(repeating: figures.latestTriggers[0], count: 50)
        full.recentRates = Array(repeating: 7, count: 500)
        let lines = LiveView(width: 300, height: 100, isColoured: false).lines(full)
        #expect(lines.count { $0.contains("xxx…") } == 8)
        #expect(lines.count { $0.contains("credit_balance.low") } == 12)
        #expect(lines.map(\.count).max() == 98)
        let small = LiveView(width: 80, height: 24, isColoured: false).lines(full)
        #expect(small.count == 23)
        #expect(small.map(\.count).max() == 78)
    }

    @Test func coloursChangeNoCharacterThatIsSeen() {
        let plain = LiveView(width: 90, height: 30, isColoured: false).lines(figures)
        let coloured = LiveView(width: 90, height: 30, isColoured: true).lines(figures)
        #expect(plain != coloured)
        #expect(!plain.contains { $0.contains("\u{1B}") })
        let stripped = coloured.map { $0.replacing(/\u{1B}\[\d+m/, with: "") }
        #expect(stripped == plain)
    }

    @Test func aDebtIsRed() {
        let lines = LiveView(width: 80, height: 24, isColoured: true).lines(figures)
        let debt = lines.first { $0.contains("aurora") }
        #expect(debt?.contains("\u{1B}[31m                -1,234.5\u{1B}[0m") == true)
    }

    @Test func theSummaryIsOneLine() {
        #expect(
            LiveView.summary(figures)
                == "12:00:03  1,204 events/s · applied 98,112 · duplicate 2,004 · conflict 101 · "
                + "commit 1.2 ms p50, 340 ms p99 · lag 0 · outbox 12"
        )
    }

    @Test func whatIsNotKnownYetShowsAsADash() {
        let empty = LiveFigures(now: figures.now, uptime: .zero, eventsPerSecond: .nan)
        #expect(
            LiveView.summary(empty)
                == "12:00:03  – events/s · applied 0 · commit – p50, – p99 · lag – · outbox 0"
        )
    }

    @Test func thePictureReplacesTheOneBefore() {
        var report = LiveReport(mode: .picture(width: 80, height: 24, isColoured: false))
        let first = report.next(figures)
        let second = report.next(figures)
        #expect(first.hasPrefix("\r  drawdown"))
        #expect(second == "\u{1B}[23A" + first)
        #expect(first.components(separatedBy: "\u{1B}[K\n").count == 24)
        #expect(report.interval == .milliseconds(250))
    }

    @Test func withoutATerminalThereIsALineASecond() {
        var report = LiveReport(mode: .lines)
        #expect(report.next(figures) == LiveView.summary(figures) + "\n")
        #expect(report.interval == .seconds(1))
    }

    @Test func thePictureIsDrawnOnlyWhereItFits() {
        func mode(_ width: Int, _ height: Int, _ environment: [String: String] = [:])
            -> LiveReport.Mode
        {
            .terminal(width: width, height: height, environment: environment)
        }
        #expect(mode(80, 24) == .picture(width: 80, height: 24, isColoured: true))
        #expect(mode(79, 24) == .lines)
        #expect(mode(80, 23) == .lines)
        #expect(mode(80, 24, ["TERM": "dumb"]) == .lines)
        #expect(
            mode(80, 24, ["NO_COLOR": "1"]) == .picture(width: 80, height: 24, isColoured: false)
        )
        #expect(
            mode(80, 24, ["NO_COLOR": ""]) == .picture(width: 80, height: 24, isColoured: true)
        )
    }
}

@Suite struct LiveFormatTests {
    @Test func numbersAreGrouped() throws {
        #expect(LiveFormat.count(0) == "0")
        #expect(LiveFormat.count(999) == "999")
        #expect(LiveFormat.count(1_234_567) == "1,234,567")
        #expect(LiveFormat.amount(try Amount("-123456.000001"), width: 16) == " -123,456.000001")
        #expect(LiveFormat.amount(try Amount("1234567.123456789"), width: 16) == "1,234,567.12345…")
    }

    @Test func timesAreShort() {
        #expect(LiveFormat.latency(.microseconds(40)) == "0.0 ms")
        #expect(LiveFormat.latency(.milliseconds(99)) == "99.0 ms")
        #expect(LiveFormat.latency(.milliseconds(100)) == "100 ms")
        #expect(LiveFormat.latency(.milliseconds(2560)) == "2.5 s")
        #expect(LiveFormat.uptime(.seconds(7)) == "0:07")
        #expect(LiveFormat.uptime(.seconds(3 * 3600 + 5 * 60 + 9)) == "3:05:09")
    }

    @Test func theCurveSurvivesEveryNumber() {
        #expect(LiveFormat.curve([]) == "")
        #expect(LiveFormat.curve([0, 0]) == "▁▁")
        #expect(LiveFormat.curve([-1, .nan, 1, .infinity]) == "▁▁█▁")
    }
}
