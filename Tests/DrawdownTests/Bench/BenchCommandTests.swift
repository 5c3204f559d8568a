// Goal: the benchmark's options are the contract's, and senseless ones are refused before any work.
// Method: parse command lines.

import ArgumentParser
import Testing

@testable import Drawdown

@Suite struct BenchCommandTests {
    @Test func itTakesItsOptions() throws {
        let line = [
            "bench", "--events", "2000", "--customers", "3", "--duplicates", "4", "--store",
            "embedded", "--known-ids", "5", "--json", "--kafka", "fetch.wait.max.ms=7",
        ]
        let command = try #require(try Drawdown.parseAsRoot(line) as? BenchCommand)
        #expect(command.json)
        #expect(
            try command.options
                == Benchmark.Options(
                    events: 2000,
                    customers: 3,
                    duplicatesPercent: 4,
                    knownIDs: 5,
                    kafka: ["fetch.wait.max.ms": "7"]
                )
        )
    }

    @Test func withoutOptionsItIsTheContractsRun() throws {
        let command = try #require(try Drawdown.parseAsRoot(["bench"]) as? BenchCommand)
        #expect(try command.options == Benchmark.Options())
    }

    @Test(
        arguments: [
            ["--events", "999"], ["--events", "100000001"], ["--customers", "0"],
            ["--duplicates", "101"], ["--known-ids", "-1"], ["--store", "sqlite"],
            ["--store", "postgresql"], ["--kafka", "x"], ["--kafka", "bootstrap.servers=a:1"],
            ["--kafka", "no.such.property=1"], ["--kafka", "check.crcs=false"],
        ]
    )
    func isRefused(_ options: [String]) {
        #expect {
            _ = try Drawdown.parseAsRoot(["bench"] + options)
        } throws: { error in
            Drawdown.exitCode(for: error).rawValue == ExitCodes.usage.rawValue
        }
    }

    @Test func whatItStartsIsACommandOfThisProgram() throws {
        let pace = BenchPace(eventsPerSecond: 9, duration: .seconds(8))
        let settings = BenchLoad.Settings(
            events: 7,
            customers: 6,
            duplicatesPercent: 5,
            name: "pac",
            seed: 4
        )
        let line = BenchLoadCommand.arguments(
            .paced,
            settings,
            broker: "b:1",
            partitions: 3,
            pace: pace
        )
        let command = try #require(try Drawdown.parseAsRoot(line) as? BenchLoadCommand)
        #expect(command.settings == settings)
        #expect(command.pace == pace)
        #expect((command.broker, command.partitions) == ("b:1", 3))
    }

    @Test(arguments: [(5_000_000, 100_000, 84, 4), (1000, 1, 12, 4), (100_000_000, 1, 1000, 4)])
    func thereAreAsManyPartitionsAsAreNeeded(
        events: Int,
        customers: Int,
        expected: Int,
        commands: Int
    ) {
        let partitions = BenchBroker.Partitions(events: events, customers: customers)
        #expect((partitions.events, partitions.commands) == (expected, commands))
    }
}
