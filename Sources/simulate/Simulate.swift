import ArgumentParser
import Foundation
import Simulation
import Synchronization

/// Runs the worker over a simulated world, seed by seed.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run the real worker over a simulated cluster, clock and store.",
        discussion: """
            Each seed is a whole run: its load, its faults, the order of its steps. The same seed \
            has the same trace. The first seed that breaks a promise is printed, and the exit code \
            is 1; run it again with --trace to see what happened.
            """
    )

    @Option(help: "One seed.")
    var seed: UInt64?

    @Option(help: "A range of seeds, such as 1..20000.")
    var seeds: SeedRange?

    @Option(help: "Threads.")
    var threads: Int = 2

    @Option(help: "A lie that the checker must find, such as dropTrigger.", transform: lie(named:))
    var sabotage = Sabotage.none

    @Flag(help: "Print everything that happens; with --seed.")
    var trace = false

    func validate() throws {
        guard (seed == nil) != (seeds == nil) else {
            throw ValidationError("expected either --seed or --seeds")
        }
        guard (1...64).contains(threads) else {
            throw ValidationError("expected --threads to be between 1 and 64, got: \(threads)")
        }
    }

    func run() throws {
        if let seed {
            let report = Simulator.run(
                seed: seed,
                sabotage: sabotage,
                trace: trace ? { print($0) } : nil
            )
            print(Self.line(report))
            if report.failure != nil { throw ExitCode.failure }
        } else if let seeds {
            try run(seeds.range)
        }
    }

    private func run(_ range: ClosedRange<UInt64>) throws {
        let next = Atomic(range.lowerBound)
        let totals = Mutex(Totals())
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            while true {
                let seed = next.add(1, ordering: .relaxed).oldValue
                guard range.contains(seed), !totals.withLock({ $0.hasFailed }) else { return }
                let report = Simulator.run(seed: seed, sabotage: sabotage)
                totals.withLock { $0.add(report) }
            }
        }
        let result = totals.withLock { $0 }
        for report in result.failures { print(Self.line(report)) }
        print(
            "\(result.runs) seeds, \(result.messages) messages, \(result.commits) commits, "
                + "\(result.crashes) crashes, \(result.failures.count) failures"
        )
        if result.hasFailed { throw ExitCode.failure }
    }

    private static func lie(named name: String) throws -> Sabotage {
        if let sabotage = Sabotage(rawValue: name) { return sabotage }
        let known = Sabotage.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("expected --sabotage to be one of \(known), got: \(name)")
    }

    private static func line(_ report: SimulationReport) -> String {
        "seed \(report.seed): \(report.failure ?? "ok"), trace \(String(report.traceHash, radix: 16)), "
            + "\(report.messages) messages, \(report.commits) commits, \(report.crashes) crashes"
    }
}

private struct Totals {
    var runs = 0
    var messages = 0
    var commits: UInt64 = 0
    var crashes = 0
    var failures: [SimulationReport] = []
    var hasFailed: Bool { !failures.isEmpty }

    mutating func add(_ report: SimulationReport) {
        runs += 1
        messages += report.messages
        commits += report.commits
        crashes += report.crashes
        if report.failure != nil { failures.append(report) }
    }
}

/// Seeds from one to another, both included.
struct SeedRange: ExpressibleByArgument {
    let range: ClosedRange<UInt64>

    init?(argument: String) {
        let parts = argument.split(separator: ".", omittingEmptySubsequences: true)
        guard argument.contains(".."), parts.count == 2, let first = UInt64(parts[0]),
            let last = UInt64(parts[1]), first <= last
        else { return nil }
        range = first...last
    }
}
