import ArgumentParser
import Foundation

/// Kills a real worker over and over, and proves that nothing was lost or doubled.
@main
struct CrashCampaign: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crash-campaign",
        abstract: "Kill a worker at random under load, then check every balance.",
        discussion: """
            Starts a broker in a process of its own and a worker beside it, sends usage with \
            duplicates all the while, and ends the worker with SIGKILL at random moments. At the \
            end every balance must equal what was sent, every id must have one entry, the journal \
            must verify, and every trigger that the journal owes must have been published under \
            its id.
            """
    )

    @Option(help: "How often the worker is killed.")
    var kills = 200

    @Option(help: "Usage events per second.")
    var rate = 5000

    @Option(help: "Share of repeated events, in percent.")
    var duplicates = 10

    @Option(help: "Where the programs `drawdown` and `mock-broker` are; default: beside this one.")
    var programs: String?

    @Option(help: "The seed of load and moments.")
    var seed: UInt64 = .random(in: 1...1_000_000)

    func run() throws {
        let programs =
            programs ?? Bundle.main.executableURL?.deletingLastPathComponent().path ?? "."
        print("seed \(seed), \(kills) kills, \(rate) events/s, \(duplicates) % duplicates")
        let campaign = try Campaign(
            programs: programs,
            rate: rate,
            duplicates: duplicates,
            seed: seed
        )
        defer { campaign.cleanUp() }
        try campaign.killRepeatedly(kills)
        try campaign.finish()
        let faults = try campaign.faults()
        print(campaign.summary)
        guard faults.isEmpty else {
            for fault in faults.prefix(20) { print("FAULT \(fault)") }
            throw ExitCode.failure
        }
        print("every balance equals what was sent, every id has one entry, no trigger is missing")
    }
}

/// What a campaign cannot go on after.
struct CampaignError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
